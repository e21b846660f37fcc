/* Splitting is done class by class; without `stratified` there is one class.
 * A number of rows is dealt out to the classes in proportion, what is left
 * over going to the largest fractions. */
#include "nn_split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_order.h"

typedef struct {
    uint8_t *part_of;
    int64_t n;
    const int32_t *ids;
    int64_t classes;
    int64_t *total; /* rows of each class, in all parts */
    int64_t *want;  /* rows to move of each class */
    int64_t now;    /* the class that is split */
} splitting;

static bool open_splitting(splitting *s, nn_error *e)
{
    size_t classes = (size_t)s->classes;
    if (!nn_alloc(&s->total, classes, sizeof *s->total, "split", e) ||
        !nn_alloc(&s->want, classes, sizeof *s->want, "split", e))
        return false;
    for (int64_t i = 0; i < s->n; i++)
        s->total[s->ids != NULL ? s->ids[i] : 0]++;
    return true;
}

static void close_splitting(splitting *s)
{
    free(s->total);
    free(s->want);
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

/* Whether a row of the class is still in training. */
static bool is_left(const void *splitting_now, int64_t row)
{
    const splitting *s = splitting_now;
    return s->part_of[row] == NN_TRAIN &&
           (s->ids == NULL || s->ids[row] == s->now);
}

/* Those, drawn at random. */
static bool draw_left(const splitting *s, nn_order *o, nn_part part,
                      uint64_t seed, nn_error *e)
{
    uint32_t which = (uint32_t)part << 24 | (uint32_t)s->now;
    return nn_order_draw(o, (nn_stream){seed, NN_FOR_SPLIT, which}, e);
}

/* Moves the next rows. */
static void move(splitting *s, nn_order *o, int64_t count, nn_part part)
{
    for (int64_t i = 0; i < count; i++) {
        uint32_t row;
        nn_order_next(o, &row, 1);
        s->part_of[row] = (uint8_t)part;
    }
}

static bool move_class(splitting *s, nn_order *o, nn_part part,
                       const nn_split *split, uint64_t seed, nn_error *e)
{
    int64_t want = s->want[s->now];
    if (want > o->count)
        return nn_fail(e, "cannot set %lld row%s aside: only %lld left",
                       (long long)want, nn_s(want), (long long)o->count);
    if (split->last)
        nn_order_skip(o, o->count - want);
    else if (!draw_left(s, o, part, seed, e))
        return false;
    move(s, o, want, part);
    return true;
}

/* Classes are cut one behind the other, as one list of `all` rows, so that
 * folds differ by a row at most and no fold gets all that is left over. */
static bool move_fold(splitting *s, nn_order *o, int64_t all, nn_part part,
                      const nn_split *split, uint64_t seed, nn_error *e)
{
    if (!draw_left(s, o, part, seed, e))
        return false;
    for (int64_t i = 0; i < o->count; i++)
        if ((all + i) % split->folds == split->fold - 1)
            move(s, o, 1, part);
        else
            nn_order_skip(o, 1);
    return true;
}

static bool move_rows(splitting *s, nn_part part, const nn_split *split,
                      uint64_t seed, nn_error *e)
{
    bool good = true, folds = split->kind == NN_SPLIT_FOLD;
    int64_t all = 0;
    if (split->kind == NN_SPLIT_ROWS && split->amount > (double)s->n)
        return nn_fail(e, "cannot set %.0f row%s aside: there are only %lld",
                       split->amount, nn_s((long long)split->amount),
                       (long long)s->n);
    if (!folds)
        decide(s, split);
    for (s->now = 0; good && s->now < s->classes; s->now++) {
        nn_order o = nn_order_open(s->n, is_left, s);
        good = folds ? move_fold(s, &o, all, part, split, seed, e)
                     : move_class(s, &o, part, split, seed, e);
        all += o.count;
        nn_order_close(&o);
    }
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
