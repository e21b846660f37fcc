/* gemm_plan.c: chooses tile, blocking and split of a matrix product.
 *
 * In: a GemmSpec and a target. Out: a GemmPlan with the least estimated
 * cycles. The estimate counts, per reduction step of a tile, what limits a
 * processor with out-of-order execution: multiply-adds, loads, and the
 * latency of a chain of sums; then what a tile costs besides, and the bytes
 * that come from further away than level 1. The shape of the tile search
 * follows Goto and van de Geijn, Anatomy of High-Performance Matrix
 * Multiplication (2008), and BLIS; the constants are measured (bench/). */
#include "tile/gemm_tile.h"

#include <limits.h>
#include <math.h>

#include "base/diag.h"

enum {
    MAX_ROWS = 28,
    MAX_VECTORS = 16,
    MAX_STREAMS = 8,
    MAX_STEPS = 4,     /* --unroll=auto: reduction steps written out, */
    BODY_FMAS = 96,    /* and multiply-adds in a basic block */
    MIN_BLOCK = 128,   /* shortest block of k worth its partial sums */
    FEW_ROWS = 64,     /* for which no block is worth them within level 2 */
    WANTED_UNITS = 16, /* enough for a few threads, */
    FEW_UNITS = 8,     /* where more cost memory traffic, */
    UNIT_FMAS = 4000   /* each with vector multiply-adds for microseconds */
};

static int64_t ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t gemm_row_vectors(const GemmSpec *s, const Target *t)
{
    return ceil_div(s->n, t->lanes);
}

/* Rows that lie at one stride, so that tiles may take any of them. */
static int64_t group_rows(const GemmSpec *s)
{
    return s->a.group > 0 ? s->a.group : s->m;
}

/* Registers of a tile: sums, one step's vectors, a broadcast scalar, and a
 * product where there is no multiply-add. */
static int registers(int64_t rows, int64_t vectors, const Target *t)
{
    return (int)smaller(INT_MAX, rows * vectors + vectors + 1 + !t->fma);
}

/* Whether registers hold a tile of so many rows and vectors. Where there are
 * many, compilers load scalars ahead. */
static bool fits(int64_t rows, int64_t vectors, const Target *t)
{
    int64_t ahead = larger(2, target_ahead(t, (int)rows) + 1);
    return registers(rows, vectors, t) <=
           t->registers - (t->registers > 16 ? ahead : 0);
}

/* Whether tiles of `vectors` columns end where panels do. */
static bool divides(int64_t vectors, const Panels *p, const Target *t,
                    bool larger_too)
{
    int64_t panel = p->width / t->lanes;
    return p->width == 0 || panel % vectors == 0 ||
           (larger_too && vectors % panel == 0);
}

static bool suits(const GemmSpec *s, const Target *t, int64_t vectors,
                  bool any_b)
{
    return (any_b || divides(vectors, &s->b, t, false)) &&
           (s->store != NULL || divides(vectors, &s->c, t, true));
}

/* Independent partial sums along k that keep the multiply-add units busy. */
static int streams(const GemmSpec *spec, int64_t rows, int64_t vectors,
                   int64_t k, const Target *t)
{
    int64_t sums = rows * vectors;
    int64_t wanted = larger(1, 16 / sums);
    int64_t room = (t->registers - 2 - !t->fma) / sums;
    int64_t s = smaller(smaller(wanted, room), MAX_STREAMS);
    return spec->in_order ? 1 : (int)larger(1, smaller(s, k));
}

/* Cycles of one reduction step. */
static double step_cycles(int64_t rows, int64_t vectors, int n_streams,
                          const Target *t)
{
    double fma = (double)(rows * vectors) / t->fmas;
    double load = (double)(rows + vectors) / 2;
    if (!t->fma) {
        fma *= 2;
    }
    double bound = fmax(fma, load);
    double chain = (double)t->latency / n_streams;
    double spill = fits(rows, vectors, t) ? 1 : 3;
    return fmax(bound + 0.1 * fmin(fma, load), chain) * spill;
}

