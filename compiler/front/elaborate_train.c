/* elaborate_train.c: the `train` block, as Program's Train.
 *
 * Each setting is a row of settings.def with a function here that stores it.
 * Optimisers and schedules are rows of their own, written as names or calls. */
#include <string.h>

#include "front/elab.h"
#include "front/settings.h"

enum { MOST_EPOCHS = 1000000000 };

typedef struct Store {
    Elab *e;
    Train *train;
    const Item *item;
    const Bound *arg;
} Store;

static double number(const Bound *arg, const char *name, double otherwise)
{
    for (int i = 0; i < arg->n; i++)
        if (strcmp(arg->name[i], name) == 0 && arg->at[i])
            return arg->at[i]->number;
    return otherwise;
}

/* An argument outside of what makes sense. */
static void refuse(Elab *e, const Bound *arg, const char *name,
                   const char *wanted)
{
    for (int i = 0; i < arg->n; i++)
        if (strcmp(arg->name[i], name) == 0) {
            Message *m = diag_error(e->diag, arg->span[i], "`%s` must be %s",
                                    name, wanted);

            diag_note(m, "this is %s", value_what(e->arena, arg->at[i]));
        }
}

/* The row's name with its arguments bound, or NULL. */
static const char *named_row(Store *s, SettingGroup group, Bound *out)
{
    Elab *e = s->e;
    Applies row = unit_applies(s->item);
    const char *name = row.name.text;
    const char *spec = name ? settings_find(group, name) : NULL;
    Args args = {0};

    if (!name && !row.lost)
        diag_error(e->diag, s->item->name.span,
                   "`%s` takes a name with its arguments", s->item->name.text);
    if (!spec || !elab_args(e, &row.args, &args)) /* sema has said so */
        return NULL;
    return spec_bind(e->arena, e->diag, spec, name, row.name.span, &args, out)
               ? name
               : NULL;
}

/* The optimiser or clip that a setting names; NULL after a message. */
static const Rule *applied_rule(Elab *e, const Item *item, DefKind kind,
                                double *rate)
{
    Applies rule = unit_applies(item);
    const Def *def = rule.name.text
                         ? unit_rule(e->arena, e->unit, kind, rule.name.text)
                         : NULL;
    Span at = item->other.text ? item->name.span : rule.name.span;
    Args args = {0};

    return def && elab_args(e, &rule.args, &args)
               ? elab_rule(e, def, &args, at, rate)
               : NULL;
}

static void set_optimizer(Store *s)
{
    s->train->optimizer =
        applied_rule(s->e, s->item, DEF_OPTIMIZER, &s->train->rate);
}

static void set_schedule(Store *s)
{
    static const struct {
        const char *name;
        int kind;
    } kinds[] = {
#define SCHEDULE(name, spec, kind) {name, kind},
#include "front/settings.def"
    };
    Schedule *out = &s->train->schedule;
    Bound arg;
    const char *name = named_row(s, GROUP_SCHEDULE, &arg);

    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            out->kind = kinds[i].kind;
    if (!name)
        return;
    out->every = number(&arg, "every", 0);
    out->factor = number(&arg, "factor", 0);
    out->to = number(&arg, "to", 0);
    if (out->kind == RATE_STEP && !(out->factor > 0))
        refuse(s->e, &arg, "factor", "more than 0");
    if (out->to < 0)
        refuse(s->e, &arg, "to", "at least 0");
}

static void set_batch(Store *s)
{
    const Value *v = s->arg->at[0];
    int64_t rows = 0;

    if (v->kind == VAL_WORD && strcmp(v->text, "all") == 0)
        s->train->batch = 0;
    else if (value_whole(v, &rows) && rows >= 1 && rows <= 1 << 20)
        s->train->batch = rows;
    else
        refuse(s->e, s->arg, "batch",
               "a whole number from 1 to 1048576 or `all`");
}

