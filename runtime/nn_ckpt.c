/* Saving goes in pieces of some megabytes; loading copies from the file's own
 * pages. */
#include "nn_ckpt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_init.h"
#include "nn_layout.h"
#include "nn_learned.h"
#include "nn_state.h"

/* What a file holds, group by group: weights files the first, checkpoints the
 * others too, the last one where there are better weights. */
static const struct {
    const char *prefix;
    unsigned kinds; /* bit k: tensors of kind k */
} groups[] = {{"", 1U << NN_WEIGHT | 1U << NN_STATISTIC},
              {"nnc.slot.", 1U << NN_SLOT},
              {"nnc.carried.", 1U << NN_CARRIED},
              {"nnc.best.", 1U << NN_WEIGHT | 1U << NN_STATISTIC}};

enum { WEIGHTS_GROUPS = 1, BEST = 3 };

static bool holds(int group, const nn_param *p)
{
    return (groups[group].kinds >> p->kind & 1) != 0;
}

bool nn_ckpt_is_weight(const nn_param *p)
{
    return holds(0, p);
}

static int group_count(const nn_state *state, const nn_real *best)
{
    if (state == NULL)
        return WEIGHTS_GROUPS;
    return BEST + (state->has_best && best != NULL);
}

static bool full_name(nn_text *t, int group, const char *name)
{
    t->length = 0;
    nn_text_print(t, "%s%s", groups[group].prefix, name);
    return !t->failed;
}

static bool save_names(nn_saving *s, const nn_model *m, int count, nn_error *e)
{
    nn_text name = {0};
    bool good = true;
    for (int k = 0; k < count; k++)
        for (int i = 0; good && i < m->param_count; i++) {
            const nn_param *p = &m->params[i];
            if (!holds(k, p))
                continue;
            good = full_name(&name, k, p->name);
            if (good)
                nn_saving_name(s, name.bytes, p->rank, p->shape);
        }
    free(name.bytes);
    return good || nn_fail(e, "no memory");
}

/* Rows of a parameter that are written at once: 128 KiB, or one. */
static int64_t rows_at_once(const nn_param *p)
{
    int64_t rows = nn_layout_rows(p), count = nn_layout_count(p);
    int64_t fit = count > 0 ? ((int64_t)1 << 15) * rows / count : rows;
    return fit < 1 ? 1 : fit < rows ? fit : rows;
}

size_t nn_ckpt_values(const nn_model *m)
{
    int64_t largest = 1;
    for (int i = 0; i < m->param_count; i++) {
        const nn_param *p = &m->params[i];
        int64_t rows = nn_layout_rows(p);
        int64_t row = rows > 0 ? nn_layout_count(p) / rows : 0;
        int64_t piece = row * rows_at_once(p);
        largest = piece > largest ? piece : largest;
    }
    return (size_t)largest;
}

static bool save_param(nn_saving *s, const nn_param *p, const nn_real *from,
                       nn_real *values, nn_error *e)
{
    int64_t rows = nn_layout_rows(p), step = rows_at_once(p);
    bool good = true;
    for (int64_t row = 0; good && row < rows; row += step) {
        int64_t count = rows - row < step ? rows - row : step;
        good = nn_layout_rows_to_file(p, row, count, from, values, e);
        if (good)
            nn_saving_values(s, values, nn_layout_count(p) / rows * count);
    }
    return good;
}

static bool save_values(nn_saving *s, const nn_model *m, const nn_real *params,
                        const nn_real *best, int count, nn_error *e)
{
    nn_real *values;
    if (!nn_alloc(&values, nn_ckpt_values(m), sizeof *values, "weights", e))
        return false;
    bool good = true;
    for (int k = 0; k < count; k++)
        for (int i = 0; good && i < m->param_count; i++) {
            const nn_param *p = &m->params[i];
            const nn_real *from = (k == BEST ? best : params) + p->offset;
            if (holds(k, p))
                good = save_param(s, p, from, values, e);
        }
    free(values);
    return good;
}

bool nn_ckpt_save(const nn_model *m, const nn_real *params, const nn_real *best,
                  const nn_state *state, const nn_prep *preps, int prep_count,
                  const char *path, nn_error *e)
{
    nn_saving s;
    int count = group_count(state, best);
    if (!nn_saving_open(&s, path, e))
        return false;
    nn_saving_note(&s, "nnc.model", m->name);
    nn_saving_note(&s, "nnc.version", m->version);
    if (m->network != NULL)
        nn_saving_note(&s, "nnc.network", m->network);
    if (state != NULL)
        nn_state_save(&s, state);
    bool good = nn_learned_save(&s, preps, prep_count, e) &&
                save_names(&s, m, count, e);
    if (!good)
        nn_saving_cancel(&s);
    if (!good || !nn_saving_header(&s, e))
        return false;
    if (save_values(&s, m, params, best, count, e))
        return nn_saving_finish(&s, e);
    nn_saving_cancel(&s);
    return false;
}