/* Cycles of one tile over all k. */
static double tile_cycles(const GemmSpec *s, const Target *t, int64_t rows,
                          int64_t vectors, int64_t b_vectors)
{
    int n_streams = streams(s, rows, vectors, s->k, t);
    double sums = (double)(rows * vectors);
    double steps = (double)s->k * step_cycles(rows, vectors, n_streams, t);
    double panel = (double)s->k * (double)b_vectors * t->lanes * 4;
    bool once = s->m <= rows; /* no second tile finds it in level 1 */
    if (once || panel > 0.6 * t->l1) {
        double bytes = (double)s->k * (double)vectors * t->lanes * 4;
        steps = fmax(steps, bytes / t->l2_rate);
    }
    return steps + 30 + sums * (1.5 + n_streams - 1) +
           sums * s->operations / t->fmas;
}

Cut gemm_cut(int64_t whole, int64_t tile)
{
    int64_t n = ceil_div(whole, tile);
    int64_t large = ceil_div(whole, n);
    int64_t n_large = whole - n * (large - 1);
    return (Cut){large, n_large, n - n_large};
}

/* Cycles of the product with a tile of rows x vectors. */
static double all_cycles(const GemmSpec *s, const Target *t, int64_t rows,
                         int64_t vectors)
{
    int64_t all = gemm_row_vectors(s, t);
    int64_t full = all / vectors;
    int64_t rest = all % vectors;
    Cut c = gemm_cut(group_rows(s), rows);
    double groups = (double)(s->m / group_rows(s));
    double cycles = 0;
    for (int part = 0; part < 2; part++) {
        int64_t n = part ? c.n_small : c.n_large;
        int64_t r = c.large - part;
        if (n > 0) {
            cycles +=
                (double)(n * full) * tile_cycles(s, t, r, vectors, vectors);
        }
        if (n > 0 && rest > 0) {
            cycles += (double)n * tile_cycles(s, t, r, rest, vectors);
        }
    }
    int bodies = (1 + (c.n_small > 0)) * (1 + (rest > 0));
    return groups * cycles * (1 + 0.003 * bodies);
}

/* The fastest tile; false where no number of vectors suits. */
static bool choose_tile(const GemmSpec *s, const Target *t, bool any_b,
                        int *rows, int *vectors)
{
    double best = HUGE_VAL;
    int64_t most = smaller(MAX_VECTORS, gemm_row_vectors(s, t));
    for (int64_t v = 1; v <= most; v++) {
        if (!suits(s, t, v, any_b)) {
            continue;
        }
        for (int64_t r = 1; r <= smaller(MAX_ROWS, group_rows(s)); r++) {
            if (!fits(r, v, t) && r > 1) {
                break;
            }
            double cycles = all_cycles(s, t, r, v);
            if (cycles < best * 0.9999) {
                best = cycles;
                *rows = (int)gemm_cut(group_rows(s), r).large;
                *vectors = (int)v;
            }
        }
    }
    return best < HUGE_VAL;
}

Panels gemm_panels(const GemmSpec *spec, const Target *target)
{
    int rows = 1;
    int vectors = 1;
    if (!choose_tile(spec, target, true, &rows, &vectors)) {
        nnc_bug("no register tile for a product");
    }
    int width = vectors * target->lanes;
    return (Panels){
        .width = width, .row = width, .panel = spec->k * (int64_t)width};
}

/* The largest divisor of n that is at most `most`. */
static int64_t divisor(int64_t n, int64_t most)
{
    int64_t d = larger(1, smaller(n, most));
    while (n % d != 0) {
        d--;
    }
    return d;
}

/* About `block`, but either whole blocks of A's or a divisor of one. */
static int64_t whole_blocks(const GemmSpec *s, int64_t block)
{
    if (block >= s->a.block) {
        return s->a.block * divisor(s->k / s->a.block, block / s->a.block);
    }
    int64_t part = divisor(s->a.block, block);
    return part < MIN_BLOCK / 2 ? s->a.block : part;
}

