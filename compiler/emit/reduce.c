/* reduce.c: sums and largest values along axes as loop nests.
 *
 * Sums of scalars are in double, those of vectors in float. The terms of a
 * gradient mostly cancel, so a long sum keeps beside it what rounding takes.
 * That is done once a run of a few terms, which are added as they are (Higham,
 * Accuracy and Stability of Numerical Algorithms, chapter 4): it costs less
 * than a plain sum, each of whose additions waits for the one before it, and
 * loses little more than what is kept for every term. A sum over rows, as
 * gradients and statistics are, is long from the second run on: there are few
 * of them, and what cancels in them is most of it.
 *
 * Where rows have lengths, what is padded adds zeros, and no sum may depend on
 * how many there are. So every term is one of a run of its own, however long
 * the sum; and lanes along one begin anew with each row: then the same terms
 * meet in a lane, and lanes that padding in front shifts are folded in the same
 * pairs. */
#include "emit/loops.h"

/* Terms that a lane adds up without minding what rounding takes; those of a
 * run in a longer sum; vectors of columns that are summed side by side, since
 * a column alone waits for memory, unless a term has more than so many nodes.
 */
enum { SHORT_SUM = 32, RUN = 4, BESIDE = 4, LONG_TERM = 8 };

typedef struct Sum {
    const Kernel *k;
    bool largest; /* not a sum at all */
    bool along;   /* the lanes are parts of one sum */
    int beside;   /* vectors of columns */
    int used;     /* lanes of the last of these */
    int cut;      /* the loop that is cut into runs; -1: the sum is short */
    int64_t run;  /* its turns in a run */
} Sum;

/* Turns of a loop, or vectors where lanes lie along it. */
static int64_t turns_of(const Loops *l, const Sum *s, int loop)
{
    int64_t count = l->nest.loop[loop].count;
    bool lanes = s->along && loop == l->nest.n_loops - 1;
    return lanes ? (count - 1) / l->lanes + 1 : count;
}

static Sum sum_of(const Loops *l, bool along)
{
    Sum s = {.k = l->scope->kernel, .along = along, .beside = 1, .cut = -1};
    bool padded = l->scope->plan->program->lengths;
    int64_t all = 1, terms = 1, plain = padded ? 0 : RUN;
    s.largest = s.k->anchor->op == OP_RMAX;
    s.used = l->used;
    for (int i = l->nest.n_loops - 1; i >= 0; i--) {
        if (!l->nest.loop[i].reduced)
            continue;
        int64_t turns = turns_of(l, &s, i);
        all *= turns;
        if (s.cut < 0 && turns * terms > plain) {
            s.cut = i;
            s.run = padded ? 1 : plain / terms;
        }
        terms = s.cut < 0 ? all : terms;
    }
    bool rows = (s.k->anchor->attr.axes & 1) != 0;
    if (all <= (rows || padded ? plain : SHORT_SUM) || l->lanes == 1 ||
        s.largest)
        s.cut = -1;
    return s;
}

/* The sum's variable for one of the vectors side by side. */
static const char *named(const Loops *l, const Sum *s, const char *name, int v)
{
    return s->beside == 1 ? name
                          : arena_printf(l->scope->e->arena, "%s%d", name, v);
}

static void declare(Loops *l, const Sum *s, const char *name)
{
    const char *type = l->lanes > 1 ? "nn_vec"
                       : s->largest ? "nn_real"
                                    : "double";
    const char *first = s->largest ? "-INFINITY" : "0";
    if (l->lanes > 1)
        first = arena_printf(l->scope->e->arena, "nn_vset(%s)", first);
    for (int v = 0; v < s->beside; v++)
        loops_line(l, "%s %s = %s;", type, named(l, s, name, v), first);
}

/* The variables before the first term. */
static void declare_all(Loops *l, const Sum *s)
{
    declare(l, s, "sum");
    if (s->cut >= 0)
        declare(l, s, "lost");
}

/* Opens the loop that is cut, from one turn to another: each run has a sum of
 * its own. */
static void open_runs(Loops *l, const Sum *s, int64_t first, int64_t last)
{
    const Loop *loop = &l->nest.loop[s->cut];
    int by = s->along && s->cut == l->nest.n_loops - 1 ? l->lanes : 1;
    Loop runs = {.var = s->run == 1 ? loop->var : "run"};
    loops_open(l, &runs, first * by, last * by, (int)s->run * by, false);
    declare(l, s, "few");
    if (s->run == 1)
        return;
    Arena *arena = l->scope->e->arena;
    const char *end =
        last - first < s->run
            ? arena_printf(arena, "%lld", (long long)last * by)
            : arena_printf(arena, "run + %lld", (long long)s->run * by);
    loops_line(l, "for (size_t %s = run; %s < %s; %s%s) {", loop->var,
               loop->var, end, loop->var,
               by == 1 ? "++" : arena_printf(arena, " += %d", by));
    l->indent++;
}

