/* gemm_emit.c: prints the C function of a planned matrix product.
 *
 * In: a GemmPlan. Out: templates/matmul_tiled.c filled: its rows section once
 * for each shape of register tile (rows split as evenly as they can be, and
 * the last columns), these put together to the function. */
#include "tile/gemm_tile.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pack.h"
#include "tile/comment.h"
#include "tile/template.h"

static const char path[] = "templates/matmul_tiled.c";

enum { MAX_HOLES = 32 };

typedef struct Emit {
    Arena *arena;
    const GemmPlan *plan;
    int64_t tiles;   /* column tiles in all */
    int64_t columns; /* groups of them: units in a chunk of rows */
    Hole holes[MAX_HOLES];
    int n;
} Emit;

typedef struct LoadHook {
    Tile tile;
    const char *pointer;
} LoadHook;

/* Vector q of the tile at step k of B, or of its copy. */
static void load_vector(Text *out, const Tile *tile, const char *pointer,
                        int64_t row, const char *k, int q, bool rough)
{
    int w = tile->plan->target->lanes;
    if (strchr(k, ' ') != NULL) {
        k = arena_printf(out->arena, "(%s)", k);
    }
    const char *at = arena_printf(out->arena, "&%s[%s * %lld + %d]", pointer, k,
                                  (long long)row, q * w);
    int lanes = rough ? gemm_lanes(tile, q) : w;
    if (lanes < w) {
        text_printf(out, "nn_vload_n(%s, %d)", at, lanes);
    } else {
        text_printf(out, "nn_vload(%s)", at);
    }
}

/* Reals from one k of B, or of its copy, to the next. */
static int64_t b_row(const GemmPlan *p)
{
    return p->pack ? (int64_t)p->vectors * p->target->lanes : p->spec.b.row;
}

/* LOAD(k, q). */
static void load_b(Text *out, void *context, int n, const char *const *args)
{
    const LoadHook *h = context;
    const GemmPlan *p = h->tile.plan;
    int q = atoi(args[n - 1]);
    load_vector(out, &h->tile, h->pointer, b_row(p), args[0], q,
                p->spec.b_rough && !p->pack);
}

/* Copies the block's columns of plain B to `panel`. */
static void pack_text(Text *out, const Tile *tile)
{
    const GemmPlan *p = tile->plan;
    int w = p->target->lanes;
    text_printf(out, "float *panel = &scratch[%lld];\n",
                (long long)gemm_partial(p));
    if (p->spec.k % p->block != 0) {
        text_add(out, "for (ptrdiff_t k = 0; k < steps; k++) {\n");
    } else {
        text_printf(out, "for (ptrdiff_t k = 0; k < %lld; k++) {\n",
                    (long long)p->block);
    }
    for (int q = 0; q < tile->vectors; q++) {
        text_printf(out, "nn_vstore(&panel[k * %d + %d], ", p->vectors * w,
                    q * w);
        load_vector(out, tile, "p", p->spec.b.row, "k", q, p->spec.b_rough);
        text_add(out, ");\n");
    }
    text_add(out, "}\n");
}

/* The floats of B's next block that one step of one row tile fetches, so that
 * all row tiles together fetch the block. */
static int64_t fetch_share(const GemmPlan *p)
{
    Cut cut = gemm_cut(p->chunk, p->rows);
    int64_t tiles = cut.n_large + cut.n_small;
    int64_t per_k = (int64_t)p->vectors * p->target->lanes;
    return (per_k + tiles - 1) / tiles;
}

static const char *fetch_text(Arena *arena, const GemmPlan *p, int steps)
{
    Text text = {.arena = arena};
    int64_t share = fetch_share(p);
    for (int64_t at = 0; at < share * steps && p->prefetch; at += 16) {
        text_printf(&text, "__builtin_prefetch(&next[$k * %lld + %lld], 0, 2);",
                    (long long)share, (long long)at);
    }
    return text_str(&text);
}

/* What a tile names before it starts: where it fetches ahead, and how many
 * steps of an uneven block go through the unrolled loop. */
static const char *setup_text(Arena *arena, const GemmPlan *p, int steps)
{
    Text text = {.arena = arena};
    if (p->prefetch) {
        text_printf(&text, "const float *next = &p[m / %d * %lld + %lld];\n",
                    p->rows, (long long)(fetch_share(p) * p->block),
                    (long long)(p->block * p->spec.b.row));
    }
    if (p->spec.k % p->block != 0 && steps > 1) {
        text_printf(&text, "const ptrdiff_t whole = steps / %d * %d;\n", steps,
                    steps);
    }
    return text_str(&text);
}

