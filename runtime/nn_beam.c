/* What is held is a tree of tokens: each one knows the one before it. */
#include "nn_beam.h"

#include <math.h>
#include <stdlib.h>

#include "nn_mem.h"

/* A token, behind that in place `before`; -1: at the beginning. */
typedef struct {
    double sum; /* of logarithms of probabilities, from the beginning on */
    int64_t before;
    int from; /* which of the texts held is the one before it */
    int32_t id;
} node;

typedef struct {
    const nn_beam *b;
    node *tree; /* width a step */
    node *best; /* the best ways on, the best first */
    int count;  /* of those */
    int left;   /* texts that may still be held */
    int *from;
    int32_t *ids;
    double ended; /* the best text that has ended: its sum ... */
    int64_t end;  /* ... and last token; -1: without one */
} search;

static bool open_search(search *s, const nn_beam *b, nn_error *e)
{
    size_t width = (size_t)b->width, all = width * (size_t)b->length;
    *s = (search){.b = b, .left = b->width, .ended = -INFINITY, .end = -1};
    if (!nn_alloc(&s->tree, all, sizeof *s->tree, "--beam and --length", e))
        return nn_fail_also(e, ": make one of them smaller");
    return nn_alloc(&s->best, width, sizeof *s->best, "beam", e) &&
           nn_alloc(&s->from, width, sizeof *s->from, "beam", e) &&
           nn_alloc(&s->ids, width, sizeof *s->ids, "beam", e);
}

static void close_search(search *s)
{
    free(s->tree);
    free(s->best);
    free(s->from);
    free(s->ids);
}

/* The logarithm of the sum of what the logits are logarithms of. */
static double log_sum(const nn_real *logits, int64_t classes)
{
    double top = logits[0], sum = 0;
    for (int64_t i = 1; i < classes; i++)
        top = logits[i] > top ? logits[i] : top;
    for (int64_t i = 0; i < classes; i++)
        sum += exp((double)logits[i] - top);
    return top + log(sum);
}

/* Among the best, behind those that are as good. */
static void offer(search *s, node n)
{
    int at = s->count;
    while (at > 0 && s->best[at - 1].sum < n.sum)
        at--;
    if (at >= s->left)
        return;
    s->count += s->count < s->left;
    for (int i = s->count - 1; i > at; i--)
        s->best[i] = s->best[i - 1];
    s->best[at] = n;
}

/* All ways on from text `from`, whose last token is in place `before`. */
static void go_on(search *s, int from, int64_t before, const nn_real *logits)
{
    const nn_beam *b = s->b;
    double sum = before < 0 ? 0 : s->tree[before].sum;
    sum -= log_sum(logits, b->classes);
    for (int32_t id = 0; id < b->classes; id++)
        if (b->allows(b->context, id))
            offer(s, (node){sum + (double)logits[id], before, from, id});
}

/* The best become the texts that are held from place `at` on, but for those
 * that have ended; how many these are. */
static int hold(search *s, int64_t at)
{
    int held = 0;
    for (int i = 0; i < s->count; i++) {
        const node *n = &s->best[i];
        if (n->id == s->b->stop) {
            s->left--;
            if (n->sum > s->ended) {
                s->ended = n->sum;
                s->end = n->before;
            }
            continue;
        }
        s->from[held] = n->from;
        s->ids[held] = n->id;
        s->tree[at + held++] = *n;
    }
    return held;
}

/* The place of the last token of the best text; sums only fall. */
static bool look(search *s, nn_real *logits, int64_t *last, nn_error *e)
{
    const nn_beam *b = s->b;
    int held = 1;
    int64_t at = -1;
    for (int64_t t = 0; t < b->length; t++) {
        s->count = 0;
        for (int i = 0; i < held; i++)
            go_on(s, i, t == 0 ? -1 : at + i, logits + i * b->classes);
        at = t * b->width;
        held = hold(s, at);
        if (held == 0 || s->ended >= s->tree[at].sum)
            break;
        if (t + 1 < b->length &&
            !b->read(b->context, held, s->from, s->ids, logits, e))
            return false;
    }
    *last = held > 0 && s->ended < s->tree[at].sum ? at : s->end;
    return true;
}

bool nn_beam_search(const nn_beam *b, nn_real *logits, int32_t *ids,
                    int64_t *count, nn_error *e)
{
    search s;
    int64_t last = -1, n = 0;
    bool good = open_search(&s, b, e) && look(&s, logits, &last, e);
    for (int64_t at = last; good && at >= 0; at = s.tree[at].before)
        n++;
    *count = n;
    for (int64_t at = last; good && at >= 0; at = s.tree[at].before)
        ids[--n] = s.tree[at].id;
    close_search(&s);
    return good;
}
