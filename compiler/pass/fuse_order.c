/* fuse_order.c: kernels in the making, and which of them needs which.
 *
 * What joins must not make a cycle, so there are many questions whether one
 * kernel needs another. Ranks answer most of them: a kernel needs only those
 * of lower rank, and what joins it may raise its rank, and that of all that
 * need it. A walk from the kernel in question backwards looks only at those
 * between the two, and gives up early: mostly they are near. */
#include "pass/fuse.h"

enum { FAR = 256 }; /* inputs that a walk looks at before it gives up */

/* The rank of the kernel that computes n, through views. */
static int rank_of(const Fuser *f, const Node *n)
{
    int rank = 0;
    if (f->of[n->id])
        return f->of[n->id]->position;
    for (int i = 0; i < n->n_in; i++) {
        int r = rank_of(f, n->in[i]);
        rank = r > rank ? r : rank;
    }
    return rank;
}

static int rank_above_inputs(const Fuser *f, const Kernel *k, const Node *n)
{
    int rank = 0;
    for (int i = 0; i < n->n_in; i++) {
        int r = f->of[n->in[i]->id] == k ? 0 : rank_of(f, n->in[i]) + 1;
        rank = r > rank ? r : rank;
    }
    return rank;
}

static void raise_to(Fuser *f, Kernel *k, int rank)
{
    if (k->position >= rank)
        return;
    k->position = rank;
    vec_push(f->plan->arena, &f->line, k);
}

/* The kernels that read n, through views, get a rank above. */
static void raise_users(Fuser *f, const Node *n, const Kernel *k)
{
    const Users *users = &f->users[n->id];
    for (int u = 0; u < users->n && users->at[u]->id <= f->placed; u++) {
        const Node *user = users->at[u];
        Kernel *needs = f->of[user->id];
        if (!needs)
            raise_users(f, user, k);
        else if (needs != k)
            raise_to(f, needs, k->position + 1);
    }
}

static void settle_ranks(Fuser *f)
{
    for (int at = 0; at < f->line.n; at++) {
        const Kernel *k = f->line.at[at]; /* what several compute: inside */
        for (int j = 0; j < k->nodes.n; j++)
            if (f->of[k->nodes.at[j]->id] == k)
                raise_users(f, k->nodes.at[j], k);
    }
    f->line.n = 0;
}

Kernel *fuse_alone(Fuser *f, KernelKind kind, Node *n)
{
    Kernel *k = plan_kernel(f->plan, kind, n);
    f->of[n->id] = k;
    k->position = rank_above_inputs(f, k, n);
    return k;
}

static void insert(Fuser *f, Kernel *k, Node *n)
{
    vec_push(f->plan->arena, &k->nodes, n);
    Node **at = &k->nodes.at[k->nodes.n - 1];
    for (; at > k->nodes.at && at[-1]->id > n->id; at--)
        at[0] = at[-1];
    at[0] = n;
    f->of[n->id] = k;
}

void fuse_append(Fuser *f, Kernel *k, Node *n)
{
    insert(f, k, n);
    raise_to(f, k, rank_above_inputs(f, k, n));
    settle_ranks(f);
}

void fuse_absorb(Fuser *f, Kernel *into, Kernel *from)
{
    for (int j = 0; j < from->nodes.n; j++)
        insert(f, into, from->nodes.at[j]);
    for (int j = 0; j < from->nodes.n; j++)
        raise_to(f, into, rank_above_inputs(f, into, from->nodes.at[j]));
    from->nodes.n = 0;
    vec_push(f->plan->arena, &f->line, into); /* it has more users now */
    settle_ranks(f);
}

void fuse_unmark(Fuser *f)
{
    f->walk++;
}

bool fuse_mark(Fuser *f, const Node *n)
{
    bool first = f->looked[n->id] != f->walk;
    f->looked[n->id] = f->walk;
    return first;
}

/* A kernel between k and those that wait gets in line; k itself is found. A
 * kernel's last node is in no other. */
static bool meets(Fuser *f, const Node *n, const Kernel *k)
{
    Kernel *made = f->of[n->id];
    bool found = made == k;
    for (int i = 0; !made && i < n->n_in && !found; i++)
        found = meets(f, n->in[i], k);
    if (made && made->position > k->position &&
        fuse_mark(f, made->nodes.at[made->nodes.n - 1]))
        vec_push(f->plan->arena, &f->line, made);
    return found;
}

static bool line_meets(Fuser *f, const Kernel *k)
{
    int looked = 0;
    bool found = false;
    for (int at = 0; at < f->line.n && !found; at++) {
        const Kernel *q = f->line.at[at];
        for (int j = 0; j < q->nodes.n && !found; j++) {
            const Node *n = q->nodes.at[j];
            for (int i = 0; i < n->n_in && !found; i++)
                found = ++looked > FAR || meets(f, n->in[i], k);
        }
    }
    f->line.n = 0;
    return found;
}

bool fuse_needs(Fuser *f, const Node *n, const Kernel *k)
{
    bool found = false;
    fuse_unmark(f);
    for (int i = 0; i < n->n_in && !found; i++)
        found = f->of[n->in[i]->id] != k && meets(f, n->in[i], k);
    return line_meets(f, k) || found;
}

bool fuse_kernel_needs(Fuser *f, const Kernel *of, const Kernel *k)
{
    bool found = false;
    fuse_unmark(f);
    for (int j = 0; j < of->nodes.n && !found; j++) {
        const Node *n = of->nodes.at[j];
        for (int i = 0; i < n->n_in && !found; i++) {
            const Kernel *made = f->of[n->in[i]->id];
            found = made != of && made != k && meets(f, n->in[i], k);
        }
    }
    return line_meets(f, k) || found;
}
