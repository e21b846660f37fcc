/* image.h: where the values of a batch of images lie.
 *
 * One description covers NCHW, NHWC and blocked layouts, with or without a
 * halo of zeros around each image: channel c of pixel (y, x) of row n of the
 * batch is found at
 *
 *     n * size + origin + c / block * group + c % block + y * row + x * column
 *
 *     block 1             NCHW: x runs fastest where column is 1
 *     block >= channels   NHWC: one group; column may exceed the channels
 *     block 16 (say)      NCHWc16: groups of 16 channels
 *
 * The halo is zero whenever a kernel reads the image: the kernel that writes
 * the image clears it. What lies between the end of a row with its halo and
 * the next row (column < row / width) belongs to nobody: kernels may read
 * and overwrite it, and it must hold finite numbers or none are used. */
#ifndef NNC_TILE_IMAGE_H
#define NNC_TILE_IMAGE_H

#include "base/str.h"

enum { TOP, LEFT, BOTTOM, RIGHT }; /* indices of halo[] and pad[] */

typedef struct Image {
    int channels, height, width;
    int block;                  /* channels of a group; they are neighbours */
    int halo[4];                /* zero rows and columns around the image */
    int64_t group, row, column; /* strides, in reals */
    int64_t origin; /* from an image's first byte to its pixel (0, 0) */
    int64_t size;   /* reals from one image to the next */
    int64_t slack;  /* reals behind the last image that may be read */
} Image;

/* The densest layout with this block (1, channels, or a divisor of the
 * group), this halo (NULL: none) and at least `columns` columns a row, halo
 * included (0: as many as needed). */
Image image_make(int channels, int height, int width, int block,
                 const int *halo, int columns);

/* NCHW without halo: the layout of the network's inputs and outputs. */
Image image_rows(int channels, int height, int width);

/* True where both put every value at the same place and `a` has at least the
 * halo and slack of `b`. */
bool image_serves(const Image *a, const Image *b);

/* What a kernel does to a vector of results before it stores them: the
 * element-wise operators that were fused behind it. `print` adds statements
 * that change the variable `value` (a vec) in place; `at` says which values
 * it holds. Statements may be repeated for the same value, so they must not
 * update anything else. A NULL print leaves the value as it is. */
typedef struct Lanes {
    const char *n, *c, *y, *x; /* C expressions (int) of the first lane */
    char axis;                 /* lane i is channel c + i or column x + i */
    int count; /* lanes that hold results; the others are not stored */
} Lanes;

typedef struct Epilogue {
    void (*print)(Text *out, void *context, const char *value, const Lanes *at);
    void *context;
    int operations;     /* vector operations that print makes, for the cost */
    const char *params; /* further parameters: ", const float *restrict s" */
    const char *args;   /* their names, to hand them on: ", s" */
} Epilogue;

/* Prints `static void NAME(const float *restrict x, float *restrict y)`, which
 * copies one image from one layout to another; both have the same channels,
 * height and width. The halo of `to` stays as it is. */
void image_copy_emit(Text *out, const Image *from, const Image *to,
                     const char *name);

/* True where the image has a halo to clear. */
bool image_has_halo(const Image *image);

/* Prints `static void NAME(float *y)`, which clears the halo of one image. */
void image_halo_emit(Text *out, const Image *image, const char *name);

/* The C expression of where channel `c` (an expression, int) lies from the
 * same pixel's channel 0; `limit` is above every value that c takes. */
const char *image_channel(Arena *arena, const Image *image, const char *c,
                          int limit);

#endif
