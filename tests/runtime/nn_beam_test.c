/* Which text beam search finds: where everything is held, the most probable of
 * all; where one is held, the greedy one; else that of a search that is written
 * down plainly. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_beam.h"
#include "nn_rng.h"

enum { CLASSES = 4, LENGTH = 4, ALL = 256, NEVER = 1 };

typedef struct {
    int32_t ids[LENGTH + 1];
    int count;
    double sum;
} text;

/* A language: what follows a text is drawn from its tokens. */
typedef struct {
    uint32_t which;
    text held[ALL];
} language;

static nn_real logit(const language *l, const text *t, int32_t id)
{
    uint64_t key = 1;
    for (int i = 0; i < t->count; i++)
        key = key * CLASSES + (uint64_t)t->ids[i];
    nn_stream s = {7, NN_FOR_TEXT, l->which};
    return (nn_real)(3 * nn_rng_normal(s, key * CLASSES + (uint64_t)id));
}

static double share(const language *l, const text *t, int32_t id)
{
    double sum = 0;
    for (int32_t i = 0; i < CLASSES; i++)
        sum += exp((double)logit(l, t, i));
    return (double)logit(l, t, id) - log(sum);
}

static text longer(const language *l, const text *t, int32_t id)
{
    text to = *t;
    to.sum += share(l, t, id);
    to.ids[to.count++] = id;
    return to;
}

static bool allows(const void *context, int32_t id)
{
    (void)context;
    return id != NEVER;
}

static bool read_texts(void *context, int count, const int *from,
                       const int32_t *ids, nn_real *logits, nn_error *e)
{
    language *l = context;
    static text old[ALL];
    (void)e;
    memcpy(old, l->held, sizeof old);
    for (int i = 0; i < count; i++) {
        l->held[i] = longer(l, &old[from[i]], ids[i]);
        for (int32_t id = 0; id < CLASSES; id++)
            logits[i * CLASSES + id] = logit(l, &l->held[i], id);
    }
    return true;
}

static text search(language *l, int width, int32_t stop)
{
    static nn_real logits[ALL * CLASSES];
    nn_error e = {""};
    int64_t count;
    text t = {0};
    nn_beam b = {.width = width,
                 .length = LENGTH,
                 .classes = CLASSES,
                 .stop = stop,
                 .context = l,
                 .allows = allows,
                 .read = read_texts};
    memset(l->held, 0, sizeof l->held);
    for (int32_t id = 0; id < CLASSES; id++)
        logits[id] = logit(l, &t, id);
    assert_true(nn_beam_search(&b, logits, t.ids, &count, &e));
    t.count = (int)count;
    return t;
}

/* The best of all that go on from t. */
static text best_of_all(const language *l, const text *t, int32_t stop)
{
    text best = {.sum = -INFINITY};
    if (t->count == LENGTH)
        return *t;
    for (int32_t id = 0; id < CLASSES; id++) {
        text next = longer(l, t, id);
        if (id == stop)
            next.count--;
        else if (id != NEVER)
            next = best_of_all(l, &next, stop);
        if (id != NEVER && next.sum > best.sum)
            best = next;
    }
    return best;
}

static int by_sum(const void *left, const void *right)
{
    const text *a = left, *b = right;
    return (a->sum < b->sum) - (a->sum > b->sum);
}

/* All ways on, sorted; those that end leave the rest fewer places. */
static text plain_search(const language *l, int width, int32_t stop)
{
    static text held[ALL], ways[ALL * CLASSES];
    text best = {.sum = -INFINITY};
    int count = 1, left = width;
    held[0] = (text){0};
    for (int t = 0; t < LENGTH && count > 0; t++) {
        int n = 0;
        for (int i = 0; i < count; i++)
            for (int32_t id = 0; id < CLASSES; id++)
                if (id != NEVER)
                    ways[n++] = longer(l, &held[i], id);
        qsort(ways, (size_t)n, sizeof *ways, by_sum);
        n = n < left ? n : left;
        count = 0;
        for (int i = 0; i < n; i++) {
            text *way = &ways[i];
            if (way->ids[way->count - 1] != stop) {
                held[count++] = *way;
                continue;
            }
            left--;
            way->count--;
            if (way->sum > best.sum)
                best = *way;
        }
    }
    for (int i = 0; i < count; i++)
        if (held[i].sum > best.sum)
            best = held[i];
    return best;
}

static bool same(const text *a, const text *b)
{
    return a->count == b->count &&
           memcmp(a->ids, b->ids, (size_t)a->count * sizeof *a->ids) == 0;
}

static void compare(uint32_t which, int32_t stop, bool *missed)
{
    static language l;
    text none = {0};
    l.which = which;
    text wanted = best_of_all(&l, &none, stop), is = search(&l, ALL, stop);
    assert_true(same(&is, &wanted));
    for (int width = 1; width < 5; width++) {
        text plain = plain_search(&l, width, stop);
        is = search(&l, width, stop);
        assert_true(same(&is, &plain));
        *missed |= width == 1 && !same(&is, &wanted);
    }
}

static void finds(void **state)
{
    bool missed = false;
    (void)state;
    for (uint32_t which = 0; which < 100; which++) {
        compare(which, 2, &missed);
        compare(which, -1, &missed);
    }
    assert_true(missed); /* so that a width of one is not as good */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
