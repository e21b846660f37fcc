/* fuse.c: groups nodes that can share one loop nest into kernels.
 *
 * In: a graph after the second rewrite. Out: a Plan whose kernels hold every
 * node that computes something; leaves and views belong to none. A kernel is
 * an anchor with the element-wise nodes of the same shape that follow it, or
 * such nodes alone, or a reduction with the element-wise nodes that only it
 * uses. Merging never makes a cycle: a kernel joins only where no other
 * kernel stands between the two. `plain` gives every node its own kernel. */
#include "pass/backend.h"
#include "pass/conv_spec.h"

enum { FAR = 2000 }; /* nodes that a walk looks at before it gives up */

typedef VEC(const Node *) Nodes;

typedef struct Fuser {
    Plan *plan;
    Kernel **of; /* kernel by node id */
    const int *uses;
    Nodes *users;   /* by node id, in order; one that reads it twice once */
    bool *stateful; /* by node id: leads to an update with state */
    const CodeOptions *options;
    bool plain;
    int walk, waiting;  /* the number of a walk through the graph, ... */
    int *looked;        /* by node id: the last walk that came by */
    const Node **queue; /* the nodes that wait, those seen in front of them */
} Fuser;

static KernelKind kind_of(const Node *n)
{
    return op_table[n->op].kernel;
}

bool plan_is_number(const Node *n)
{
    while (plan_is_view(n))
        n = n->in[0];
    return op_table[n->op].flags & OPF_NUMBER;
}

bool plan_is_view(const Node *n)
{
    return op_table[n->op].class == CLASS_VIEW && kind_of(n) == KERNEL_NONE;
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

Kernel *plan_kernel(Plan *plan, KernelKind kind, Node *node)
{
    Kernel *k = NEW(plan->arena, Kernel);
    k->kind = kind;
    k->parts = 1;
    k->space = node->shape;
    k->anchor = kind == KERNEL_MAP ? NULL : node;
    k->result = k->anchor;
    vec_push(plan->arena, &k->nodes, node);
    vec_push(plan->arena, &plan->kernels, k);
    return k;
}

static void begin_walk(Fuser *f)
{
    f->walk++;
    f->waiting = 0;
}

static void wait_in_line(Fuser *f, const Node *n)
{
    if (f->looked[n->id] == f->walk)
        return;
    f->looked[n->id] = f->walk;
    f->queue[f->waiting++] = n;
}

/* A node and all that its kernel computes with it: of a kernel's inputs, all
 * are there before any of its values. */
static void look_at(Fuser *f, const Node *n)
{
    const Kernel *k = f->of[n->id];
    if (f->looked[n->id] == f->walk)
        return;
    wait_in_line(f, n);
    for (int j = 0; k && j < k->nodes.n; j++)
        wait_in_line(f, k->nodes.at[j]);
}

/* Whether what waits in line depends on a value of kernel k, or may do so far
 * away. Walks backwards, nearest first: mostly k is near. */
static bool walk_meets(Fuser *f, const Kernel *k)
{
    for (int at = 0; at < f->waiting; at++) {
        const Node *n = f->queue[at];
        if (f->of[n->id] == k || at == FAR)
            return true;
        for (int i = 0; i < n->n_in; i++)
            look_at(f, n->in[i]);
    }
    return false;
}

/* No input of `other`'s nodes, itself outside both, may depend on k. */
static bool apart(Fuser *f, const Kernel *other, const Kernel *k)
{
    begin_walk(f);
    for (int j = 0; j < other->nodes.n; j++) {
        const Node *n = other->nodes.at[j];
        for (int i = 0; i < n->n_in; i++) {
            const Kernel *made = f->of[n->in[i]->id];
            if (made != other && made != k)
                look_at(f, n->in[i]);
        }
    }
    return !walk_meets(f, k);
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

/* Whether a map node may become part of the kernel that made one of its
 * inputs: same shape, and every other input is there before. */
static bool may_join(Fuser *f, const Node *n, const Kernel *k)
{
    if (!k || !takes_maps(k) || !shape_equal(&k->space, &n->shape) ||
        (k->anchor && f->stateful[n->id]))
        return false;
    begin_walk(f);
    for (int i = 0; i < n->n_in; i++)
        if (f->of[n->in[i]->id] != k)
            look_at(f, n->in[i]);
    return !walk_meets(f, k);
}

/* Adds a node to a kernel, whose nodes stay in order. */
static void append(Fuser *f, Kernel *k, Node *n)
{
    vec_push(f->plan->arena, &k->nodes, n);
    Node **at = &k->nodes.at[k->nodes.n - 1];
    for (; at > k->nodes.at && at[-1]->id > n->id; at--)
        at[0] = at[-1];
    at[0] = n;
    f->of[n->id] = k;
}

static void remove_kernel(Plan *plan, const Kernel *k)
{
    int n = 0;
    for (int i = 0; i < plan->kernels.n; i++)
        if (plan->kernels.at[i] != k)
            plan->kernels.at[n++] = plan->kernels.at[i];
    plan->kernels.n = n;
}

static void absorb(Fuser *f, Kernel *into, Kernel *from)
{
    for (int j = 0; j < from->nodes.n; j++)
        append(f, into, from->nodes.at[j]);
    remove_kernel(f->plan, from);
}

/* Random masks are drawn element by element, never in a tile's lanes. */
static bool draws(const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++)
        if (k->nodes.at[j]->op == OP_DROP_MASK)
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
    if (b->anchor || !shape_equal(&a->space, &b->space) ||
        (a->anchor && draws(b)) || !apart(f, b, a) || !apart(f, a, b))
        return NULL;
    absorb(f, a, b);
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
        append(f, home, n);
    } else {
        f->of[n->id] = plan_kernel(f->plan, KERNEL_MAP, n);
    }
}

