/* weights.c: reading weights files; see weights.h. Names, shapes and what data
 * has learned are checked by the functions of the programs, with the records
 * that model.c would print. */
#include "emit/weights.h"

#include <stdlib.h>
#include <string.h>

#include "base/version.h"
#include "emit/record.h"
#include "nn_ckpt.h"
#include "nn_digest.h"
#include "nn_init.h"
#include "nn_learned.h"
#include "nn_origin.h"
#include "pass/backend.h"
#include "pass/evaluate.h"

/* The model of a weights file: tensors that are no optimiser's, and inputs. */
static nn_model model_of(const Weights *w, Arena *arena)
{
    const Program *p = w->program;
    int n = w->starts ? p->tensors.n : program_kept(p), rows = p->inputs.n;
    nn_param *params = NEWN(arena, nn_param, n + 1);
    nn_tensor *inputs = NEWN(arena, nn_tensor, rows + 1);
    for (int i = 0; i < n; i++) {
        params[i] = record_param(p, i);
        params[i].offset = w->places[i];
    }
    for (int i = 0; i < rows; i++)
        inputs[i] = record_input(&p->inputs.at[i]);
    return (nn_model){.name = p->name,
                      .version = NNC_VERSION,
                      .network = p->network,
                      .params = params,
                      .param_count = n,
                      .reals = w->places[p->tensors.n],
                      .inputs = inputs,
                      .input_count = rows};
}

/* The flow that gives an input its training rows, or NULL. */
static const nn_flow *flow_of(const Weights *w, Arena *arena, int input)
{
    const Program *p = w->program;
    for (int i = 0; i < p->flows.n; i++) {
        const Flow *flow = &p->flows.at[i];
        for (int k = 0; flow->part == PART_ALL && k < flow->n_feeds; k++)
            if (flow->feeds[k] == input) {
                nn_flow *f = NEW(arena, nn_flow);
                *f = record_flow(arena, flow, k);
                return f;
            }
    }
    return NULL;
}

static bool load_learned(Weights *w, Arena *arena, const nn_model *m,
                         const nn_tensors *t, const char *path, nn_error *e)
{
    bool good = true;
    int n = m->input_count;
    w->preps = NEWN(arena, nn_prep, n + 1);
    for (int i = 0; good && i < n; i++)
        good =
            nn_prep_open(&w->preps[i], flow_of(w, arena, i), &m->inputs[i], e);
    if (!good)
        return false;
    nn_prep_share(w->preps, n);
    good = nn_learned_load(t, path, w->preps, n, e);
    for (int i = 0; good && i < n; i++) {
        int64_t period = w->preps[i].period;
        good = nn_prep_finish(&w->preps[i], period > 0 ? period : 1, e);
    }
    return good;
}

/* The file's notes on data, by which a program prepares its rows. */
static void keep_notes(Weights *w, Arena *arena, const nn_tensors *t)
{
    static const char kind[] = "nnc.data.";
    for (size_t i = 0; i < t->note_count; i++)
        if (strncmp(t->notes[i].key, kind, strlen(kind)) == 0) {
            vec_push(arena, &w->notes, arena_name(arena, t->notes[i].key));
            vec_push(arena, &w->notes,
                     arena_printf(arena, "%s", t->notes[i].value));
        }
}

/* What kernels would make of the weights when those are set. */
static bool evaluate(Weights *w, nn_error *e)
{
    const Program *p = w->program;
    int64_t at = 0;
    known(w->program, w->plans, w->plan_count);
    if (!nn_alloc(&w->prepared, (size_t)p->prepared, sizeof(float), "weights",
                  e))
        return false;
    for (int i = 0; i < w->plan_count; i++) {
        Arena *scratch = arena_new();
        const float **tensors = NEWN(scratch, const float *, p->tensors.n + 1);
        for (int k = 0; k < p->tensors.n; k++)
            tensors[k] = w->loaded + w->places[k];
        evaluate_prepared(scratch, w->plans[i], tensors, w->prepared + at);
        at += w->plans[i]->prepared;
        arena_free(scratch);
    }
    return true;
}

bool weights_open(Weights *w, const char *path, nn_error *e)
{
    Arena *arena = w->program->arena;
    nn_tensors t;
    w->places = record_places(arena, w->program);
    nn_model m = model_of(w, arena);
    if (!nn_tensors_open(&t, path, e))
        return false;
    bool good =
        nn_alloc(&w->loaded, (size_t)m.reals, sizeof(float), "weights", e) &&
        (!w->starts || nn_init_params(&m, w->loaded, 0, e)) &&
        nn_ckpt_load_weights(&m, &t, path, w->loaded, e) &&
        (w->alone || load_learned(w, arena, &m, &t, path, e));
    if (good && !w->alone) {
        nn_origin_tell(&m, &t, path, w->preps, m.input_count);
        keep_notes(w, arena, &t);
    }
    nn_tensors_close(&t);
    good = good && (!w->computes || evaluate(w, e));
    *(w->starts ? &w->program->start : &w->program->weights) = good ? w : NULL;
    return good;
}

void weights_close(Weights *w)
{
    for (int i = 0; w->preps && i < w->program->inputs.n; i++)
        nn_prep_close(&w->preps[i]);
    free(w->loaded);
    free(w->prepared);
}

bool weights_prepared(const Program *p)
{
    return p->weights && p->weights->computes;
}

static bool is_zero(const Weights *w, int tensor)
{
    for (int64_t i = w->places[tensor]; i < w->places[tensor + 1]; i++)
        if (w->loaded[i] != 0)
            return false;
    return true;
}

int weights_shown(const Weights *w)
{
    int n = w->program->tensors.n;
    while (w->starts && n > 0 && is_zero(w, n - 1))
        n--;
    return n;
}

int64_t weights_count(const Weights *w)
{
    return w->computes ? record_reals(w->program) : w->places[weights_shown(w)];
}

const char *weights_digest(const Weights *w)
{
    uint64_t sum = nn_digest_bytes(0, w->loaded,
                                   (size_t)w->places[w->program->tensors.n] *
                                       sizeof *w->loaded);
    return arena_printf(w->program->arena, "%016llx", (unsigned long long)sum);
}
