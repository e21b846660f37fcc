/* fuse.c: groups nodes that can share one loop nest into kernels.
 *
 * In: a graph after the second rewrite. Out: a Plan whose kernels hold every
 * node that computes something; leaves and views belong to none. A kernel is
 * an anchor with the element-wise nodes of the same shape that follow it, or
 * such nodes alone, or a reduction with the element-wise nodes that only it
 * uses. Merging never makes a cycle: a kernel joins only where no other
 * kernel stands between the two. `plain` gives every node its own kernel. */
#include "pass/fuse.h"

static KernelKind kind_of(const Node *n)
{
    return op_table[n->op].kernel;
}

static Plan *body_plan(Plan *outer, Node *scan)
{
    Plan *body = NEW(outer->arena, Plan);
    *body = (Plan){.arena = outer->arena,
                   .program = outer->program,
                   .entry = outer->entry,
                   .graph = scan->attr.scan->body,
                   .scan = scan->attr.scan,
                   .outer = outer,
                   .around = scan,
                   .prefix = outer->prefix};
    return body;
}

/* The place of the one tensor that n reads element by element, itself or
 * through maps. */
enum { READS_NONE = -1, READS_SEVERAL = -2 };

static int reads(const Node *n, const int *before)
{
    int one = n->op == OP_TENSOR ? n->attr.index : READS_NONE;
    for (int x = 0; op_is_map(n->op) && x < n->n_in; x++) {
        int other = before[n->in[x]->id];
        if (one == READS_NONE)
            one = other;
        else if (other != READS_NONE && other != one)
            one = READS_SEVERAL;
    }
    return one;
}

/* An update that reads more tensors than the one it replaces streams through
 * memory of its own, and is long: in the registers of a product's tile it
 * would be written out for each. */
static void mark_stateful(Fuser *f)
{
    const Graph *g = f->plan->graph;
    int *read = NEWN(f->plan->arena, int, g->nodes.n + 1);
    for (int i = 0; i < g->nodes.n; i++)
        read[i] = reads(g->nodes.at[i], read);
    for (int i = 0; i < g->roots.n; i++)
        if (g->roots.at[i].role == ROOT_TENSOR &&
            read[g->roots.at[i].node->id] == READS_SEVERAL)
            f->stateful[g->roots.at[i].node->id] = true;
    for (int i = g->nodes.n - 1; i >= 0; i--) {
        const Node *n = g->nodes.at[i];
        for (int x = 0; f->stateful[i] && x < n->n_in; x++)
            f->stateful[n->in[x]->id] |= op_is_map(n->in[x]->op);
    }
}

static bool takes_maps(const Kernel *k)
{
    return k->kind == KERNEL_MAP || k->kind == KERNEL_CONV ||
           k->kind == KERNEL_CONV_DX ||
           (k->kind == KERNEL_MATMUL && k->space.rank == 2);
}

/* Whether the kernel runs over nodes of this shape: its own, or a gate's. */
static bool runs_over(const Kernel *k, const Shape *shape)
{
    Shape gate = kernel_gate_space(k);
    return shape_equal(&k->space, shape) || shape_equal(&gate, shape);
}

/* Whether a map node may become part of the kernel that made one of its
 * inputs: the kernel runs over it, and every other input is there before. */
static bool may_join(Fuser *f, const Node *n, const Kernel *k)
{
    if (!k || !takes_maps(k) || !runs_over(k, &n->shape) ||
        (k->anchor && f->stateful[n->id]))
        return false;
    return !fuse_needs(f, n, k);
}

/* Random masks are drawn element by element, never in a tile's lanes. */
static bool draws(const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++)
        if (op_has(k->nodes.at[j]->op, OPF_RANDOM))
            return true;
    return false;
}

/* Two kernels that feed one node become one where their spaces agree and at
 * most one has an anchor. */
static Kernel *merge(Fuser *f, Kernel *a, Kernel *b)
{
    if (b->anchor) {
        Kernel *swap = a;
        a = b;
        b = swap;
    }
    if (b->anchor || !runs_over(a, &b->space) || (a->anchor && draws(b)) ||
        fuse_kernel_needs(f, b, a) || fuse_kernel_needs(f, a, b))
        return NULL;
    fuse_absorb(f, a, b);
    return a;
}

static void place_map(Fuser *f, Node *n)
{
    Kernel *home = NULL;
    for (int i = 0; i < n->n_in && !f->plain; i++) {
        Kernel *k = f->of[n->in[i]->id];
        if (k == home || !may_join(f, n, k))
            continue;
        if (!home)
            home = k;
        else if (merge(f, home, k))
            home = f->of[n->in[i]->id];
    }
    if (home && may_join(f, n, home)) {
        fuse_append(f, home, n);
    } else {
        fuse_alone(f, KERNEL_MAP, n);
    }
}

static void mark_nodes(Fuser *f, const Kernel *k)
{
    fuse_unmark(f);
    for (int j = 0; j < k->nodes.n; j++)
        fuse_mark(f, k->nodes.at[j]);
}

/* How often the nodes of a kernel that are marked read n. */
static int reads_inside(const Fuser *f, const Node *n)
{
    const Users *users = &f->users[n->id];
    int inside = 0;
    for (int u = 0; u < users->n; u++)
        inside += f->looked[users->at[u]->id] == f->walk;
    return inside;
}