/* Blocks of k so that what a row tile passes over stays in level 1: the
 * panel's block, and for a transposed A the lines of its columns. */
static void choose_block(GemmPlan *p)
{
    const GemmSpec *s = &p->spec;
    const Target *t = p->target;
    p->block = s->k;
    bool transposed = s->a.column != 1;
    int64_t per_k = (int64_t)p->vectors * t->lanes * 4;
    int64_t most = t->l1 * 3 / 2 / per_k;
    int64_t keep = t->l2 * (group_rows(s) <= FEW_ROWS ? 3 : 1) / 4 / per_k;
    if (transposed) {
        per_k += 64;
        most = t->l1 * 3 / 2 / per_k;
        keep = most * 3 / 2;
    }
    if (s->m <= p->rows || s->k <= keep || s->k < 2 * MIN_BLOCK) {
        return;
    }
    int64_t blocks = ceil_div(s->k, larger(most, MIN_BLOCK));
    p->block = ceil_div(s->k, blocks);
    if (s->a.block > 0) {
        p->block = whole_blocks(s, p->block);
        return;
    }
    for (int64_t b = p->block; b < p->block * 5 / 4 && b <= s->k; b++) {
        if (s->k % b == 0) {
            p->block = b;
            return;
        }
    }
    p->block = ceil_div(p->block, MAX_STEPS) * MAX_STEPS;
}

/* Cuts the product into units of whole tiles. */
static void choose_units(GemmPlan *p)
{
    const GemmSpec *s = &p->spec;
    const Target *t = p->target;
    int64_t tiles = ceil_div(gemm_row_vectors(s, t), p->vectors);
    double fmas = (double)s->m * (double)gemm_row_vectors(s, t) * (double)s->k;
    int64_t wanted = (int64_t)fmin(WANTED_UNITS, fmax(1, fmas / UNIT_FMAS));
    if (p->block < s->k && s->m * s->k * 4 > t->l2 / 2) {
        /* Each group of columns reads all of A from beyond level 2. */
        wanted = smaller(wanted, FEW_UNITS);
    }
    p->tiles = ceil_div(tiles, wanted);
    int64_t columns = ceil_div(tiles, p->tiles);
    /* Rows whose block of A stays in level 2 beside a panel of B. */
    int64_t most = larger(p->rows, t->l2 / 2 / (p->block * 4));
    if (tiles == 1 || s->m <= most) {
        most = s->m;
    }
    if (columns < wanted) {
        most = smaller(most, larger(4 * p->rows, s->m * columns / wanted));
    }
    p->chunk = s->a.group > 0 ? s->a.group : divisor(s->m, most);
    if (p->chunk < smaller(2 * p->rows, group_rows(s))) {
        p->chunk = s->m; /* a size without divisors is not cut */
    }
    if (s->chunk > 0) {
        p->chunk = s->chunk;
    }
    Cut c = gemm_cut(p->chunk, p->rows);
    p->rows = (int)c.large;
    p->units = (int)smaller(INT_MAX, columns * (s->m / p->chunk));
}

int64_t gemm_partial(const GemmPlan *p)
{
    bool kept = p->block < p->spec.k && p->spec.store != NULL;
    return kept ? p->chunk * p->tiles * p->vectors * p->target->lanes : 0;
}

static int64_t gcd(int64_t a, int64_t b)
{
    return b == 0 ? a : gcd(b, a % b);
}

/* Whether a block of plain B has so many lines in so few sets of level 1 (64
 * sets of 8 ways) that it does not stay there, nor for long in level 2. */
static bool conflicts(const GemmPlan *p)
{
    int64_t bytes = p->spec.b.row * 4;
    int64_t wide = larger(1, (int64_t)p->vectors * p->target->lanes / 16);
    int64_t step = gcd(bytes / 64, 64);
    return bytes % 64 == 0 &&
           p->block * wide > 2 * 8 * (64 / step) * smaller(wide, step);
}

