/* Files of known kinds that cannot be read, by their first bytes. */
#ifndef NN_KIND_H
#define NN_KIND_H

#include "nn_error.h"
#include "nn_file.h"

/* Refuses a file that begins as one of another kind (a JPEG picture, a zip
 * archive, ...) and says what to make of it; true where it is none of them.
 * For readers that do not find what they expect. */
bool nn_kind_check(const nn_file *file, const char *path, nn_error *e);

#endif
