/* layers.h: the tensors of a model as parameters and buffers of modules,
 * nested so that the keys of the state are exactly nnc's names. */
#ifndef NNC_EXPORT_LAYERS_H
#define NNC_EXPORT_LAYERS_H

#include "ir/program.h"

/* A module of PyTorch's own that holds all tensors below a name. */
typedef struct Layer {
    const char *name; /* "residual1.conv1" */
    const char *make; /* "nn.Conv2d(16, 16, 3, padding=1, bias=False)" */
} Layer;

typedef struct Layers {
    Arena *arena;
    const Program *program;
    VEC(Layer) layers;
} Layers;

/* Whether the tensor is a part of the state, under its name. */
bool layers_keep(const Tensor *t);

/* How the tensor is written in a method: "self.c1.weight". */
const char *layers_text(const Layers *w, int tensor);

/* The module that holds these tensors, as it is written in a method, or NULL
 * where they do not have the names that it gives them, or where another module
 * holds them. `names` are those within it: "weight", "bias". */
const char *layers_module(Layers *w, int n, const int *tensors,
                          const char *const *names, const char *make);

/* The module that was found to hold the tensor, if it is made like this. */
const char *layers_found(const Layers *w, int tensor, const char *make);

/* The lines of __init__ that declare all of them, and the constants that a
 * text mentions. */
void layers_declare(Text *out, const Layers *w, const char *text);

#endif
