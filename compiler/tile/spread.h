/* spread.h: the gradient by the input that spreads each pixel of dy over its
 * window, for few input channels (templates/conv2d_spread.c). */
#ifndef NNC_TILE_SPREAD_H
#define NNC_TILE_SPREAD_H

#include "tile/conv_parts.h"

typedef struct Spread {
    const ConvSpec *spec;
    const Target *target;
    Image dy; /* before pooling; channels side by side where copied */
    Image dx; /* sums, in scratch: NHWC, wide enough for every window */
    int pixels, rows, vectors; /* tile */
    bool down; /* the tile's pixels lie above each other, not beside */
    double cycles;
} Spread;

/* Chooses the tile; false where not even one row of a window fits. */
bool spread_choose(Spread *p, const ConvSpec *spec, const Target *target);

/* Reals of the scratch copies. */
int64_t spread_dy_size(const Spread *p);
int64_t spread_dx_size(const Spread *p);

/* [k][u][(v, c) padded to vectors] */
ConvWeights spread_layout(const Spread *p);

/* Prints NAME_spread(dy, w, dx), which sums one image. */
void spread_emit(Text *out, const Spread *p, const char *name);

/* Prints what takes the sums, at scratch + at, through the epilogue to `out`,
 * the image n of dx; returns the statement that does it. */
const char *spread_finish(Text *out, const Spread *p, const char *name,
                          int64_t at);

#endif
