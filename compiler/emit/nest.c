/* nest.c: common loops over several layouts; see nest.h. */
#include "emit/nest.h"

#include "emit/emit.h"

int nest_operand(Nest *nest, const Shape *own, const Layout *l)
{
    Layout to = *l;
    for (int a = 0; a < nest->shape.rank; a++)
        if (own->dim[a] == 1)
            to.axis[a] = (AxisLayout){.n = 1, .piece = {{1, 0}}};
    vec_push(nest->arena, &nest->operands, to);
    return nest->operands.n - 1;
}

typedef VEC(int64_t) Cuts;

/* Puts a divisor where it belongs, unless it is there. */
static void add_cut(Arena *arena, Cuts *cuts, int64_t div)
{
    int at = 0;
    while (at < cuts->n && cuts->at[at] < div)
        at++;
    if (at < cuts->n && cuts->at[at] == div)
        return;
    vec_push(arena, cuts, div);
    for (int k = cuts->n - 1; k > at; k--)
        cuts->at[k] = cuts->at[k - 1];
    cuts->at[at] = div;
}

/* The divisors at which some operand's pieces of an axis end, ascending,
 * from 1; none where they do not divide each other. */
static Cuts cuts_of(const Nest *nest, int axis)
{
    Cuts cuts = {0};
    add_cut(nest->arena, &cuts, 1);
    for (int o = 0; o < nest->operands.n; o++) {
        const AxisLayout *a = &nest->operands.at[o].axis[axis];
        int64_t div = 1;
        for (int i = a->n - 1; i > 0; i--) {
            div *= a->piece[i].size;
            add_cut(nest->arena, &cuts, div);
        }
    }
    for (int i = 1; i < cuts.n; i++)
        if (cuts.at[i] % cuts.at[i - 1])
            return (Cuts){0};
    return cuts;
}

/* How far an operand moves when the axis's index grows by div. */
static int64_t stride_at(const AxisLayout *axis, int64_t div)
{
    int64_t inner = 1;
    for (int i = axis->n - 1; i >= 0; i--) {
        Piece p = axis->piece[i];
        if (div < inner * p.size || i == 0)
            return p.stride * (div / inner);
        inner *= p.size;
    }
    return 0;
}

/* Whether every operand has room for the padding that a cut leaves, and may
 * be read there: a sum may not. */
static bool room(const Nest *nest, int axis, int64_t whole, bool reduced)
{
    if (reduced)
        return false;
    for (int o = 0; o < nest->operands.n; o++) {
        const AxisLayout *a = &nest->operands.at[o].axis[axis];
        int64_t span = 1;
        bool fixed = true;
        for (int i = 0; i < a->n; i++) {
            span *= a->piece[i].size;
            fixed &= a->piece[i].stride == 0;
        }
        if (span < whole && !fixed)
            return false;
    }
    return true;
}

static Loop *add_loop(Nest *nest, int axis, int64_t count, int64_t div,
                      bool reduced)
{
    if (nest->n_loops == MAX_LOOPS)
        nnc_bug("a nest of more than %d loops", MAX_LOOPS);
    Loop *loop = &nest->loop[nest->n_loops++];
    *loop = (Loop){.count = count,
                   .axis = axis,
                   .div = div,
                   .stride = NEWN(nest->arena, int64_t, nest->operands.n),
                   .reduced = reduced};
    for (int o = 0; o < nest->operands.n; o++)
        loop->stride[o] = stride_at(&nest->operands.at[o].axis[axis], div);
    return loop;
}

/* One loop over the whole axis. A stride that is none counts as wide. */
static void add_mixed(Nest *nest, int axis, bool reduced)
{
    Loop *loop = add_loop(nest, axis, nest->shape.dim[axis], 1, reduced);
    nest->mixed[axis] = true;
    for (int o = 0; o < nest->operands.n; o++)
        if (nest->operands.at[o].axis[axis].n > 1)
            loop->stride[o] = INT32_MAX;
}

static void add_loops(Nest *nest, int axis, bool reduced)
{
    Cuts cuts = cuts_of(nest, axis);
    int64_t *cut = cuts.at, dim = nest->shape.dim[axis];
    int n = cuts.n;
    if (n == 0)
        add_mixed(nest, axis, reduced);
    while (n > 1 && cut[n - 1] >= dim && !room(nest, axis, cut[n - 1], reduced))
        n--;
    for (int i = n - 1; i >= 0; i--) {
        int64_t count =
            i == n - 1 ? (dim + cut[i] - 1) / cut[i] : cut[i + 1] / cut[i];
        nest->guarded[axis] |= i == n - 1 && dim % cut[i] &&
                               !room(nest, axis, count * cut[i], reduced);
        if (count > 1)
            add_loop(nest, axis, count, cut[i], reduced);
    }
}

