/* export.h: a model in the words of other frameworks. */
#ifndef NNC_EXPORT_EXPORT_H
#define NNC_EXPORT_EXPORT_H

#include "ir/program.h"

/* What is exported: a program as elaborated for ROWS_A and for ROWS_B rows. */
typedef struct Export {
    Arena *arena;
    Diag *diag;
    const Program *a, *b;
    const char *file; /* where it will be written */
} Export;

/* A PyTorch program; NULL, with errors in diag, for what cannot be one. */
const char *export_pytorch(const Export *e);

#endif