/* Behind a run, whose loops end. */
static void add_run(Loops *l, const Sum *s, int indent)
{
    loops_close(l, indent);
    for (int v = 0; v < s->beside; v++)
        loops_line(l, "nn_vadd(&%s, &%s, %s);", named(l, s, "sum", v),
                   named(l, s, "lost", v), named(l, s, "few", v));
}

/* The C of a term, behind the statements that it needs. Where lanes are parts
 * of one sum, those behind the used ones change nothing. */
static const char *term(Loops *l, const Sum *s)
{
    l->terms.n = 0;
    loops_statements(l, s->k);
    const char *x = loops_value(l, s->k->anchor->in[0]);
    return s->along && l->used < l->lanes
               ? arena_printf(l->scope->e->arena, "nn_vfirst(%s, %s, %d)", x,
                              s->largest ? "sum" : "nn_vset(0)", l->used)
               : x;
}

/* Adds the term of one of the vectors. */
static void add_term(Loops *l, const Sum *s, int v, const char *to)
{
    const char *x = term(l, s);
    if (s->largest && l->lanes == 1)
        loops_line(l, "sum = %s > sum ? %s : sum;", x, x);
    else if (s->largest)
        loops_line(l, "sum = nn_vmax(sum, %s);", x);
    else
        loops_line(l, "%s += %s;", named(l, s, to, v), x);
}

/* From here on places are those of one of the vectors side by side. */
static void turn_to(Loops *l, const Sum *s, int v)
{
    if (l->lanes == 1)
        return;
    l->nest.loop[l->nest.n_loops - 1].ahead = v * l->lanes;
    loops_lanes(l, v == s->beside - 1 ? s->used : l->lanes);
}

/* The terms of all vectors side by side, each in a block of its own where
 * there are variables in it. */
static void add_terms(Loops *l, const Sum *s)
{
    bool blocks = s->beside > 1 && s->k->nodes.n > 1;
    for (int v = 0; v < s->beside; v++) {
        int outer = l->indent;
        turn_to(l, s, v);
        if (blocks) {
            loops_line(l, "{");
            l->indent++;
        }
        add_term(l, s, v, s->cut < 0 ? "sum" : "few");
        loops_close(l, outer);
    }
    turn_to(l, s, 0);
}

static void store_kept(Loops *l, const Sum *s)
{
    for (int v = 0; v < s->beside; v++) {
        const char *sum = named(l, s, "sum", v);
        turn_to(l, s, v);
        if (s->cut >= 0)
            sum = arena_printf(l->scope->e->arena, "nn_vtotal(%s, %s)", sum,
                               named(l, s, "lost", v));
        loops_store(l, s->k->anchor, l->lanes == 1 ? "(nn_real)sum" : sum);
    }
    turn_to(l, s, 0);
}

/* Opens the reduced ones of the loops from one to another. */
static void open_reduced(Loops *l, int first, int last)
{
    for (int i = first; i < last; i++)
        if (l->nest.loop[i].reduced)
            loops_open(l, &l->nest.loop[i], 0, l->nest.loop[i].count, 1, false);
}

typedef void Terms(Loops *l, const Sum *s);

/* The runs of some turns; `inner` adds the terms of one turn. */
static void add_some(Loops *l, const Sum *s, int64_t first, int64_t last,
                     Terms *inner)
{
    int outer = l->indent;
    if (first == last)
        return;
    open_runs(l, s, first, last);
    inner(l, s);
    add_run(l, s, outer + 1);
    loops_close(l, outer);
}

/* All turns of the loop that is cut: runs, and what is left behind them. */
static void add_runs(Loops *l, const Sum *s, int64_t turns, Terms *inner)
{
    int64_t whole = turns / s->run * s->run;
    add_some(l, s, 0, whole, inner);
    add_some(l, s, whole, turns, inner);
}

/* The terms of one turn of the loop that is cut, or of all where none is. */
static void kept_terms(Loops *l, const Sum *s)
{
    open_reduced(l, s->cut + 1, l->nest.n_loops);
    loops_guard(l);
    add_terms(l, s);
}

/* The sums of one kept place, or of vectors of them side by side. */
static void reduce_kept(Loops *l, const Sum *s)
{
    int kept = l->indent;
    declare_all(l, s);
    open_reduced(l, 0, s->cut);
    if (s->cut >= 0)
        add_runs(l, s, turns_of(l, s, s->cut), kept_terms);
    else
        kept_terms(l, s);
    loops_close(l, kept);
    store_kept(l, s);
}

/* The terms of one turn of the loop that is cut, or of all: vectors along the
 * innermost loop and the lanes behind the last whole one. */