static int64_t span(int64_t stride)
{
    return stride < 0 ? -stride : stride;
}

/* Kept loops before reduced ones; wide strides of the first operand (of the
 * second for reduced loops) before narrow ones. */
static bool before(const Loop *a, const Loop *b, int last)
{
    if (a->reduced != b->reduced)
        return b->reduced;
    int o = a->reduced ? last : 0;
    return span(a->stride[o]) > span(b->stride[o]);
}

static void sort_loops(Nest *nest)
{
    int last = nest->operands.n > 1 ? 1 : 0;
    for (int i = 1; i < nest->n_loops; i++)
        for (int j = i; j > 0; j--) {
            Loop *l = &nest->loop[j];
            if (!before(&l[0], &l[-1], last))
                break;
            Loop swap = l[0];
            l[0] = l[-1];
            l[-1] = swap;
        }
}

static bool mergeable(const Nest *nest, const Loop *outer, const Loop *inner)
{
    bool apart = nest->guarded[outer->axis] || nest->guarded[inner->axis] ||
                 nest->mixed[outer->axis] || nest->mixed[inner->axis];
    if (outer->reduced != inner->reduced || apart ||
        (nest->apart && inner->reduced))
        return false;
    for (int o = 0; o < nest->operands.n; o++)
        if (outer->stride[o] != inner->stride[o] * inner->count)
            return false;
    return true;
}

static void merge_loops(Nest *nest)
{
    int n = 0;
    for (int i = 0; i < nest->n_loops; i++) {
        if (n > 0 && mergeable(nest, &nest->loop[n - 1], &nest->loop[i])) {
            int64_t count = nest->loop[n - 1].count * nest->loop[i].count;
            nest->loop[n - 1] = nest->loop[i];
            nest->loop[n - 1].count = count;
        } else {
            nest->loop[n++] = nest->loop[i];
        }
    }
    nest->n_loops = n;
}

void nest_build(Nest *nest, unsigned reduced)
{
    static const char *const var[MAX_LOOPS] = {
        "i",  "j",  "k",  "l",  "i2", "j2", "k2", "l2",
        "i3", "j3", "k3", "l3", "i4", "j4", "k4", "l4"};
    nest->n_loops = 0;
    for (int a = 0; a < nest->shape.rank; a++)
        add_loops(nest, a, reduced >> a & 1);
    sort_loops(nest);
    merge_loops(nest);
    for (int i = 0; i < nest->n_loops; i++)
        nest->loop[i].var = var[i];
}

const char *nest_place(const Nest *nest, int operand)
{
    Arena *arena = nest->arena;
    Text out = {.arena = arena};
    bool back = false;
    int64_t ahead = 0;
    for (int i = 0; i < nest->n_loops; i++) {
        const Loop *loop = &nest->loop[i];
        int64_t stride = loop->stride[operand];
        if (stride == 0)
            continue;
        back |= stride < 0;
        ahead += stride * loop->ahead;
        if (nest->mixed[loop->axis]) {
            Layout one = {
                .rank = 1,
                .axis = {nest->operands.at[operand].axis[loop->axis]}};
            text_printf(&out, "%s%s", out.n ? " + " : "",
                        emit_index(arena, &one, &loop->var));
            continue;
        }
        text_add(&out, out.n ? (stride < 0 ? " - " : " + ")
                             : (stride < 0 ? "0 - " : ""));
        text_add(&out, loop->var);
        if (span(stride) != 1)
            text_printf(&out, " * %lld", (long long)span(stride));
    }
    if (ahead)
        text_printf(&out, " + %lld", (long long)ahead);
    if (back)
        return arena_printf(arena, "(ptrdiff_t)(%s)", text_str(&out));
    return out.n ? text_str(&out) : "0";
}

const char *nest_guard(const Nest *nest, bool *inner)
{
    Text out = {.arena = nest->arena};
    *inner = false;
    for (int a = 0; a < nest->shape.rank; a++) {
        if (!nest->guarded[a])
            continue;
        text_add(&out, out.n ? " && " : "");
        const char *plus = "";
        for (int i = 0; i < nest->n_loops; i++) {
            const Loop *loop = &nest->loop[i];
            if (loop->axis != a)
                continue;
            text_printf(&out, loop->div == 1 ? "%s%s" : "%s%s * %lld", plus,
                        loop->var, (long long)loop->div);
            plus = " + ";
            *inner |= i == nest->n_loops - 1;
        }
        text_printf(&out, " < %lld", (long long)nest->shape.dim[a]);
    }
    return out.n ? text_str(&out) : NULL;
}
