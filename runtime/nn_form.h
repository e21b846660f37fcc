/* In which of two forms a text file holds rows to infer: with the columns of
 * the training file, or with the inputs' values in order and nothing else. */
#ifndef NN_FORM_H
#define NN_FORM_H

#include "nn_prep.h"
#include "nn_program.h"
#include "nn_records.h"

/* The inputs that a file gives. */
typedef struct {
    const nn_program *program;
    const nn_prep *preps; /* of all inputs */
    const char *path;     /* of the file, for messages */
    int first, count;
} nn_form;

/* What the inference program's --help says of it. */
#define NN_FORM_HELP                                                           \
    "A csv or tsv file, and standard input, is read in one of two forms:\n"    \
    "  with as many columns as the training file, by the columns that the\n"   \
    "  model's text takes from it (names in a file of any width);\n"           \
    "  with another number of columns, as just the inputs' values in order.\n" \
    "Where the one input is text, each line is a row; a file by columns is\n"  \
    "known by the name of the column in its header, or by its tabs."

/* True where the input is trained on a csv or tsv file. */
bool nn_form_is_text(const nn_prep *p);

/* True where the one input is text and line 1 has no columns, so that each
 * line is a row as it is. `good` says whether line 1 could be read. */
bool nn_form_is_raw(const nn_form *f, bool good, const nn_records *line1);

/* How many columns the plan may need. */
size_t nn_form_room(const nn_form *f);

/* Makes the flow by which each of the inputs takes its columns from a file
 * whose line 1 is the record at hand, with columns in the room given.
 *
 * Columns that the text names are looked for by name where there is a header,
 * in a file of any width. Numbers hold in a file as wide as the training
 * file. A file of another width holds just the values (or one step of
 * windows). Where the training file's width is unknown and both forms would
 * do, the file is refused. `header:` of the text holds in both forms. */
bool nn_form_plan(const nn_form *f, const nn_records *line1, nn_flow *flows,
                  nn_columns *columns, nn_error *e);

#endif
