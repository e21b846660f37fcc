/* tiles.h: the fast variants of kernels: register tiles from gemm.h, conv.h
 * and pool.h with the layouts that layout.c has fixed.
 *
 * tiles() runs between layout and order: it chooses a variant for every
 * kernel that has one, and with it parts and scratch. emit_tile prints it. */
#ifndef NNC_EMIT_TILES_H
#define NNC_EMIT_TILES_H

#include <limits.h>

#include "emit/emit.h"
#include "tile/gemm.h"

/* A product [M, N] = [M, K] by [K, N], or a batch of them, as a tile sees it:
 * `turned` computes the transposed result, so that lanes run along M. */
typedef struct Product {
    GemmSpec spec;
    bool turned;
    bool direct;  /* the tile stores the result itself */
    int64_t sums; /* reals from row to row of sums in scratch: of gates */
    AxisOrder rows, columns, inner; /* in which m, n and k run */
    int batch;                      /* such products, each a part; or 1 */
    GemmPlan *plan;
} Product;

Plan *tiles(Plan *plan, const CodeOptions *options);

/* Most multiply-adds of a basic block as tiles understand it: INT_MAX for
 * --unroll=full. */
static inline int tiles_unroll(const CodeOptions *options)
{
    return options->unroll == UNROLL_FULL ? INT_MAX : options->unroll;
}

/* Chooses the variant of a convolution kernel. */
void tile_conv(Plan *plan, Kernel *k, const CodeOptions *options);

/* Chooses the tile of a pooling kernel by itself; none where only the plain
 * loops can do it, or do it better. */
void tile_pool(const Plan *plan, Kernel *k, const CodeOptions *options);

/* Print the tile's function and the kernel's body that calls it. */
void emit_product(Scope *s);
void emit_conv(Scope *s);

void emit_pool(Scope *s);

#endif