static void set_epochs(Store *s)
{
    s->train->epochs = (int64_t)s->arg->at[0]->number;
    if (s->train->epochs > MOST_EPOCHS)
        refuse(s->e, s->arg, "epochs", "a whole number from 1 to 1000000000");
}

static void set_seed(Store *s)
{
    s->train->seed = (int64_t)s->arg->at[0]->number;
}

static void set_split_seed(Store *s)
{
    s->train->split_seed = (int64_t)s->arg->at[0]->number;
}

static void set_warmup(Store *s)
{
    s->train->schedule.warmup = s->arg->at[0]->number;
}

static void set_l2(Store *s)
{
    s->train->l2 = s->arg->at[0]->number;
    if (s->train->l2 < 0)
        refuse(s->e, s->arg, "l2", "at least 0");
}

static void set_l1(Store *s)
{
    s->train->l1 = s->arg->at[0]->number;
    if (s->train->l1 < 0)
        refuse(s->e, s->arg, "l1", "at least 0");
}

static void set_patience(Store *s)
{
    s->train->patience = (int64_t)s->arg->at[0]->number;
}

static void set_stateful(Store *s)
{
    s->train->stateful = s->arg->at[0]->number != 0;
    s->train->stateful_at = s->item->span;
}

static const struct SettingRow {
    const char *name, *spec;
    void (*store)(Store *);
} rows[] = {
#define SETTING(word, spec, store) {word, spec, store},
#include "front/settings.def"
};

enum { N_ROWS = sizeof rows / sizeof *rows };

/* `clip norm 1`: before the optimiser, in the order of the text. */
static void one_clip(Elab *e, const Item *item)
{
    Train *t = &e->program->train;
    double rate;
    const Rule *rule = applied_rule(e, item, DEF_CLIP, &rate);

    for (int i = 0; rule && i < t->clips.n; i++)
        if (strcmp(t->clips.at[i]->name, rule->name) == 0)
            diag_error(e->diag, item->name.span, "`clip %s` is given twice",
                       rule->name);
    if (rule)
        vec_push(e->arena, &t->clips, rule);
}

static void one_setting(Elab *e, const Item *item, unsigned *given)
{
    const char *name = item->name.text;
    Args args = {0};
    Bound bound = {0};
    Store store = {e, &e->program->train, item, &bound};

    for (int i = 0; i < N_ROWS; i++) {
        if (item->other.text || strcmp(rows[i].name, name) != 0)
            continue;
        if (*given >> i & 1)
            diag_error(e->diag, item->name.span, "`%s` is given twice", name);
        *given |= 1U << i;
        if (*rows[i].spec && (!elab_args(e, &item->values, &args) ||
                              !spec_bind(e->arena, e->diag, rows[i].spec, name,
                                         item->name.span, &args, &bound)))
            return;
        rows[i].store(&store);
    }
}

/* What trains a model that does not say: Adam with its own defaults. */
static void default_optimizer(Elab *e, Span span)
{
    Train *t = &e->program->train;
    const Def *adam = unit_rule(e->arena, e->unit, DEF_OPTIMIZER,
                                arena_name(e->arena, "adam"));

    t->optimizer = elab_rule(e, adam, &(Args){0}, span, &t->rate);
}

void elab_train(Elab *e, const Item *train)
{
    unsigned given = 0;
    int errors = diag_errors(e->diag);

    e->program->train =
        (Train){.batch = 32, .epochs = 10, .seed = 1, .split_seed = 1};
    for (int i = 0; train && i < train->items.n; i++) {
        const Item *item = train->items.at[i];

        if (item->kind != ITEM_SETTING)
            continue;
        if (strcmp(item->name.text, "clip") == 0)
            one_clip(e, item);
        else
            one_setting(e, item, &given);
    }
    if (!e->program->train.optimizer && diag_errors(e->diag) == errors)
        default_optimizer(e, e->model->name.span);
}
