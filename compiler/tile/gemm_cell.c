/* gemm_cell.c: what happens to a tile's registers before and after the sum.
 *
 * In: one instantiation of a register tile. Out: C statements over acc_i_q
 * and the variables m and j: first values (zero or partial sums), and the way
 * of the results (C, partial sums, a hook). */
#include "tile/gemm_tile.h"

int gemm_lanes(const Tile *tile, int q)
{
    const GemmSpec *s = &tile->plan->spec;
    int w = tile->plan->target->lanes;
    int rest = (int)(s->n % w);
    bool partial = tile->last && rest > 0 && q == tile->vectors - 1;
    return partial ? rest : w;
}

static const char *acc(Arena *arena, int i, int q)
{
    return arena_printf(arena, "acc_%d_%d", i, q);
}

/* A product of an expression in brackets, without what is 0 or 1. */
static const char *times(Arena *arena, const char *a, int64_t b)
{
    return arena_printf(arena, "%s * %lld", a, (long long)b);
}

/* The place of vector q of the tile's columns in row 0 of a layout. */
static const char *column_place(Arena *arena, const Panels *p,
                                const GemmPlan *plan, int q)
{
    int w = plan->target->lanes;
    int tile = plan->vectors;
    int panel = p->width / w;
    if (p->width == 0) {
        return arena_printf(arena, "j * %d + %d", tile * w, q * w);
    }
    if (panel == tile) {
        return arena_printf(arena, "j * %lld + %d", (long long)p->panel, q * w);
    }
    if (panel > tile) {
        return arena_printf(arena, "j / %d * %lld + j %% %d * %d + %d",
                            panel / tile, (long long)p->panel, panel / tile,
                            tile * w, q * w);
    }
    return arena_printf(arena, "(j * %d + %d) * %lld + %d", tile / panel,
                        q / panel, (long long)p->panel, q % panel * w);
}

/* &c[..] of register (i, q). */
static const char *c_place(Arena *arena, const Tile *tile, int i, int q)
{
    const Panels *c = &tile->plan->spec.c;
    return arena_printf(
        arena, "&c[%s + %s]",
        times(arena, arena_printf(arena, "(m + %d)", i), c->row),
        column_place(arena, c, tile->plan, q));
}

/* &scratch[..] of register (i, q): [tile of the unit][row][vector]. */
static const char *scratch_place(Arena *arena, const Tile *tile, int i, int q)
{
    const GemmPlan *p = tile->plan;
    int w = p->target->lanes;
    int64_t tiles =
        (gemm_row_vectors(&p->spec, p->target) + p->vectors - 1) / p->vectors;
    const char *m = p->chunk < p->spec.m ? "(m - m0)" : "m";
    const char *j = p->tiles == 1 ? "0" : p->tiles == tiles ? "j" : "(j - j0)";
    return arena_printf(arena, "&scratch[(%s * %lld + %s + %d) * %d + %d]", j,
                        (long long)p->chunk, m, i, p->vectors * w, q * w);
}

static void load(Text *out, const char *to, const char *from, int lanes,
                 int all)
{
    if (lanes < all) {
        text_printf(out, "%s = nn_vload_n(%s, %d);\n", to, from, lanes);
    } else {
        text_printf(out, "%s = nn_vload(%s);\n", to, from);
    }
}

static void store(Text *out, const char *to, const char *from, int lanes,
                  int all)
{
    if (lanes < all) {
        text_printf(out, "nn_vstore_n(%s, %s, %d);\n", to, from, lanes);
    } else {
        text_printf(out, "nn_vstore(%s, %s);\n", to, from);
    }
}

/* Lanes of vector q that C has room for. */
static int room(const Tile *tile, int q)
{
    const GemmPlan *p = tile->plan;
    return p->spec.c_rough ? gemm_lanes(tile, q) : p->target->lanes;
}

/* Calls the hook on each vector of each row. */
static void cells(Text *out, const Tile *tile)
{
    const GemmSpec *s = &tile->plan->spec;
    int w = tile->plan->target->lanes;
    for (int i = 0; i < tile->rows; i++) {
        for (int q = 0; q < tile->vectors; q++) {
            const char *name = acc(out->arena, i, q);
            GemmCell cell = {.row = arena_printf(out->arena, "(m + %d)", i),
                             .column =
                                 arena_printf(out->arena, "(j * %d + %d)",
                                              tile->plan->vectors * w, q * w),
                             .lanes = room(tile, q),
                             .n = 1,
                             .acc = &name};
            s->store(out, s->context, &cell);
        }
    }
}

static void clear(Text *out, const Tile *tile)
{
    for (int i = 0; i < tile->rows; i++) {
        for (int q = 0; q < tile->vectors; q++) {
            text_printf(out, "%s = nn_vset(0.0f);\n", acc(out->arena, i, q));
        }
    }
}

/* Partial sums between two blocks of k, kept in C or in scratch. */
static void partial(Text *out, const Tile *tile, bool loads)
{
    const GemmPlan *p = tile->plan;
    int w = p->target->lanes;
    for (int i = 0; i < tile->rows; i++) {
        for (int q = 0; q < tile->vectors; q++) {
            const char *name = acc(out->arena, i, q);
            bool in_c = p->spec.store == NULL;
            const char *at = in_c ? c_place(out->arena, tile, i, q)
                                  : scratch_place(out->arena, tile, i, q);
            int lanes = in_c ? room(tile, q) : w;
            if (loads) {
                load(out, name, at, lanes, w);
            } else {
                store(out, at, name, lanes, w);
            }
        }
    }
}

const char *gemm_first(const GemmPlan *p)
{
    return p->spec.first ? p->spec.first : "0";
}

const char *gemm_last(Arena *arena, const GemmPlan *p)
{
    return p->spec.last ? p->spec.last
                        : arena_printf(arena, "%lld", (long long)p->spec.k);
}

const char *gemm_begin(Arena *arena, const Tile *tile)
{
    const GemmPlan *p = tile->plan;
    Text out = {.arena = arena};
    bool blocked = p->block < p->spec.k;
    if (blocked) {
        text_printf(&out, "if (k0 == %s) {\n", gemm_first(p));
    }
    clear(&out, tile);
    if (blocked) {
        text_add(&out, "} else {\n");
        partial(&out, tile, true);
        text_add(&out, "}\n");
    }
    return text_str(&out);
}

const char *gemm_finish(Arena *arena, const Tile *tile)
{
    const GemmPlan *p = tile->plan;
    Text out = {.arena = arena};
    if (p->spec.store == NULL) {
        partial(&out, tile, false);
        return text_str(&out);
    }
    bool blocked = p->block < p->spec.k;
    if (blocked) {
        text_printf(&out, "if (k0 + %lld >= %s) {\n", (long long)p->block,
                    gemm_last(arena, p));
    }
    cells(&out, tile);
    if (blocked) {
        text_add(&out, "} else {\n");
        partial(&out, tile, false);
        text_add(&out, "}\n");
    }
    return text_str(&out);
}
