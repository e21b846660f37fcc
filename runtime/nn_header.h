/* Line 1 of a text file, and which of its columns a flow takes. */
#ifndef NN_HEADER_H
#define NN_HEADER_H

#include "nn_records.h"

typedef enum { NN_LINE_OPEN, NN_LINE_HEADER, NN_LINE_ROW } nn_line;

/* What the record at hand is, as line 1, by what all flows on the file say that
 * `path` names in the text: `header:` or a name decides for all; otherwise it
 * is a header where there is a plain word for everything that any of them uses
 * as a number, which is what no flow of its tensor sends through `category`. */
nn_line nn_header_judge(const nn_records *r, const nn_flow *flows, int count,
                        const char *path);

/* The place of the one column with this name among fields, from 0; -1 and a
 * message where there is none, or more than one. */
int64_t nn_header_find(const nn_label *fields, size_t count, const char *name,
                       const char *path, nn_error *e);

/* True where the flow names a column. */
bool nn_header_named(const nn_flow *f);

#endif
