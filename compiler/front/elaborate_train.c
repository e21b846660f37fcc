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

/* `sgd(rate: 0.1)` or `cosine`: the row's name with its arguments bound. */
static const char *named_row(Store *s, SettingGroup group, Bound *out)
{
    Elab *e = s->e;
    const Expr *x = s->item->values.n == 1 ? s->item->values.at[0] : NULL;
    const char *spec;
    Args args = {0};

    if (!x || (x->kind != EXPR_CALL && x->kind != EXPR_NAME)) {
        if (!x || x->kind != EXPR_ERROR)
            diag_error(e->diag, s->item->name.span,
                       "`%s` takes a name with its arguments",
                       s->item->name.text);
        return NULL;
    }
    spec = settings_find(group, x->name);
    if (!spec)
        return NULL; /* sema has said so */
    if (x->kind == EXPR_CALL && !elab_args(e, &x->kids, &args))
        return NULL;
    return spec_bind(e->arena, e->diag, spec, x->name, x->at, &args, out)
               ? x->name
               : NULL;
}

static void check_optimizer(Elab *e, const Train *t, const Bound *arg)
{
    if (!(t->rate > 0))
        refuse(e, arg, "rate", "more than 0");
    if (t->momentum < 0 || t->momentum >= 1)
        refuse(e, arg, "momentum", "at least 0 and less than 1");
    if (t->beta1 < 0 || t->beta1 >= 1)
        refuse(e, arg, "beta1", "at least 0 and less than 1");
    if (t->beta2 < 0 || t->beta2 >= 1)
        refuse(e, arg, "beta2", "at least 0 and less than 1");
    if (!(t->eps > 0) && number(arg, "eps", -1) >= 0)
        refuse(e, arg, "eps", "more than 0");
    if (t->nesterov && t->momentum == 0)
        diag_help(
            diag_error(e->diag, arg->span[0], "`nesterov` needs a momentum"),
            "write: sgd(rate: 0.1, momentum: 0.9, nesterov: true)");
}

static void set_optimizer(Store *s)
{
    Bound arg;
    const char *name = named_row(s, GROUP_OPTIMIZER, &arg);
    Train *t = s->train;

    if (!name)
        return;
    t->optimizer = name;
    t->rate = number(&arg, "rate", 0);
    t->momentum = number(&arg, "momentum", 0);
    t->nesterov = number(&arg, "nesterov", 0) != 0;
    t->beta1 = number(&arg, "beta1", 0);
    t->beta2 = number(&arg, "beta2", 0);
    t->eps = number(&arg, "eps", 0);
    check_optimizer(s->e, t, &arg);
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
        if (strcmp(kinds[i].name, name) == 0) {
            if (kinds[i].kind == RATE_STEP)
                out->kind = RATE_STEP;
            else
                out->kind = RATE_COSINE;
        }
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

static void set_clip_norm(Store *s)
{
    s->train->clip_norm = s->arg->at[0]->number;
    if (!(s->train->clip_norm > 0))
        refuse(s->e, s->arg, "norm", "more than 0");
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

static const struct SettingRow {
    const char *name, *spec;
    void (*store)(Store *);
} rows[] = {
#define SETTING(word, spec, store) {word, spec, store},
#include "front/settings.def"
};

enum { N_ROWS = sizeof rows / sizeof *rows };

static const char *setting_name(Elab *e, const Item *item)
{
    if (!item->other.text)
        return item->name.text;
    return arena_printf(e->arena, "%s %s", item->name.text, item->other.text);
}

static void one_setting(Elab *e, const Item *item, unsigned *given)
{
    const char *name = setting_name(e, item);
    Args args = {0};
    Bound bound = {0};
    Store store = {e, &e->program->train, item, &bound};

    for (int i = 0; i < N_ROWS; i++) {
        if (strcmp(rows[i].name, name) != 0)
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

void elab_train(Elab *e, const Item *train)
{
    unsigned given = 0;

    e->program->train = (Train){.optimizer = "adam",
                                .rate = 1e-3,
                                .beta1 = 0.9,
                                .beta2 = 0.999,
                                .eps = 1e-8,
                                .batch = 32,
                                .epochs = 10,
                                .seed = 1,
                                .split_seed = 1};
    for (int i = 0; train && i < train->items.n; i++)
        if (train->items.at[i]->kind == ITEM_SETTING)
            one_setting(e, train->items.at[i], &given);
}
