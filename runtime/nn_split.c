/* Splitting is done class by class; without `stratified` there is one class.
 * A number of rows is dealt out to the classes in proportion, what is left
 * over going to the largest fractions. */
#include "nn_split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_rng.h"

typedef struct {
    uint8_t *part_of;
    int64_t n;
    const int32_t *ids;
    int64_t classes;
    int64_t *total; /* rows of each class, in all parts */
    int64_t *want;  /* rows to move of each class */
    uint32_t *rows; /* of one class, still in training */
} splitting;

static bool open_splitting(splitting *s, nn_error *e)
{
    size_t classes = (size_t)s->classes;
    if (!nn_alloc(&s->total, classes, sizeof *s->total, "split", e) ||
        !nn_alloc(&s->want, classes, sizeof *s->want, "split", e) ||
        !nn_alloc(&s->rows, (size_t)s->n, sizeof *s->rows, "split", e))
        return false;
    for (int64_t i = 0; i < s->n; i++)
        s->total[s->ids != NULL ? s->ids[i] : 0]++;
    return true;
}

static void close_splitting(splitting *s)
{
    free(s->total);
    free(s->want);
    free(s->rows);
}

/* The share of n rows, rounded down; 0.29 of 100 is 29. */
static int64_t share_of(double share, int64_t n)
{
    return (int64_t)floor(share * (double)n + 1e-9);
}

/* The class that is furthest behind its share of `amount` rows. */
static int64_t furthest_behind(const splitting *s, double amount)
{
    int64_t best = 0;
    double most = -1;
    for (int64_t c = 0; c < s->classes; c++) {
        double due = amount * (double)s->total[c] / (double)s->n;
        double behind = due - (double)s->want[c];
        if (behind > most + 1e-9 && s->want[c] < s->total[c]) {
            most = behind;
            best = c;
        }
    }
    return best;
}

static void decide(splitting *s, const nn_split *split)
{
    int64_t given = 0;
    bool rows = split->kind == NN_SPLIT_ROWS;
    double share = rows ? split->amount / (double)s->n : split->amount;
    for (int64_t c = 0; c < s->classes; c++) {
        s->want[c] = share_of(share, s->total[c]);
        given += s->want[c];
    }
    for (; rows && given < (int64_t)split->amount; given++)
        s->want[furthest_behind(s, split->amount)]++;
}

static int64_t training_rows(const splitting *s, int64_t class)
{
    int64_t count = 0;
    for (int64_t i = 0; i < s->n; i++)
        if (s->part_of[i] == NN_TRAIN && (s->ids == NULL || s->ids[i] == class))
            s->rows[count++] = (uint32_t)i;
    return count;
}

static void move(splitting *s, const uint32_t *rows, int64_t count,
                 nn_part part)
{
    for (int64_t i = 0; i < count; i++)
        s->part_of[rows[i]] = (uint8_t)part;
}

static bool move_class(splitting *s, int64_t class, nn_part part,
                       const nn_split *split, uint64_t seed, nn_error *e)
{
    uint32_t which = (uint32_t)part << 24 | (uint32_t) class;
    int64_t have = training_rows(s, class), want = s->want[class];
    if (want > have)
        return nn_fail(e, "cannot set %lld row%s aside: only %lld left",
                       (long long)want, nn_s(want), (long long)have);
    if (!split->last)
        nn_rng_shuffle((nn_stream){seed, NN_FOR_SPLIT, which}, s->rows, have);
    move(s, s->rows + (split->last ? have - want : 0), want, part);
    return true;
}

/* Classes are cut one behind the other, as one list of `all` rows, so that
 * folds differ by a row at most and no fold gets all that is left over. */
static int64_t move_fold(splitting *s, int64_t class, int64_t all, nn_part part,
                         const nn_split *split, uint64_t seed)
{
    uint32_t which = (uint32_t)part << 24 | (uint32_t) class;
    int64_t have = training_rows(s, class), n = 0;
    nn_rng_shuffle((nn_stream){seed, NN_FOR_SPLIT, which}, s->rows, have);
    for (int64_t i = 0; i < have; i++)
        if ((all + i) % split->folds == split->fold - 1)
            s->rows[n++] = s->rows[i];
    move(s, s->rows, n, part);
    return have;
}

static bool move_rows(splitting *s, nn_part part, const nn_split *split,
                      uint64_t seed, nn_error *e)
{
    bool good = true;
    if (split->kind == NN_SPLIT_FOLD) {
        int64_t all = 0;
        for (int64_t c = 0; c < s->classes; c++)
            all += move_fold(s, c, all, part, split, seed);
        return true;
    }
    if (split->kind == NN_SPLIT_ROWS && split->amount > (double)s->n)
        return nn_fail(e, "cannot set %.0f row%s aside: there are only %lld",
                       split->amount, nn_s((long long)split->amount),
                       (long long)s->n);
    decide(s, split);
    for (int64_t c = 0; good && c < s->classes; c++)
        good = move_class(s, c, part, split, seed, e);
    return good;
}

bool nn_split_rows(uint8_t *part_of, int64_t n, nn_part part,
                   const nn_split *split, uint64_t seed, const int32_t *ids,
                   int64_t classes, nn_error *e)
{
    splitting s = {part_of, n, ids, ids != NULL ? classes : 1, 0, 0, 0};
    if (split->kind == NN_SPLIT_NONE || split->kind == NN_SPLIT_SOURCES)
        return true;
    bool good = open_splitting(&s, e) && move_rows(&s, part, split, seed, e);
    close_splitting(&s);
    return good;
}