/* Such a B is copied to a panel first, where it is read often enough. */
static void choose_pack(GemmPlan *p)
{
    const GemmSpec *s = &p->spec;
    p->pack = s->b.width == 0 && conflicts(p) && p->chunk >= 24 &&
              p->chunk >= 3 * (int64_t)p->rows;
    p->scratch = gemm_partial(p);
    if (p->pack) {
        p->scratch += p->block * p->vectors * p->target->lanes;
    }
}

int64_t gemm_inner(const GemmPlan *p)
{
    int64_t block = p->spec.a.block;
    return block > 0 ? smaller(block, p->block) : p->block;
}

int gemm_steps(const GemmPlan *p, int64_t rows, int64_t vectors, int *n_streams)
{
    const GemmSpec *s = &p->spec;
    int64_t sums = rows * vectors;
    int64_t inner = gemm_inner(p);
    *n_streams = streams(s, rows, vectors, inner, p->target);
    int64_t steps = smaller(MAX_STEPS, BODY_FMAS / sums);
    if (s->unroll == 0) {
        steps = 1;
    } else if (s->unroll > 0) {
        steps = s->unroll / sums;
    }
    if (*n_streams > 1) {
        steps = *n_streams;
    }
    return (int)larger(1, smaller(steps, inner));
}

static const char *explain(Arena *arena, const GemmPlan *p, double cycles)
{
    const GemmSpec *s = &p->spec;
    const Target *t = p->target;
    double ideal = (double)s->m * (double)gemm_row_vectors(s, t) *
                   (double)s->k / t->fmas * (t->fma ? 1 : 2);
    Text text = {.arena = arena};
    text_printf(&text, "%dx%d vector%s (%d of %d registers)", p->rows,
                p->vectors, str_s(p->rows * p->vectors),
                registers(p->rows, p->vectors, t), t->registers);
    if (p->streams > 1) {
        text_printf(&text, ", %d streams hide the latency", p->streams);
    }
    text_printf(&text, ", %d step%s a loop", p->steps, str_s(p->steps));
    if (p->block < s->k) {
        text_printf(&text, ", k in blocks of %lld for level 1",
                    (long long)p->block);
    }
    if (p->pack) {
        text_printf(&text, ", B copied to a panel (its rows share cache sets)");
    }
    if (p->prefetch) {
        text_printf(&text, ", B fetched a block ahead (beyond level 2)");
    }
    text_printf(&text, "; about %.0f %% of the multiply-add peak",
                100 * fmin(1, ideal / cycles));
    return text_str(&text);
}

GemmPlan *gemm_plan(Arena *arena, const GemmSpec *spec, const Target *target)
{
    GemmPlan *p = NEW(arena, GemmPlan);
    p->spec = *spec;
    p->target = target;
    if (spec->m < 1 || spec->n < 1 || spec->k < 1) {
        nnc_bug("a product of %lld x %lld x %lld", (long long)spec->m,
                (long long)spec->n, (long long)spec->k);
    }
    if (!choose_tile(spec, target, false, &p->rows, &p->vectors)) {
        nnc_bug("no register tile suits panels of %d and %d", spec->b.width,
                spec->c.width);
    }
    choose_block(p);
    choose_units(p);
    choose_pack(p);
    p->steps = gemm_steps(p, p->rows, p->vectors, &p->streams);
    double b_bytes = (double)spec->k * (double)gemm_row_vectors(spec, target) *
                     target->lanes * 4;
    p->prefetch = p->block < spec->k && p->chunk == spec->m &&
                  gemm_inner(p) == p->block &&
                  spec->b.width == p->vectors * target->lanes &&
                  b_bytes > target->l2;
    p->flops = 2.0 * (double)spec->m * (double)spec->n * (double)spec->k;
    p->why = explain(arena, p, all_cycles(spec, target, p->rows, p->vectors));
    return p;
}
