/* Which entry of a model serves. */
#ifndef NN_ENTRY_H
#define NN_ENTRY_H

#include <limits.h>

#include "nn_model.h"

enum { NN_MOST_ROWS = INT_MAX }; /* as many as an entry takes */

/* The entry of this kind that takes so many rows with the fewest to spare;
 * where none does, that of most rows; NULL: there is none of this kind. */
const nn_entry *nn_entry_find(const nn_model *m, nn_kind kind, int rows);

/* What every entry of the model finds room in: rows, bytes of workspace. */
int nn_entry_rows(const nn_model *m);
size_t nn_entry_workspace(const nn_model *m);

#endif
