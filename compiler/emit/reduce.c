/* reduce.c: sums and largest values along axes as loop nests.
 *
 * Sums of scalars are in double; those of vectors are in float, and the long
 * ones keep beside them what rounding takes, since the terms of a gradient
 * mostly cancel. */
#include "emit/loops.h"

/* Terms in a row that a lane adds up without minding what rounding takes. */
enum { SHORT_SUM = 32 };

/* Whether what the sums lose by rounding is kept beside them. */
static bool careful(const Loops *l, const Kernel *k, bool along)
{
    int64_t terms = 1;
    for (int i = 0; i < l->nest.n_loops; i++)
        terms *= l->nest.loop[i].reduced ? l->nest.loop[i].count : 1;
    return k->anchor->op == OP_SUM && l->lanes > 1 &&
           terms > SHORT_SUM * (along ? l->lanes : 1);
}

/* `along`: the lanes are parts of one sum, so that those behind the used ones
 * must stay as they are. */
static const char *step_of(Loops *l, const Kernel *k, bool along)
{
    Arena *arena = l->scope->e->arena;
    const char *x = loops_value(l, k->anchor->in[0]);
    bool largest = k->anchor->op == OP_RMAX;
    bool some = along && l->used < l->lanes;
    if (some)
        x = arena_printf(arena, "nn_vfirst(%s, %s, %d)", x,
                         largest ? "sum" : "nn_vset(0)", l->used);
    if (careful(l, k, along))
        return arena_printf(arena, "nn_vadd(&sum, &lost, %s);", x);
    if (!largest)
        return arena_printf(arena, "sum += %s;", x);
    if (l->lanes == 1)
        return arena_printf(arena, "sum = %s > sum ? %s : sum;", x, x);
    return arena_printf(arena, "sum = nn_vmax(sum, %s);", x);
}

static const char *start_of(const Loops *l, const Kernel *k)
{
    const char *first = k->anchor->op == OP_RMAX ? "-INFINITY" : "0";
    return l->lanes == 1
               ? first
               : arena_printf(l->scope->e->arena, "nn_vset(%s)", first);
}

/* The variables of a sum before its first term. */
static void declare_sum(Loops *l, const Kernel *k, bool along)
{
    bool exact = l->lanes == 1 && k->anchor->op == OP_SUM;
    const char *type = l->lanes > 1 ? "nn_vec" : exact ? "double" : "nn_real";
    loops_line(l, "%s sum = %s;", type, start_of(l, k));
    if (careful(l, k, along))
        loops_line(l, "nn_vec lost = nn_vset(0);");
}

/* The sums of one kept place, or of a vector of them side by side. */
static void reduce_kept(Loops *l, const Kernel *k)
{
    int kept = l->indent;
    l->terms.n = 0;
    declare_sum(l, k, false);
    for (int i = 0; i < l->nest.n_loops; i++)
        if (l->nest.loop[i].reduced)
            loops_open(l, &l->nest.loop[i], 0, l->nest.loop[i].count, 1, false);
    loops_guard(l);
    loops_statements(l, k);
    loops_line(l, "%s", step_of(l, k, false));
    loops_close(l, kept);
    loops_store(l, k->anchor,
                l->lanes == 1          ? "(nn_real)sum"
                : careful(l, k, false) ? "nn_vtotal(sum, lost)"
                                       : "sum");
}

/* One turn of sums along the innermost loop, on vectors. */
static void along_body(Loops *l, const Kernel *k, int64_t first, int64_t last)
{
    int outer = l->indent;
    l->terms.n = 0;
    loops_open(l, &l->nest.loop[l->nest.n_loops - 1], first, last, l->lanes,
               false);
    loops_statements(l, k);
    loops_line(l, "%s", step_of(l, k, true));
    loops_close(l, outer);
}

/* Sums along the innermost loop: a vector of partial sums, folded at the end
 * in a fixed order. */
static void reduce_along(Loops *l, const Kernel *k)
{
    const Loop *inner = &l->nest.loop[l->nest.n_loops - 1];
    int64_t whole = loops_whole_turns(l, inner);
    int kept = l->indent;
    loops_lanes(l, l->scope->e->lanes);
    bool largest = k->anchor->op == OP_RMAX, beside = careful(l, k, true);
    declare_sum(l, k, true);
    loops_open_outer(l, true);
    if (whole > 0)
        along_body(l, k, 0, whole);
    loops_lanes(l, inner->count - whole);
    if (whole < inner->count)
        along_body(l, k, whole, inner->count);
    loops_close(l, kept);
    loops_scalars(l);
    loops_store(l, k->anchor,
                largest  ? "nn_vlargest(sum)"
                : beside ? "nn_vsum_total(sum, lost)"
                         : "nn_vsum(sum)");
}

/* The last kept loop, where it and not a reduced one lies side by side. */
static int kept_lane_loop(const Loops *l)
{
    int at = -1;
    for (int i = 0; i < l->nest.n_loops; i++)
        if (!l->nest.loop[i].reduced)
            at = i;
    if (at < 0 || l->scope->e->lanes == 1 ||
        l->nest.guarded[l->nest.loop[at].axis])
        return -1;
    if (!loops_lie_along(l, &l->nest.loop[at]))
        return -1;
    return l->nest.loop[at].stride[0] == 1 ? at : -1;
}

/* Columns: the lane loop becomes the nest's innermost for loads. */
static void reduce_columns(Loops *l, const Kernel *k, int at)
{
    const Loop lane = l->nest.loop[at];
    int64_t whole = loops_whole_turns(l, &lane);
    for (int i = at; i + 1 < l->nest.n_loops; i++)
        l->nest.loop[i] = l->nest.loop[i + 1];
    l->nest.loop[l->nest.n_loops - 1] = lane;
    l->nest.loop[l->nest.n_loops - 1].reduced = false;
    bool split = k->parts > 1;
    for (int i = 0; i + 1 < l->nest.n_loops; i++)
        if (!l->nest.loop[i].reduced) {
            loops_open(l, &l->nest.loop[i], 0, l->nest.loop[i].count, 1, split);
            split = false;
        }
    int outer = l->indent;
    loops_lanes(l, l->scope->e->lanes);
    if (whole > 0) {
        loops_open(l, &lane, 0, whole, l->lanes, split);
        reduce_kept(l, k);
        loops_close(l, outer);
    }
    loops_lanes(l, lane.count - whole);
    if (whole < lane.count) {
        if (split)
            loops_last_part(l);
        loops_open(l, &lane, whole, lane.count, l->lanes, false);
        reduce_kept(l, k);
    }
}

void emit_reduce(Scope *s)
{
    const Kernel *k = s->kernel;
    Loops l = loops_of_reduce(s);
    int at = kept_lane_loop(&l);
    if (at >= 0) {
        reduce_columns(&l, k, at);
    } else {
        loops_open_all(&l, false);
        if (loops_fit_vectors(&l) && l.nest.loop[l.nest.n_loops - 1].reduced)
            reduce_along(&l, k);
        else
            reduce_kept(&l, k);
    }
    loops_close(&l, 1);
}
