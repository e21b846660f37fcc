/* The rows of tables that hold text: lines of a file, windows of one long
 * series of tokens, or fields. Only where they begin is kept, every 4 KiB or
 * so; the text itself stays in its file. */
#ifndef NN_LINES_H
#define NN_LINES_H

#include "nn_cursor.h"
#include "nn_table.h"

/* Sets *c to a cursor at the beginning of a row: a line's end, or a field's,
 * is its last. `field` is room for a cursor over a field. */
bool nn_lines_row(const nn_table *t, int64_t row, const nn_flow *flow,
                  nn_cursor *field, nn_cursor **c, nn_error *e);

/* Tells that so many tokens of the row have been read: the next row may begin
 * right there. */
void nn_lines_passed(const nn_table *t, int64_t tokens);

#endif