static void along_terms(Loops *l, const Sum *s)
{
    int last = l->nest.n_loops - 1;
    const Loop *inner = &l->nest.loop[last];
    int64_t whole = loops_whole_turns(l, inner);
    const char *to = s->cut < 0 ? "sum" : "few";
    open_reduced(l, s->cut + 1, last);
    int outer = l->indent;
    if (whole > 0) {
        loops_open(l, inner, 0, whole, l->lanes, false);
        add_term(l, s, 0, to);
        loops_close(l, outer);
    }
    if (whole < inner->count) {
        loops_lanes(l, inner->count - whole);
        loops_open(l, inner, whole, inner->count, l->lanes, false);
        add_term(l, s, 0, to);
        loops_close(l, outer);
        loops_lanes(l, l->lanes);
    }
}

/* One vector of a run along the innermost loop. */
static void one_term(Loops *l, const Sum *s)
{
    add_term(l, s, 0, "few");
}

/* Sums along the innermost loop: a vector of partial sums, folded at the end
 * in a fixed order. */
static void reduce_along(Loops *l)
{
    int last = l->nest.n_loops - 1, kept = l->indent;
    const Loop *inner = &l->nest.loop[last];
    int64_t whole = loops_whole_turns(l, inner);
    loops_lanes(l, l->scope->e->lanes);
    Sum s = sum_of(l, true);
    declare_all(l, &s);
    open_reduced(l, 0, s.cut);
    if (s.cut == last) {
        int outer = l->indent;
        add_runs(l, &s, whole / l->lanes, one_term);
        if (whole < inner->count) {
            loops_lanes(l, inner->count - whole);
            loops_open(l, inner, whole, inner->count, l->lanes, false);
            loops_line(l, "nn_vadd(&sum, &lost, %s);", term(l, &s));
            loops_close(l, outer);
        }
    } else if (s.cut >= 0) {
        add_runs(l, &s, turns_of(l, &s, s.cut), along_terms);
    } else {
        along_terms(l, &s);
    }
    loops_close(l, kept);
    loops_scalars(l);
    loops_store(l, s.k->anchor,
                s.largest    ? "nn_vlargest(sum)"
                : s.cut >= 0 ? "nn_vsum_total(sum, lost)"
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

/* Vectors of columns to sum side by side: each part of the kernel has some.
 * Terms that take long themselves leave nothing to wait for. */
static int beside_of(const Sum *s, int64_t vectors)
{
    int64_t beside = s->cut < 0 || s->k->nodes.n > LONG_TERM ? 1 : BESIDE;
    while (beside > 1 && vectors / beside < s->k->parts)
        beside /= 2;
    return (int)beside;
}

/* The columns of one loop, `split` among the kernel's parts. */
static void reduce_lanes(Loops *l, const Loop *lane, bool split)
{
    int outer = l->indent, lanes = l->scope->e->lanes;
    loops_lanes(l, lanes);
    Sum s = sum_of(l, false);
    s.beside = beside_of(&s, lane->count / lanes);
    int64_t by = s.beside * lanes, whole = lane->count / by * by;
    if (whole > 0) {
        loops_open(l, lane, 0, whole, (int)by, split);
        reduce_kept(l, &s);
        loops_close(l, outer);
    }
    if (whole < lane->count) {
        s.beside = (int)((lane->count - whole - 1) / lanes) + 1;
        s.used = (int)(lane->count - whole) - (s.beside - 1) * lanes;
        if (split)
            loops_last_part(l);
        loops_open(l, lane, whole, lane->count, s.beside * lanes, false);
        reduce_kept(l, &s);
    }
}

/* Columns: the lane loop becomes the nest's innermost for loads. */
static void reduce_columns(Loops *l, int at)
{
    const Loop lane = l->nest.loop[at];
    for (int i = at; i + 1 < l->nest.n_loops; i++)
        l->nest.loop[i] = l->nest.loop[i + 1];
    l->nest.loop[l->nest.n_loops - 1] = lane;
    l->nest.loop[l->nest.n_loops - 1].reduced = false;
    bool split = l->scope->kernel->parts > 1;
    for (int i = 0; i + 1 < l->nest.n_loops; i++)
        if (!l->nest.loop[i].reduced) {
            loops_open(l, &l->nest.loop[i], 0, l->nest.loop[i].count, 1, split);
            split = false;
        }
    reduce_lanes(l, &lane, split);
}

void emit_reduce(Scope *s)
{
    Loops l = loops_of_reduce(s);
    int at = kept_lane_loop(&l);
    if (at >= 0) {
        reduce_columns(&l, at);
    } else {
        loops_open_all(&l, false);
        if (loops_fit_vectors(&l) && l.nest.loop[l.nest.n_loops - 1].reduced) {
            reduce_along(&l);
        } else {
            Sum sum = sum_of(&l, false);
            reduce_kept(&l, &sum);
        }
    }
    loops_close(&l, 1);
}
