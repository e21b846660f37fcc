/* direct.h: the loops of a convolution whose lanes are output channels.
 *
 * Used by the forward pass and, with turned weights, by the gradient by the
 * input (once for each phase of the stride). */
#ifndef NNC_TILE_DIRECT_H
#define NNC_TILE_DIRECT_H

#include "tile/conv_parts.h"

typedef struct DirectTile {
    int rows, columns; /* pixels before pooling */
    int vectors;       /* of channels; 0: there is no such tile */
    int first, panels; /* its first channel; how many times side by side */
    int count;         /* lanes of the last vector that hold channels */
    double cycles;     /* of all its tiles for one image */
} DirectTile;

typedef struct Direct {
    const ConvSpec *spec; /* for pooling, epilogue and unrolling */
    const Target *target;
    const Image *x, *y;
    int inputs, outputs; /* channels */
    int kernel[2], stride[2];
    int lead[2]; /* rows and columns that the first window begins above and
                    left of x's first pixel; may be negative */
    int out[2];  /* results before pooling */
    int scale[2], shift[2]; /* result i lies at y's row i * scale + shift */
    int64_t w_offset;       /* of the first tap of the first channel */
    int64_t w_row, w_column, w_channel; /* strides of taps and of inputs */
    int64_t w_panel; /* and of panels of channels, which hold */
    int w_vectors;   /* this many vectors side by side */
    DirectTile main, tail;
} Direct;

/* Chooses the tiles; returns the estimated cycles of one image. */
double direct_choose(Direct *d);

/* What a kernel's loops run over, as C expressions. */
typedef struct DirectRange {
    const char *row0, *row1; /* conv rows; NULL: all */
    const char *k0, *k1;     /* channels of the main tiles; NULL: all */
    const char *tail; /* condition under which the tail is done, or NULL */
} DirectRange;

/* Prints the tile functions, named NAME_tile and NAME_rest, and appends to
 * `loops` the statements (at `indent`) that do the range for the image whose
 * pixel rows begin at `in` (const float *), storing at `out` and `won`. */
void direct_emit(Text *out, Text *loops, int indent, const Direct *d,
                 const char *name, const DirectRange *range);

/* Vector multiply-adds that the functions hold, written out. */
int64_t direct_fmas(const Direct *d);

#endif