/* Maps that only feed this reduction are computed inside of it. */
static bool only_feeds(Fuser *f, const Kernel *k, const Node *n)
{
    mark_nodes(f, k);
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *m = k->nodes.at[j];
        if ((m == n->in[0]) + reads_inside(f, m) != f->uses[m->id])
            return false;
    }
    return true;
}

static void place_reduce(Fuser *f, Node *n)
{
    Kernel *maps = f->of[n->in[0]->id];
    Kernel *k = fuse_alone(f, KERNEL_REDUCE, n);
    k->space = n->in[0]->shape;
    if (f->plain || !maps || maps->kind != KERNEL_MAP ||
        !only_feeds(f, maps, n))
        return;
    fuse_absorb(f, k, maps);
}

/* The one kernel that holds every user of n, or NULL. */
static Kernel *only_user(const Fuser *f, const Node *n)
{
    const Users *users = &f->users[n->id];
    Kernel *only = users->n > 0 ? f->of[users->at[0]->id] : NULL;
    for (int i = 1; i < users->n; i++)
        if (f->of[users->at[i]->id] != only)
            return NULL;
    return users->n == f->uses[n->id] ? only : NULL;
}

/* Whether n's inputs are in memory anyway when its kernel k is done. */
static bool inputs_stay(const Fuser *f, const Node *n, const Kernel *k)
{
    for (int i = 0; i < n->n_in; i++) {
        const Node *x = n->in[i];
        if (f->of[x->id] == k && only_user(f, x) == k)
            return false;
    }
    return true;
}

/* An anchor reads its operands from memory. */
static bool feeds_anchor(const Kernel *k, const Node *n)
{
    for (int i = 0; k->anchor && i < k->anchor->n_in; i++)
        if (k->anchor->in[i] == n)
            return true;
    return false;
}

static void take_out(Kernel *k, const Node *n)
{
    int to = 0;
    for (int j = 0; j < k->nodes.n; j++)
        if (k->nodes.at[j] != n)
            k->nodes.at[to++] = k->nodes.at[j];
    k->nodes.n = to;
}

/* What only a later kernel needs, and can compute from values that are
 * stored anyway, moves there, so that it is not stored itself: what the
 * backward pass makes of an activation's result, for example. */
static void sink(Fuser *f, Kernel *k)
{
    for (int j = k->nodes.n - 1; j >= 0; j--) {
        Node *n = k->nodes.at[j];
        if (op_table[n->op].class != CLASS_MAP || k->nodes.n == 1)
            continue;
        Kernel *later = only_user(f, n);
        if (!later || later == k || !takes_maps(later) ||
            feeds_anchor(later, n) || !shape_equal(&later->space, &n->shape) ||
            !inputs_stay(f, n, k))
            continue;
        take_out(k, n);
        fuse_append(f, later, n);
    }
}

static void find_stores(Fuser *f, Kernel *k)
{
    mark_nodes(f, k);
    for (int j = 0; j < k->nodes.n; j++) {
        Node *n = k->nodes.at[j];
        if (n->type != TYPE_NONE && f->of[n->id] == k &&
            reads_inside(f, n) != f->uses[n->id])
            vec_push(f->plan->arena, &k->stores, n);
    }
}

static void place(Fuser *f, Node *n)
{
    KernelKind kind = kind_of(n);
    if (n->op == OP_SLICE && !f->plain)
        fuse_gate(f, n);
    else if (kind == KERNEL_MAP)
        place_map(f, n);
    else if (kind == KERNEL_REDUCE)
        place_reduce(f, n);
    else if (kind != KERNEL_NONE && !fuse_pool(f, n))
        fuse_alone(f, kind, n);
}

static void drop_empty(Plan *plan)
{
    int n = 0;
    for (int i = 0; i < plan->kernels.n; i++)
        if (plan->kernels.at[i]->nodes.n > 0)
            plan->kernels.at[n++] = plan->kernels.at[i];
    plan->kernels.n = n;
}

Plan *fuse(Plan *plan, const CodeOptions *options)
{
    Graph *g = plan->graph;
    Fuser f = {.plan = plan,
               .of = NEWN(plan->arena, Kernel *, g->nodes.n),
               .uses = graph_uses(g),
               .users = graph_users(g),
               .stateful = NEWN(plan->arena, bool, g->nodes.n),
               .looked = NEWN(plan->arena, int, g->nodes.n),
               .options = options,
               .plain = options->plain};
    mark_stateful(&f);
    plan->value_room = g->nodes.n;
    plan->value = NEWN(plan->arena, Value, plan->value_room);
    for (int i = 0; i < g->nodes.n; i++)
        place(&f, g->nodes.at[f.placed = i]);
    drop_empty(plan);
    for (int i = plan->kernels.n - 1; i >= 0 && !f.plain; i--)
        sink(&f, plan->kernels.at[i]);
    for (int i = 0; i < plan->kernels.n; i++) {
        Kernel *k = plan->kernels.at[i];
        find_stores(&f, k);
        if (k->kind == KERNEL_SCAN)
            k->body = fuse(body_plan(plan, k->anchor), options);
    }
    for (int i = 0; i < g->nodes.n; i++)
        plan->value[i].kernel = f.of[i];
    return plan;
}