static void mark_nodes(Fuser *f, const Kernel *k)
{
    begin_walk(f);
    for (int j = 0; j < k->nodes.n; j++)
        wait_in_line(f, k->nodes.at[j]);
}

/* How often the nodes of a kernel that are marked read n. */
static int reads_inside(const Fuser *f, const Node *n)
{
    const Nodes *users = &f->users[n->id];
    int inside = 0;
    for (int u = 0; u < users->n; u++)
        for (int i = 0; i < users->at[u]->n_in; i++)
            inside += users->at[u]->in[i] == n &&
                      f->looked[users->at[u]->id] == f->walk;
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
    Kernel *k = plan_kernel(f->plan, KERNEL_REDUCE, n);
    f->of[n->id] = k;
    k->space = n->in[0]->shape;
    if (f->plain || !maps || maps->kind != KERNEL_MAP ||
        !only_feeds(f, maps, n))
        return;
    absorb(f, k, maps);
}

/* The one kernel that holds every user of n, or NULL. */
static Kernel *only_user(const Fuser *f, const Node *n)
{
    const Nodes *users = &f->users[n->id];
    Kernel *only = NULL;
    int found = 0;
    for (int i = 0; i < users->n; i++) {
        const Node *user = users->at[i];
        Kernel *k = f->of[user->id];
        if (!k || (only && k != only))
            return NULL;
        only = k;
        for (int x = 0; x < user->n_in; x++)
            found += user->in[x] == n;
    }
    return found == f->uses[n->id] ? only : NULL;
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
static bool sink(Fuser *f, Kernel *k)
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
        append(f, later, n);
        return true;
    }
    return false;
}

static bool same_window(const Node *a, const Node *b)
{
    for (int i = 0; i < 2; i++)
        if (a->attr.window.kernel[i] != b->attr.window.kernel[i] ||
            a->attr.window.stride[i] != b->attr.window.stride[i] ||
            a->attr.window.pad[i] != b->attr.window.pad[i] ||
            a->attr.window.pad[i + 2] != b->attr.window.pad[i + 2])
            return false;
    return true;
}

/* Whether all that reads a convolution's result is this pooling, and the
 * place of its maxima. */
static bool only_pooled(const Fuser *f, const Node *conv, const Node *pool)
{
    const Nodes *users = &f->users[conv->id];
    int readers = 0;
    for (int i = 0; i < users->n; i++) {
        const Node *n = users->at[i];
        if (n->in[0] != conv)
            continue;
        bool kin = n->op == pool->op ||
                   (n->op == OP_MAXPOOL_AT && pool->op == OP_MAXPOOL);
        if (!kin || !same_window(n, pool))
            return false;
        readers++;
    }
    return readers == f->uses[conv->id];
}

/* Windows side by side that registers can hold. */
static bool pools_in_registers(const Fuser *f, const Node *conv,
                               const Node *pool)
{
    const Window *w = &pool->attr.window;
    for (int i = 0; i < 2; i++)
        if (w->kernel[i] != w->stride[i] || w->pad[i] || w->pad[i + 2])
            return false;
    ConvSpec s = conv_spec(conv, pool);
    return conv_pools(&s, target_find(f->options->target));
}

