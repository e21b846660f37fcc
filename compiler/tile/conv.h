/* conv.h: 2-D convolutions as C, forward and both gradients.
 *
 *     y[n,k,i,j] = sum over c,u,v of
 *                  x[n, c, i*stride+u-pad, j*stride+v-pad] * w[k,c,u,v]
 *
 * The part knows no Graph: a ConvSpec says what is wanted, conv_plan chooses
 * form, register tile, weight layout and split by a cost model, conv_emit
 * prints C with literal sizes. Any layout of images is accepted; where one
 * lacks what the form needs (a halo of at least the padding, neighbouring
 * lanes), the kernel first copies the image into its scratch memory. The
 * layouts that need no copy are given by conv_images.
 *
 * Work is cut into `units` that are independent of the number of threads:
 * the emitted function does units from..to-1, any split gives the same bits.
 *
 *     forward          NAME(x, w, y, arg, scratch EXTRA, from, to)
 *     gradient by x    NAME(dy, arg, w, dx, scratch EXTRA, from, to)
 *     gradient by w    NAME(x, dy, arg, dw, partial, scratch, from, to), then
 *                      NAME_finish(partial, dw) once after all units
 *
 * All are `static void`; pointers are float *restrict (const where read;
 * arg unsigned char, or unsigned short where plan.arg_bytes is 2), from and
 * to are int. Parameters that a plan does not need are left out: arg without
 * argmax, scratch and partial where their sizes are 0, dw of the gradient by w
 * where `partial` is used. NAME_finish exists where plan.partial > 0. EXTRA is
 * the epilogue's params.
 *
 * Pooling. With `pool` the convolution's own result is never stored: y holds
 * the pooled values, and dy of both gradients is the gradient of the pooled
 * values. `argmax` makes forward record which pixel of the window won (the
 * first maximum in row-major order, as PyTorch), at the place that y's value
 * has. Gradients through max pooling need arg. Only windows that do not
 * overlap (stride = window, no padding) that the registers can hold: ask
 * conv_pools first, and use pool.h where it says no.
 *
 * Weights are read in plan.weights, a layout of the PyTorch-shaped tensor
 * [k, c, u, v] with zeros at the places that no element has. The gradient by
 * x wants its own (turned) copy. dw is written in spec.dw_layout, zeros
 * included. */
#ifndef NNC_TILE_CONV_H
#define NNC_TILE_CONV_H

#include "tile/image.h"
#include "tile/target.h"

typedef enum ConvRole {
    CONV_FORWARD,
    CONV_GRAD_INPUT,
    CONV_GRAD_WEIGHT
} ConvRole;

typedef enum PoolKind { POOL_NONE, POOL_MAX, POOL_MEAN } PoolKind;

/* The place of element idx[4] of [k, c, u, v] is
 * offset + sum of (idx[axis] / div % size) * stride. */
typedef struct ConvPiece {
    int axis;
    int64_t div, size, stride;
} ConvPiece;

typedef struct ConvWeights {
    int64_t offset, size; /* reals, zeros included */
    int n;
    ConvPiece piece[10];
} ConvWeights;

typedef struct ConvSpec {
    ConvRole role;
    int batch, filters;
    int kernel[2], stride[2], pad[4]; /* height, width; TOP..RIGHT */
    Image x;   /* forward's input, or its gradient's layout (GRAD_INPUT) */
    Image y;   /* forward's result after pooling, or its gradient's layout */
    Image arg; /* where forward puts arg; channels 0: as y. It need not lie as
                  y does, nor as the gradient of y */
    PoolKind pool;
    int window[2];
    bool argmax;
    ConvWeights dw_layout; /* GRAD_WEIGHT: the layout of dw */
    Epilogue epilogue;     /* on y (forward) or dx (GRAD_INPUT) */
    int unroll; /* most multiply-adds of a basic block; 0: one tile step a
                   loop (none), -1: by cost (auto), INT_MAX: all (full) */
} ConvSpec;

typedef enum ConvForm {
    CONV_CHANNELS, /* lanes are output channels */
    CONV_COLUMNS,  /* lanes are output columns */
    CONV_TURNED,   /* gradient by x as CONV_CHANNELS with turned weights */
    CONV_TURNED_COLUMNS, /* the same, lanes are columns */
    CONV_SPREAD,         /* gradient by x: rows of (v, c) added to the image */
    CONV_TILES,          /* gradient by w: lanes are filters */
    CONV_SPARSE,         /* gradient by w through the maximum of a pool */
    CONV_SUMS /* gradient by w: lanes are columns, summed at the end */
} ConvForm;

typedef struct ConvPlan {
    ConvSpec spec;
    const Target *target;
    ConvForm form;
    int rows, columns, vectors; /* register tile: pixels and vectors, or what
                                   the form tiles; see its file */
    int steps;              /* tile steps written out in the innermost loop */
    ConvWeights weights;    /* layout of w */
    bool copy_x, copy_y;    /* through scratch: the layout does not fit */
    Image inner_x, inner_y; /* the layouts the loops work on */
    int units;              /* independent pieces of work */
    int64_t scratch;        /* reals that each call in flight needs, 64-byte
                               aligned, not cleared, of its own */
    int64_t partial;        /* reals shared by all units, kept until finish */
    int arg_bytes;          /* 0, 1 or 2 */
    double flops;           /* of one call for all units */
    int64_t fmas;           /* vector multiply-adds written out, for limits */
    const char *why;        /* one line for --report */
} ConvPlan;

/* The layouts of x and y this convolution likes best (spec's are ignored
 * except for their shapes); x gets the halo and slack it needs. */
void conv_images(const ConvSpec *spec, const Target *target, Image *x,
                 Image *y);

/* The layout in which forward records arg best; the gradients take it too. */
Image conv_arg_image(const ConvSpec *spec, const Target *target);

/* True where forward can pool in registers as spec says. */
bool conv_pools(const ConvSpec *spec, const Target *target);

ConvPlan *conv_plan(Arena *arena, const ConvSpec *spec, const Target *target);

/* Prints the function(s) of the plan. */
void conv_emit(Text *out, const ConvPlan *plan, const char *name);

#endif
