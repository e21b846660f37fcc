/* surface.h: the functions and layers that the language has without the
 * prelude, expanded from surface.def. */
#ifndef NNC_FRONT_SURFACE_H
#define NNC_FRONT_SURFACE_H

#include "ir/ops.h"

typedef enum Padding { PADDING_OWN, PADDING_ZERO, PADDING_LEAST } Padding;

typedef struct Form {
    const char *name;  /* as the user writes it */
    Op op;             /* what it builds, for builders of several rows */
    Padding padding;   /* what it gets of features that are padded steps */
    int least, most;   /* how many values it takes; -1: any number */
    const char *attrs; /* its arguments: "window:pair, pad:pad=0" */
} Form;

extern const Form surface[];
extern const int surface_count;

/* The row with this name, or NULL. */
const Form *surface_find(const char *name);

#endif
