/* gemm_tile.h: what the parts of gemm share: the tiles of a plan. */
#ifndef NNC_TILE_GEMM_TILE_H
#define NNC_TILE_GEMM_TILE_H

#include "tile/gemm.h"

/* `whole` rows as n_large tiles of `large` and n_small of large - 1 rows. */
typedef struct Cut {
    int64_t large, n_large, n_small;
} Cut;

/* As many tiles as `tile` rows at most ask for, as even as they can be. */
Cut gemm_cut(int64_t whole, int64_t tile);

/* Reals of scratch that hold partial sums; B's panel lies behind them. */
int64_t gemm_partial(const GemmPlan *plan);

/* Vectors of a whole row of results. */
int64_t gemm_row_vectors(const GemmSpec *spec, const Target *target);

/* The k's of a block that one loop runs over: fewer than the block's where
 * it is made of several blocks of A's. */
int64_t gemm_inner(const GemmPlan *plan);

/* Reduction steps written out for a tile; *streams gets the number of its
 * independent partial sums, which then is the number of steps too, unless it
 * is 1. */
int gemm_steps(const GemmPlan *plan, int64_t rows, int64_t vectors,
               int *streams);

/* One instantiation of the tile: m and j are the C variables of its first
 * row and of the column tile. */
typedef struct Tile {
    const GemmPlan *plan;
    int rows, vectors;
    bool last; /* the columns end here, so lanes may be missing */
} Tile;

/* Between which k runs, as C. */
const char *gemm_first(const GemmPlan *p);
const char *gemm_last(Arena *arena, const GemmPlan *p);

/* The C text that gives the registers acc_i_q their first values, and the
 * text that stores them, partial sums between blocks of k included. */
const char *gemm_begin(Arena *arena, const Tile *tile);
const char *gemm_finish(Arena *arena, const Tile *tile);

/* Lanes of vector q of the tile that are columns. */
int gemm_lanes(const Tile *tile, int q);

#endif
