/* columns.h: the loops of a convolution whose lanes are output columns. */
#ifndef NNC_TILE_COLUMNS_H
#define NNC_TILE_COLUMNS_H

#include "tile/conv_parts.h"

typedef struct Columns {
    const ConvSpec *spec;
    const Target *target;
    const Image *x; /* with columns side by side, halo and slack */
    const Image *y;
    int out[2];                  /* results before pooling that are needed */
    int channels, rows, vectors; /* tile */
    double cycles;               /* of one image */
} Columns;

/* Chooses the tile; false where this form cannot do what spec says. */
bool columns_choose(Columns *c);

/* Vector multiply-adds that the function holds, written out. */
int64_t columns_fmas(const Columns *c);

/* Reals behind the last image that the loads touch. */
int64_t columns_slack(const Columns *c);

/* As direct_emit; `row0` and `row1` bound the rows (NULL: all). */
void columns_emit(Text *out, Text *loops, int indent, const Columns *c,
                  const char *name, const char *row0, const char *row1);

#endif
