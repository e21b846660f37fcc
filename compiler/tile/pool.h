/* pool.h: pooling by itself, forward and backward, as C.
 *
 * Windows of any size, stride and padding. The maximum ignores padding; the
 * mean counts it (PyTorch's default). Forward:
 *
 *     NAME(x, y, arg EXTRA, from, to)      arg only with `argmax`
 *
 * Backward (spec.gradient; y is then the layout of its gradient):
 *
 *     NAME(dy, arg, dx EXTRA, from, to)    arg only for POOL_MAX
 *
 * from..to are rows of the batch, any split gives the same bits. arg holds the
 * index of the first maximum in each window, row-major; a byte, or two where
 * the window has more than 255 places (plan.arg_bytes). Any layout; channels
 * side by side in all of them are fast. */
#ifndef NNC_TILE_POOL_H
#define NNC_TILE_POOL_H

#include "tile/conv.h"

typedef struct PoolSpec {
    int batch;
    PoolKind kind; /* POOL_MAX or POOL_MEAN */
    bool gradient;
    int window[2], stride[2], pad[4]; /* pads are less than the window */
    Image x, y;
    Image arg; /* arg's layout; channels 0: as y */
    bool argmax;
    Epilogue epilogue; /* on y, or on dx of a gradient */
} PoolSpec;

typedef struct PoolPlan {
    PoolSpec spec;
    const Target *target;
    char axis;  /* what lanes are: 'c' channels, 'x' columns */
    bool lines; /* of planes: windows are done row by row first */
    int units;
    int arg_bytes;
    const char *why; /* for --report */
} PoolPlan;

PoolPlan *pool_plan(Arena *arena, const PoolSpec *spec, const Target *target);
void pool_emit(Text *out, const PoolPlan *plan, const char *name);

#endif
