/* feed.c: products over all steps of a loop are computed a few steps ahead.
 *
 * What hoist takes out of a loop is one product of [steps * batch, features].
 * Where its results do not stay in the cache until the loop reads them, the
 * parts that make the next steps' rows run inside of the loop instead: tiles
 * cuts such a product into blocks of whole steps, and here, when the sequence
 * is known, it is handed to the scan, unless something between the two reads
 * its results or replaces what it reads. */
#include "pass/backend.h"

enum { ENOUGH_ROWS = 64 }; /* in a block */

/* The value behind views that keep the rows of each step together. */
static const Node *rows_of(const Plan *plan, const Node *n, int64_t steps)
{
    while (plan_is_view(n) && !plan->value[n->id].kernel) {
        bool columns = n->op == OP_SLICE && n->attr.part.axis > 0;
        bool by_step = n->op == OP_RESHAPE && n->shape.dim[0] == steps;
        if (!columns && !by_step)
            return NULL;
        n = n->in[0];
    }
    return n->shape.rank == 2 && n->shape.dim[0] % steps == 0 ? n : NULL;
}

/* The product whose rows the scan reads step by step as its sequence i. */
static Kernel *feeder(const Plan *plan, const Node *scan, int i)
{
    const Node *n = *scan_input(scan, (Port){PORT_SEQUENCE, i});
    const Node *rows = rows_of(plan, n, scan->attr.scan->steps);
    Kernel *k = rows ? plan->value[rows->id].kernel : NULL;
    return k && k->kind == KERNEL_MATMUL && k->space.rank == 2 ? k : NULL;
}

/* Each has the rows of as few steps as are worth reading the weights, where the
 * cache holds these and not all, or the loop may leave some out; or 0. */
static int blocks_of(const Scan *s, const Shape *space, const Target *t)
{
    int64_t steps = s->steps;
    int64_t rows = space->dim[0] / steps, row = space->dim[1] * 4, n = 1;
    while (n < steps && (steps % n || rows * n < ENOUGH_ROWS))
        n++;
    bool wins = rows * steps * row > t->l2 && rows * n * row <= t->l2 / 2;
    return wins || s->masked ? (int)(steps / n) : 0;
}

void feed_wish(Plan *plan, const Target *target)
{
    for (int j = 0; j < plan->kernels.n; j++) {
        const Kernel *k = plan->kernels.at[j];
        const Scan *s = k->kind == KERNEL_SCAN ? k->anchor->attr.scan : NULL;
        for (int i = 0; s && i < s->n[PORT_SEQUENCE]; i++) {
            Kernel *of = feeder(plan, k->anchor, i);
            if (of)
                of->blocks = blocks_of(s, &of->space, target);
        }
    }
}

static bool reads(const Plan *plan, const Kernel *reader, const Kernel *k)
{
    for (int j = 0; j < reader->nodes.n; j++)
        for (int i = 0; i < reader->nodes.at[j]->n_in; i++)
            if (plan_maker(plan, reader->nodes.at[j]->in[i]) == k)
                return true;
    return false;
}

/* Whether the kernel replaces a tensor. */
static bool updates(const Plan *plan, const Kernel *k)
{
    for (int j = 0; j < k->stores.n; j++) {
        const Buffer *b = plan->value[k->stores.at[j]->id].buffer;
        if (b && b->place == PLACE_TENSOR)
            return true;
    }
    return false;
}

/* Whether the scan reads results of k at another time than their step. */
static bool reads_apart(const Plan *plan, const Node *scan, const Kernel *k)
{
    for (int i = 0; i < scan->n_in; i++) {
        Port p = scan_port(scan->attr.scan, i);
        bool by_step =
            p.kind == PORT_SEQUENCE && feeder(plan, scan, p.index) == k;
        if (!by_step && plan_maker(plan, scan->in[i]) == k)
            return true;
    }
    return false;
}

/* Whether k can as well run when the scan does. */
static bool can_wait(const Plan *plan, const Kernel *k, const Kernel *scan)
{
    if (k->prepared || k->finish || updates(plan, k) ||
        reads_apart(plan, scan->anchor, k))
        return false;
    for (int i = k->position + 1; i < scan->position; i++) {
        const Kernel *between = plan->kernels.at[i];
        if (reads(plan, between, k) || updates(plan, between))
            return false;
    }
    return true;
}

Plan *feed(Plan *plan)
{
    for (int j = 0; j < plan->kernels.n; j++) {
        Kernel *scan = plan->kernels.at[j];
        const Scan *s =
            scan->kind == KERNEL_SCAN ? scan->anchor->attr.scan : NULL;
        for (int i = 0; s && i < s->n[PORT_SEQUENCE]; i++) {
            Kernel *k = feeder(plan, scan->anchor, i);
            if (k && k->blocks > 1 && !k->feeds && s->steps % k->blocks == 0 &&
                can_wait(plan, k, scan))
                k->feeds = scan;
        }
    }
    return plan;
}
