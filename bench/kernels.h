/* The models of kernels.nn, as kernels.sh lists them. */
#ifndef KERNELS_H
#define KERNELS_H

#include "nn_model.h"

typedef struct {
    const char *text; /* what is computed, in the language */
    const nn_model *model;
} Kernel;

/* Ends with a row without text. */
extern const Kernel kernel_table[];

#endif