/* The kernel that finds the maxima whose places n wants, or NULL. */
static Kernel *maxima(const Fuser *f, const Node *n)
{
    const Nodes *readers = &f->users[n->in[0]->id];
    if (f->plain || n->op != OP_MAXPOOL_AT || n->type != TYPE_BYTE)
        return NULL;
    for (int i = 0; readers->at[i] != n; i++) {
        const Node *m = readers->at[i];
        if (m->op == OP_MAXPOOL && same_window(m, n) &&
            f->of[m->id]->kind == KERNEL_POOL)
            return f->of[m->id];
    }
    return NULL;
}

/* Pooling inside of the convolution before it, or a kernel of its own; the
 * places of maxima with the maxima. */
static void place_pool(Fuser *f, Node *n)
{
    Kernel *k = f->of[n->in[0]->id], *largest = maxima(f, n);
    bool conv =
        !f->plain && k && k->kind == KERNEL_CONV && k->anchor == n->in[0];
    if (conv && n->op == OP_MAXPOOL_AT && k->result->op == OP_MAXPOOL &&
        same_window(n, k->result)) {
        append(f, k, n);
    } else if (conv && n->op != OP_MAXPOOL_AT && k->nodes.n == 1 &&
               only_pooled(f, n->in[0], n) &&
               pools_in_registers(f, n->in[0], n)) {
        append(f, k, n);
        k->space = n->shape;
        k->result = n;
    } else if (largest) {
        append(f, largest, n);
    } else {
        f->of[n->id] = plan_kernel(f->plan, KERNEL_POOL, n);
    }
}

static bool conv_gradient(const Node *n)
{
    return n->op == OP_CONV_DX || n->op == OP_CONV_DW;
}

static Node *conv_dy(const Node *n)
{
    return n->in[n->op == OP_CONV_DW];
}

/* The gradient of a pooling. */
static bool spreads(const Node *n)
{
    return n->op == OP_MAXPOOL_DX || n->op == OP_AVGPOOL_DX;
}

/* The gradient of a pooling that only gradients of its convolution read is
 * computed inside each of them, and never stored. */
static bool vanishes(const Fuser *f, const Node *n)
{
    const Nodes *users = &f->users[n->id];
    int readers = 0;
    if (f->plain || !spreads(n))
        return false;
    for (int i = 0; i < users->n; i++) {
        const Node *user = users->at[i];
        if (!conv_gradient(user) || conv_dy(user) != n)
            continue;
        if (!pools_in_registers(f, user, n))
            return false;
        readers++;
    }
    return readers == f->uses[n->id];
}

static void place_conv_gradient(Fuser *f, Node *n)
{
    Node *dy = conv_dy(n);
    Kernel *k = plan_kernel(f->plan, kind_of(n), n);
    f->of[n->id] = k;
    if (!spreads(dy) || f->of[dy->id])
        return;
    append(f, k, dy);
    f->of[dy->id] = NULL; /* another gradient may compute it as well */
}

static Nodes *users_of(const Graph *g)
{
    Nodes *users = NEWN(g->arena, Nodes, g->nodes.n);
    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];
        for (int x = 0; x < n->n_in; x++) {
            Nodes *of = &users[n->in[x]->id];
            if (of->n == 0 || of->at[of->n - 1] != n)
                vec_push(g->arena, of, n);
        }
    }
    return users;
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
    if (kind == KERNEL_MAP)
        place_map(f, n);
    else if (kind == KERNEL_REDUCE)
        place_reduce(f, n);
    else if (conv_gradient(n))
        place_conv_gradient(f, n);
    else if (kind == KERNEL_POOL && !spreads(n))
        place_pool(f, n);
    else if (kind != KERNEL_NONE && !vanishes(f, n))
        f->of[n->id] = plan_kernel(f->plan, kind, n);
}

Plan *fuse(Plan *plan, const CodeOptions *options)
{
    Graph *g = plan->graph;
    Fuser f = {.plan = plan,
               .of = NEWN(plan->arena, Kernel *, g->nodes.n),
               .uses = graph_uses(g),
               .users = users_of(g),
               .stateful = NEWN(plan->arena, bool, g->nodes.n),
               .looked = NEWN(plan->arena, int, g->nodes.n),
               .queue = NEWN(plan->arena, const Node *, g->nodes.n),
               .options = options,
               .plain = options->plain};
    mark_stateful(&f);
    plan->value_room = g->nodes.n;
    plan->value = NEWN(plan->arena, Value, plan->value_room);
    for (int i = 0; i < g->nodes.n; i++)
        place(&f, g->nodes.at[i]);
    for (int i = plan->kernels.n - 1; i >= 0 && !f.plain; i--)
        while (sink(&f, plan->kernels.at[i]))
            ;
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