bool nn_ckpt_save_weights(const nn_model *m, const nn_real *params,
                          const nn_prep *preps, int prep_count,
                          const char *path, nn_error *e)
{
    return nn_ckpt_save(m, params, NULL, NULL, preps, prep_count, path, e);
}

static void list_shape(nn_text *t, int rank, const int64_t *shape)
{
    nn_text_print(t, "[");
    for (int i = 0; i < rank; i++)
        nn_text_print(t, "%s%lld", i > 0 ? ", " : "", (long long)shape[i]);
    nn_text_print(t, "]");
}

static bool same_shape(const nn_param *p, const nn_saved *s)
{
    bool same = p->rank == s->rank;
    for (int i = 0; same && i < p->rank; i++)
        same = p->shape[i] == s->shape[i];
    return same;
}

/* What a file has that a model does not fit, or the other way round: the
 * first lines, and how many there are. */
typedef struct {
    nn_text text;
    int64_t lines;
    bool *known; /* of each tensor of the file: the model has it */
} report;

enum { MOST_LINES = 10 };

static bool is_full(report *r)
{
    return ++r->lines > MOST_LINES;
}

/* Adds a line for what is wrong with parameter p of the group in the file. */
static void judge(report *r, const nn_tensors *t, const nn_param *p,
                  const char *name)
{
    const nn_saved *s = nn_tensors_find(t, name);
    if (s != NULL)
        r->known[s - t->tensors] = true;
    bool fits = s != NULL && same_shape(p, s);
    if ((fits && s->type != NN_FILE_OTHER) || is_full(r))
        return;
    nn_text_print(&r->text, "\n  %s is ", name);
    if (s == NULL)
        nn_text_print(&r->text, "missing");
    else if (!fits) {
        list_shape(&r->text, s->rank, s->shape);
        nn_text_print(&r->text, ", the model has ");
        list_shape(&r->text, p->rank, p->shape);
    } else
        nn_text_print(&r->text, "of type %s: F32, F64, F16 or BF16 can be read",
                      s->type_name);
}

/* PyTorch's batchnorm counts the batches beside its running mean; nothing
 * needs to know how many they were. */
static bool counts_batches(const report *r, const nn_tensors *t,
                           const char *name)
{
    static const char suffix[] = "num_batches_tracked", mean[] = "running_mean";
    size_t n = strlen(name), size = sizeof suffix - 1;
    if (n < size || strcmp(name + n - size, suffix) != 0)
        return false;
    for (size_t i = 0; i < t->count; i++)
        if (r->known[i] && strncmp(t->tensors[i].name, name, n - size) == 0 &&
            strcmp(t->tensors[i].name + n - size, mean) == 0)
            return true;
    return false;
}

static void judge_strangers(report *r, const nn_tensors *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const char *name = t->tensors[i].name;
        if (!r->known[i] && strncmp(name, "nnc.", 4) != 0 &&
            !counts_batches(r, t, name) && !is_full(r))
            nn_text_print(&r->text, "\n  %s is not in the model", name);
    }
}

/* Says who wrote the file, where that was another model or version. */
static void name_origin(nn_text *text, const nn_model *m, const nn_tensors *t)
{
    const char *model = nn_tensors_note(t, "nnc.model");
    const char *version = nn_tensors_note(t, "nnc.version");
    if (model != NULL && strcmp(model, m->name) != 0)
        nn_text_print(text, " for the model %s", model);
    if (version != NULL && strcmp(version, m->version) != 0)
        nn_text_print(text, " by nnc %s, not %s", version, m->version);
}

static bool complain(const report *r, const nn_model *m, const nn_tensors *t,
                     const char *path, nn_error *e)
{
    nn_text origin = {0};
    int64_t more = r->lines - MOST_LINES;
    char rest[60] = "";
    if (r->text.failed)
        return nn_fail(e, "no memory");
    name_origin(&origin, m, t);
    if (more > 0)
        snprintf(rest, sizeof rest, "\n  and %lld more", (long long)more);
    bool other = origin.length > 0;
    nn_fail(e, "%s%s%s%s does not fit the model %s:%s%s", path,
            other ? ", made" : "", other ? origin.bytes : "", other ? "," : "",
            m->name, r->text.bytes, rest);
    free(origin.bytes);
    return false;
}

