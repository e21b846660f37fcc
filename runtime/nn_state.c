/* Each number is read back as a run could have written it, or refused: what
 * follows relies on them. */
#include "nn_state.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of an epoch that has not begun there are none. */
static void save_sums(nn_saving *s, const nn_state *t)
{
    nn_text text = {0};
    nn_text_add(&text, "", 0);
    for (int64_t i = 0; i < t->sum_count; i++)
        if (t->seen > 0 && t->sums[i] != 0)
            nn_text_print(&text, " %.17g", t->sums[i]);
        else
            nn_text_add(&text, " 0", 2);
    s->header.failed |= text.failed;
    if (!text.failed)
        nn_saving_note(s, "nnc.sums", text.bytes);
    free(text.bytes);
}

void nn_state_save(nn_saving *s, const nn_state *t)
{
    char text[300];
    snprintf(text, sizeof text,
             "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64
             " %" PRId64 " %.17g %" PRId64 " %" PRId64,
             t->seed, t->data, t->step, t->epoch, t->batch, t->seen, t->rate,
             t->epochs, t->told);
    nn_saving_note(s, "nnc.state", text);
    snprintf(text, sizeof text, "%d %.17g %" PRId64 " %" PRId64, t->has_best,
             t->best_loss, t->best_epoch, t->waited);
    nn_saving_note(s, "nnc.stopping", text);
    for (int i = 0; i < t->setting_count; i++) {
        snprintf(text, sizeof text, "nnc.run.%s", t->settings[i].name);
        nn_saving_note(s, text, t->settings[i].value);
    }
    save_sums(s, t);
}

static bool read_numbers(const nn_tensors *t, nn_state *s)
{
    const char *state = nn_tensors_note(t, "nnc.state");
    const char *stopping = nn_tensors_note(t, "nnc.stopping");
    const char *text = nn_tensors_note(t, "nnc.sums");
    int has_best;
    if (state == NULL || stopping == NULL || text == NULL ||
        sscanf(state,
               "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNd64 " %" SCNd64
               " %" SCNd64 " %lg %" SCNd64 " %" SCNd64,
               &s->seed, &s->data, &s->step, &s->epoch, &s->batch, &s->seen,
               &s->rate, &s->epochs, &s->told) != 9 ||
        sscanf(stopping, "%d %lg %" SCNd64 " %" SCNd64, &has_best,
               &s->best_loss, &s->best_epoch, &s->waited) != 4)
        return false;
    s->has_best = has_best != 0;
    for (int64_t i = 0; i < s->sum_count; i++) {
        char *end;
        s->sums[i] = strtod(text, &end);
        if (end == text)
            return false;
        text = end;
    }
    return has_best == 0 || has_best == 1;
}

static bool within(int64_t x, int64_t least, int64_t most)
{
    return x >= least && x <= most;
}

static bool are_sound(const nn_state *s)
{
    bool finite = isfinite(s->rate) && s->rate > 0;
    for (int64_t i = 0; i < s->sum_count; i++)
        finite = finite && isfinite(s->sums[i]);
    return finite && within(s->epochs, 1, NN_MOST_EPOCHS) &&
           within(s->told, 1, NN_MOST_EPOCHS) &&
           within(s->epoch, 0, NN_MOST_EPOCHS) &&
           within(s->waited, 0, s->epoch) &&
           within(s->best_epoch, 0, s->epoch) &&
           within(s->batch, 0, UINT32_MAX) && within(s->seen, 0, UINT32_MAX);
}

static const char *then(const nn_tensors *t, const nn_setting *now)
{
    const char *value = nn_tensors_note_of(t, "nnc.run.", now->name);
    return value != NULL ? value : "not known";
}

/* Names the settings that differ, the first few of them. */
static bool same_settings(const nn_tensors *t, const char *path,
                          const nn_state *s, nn_error *e)
{
    enum { SHOWN = 3 };
    nn_text list = {0};
    int differ = 0;
    for (int i = 0; i + 1 < s->setting_count; i++) {
        const char *was = then(t, &s->settings[i]);
        if (strcmp(was, s->settings[i].value) != 0 && differ++ < SHOWN)
            nn_text_print(&list, "\n  %s: %.200s then, %.200s now",
                          s->settings[i].name, was, s->settings[i].value);
    }
    if (differ > SHOWN)
        nn_text_print(&list, "\n  and %d more", differ - SHOWN);
    if (differ > 0)
        nn_fail(e,
                "%s is of a run with other settings; a run can only go on as "
                "it began, to start anew from its weights use --init:%s",
                path, list.failed ? " no memory to list them" : list.bytes);
    free(list.bytes);
    return differ == 0;
}

bool nn_state_load(const nn_tensors *t, const char *path, nn_state *state,
                   nn_error *e)
{
    nn_state s = {.sums = state->sums,
                  .sum_count = state->sum_count,
                  .settings = state->settings,
                  .setting_count = state->setting_count};
    if (!read_numbers(t, &s))
        return nn_fail(e,
                       "%s is no checkpoint of a training run; to start from "
                       "weights use --init",
                       path);
    if (!are_sound(&s))
        return nn_fail(e, "%s is damaged: no run stops at such numbers", path);
    *state = s;
    return same_settings(t, path, state, e);
}

bool nn_state_same_step(const nn_tensors *t, const char *path,
                        const nn_state *state, nn_error *e)
{
    const nn_setting *now;
    if (state->setting_count == 0)
        return true;
    now = &state->settings[state->setting_count - 1];
    if (strcmp(then(t, now), now->value) == 0)
        return true;
    return nn_fail(
        e,
        "%s is of another model or other metrics (digest %.40s then, "
        "%s now): a run can only go on as it began; to start anew "
        "from its weights use --init",
        path, then(t, now), now->value);
}
