/* export.h: a model in the words of other frameworks. */
#ifndef NNC_EXPORT_EXPORT_H
#define NNC_EXPORT_EXPORT_H

#include <stdio.h>

#include "ir/program.h"

/* A number x of the data is x * scale + shift for the network. */
typedef struct Way {
    double scale, shift;
} Way;

/* What training has found out of an input or target. */
typedef struct Prepared {
    const Way *ways;    /* of the values of a row; NULL: they stay */
    const double *fill; /* what stands for missing ones; NULL: nothing does */
    int64_t n_names;
    const char *const *names; /* of its classes or tokens, from 0 */
} Prepared;

/* A model's trained state. */
typedef struct Given {
    const float *const *tensors; /* row-major, as the program counts them */
    const Prepared *inputs;      /* inputs, then targets */
    const Way *const *outputs;   /* how values became those of the network;
                                    NULL: they are what the data has */
} Given;

/* What is exported: a program as elaborated for ROWS_A and for ROWS_B rows. */
typedef struct Export {
    Arena *arena;
    Diag *diag;
    const Program *a, *b;
    const char *file;   /* where it will be written */
    const Given *given; /* ONNX: the weights */
    bool loss;          /* ONNX: the loss of inputs and targets as `loss`, and
                           how to update, in place of outputs */
    bool counted; /* PyTorch: dropout is told from where masks count; so its
                     own function cannot be called */
} Export;

/* A PyTorch program; NULL, with errors in diag, for what cannot be one. */
const char *export_pytorch(const Export *e);

/* Whether an ONNX file has room for the weights; false with an error in diag.
 */
bool export_onnx_fits(const Export *e);

/* An ONNX file of a model that fits, which export_onnx_write writes. */
const void *export_onnx(const Export *e);
void export_onnx_write(FILE *stream, const void *onnx);

#endif
