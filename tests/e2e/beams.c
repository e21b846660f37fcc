/* beams.c: see beams.h. All texts of up to LENGTH tokens behind token 1. */
#include "beams.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn_beam.h"
#include "nn_entry.h"
#include "nn_states.h"

enum { LENGTH = 3, MOST = 100, FIRST = 1 };

typedef struct {
    drive *d;
    int x;
    int64_t classes;
    nn_states states;
    nn_real *kept[2];
    int held[MOST]; /* which texts: 0 is none, those behind i are next_of(i) */
    nn_real *said;  /* by text: its logits; NaN: it was not read */
    double off;     /* by how much whole rows say something else */
} texts;

static int next_of(const texts *t, int text, int32_t id)
{
    return text * (int)t->classes + id + 1;
}

static bool allows(const void *context, int32_t id)
{
    (void)context;
    (void)id;
    return true;
}

/* Keeps what is said of the texts first .. first + rows - 1 that are held. */
static void hear(texts *t, int first, int rows, nn_real *logits)
{
    size_t bytes = (size_t)t->classes * sizeof *logits;
    for (int k = 0; k < rows; k++) {
        const nn_real *row = t->d->outputs[0] + k * t->classes;
        nn_states_keep(&t->states, t->d->params, k,
                       t->kept[1] + (first + k) * t->states.size);
        memcpy(logits + (first + k) * t->classes, row, bytes);
        memcpy(t->said + t->held[first + k] * t->classes, row, bytes);
    }
}

static bool read_texts(void *context, int count, const int *from,
                       const int32_t *ids, nn_real *logits, nn_error *e)
{
    texts *t = context;
    nn_real *kept = t->kept[0];
    int old[MOST], batch = t->d->rows;
    (void)e;
    memcpy(old, t->held, sizeof old);
    for (int i = 0; i < count; i++) {
        int row = i % batch;
        t->held[i] = next_of(t, old[from[i]], ids[i]);
        nn_states_give(&t->states, kept + from[i] * t->states.size, row,
                       t->d->params);
        ((int32_t *)t->d->inputs[t->x])[row] = ids[i];
        if (row + 1 < batch && i + 1 < count)
            continue;
        drive_next(t->d);
        hear(t, i - row, row + 1, logits);
    }
    t->kept[0] = t->kept[1];
    t->kept[1] = kept;
    return true;
}

/* The text that the search finds. */
static bool search(texts *t, int32_t stop, int32_t *ids, int64_t *count)
{
    nn_error e = {""};
    size_t room = MOST * (size_t)t->states.size + 1;
    nn_real *logits = calloc(MOST * (size_t)t->classes, sizeof *logits);
    nn_beam b = {MOST, LENGTH, t->classes, stop, t, allows, read_texts};
    t->kept[0] = calloc(room, sizeof(nn_real));
    t->kept[1] = calloc(room, sizeof(nn_real));
    for (int row = 0; row < t->d->rows; row++)
        ((int32_t *)t->d->inputs[t->x])[row] = FIRST;
    drive_next(t->d);
    hear(t, 0, 1, logits);
    memcpy(t->kept[0], t->kept[1], (size_t)t->states.size * sizeof(nn_real));
    bool good = nn_beam_search(&b, logits, ids, count, &e);
    free(logits);
    free(t->kept[0]);
    free(t->kept[1]);
    return good;
}

typedef struct {
    int32_t ids[LENGTH + 1];
    int count;
    double sum;
} text;

/* The best text that goes on from t, of which row 0 is read whole. */
static text best_of_all(texts *t, const text *from, int which, int32_t stop)
{
    int32_t *row = t->d->inputs[t->x];
    text best = {.sum = -INFINITY};
    double sum = 0, shares[MOST];
    if (from->count == LENGTH)
        return *from;
    row[0] = FIRST;
    memcpy(row + 1, from->ids, (size_t)from->count * sizeof *row);
    drive_infer(t->d);
    const nn_real *said = t->d->outputs[0] + from->count * t->classes;
    for (int64_t i = 0; i < t->classes; i++) {
        double off =
            fabs((double)said[i] - (double)t->said[which * t->classes + i]);
        t->off = off > t->off ? off : t->off;
        sum += exp((double)said[i]);
    }
    for (int64_t i = 0; i < t->classes; i++)
        shares[i] = (double)said[i] - log(sum);
    for (int32_t id = 0; id < t->classes; id++) {
        text next = *from;
        next.sum += shares[id];
        next.ids[next.count] = id;
        next.count += id != stop;
        if (id != stop)
            next = best_of_all(t, &next, next_of(t, which, id), stop);
        if (next.sum > best.sum)
            best = next;
    }
    return best;
}

bool beams_fit(const nn_tensor *x)
{
    return x->values > LENGTH && x->classes * x->classes <= MOST;
}

bool beams_agree(drive *d, int x, int32_t stop)
{
    const nn_tensor *tensor = &d->model->inputs[x];
    texts t = {.d = d, .x = x, .classes = tensor->classes};
    nn_error e = {""};
    int32_t ids[LENGTH];
    int64_t count = 0;
    text none = {0};
    t.said = malloc((size_t)(MOST * MOST) * sizeof *t.said);
    for (int i = 0; i < MOST * MOST; i++)
        t.said[i] = NAN;
    bool good = nn_states_open(&t.states, d->model, d->rows, &e) &&
                search(&t, stop, ids, &count);
    text best = best_of_all(&t, &none, 0, stop);
    nn_states_close(&t.states);
    free(t.said);
    good = good && t.off < 1e-5 && best.count == count &&
           memcmp(best.ids, ids, (size_t)count * sizeof *ids) == 0;
    if (good)
        return true;
    printf("# off by %g; ", t.off);
    printf("the best of all:");
    for (int i = 0; i < best.count; i++)
        printf(" %d", best.ids[i]);
    printf("; found:");
    for (int i = 0; i < count; i++)
        printf(" %d", ids[i]);
    printf("\n");
    return false;
}