static bool check_names(const nn_model *m, const nn_tensors *t, int count,
                        const char *path, nn_error *e)
{
    report r = {0};
    nn_text name = {0};
    if (!nn_alloc(&r.known, t->count, sizeof *r.known, path, e))
        return false;
    for (int k = 0; k < count; k++)
        for (int i = 0; i < m->param_count; i++)
            if (holds(k, &m->params[i]) &&
                full_name(&name, k, m->params[i].name))
                judge(&r, t, &m->params[i], name.bytes);
    bool good = !name.failed || nn_fail(e, "no memory");
    if (good)
        judge_strangers(&r, t);
    if (good && r.lines > 0)
        good = complain(&r, m, t, path, e);
    free(r.text.bytes);
    free(r.known);
    free(name.bytes);
    return good;
}

typedef struct {
    const nn_saved *saved;
    int64_t bad; /* the first value met that does not fit, or -1 */
} loading;

static void load_values(void *context, int64_t first, int64_t count,
                        nn_real *values)
{
    loading *l = context;
    bool good = true;
    nn_tensors_values(l->saved, first, count, values);
    for (int64_t i = 0; i < count; i++)
        good &= isfinite((float)values[i]);
    for (int64_t i = 0; !good && l->bad < 0 && i < count; i++)
        if (!isfinite((float)values[i]))
            l->bad = first + i;
}

static bool bad_value(const nn_saved *s, int64_t index, const char *path,
                      nn_error *e)
{
    nn_text place = {0};
    double x = nn_tensors_value(s, index);
    int64_t at[8];
    for (int i = s->rank - 1; i >= 0; i--) {
        at[i] = index % s->shape[i];
        index /= s->shape[i];
    }
    list_shape(&place, s->rank, at);
    nn_fail(e, "%s: %s%s is %.9g, which %s", path, s->name,
            place.failed ? "" : place.bytes, x,
            isfinite(x) ? "does not fit a 32-bit float"
                        : "is no weight: all must be finite");
    free(place.bytes);
    return false;
}

/* What is in none of the groups begins anew. */
static bool init_others(const nn_model *m, int count, nn_real *params,
                        nn_error *e)
{
    bool good = true;
    for (int i = 0; good && i < m->param_count; i++) {
        bool held = false;
        for (int k = 0; k < count; k++)
            held |= holds(k, &m->params[i]);
        good = held || nn_init_param(m, i, params, 0, e);
    }
    return good;
}

static bool load_groups(const nn_model *m, const nn_tensors *t, int count,
                        nn_real *params, nn_real *best, const char *path,
                        nn_error *e)
{
    nn_text name = {0};
    bool good = init_others(m, count, params, e);
    for (int k = 0; k < count; k++)
        for (int i = 0; good && i < m->param_count; i++) {
            const nn_param *p = &m->params[i];
            nn_real *at = (k == BEST ? best : params) + p->offset;
            if (!holds(k, p))
                continue;
            good = full_name(&name, k, p->name) || nn_fail(e, "no memory");
            loading l = {good ? nn_tensors_find(t, name.bytes) : NULL, -1};
            good = good && nn_layout_fill(p, load_values, &l, at, e) &&
                   (l.bad < 0 || bad_value(l.saved, l.bad, path, e));
        }
    free(name.bytes);
    return good;
}

bool nn_ckpt_load_weights(const nn_model *m, const nn_tensors *t,
                          const char *path, nn_real *params, nn_error *e)
{
    bool good = check_names(m, t, WEIGHTS_GROUPS, path, e) &&
                load_groups(m, t, WEIGHTS_GROUPS, params, NULL, path, e);
    if (good && m->prepare != NULL)
        m->prepare(params);
    return good;
}

static bool load_open(const nn_model *m, const nn_tensors *t, const char *path,
                      nn_real *params, nn_real *best, nn_state *state,
                      nn_error *e)
{
    if (!nn_state_load(t, path, state, e))
        return false;
    int count = group_count(state, best);
    return check_names(m, t, count, path, e) &&
           nn_state_same_step(t, path, state, e) &&
           load_groups(m, t, count, params, best, path, e);
}

bool nn_ckpt_load(const nn_model *m, const char *path, nn_real *params,
                  nn_real *best, nn_state *state, nn_error *e)
{
    nn_tensors t;
    if (!nn_tensors_open(&t, path, e))
        return false;
    bool good = load_open(m, &t, path, params, best, state, e);
    nn_tensors_close(&t);
    return good;
}