/* Fills in the holes that are numbers and names; returns how many. */
static int sizes(const Emit *e, const Tile *tile, int steps, int streams,
                 Hole *holes)
{
    Arena *arena = e->arena;
    const GemmPlan *p = tile->plan;
    const GemmSpec *s = &p->spec;
    bool uneven = s->k % p->block != 0;
    int64_t inner = gemm_inner(p);
    bool nested = inner < p->block;
    Hole whole = hole_int(arena, "WHOLE", inner / steps * steps);
    if (uneven) {
        whole.text = steps > 1 ? "whole" : "steps";
    }
    Hole list[] = {
        hole_int(arena, "MR", tile->rows),
        hole_int(arena, "NR", tile->vectors),
        hole_int(arena, "T", streams - 1),
        hole_int(arena, "KU", steps),
        hole_int(arena, "DIRECT", streams > 1 ? 1 : steps),
        hole_int(arena, "A_ROW", s->a.row),
        hole_int(arena, "A_COLUMN", s->a.column),
        hole_int(arena, "A_OUTER", s->a.outer),
        hole_text("P", p->pack ? "panel" : "p"),
        hole_int(arena, "B_ROW", b_row(p)),
        hole_int(arena, "INNER", inner),
        hole_int(arena, "OUTER", p->block / inner),
        hole_text("X", nested ? "xo" : "x"),
        whole,
        uneven ? hole_text("STEPS", "steps") : hole_int(arena, "STEPS", inner),
    };
    memcpy(holes, list, sizeof list);
    return (int)(sizeof list / sizeof *list);
}

/* Where row m of A begins. */
static const char *a_row(Arena *arena, const Scalars *a)
{
    if (a->group == 0) {
        return arena_printf(arena, "m * %lld", (long long)a->row);
    }
    return arena_printf(arena, "m / %lld * %lld + m %% %lld * %lld",
                        (long long)a->group, (long long)a->next,
                        (long long)a->group, (long long)a->row);
}

/* The same in column k0. */
static const char *a_start(Arena *arena, const GemmPlan *p)
{
    const Scalars *a = &p->spec.a;
    const char *row = a_row(arena, a);
    long long column = (long long)a->column;
    long long outer = (long long)a->outer;
    long long block = (long long)a->block;
    if (a->block == 0) {
        return arena_printf(arena, "%s + k0 * %lld", row, column);
    }
    if (p->block % a->block == 0) {
        return arena_printf(arena, "%s + k0 / %lld * %lld", row, block, outer);
    }
    return arena_printf(arena, "%s + k0 / %lld * %lld + k0 %% %lld * %lld", row,
                        block, outer, block, column);
}

/* The row loop of one shape of tile: a hole that is the section `rows`. */
static Hole rows_hole(const Emit *e, const char *name, const Tile *tile,
                      const char *first, const char *end)
{
    Arena *arena = e->arena;
    const GemmPlan *p = tile->plan;
    bool nested = gemm_inner(p) < p->block;
    int streams = 0;
    int steps = gemm_steps(p, tile->rows, tile->vectors, &streams);
    LoadHook *load = NEW(arena, LoadHook);
    load->tile = *tile;
    load->pointer = nested ? "po" : p->pack ? "panel" : "p";
    Hole *holes = NEWN(arena, Hole, MAX_HOLES);
    int n = sizes(e, tile, steps, streams, holes);
    holes[n++] = hole_text("FIRST", first);
    holes[n++] = hole_text("END", end);
    holes[n++] = hole_text("A_START", a_start(arena, p));
    holes[n++] = hole_hook("SETUP", "", setup_text(arena, p, steps));
    holes[n++] = hole_hook("BEGIN", "", gemm_begin(arena, tile));
    holes[n++] = hole_hook("FINISH", "", gemm_finish(arena, tile));
    holes[n++] = hole_hook("FETCH", "k", fetch_text(arena, p, steps));
    holes[n++] = hole_hook("END_STEP", "", tile->rows > 1 ? "NN_STEP();" : "");
    holes[n++] = (Hole){.name = "LOAD", .write = load_b, .context = load};
    if (!nested) {
        holes[n++] = (Hole){.name = "blocks", .section = "reduce"};
    }
    return (Hole){.name = name, .section = "rows", .more = holes, .n_more = n};
}

/* Adds the holes for both row loops (tiles of `large` and large - 1 rows)
 * over `vectors`, and returns the text that names them. */
static const char *columns_text(Emit *e, int vectors, bool last)
{
    const GemmPlan *p = e->plan;
    Arena *arena = e->arena;
    Cut cut = gemm_cut(p->chunk, p->rows);
    bool chunks = p->chunk < p->spec.m;
    const char *base = chunks ? "m0 + " : "";
    const char *first = chunks ? "m0" : "0";
    int64_t middle = cut.large * cut.n_large;
    const char *mid = arena_printf(arena, "%s%lld", base, (long long)middle);
    const char *end = arena_printf(arena, "%s%lld", base, (long long)p->chunk);
    Text out = {.arena = arena};
    Tile tile = {p, (int)cut.large, vectors, last};
    if (p->pack) {
        pack_text(&out, &tile);
    }
    const char *name = last ? "LARGE_LAST" : "LARGE";
    e->holes[e->n++] = rows_hole(e, name, &tile, first, mid);
    text_printf(&out, "$%s();\n", name);
    if (cut.n_small > 0) {
        tile.rows--;
        name = last ? "SMALL_LAST" : "SMALL";
        e->holes[e->n++] = rows_hole(e, name, &tile, mid, end);
        text_printf(&out, "$%s();\n", name);
    }
    return text_str(&out);
}

