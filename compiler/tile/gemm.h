/* gemm.h: matrix products as C.
 *
 *     C[m][v] = sum over k of A[m][k] * B[k][v]
 *
 * with A read as scalars (any strides, so also transposed: the gradient by a
 * weight is this product with a.row = 1) and B and C as vectors along v. The
 * part knows no Graph: a GemmSpec says what is wanted, gemm_plan chooses
 * register tile, blocking and split by a cost model, gemm_emit prints one C
 * function with literal sizes:
 *
 *     static void NAME(a, b, c, scratch EXTRA, int from, int to)
 *
 * Pointers are float *restrict (const where read). Left out: c where
 * spec.store is given (the hook stores), scratch where plan.scratch is 0. EXTRA
 * is spec.params. The work is cut into plan.units pieces that are independent
 * of the number of threads; the function does from..to-1, and any split gives
 * the same bits. Calls in flight at the same time need scratch of their own.
 * Files that hold the function include <stddef.h> and the prelude of target.h.
 *
 * Columns. v counts whole vectors' lanes: with W lanes and n columns,
 * ceil(n / W) * W of them exist.
 *
 * B's lanes beyond n are zero in packed weights. Where b_rough or c_rough
 * says that B's or C's rows have no such room, the last vector is read or
 * written in part. */
#ifndef NNC_TILE_GEMM_H
#define NNC_TILE_GEMM_H

#include "tile/target.h"

/* Where element (r, v) of B or C lies, in reals from its first:
 *     v / width * panel + r * row + v % width
 * width 0 stands for plain rows: r * row + v. Packed weights [v/width][k]
 * [width] have row = width and panel = rows * width. */
typedef struct Panels {
    int width; /* a multiple of the lanes, or 0 */
    int64_t row, panel;
} Panels;

/* Where A's element (m, k) lies:
 *     m / group * next + m % group * row + k / block * outer + k % block *
 *     column
 * group 0 stands for one group of all m, block 0 for one block of all k. */
typedef struct Scalars {
    int64_t row, column, block, outer;
    int64_t group, next;
} Scalars;

/* What a hook gets: one vector of results in a register, or one of each gate.
 */
typedef struct GemmCell {
    const char *row;    /* C expressions in brackets, ptrdiff_t: m, */
    const char *column; /* and the column of lane 0, in its gate */
    int lanes; /* lanes that are columns: fewer than the target's in the last
                  vector of an n that is no multiple, else all */
    int n;     /* how many registers: the gates */
    const char *const *acc; /* their names, nn_vec variables */
} GemmCell;

/* Prints statements on one cell; braces of its own where it declares names,
 * but not round gates.
 * The text may use the holes of template.h's language, loops included. */
typedef void GemmHook(Text *out, void *context, const GemmCell *cell);

typedef struct GemmSpec {
    int64_t m, n, k;
    Scalars a;
    Panels b, c;
    bool b_rough;    /* plain B: behind n columns of a row nothing may be read.
                        Where a whole vector may (another row, other values of
                        the same arena), false is faster, with c_rough */
    bool c_rough;    /* C: lanes beyond n must stay as they are (also in hooks:
                        only then cell.lanes may be less than all) */
    GemmHook *store; /* instead of storing to C: gets the finished sums */
    void *context;
    int operations; /* vector operations of store on one cell, for the cost */
    const char *params;       /* EXTRA: ", const float *restrict s", or NULL */
    const char *first, *last; /* names of params between which k runs, the
                                 first a multiple of the block; NULL: all */
    int64_t chunk; /* rows in one unit, which divide m; 0: as the cost says */
    bool in_order; /* each sum takes one product after the other, so that zeros
                      among them change nothing */
    int unroll; /* most multiply-adds of a basic block; 0: one tile step a loop
                   (none), -1: by cost (auto), INT_MAX: all (full) */
} GemmSpec;

typedef struct GemmPlan {
    GemmSpec spec;
    const Target *target;
    int rows, vectors; /* register tile */
    int streams;       /* independent partial sums over k, for few rows */
    int steps;         /* reduction steps written out in the loop body */
    int64_t block;     /* k's done before the next rows; k where not blocked */
    int64_t chunk;     /* rows of A in one unit */
    int64_t tiles;     /* column tiles in one unit */
    bool prefetch;     /* B's next block is fetched ahead */
    bool pack;         /* plain B goes through a panel in scratch */
    int units;
    int64_t scratch; /* reals, 64-byte aligned, not cleared */
    double flops;    /* of one call for all units */
    const char *why; /* one line for --report */
} GemmPlan;

/* The packed layout that B likes best for this product (spec.b and spec.c
 * are ignored). Weights shared by several products are laid out for the one
 * with most work; the others take what they find. */
Panels gemm_panels(const GemmSpec *spec, const Target *target);

/* Reals of `rows` rows in the layout, for n columns. */
int64_t gemm_size(const Panels *panels, int64_t rows, int64_t n,
                  const Target *target);

GemmPlan *gemm_plan(Arena *arena, const GemmSpec *spec, const Target *target);

/* Prints the function of the plan. */
void gemm_emit(Text *out, const GemmPlan *plan, const char *name);

/* Gates are equal stretches of a product's columns whose results meet in one
 * place, as the four of an LSTM. The product leaves its sums in plain rows,
 * and when all are there, a second function goes through them. */
typedef struct GateSpec {
    int gates;
    int64_t n;       /* columns of one of them */
    int64_t row;     /* gemm_gates_row */
    GemmHook *store; /* gets a vector of each gate */
    void *context;
    const char *params; /* EXTRA */
} GateSpec;

/* Reals from a row of n sums to the next: what is read beyond a gate that ends
 * within a vector lies in the row too. */
int64_t gemm_gates_row(int64_t n, const Target *target);

/* Prints static void NAME(const float *restrict sums EXTRA, int from, int to),
 * which does rows from..to-1. */
void gemm_gates(Text *out, const GateSpec *spec, const Target *target,
                const char *name);

#endif
