/* unpool.h: gradients of pooled values back at their pixels. */
#ifndef NNC_TILE_UNPOOL_H
#define NNC_TILE_UNPOOL_H

#include "tile/conv_parts.h"

/* The layout of a convolution's own result, before pooling, whose gradient
 * unpool_emit writes: rows and columns that pooling leaves out, and the halo
 * asked for, are its halo. */
Image unpool_image(const ConvSpec *spec, int block, const int halo[4],
                   int columns);

/* Prints `static void NAME(const float *restrict y, [const unsigned char
 * *restrict arg,] float *restrict x)` for one image: spec.y's values to the
 * pixels of x. Without pooling a plain copy. The halo of x stays. */
void unpool_emit(Text *out, const ConvSpec *spec, const Image *x,
                 const Target *target, const char *name);

/* Cycles it takes, about. */
double unpool_cycles(const ConvSpec *spec, const Target *target);

#endif