/* Where tile j of B's columns begins in row k0. */
static const char *b_start(Arena *arena, const GemmPlan *p)
{
    const Panels *b = &p->spec.b;
    int tile = p->vectors * p->target->lanes;
    const char *columns = arena_printf(arena, "j * %d", tile);
    if (b->width == tile) {
        columns = arena_printf(arena, "j * %lld", (long long)b->panel);
    } else if (b->width > 0) {
        int per = b->width / tile;
        columns = arena_printf(arena, "j / %d * %lld + j %% %d * %d", per,
                               (long long)b->panel, per, tile);
    }
    return arena_printf(arena, "%s + k0 * %lld", columns, (long long)b->row);
}

/* The unit's first row and tile. */
static const char *unit_text(const Emit *e)
{
    const GemmPlan *p = e->plan;
    Text out = {.arena = e->arena};
    bool rows = p->chunk < p->spec.m;
    if (rows) {
        text_printf(&out, "const ptrdiff_t m0 = unit / %lld * %lld;\n",
                    (long long)e->columns, (long long)p->chunk);
    }
    if (e->columns > 1) {
        text_printf(&out, "const ptrdiff_t %s = ", p->tiles > 1 ? "j0" : "j");
        if (rows) {
            text_printf(&out, "unit %% %lld * %lld;\n", (long long)e->columns,
                        (long long)p->tiles);
        } else {
            text_printf(&out, "unit * %lld;\n", (long long)p->tiles);
        }
        long long t = (long long)p->tiles;
        if (e->tiles % t != 0) {
            text_printf(&out,
                        "const ptrdiff_t j1 = j0 + %lld < %lld ? j0 + %lld : "
                        "%lld;\n",
                        t, (long long)e->tiles, t, (long long)e->tiles);
        }
    }
    return text_str(&out);
}

static const char *params_text(Arena *arena, const GemmPlan *p)
{
    const GemmSpec *s = &p->spec;
    return arena_printf(
        arena, "const float *restrict a, const float *restrict b%s%s%s, %s",
        s->store == NULL ? ", float *restrict c" : "",
        p->scratch > 0 ? ", float *restrict scratch" : "",
        s->params != NULL ? s->params : "", "int from, int to");
}

/* All shapes of column tiles, chosen by j. */
static const char *all_columns(Emit *e)
{
    const GemmPlan *p = e->plan;
    int rest = (int)(gemm_row_vectors(&p->spec, p->target) % p->vectors);
    bool rough = (p->spec.c_rough || p->spec.b_rough) &&
                 p->spec.n % p->target->lanes != 0;
    int last = rest > 0 ? rest : p->vectors;
    if (rest == 0 && !rough) {
        return columns_text(e, p->vectors, false);
    }
    if (e->tiles == 1) {
        return columns_text(e, last, true);
    }
    return arena_printf(
        e->arena, "if (j < %lld) {\n%s} else {\n%s}\n", (long long)e->tiles - 1,
        columns_text(e, p->vectors, false), columns_text(e, last, true));
}

static const char *span_text(Arena *arena, const GemmPlan *p)
{
    long long block = (long long)p->block;
    long long k = (long long)p->spec.k;
    if (k % block == 0) {
        return "";
    }
    return arena_printf(arena,
                        "const ptrdiff_t steps = k0 + %lld < %lld ? %lld : "
                        "%lld - k0;\n",
                        block, k, block, k);
}

void gemm_emit(Text *out, const GemmPlan *plan, const char *name)
{
    Arena *arena = out->arena;
    Emit e = {.arena = arena, .plan = plan};
    const char *text = pack_find(path);
    if (text == NULL) {
        nnc_bug("%s is not packed into nnc", path);
    }
    int64_t all = gemm_row_vectors(&plan->spec, plan->target);
    e.tiles = (all + plan->vectors - 1) / plan->vectors;
    e.columns = (e.tiles + plan->tiles - 1) / plan->tiles;
    const char *j = e.columns > 1 ? "j0" : "0";
    const char *end =
        arena_printf(arena, "%s + %lld", j, (long long)plan->tiles);
    if (e.tiles % plan->tiles != 0) {
        end = "j1";
    }
    const Hole holes[] = {
        hole_text("NAME", name),
        hole_text("PARAMS", params_text(arena, plan)),
        hole_text("K_FIRST", gemm_first(plan)),
        hole_text("K_LAST", gemm_last(arena, plan)),
        hole_int(arena, "BLOCK", plan->block),
        hole_hook("UNIT", "", unit_text(&e)),
        hole_hook("SPAN", "", span_text(arena, plan)),
        hole_text("J", j),
        hole_text("J_END", end),
        hole_text("B_START", b_start(arena, plan)),
        hole_text("columns", all_columns(&e)),
    };
    memcpy(&e.holes[e.n], holes, sizeof holes);
    e.n += (int)(sizeof holes / sizeof *holes);
    if (plan->tiles == 1 && e.columns > 1) {
        e.holes[e.n++] = (Hole){.name = "tiles", .section = "panel"};
    }
    comment_formula(out, path, 0);
    template_fill(out, path, text, "matmul", e.holes, e.n, 0);
}
