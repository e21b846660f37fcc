/* The fields of a table of text, which stay in its file: a record is read
 * again whenever a field of it is asked for. */
#ifndef NN_FIELDS_H
#define NN_FIELDS_H

#include "nn_records.h"

typedef struct nn_fields nn_fields;

/* Takes over the open file, and the reader of its records. */
nn_fields *nn_fields_open(nn_file *file, nn_records *records, nn_error *e);
void nn_fields_close(void *fields);

/* The reader; for those that read the records in order. */
nn_records *nn_fields_records(nn_fields *f);

/* The record at hand is the next row. */
bool nn_fields_add(nn_fields *f, nn_error *e);

/* The field of a row in a column of the file, both from 0, and its line; valid
 * until the next call. Ends the program where the file has changed. */
nn_label nn_fields_get(void *fields, int64_t row, int64_t column,
                       uint32_t *line);

#endif
