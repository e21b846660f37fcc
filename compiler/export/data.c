/* data.c: see data.h. What a source or transform does is Python of its own, in
 * templates/; here their names and settings are written down, whatever they
 * are. */
#include "export/data.h"

#include <string.h>

#include "base/pack.h"
#include "base/quote.h"
#include "export/form.h"
#include "export/layers.h"
#include "export/python.h"

bool data_part(Text *out, const char *name)
{
    const char *text =
        pack_find(arena_printf(out->arena, "templates/pytorch_%s.py", name));

    if (text) {
        text_add(out, "\n\n");
        text_add(out, text);
    }
    return text != NULL;
}

bool data_trains(const Program *p)
{
    return p->has_loss && p->flows.n > 0 && p->outputs.n > 0;
}

static const char *input_name(Arena *arena, const Program *p, int i)
{
    return python_name(arena, p->inputs.at[i].name);
}

/* A table of what a row is made of. */
static void rows(Text *out, const Program *p, const char *name, bool target)
{
    text_printf(out, "%s = {", name);
    for (int i = 0; i < p->inputs.n; i++) {
        const Input *in = &p->inputs.at[i];

        if (in->target == target)
            text_printf(out, "\n    \"%s\": %s,", input_name(out->arena, p, i),
                        form_tuple(out->arena, in->shape.dim, in->shape.rank));
    }
    text_add(out, "\n}\n");
}

static void classes(Text *out, const Program *p)
{
    text_add(out, "CLASSES = {");
    for (int i = 0; i < p->inputs.n; i++)
        if (p->inputs.at[i].type == TYPE_INT)
            text_printf(out, "\n    \"%s\": %lld,",
                        input_name(out->arena, p, i),
                        (long long)p->inputs.at[i].classes);
    text_add(out, "\n}\n");
}

/* How sums become a figure: its end, its factor, and the units of sums. */
static void metrics(Text *out, const Program *p)
{
    static const char *const finish[] = {"none", "root", "exp"};

    text_add(out, "METRICS = {");
    for (int i = 0; i < p->metrics.n; i++) {
        const Metric *m = &p->metrics.at[i];

        if (m->scorer)
            continue;
        text_printf(out, "\n    \"%s\": (\"%s\", %d, [", m->name,
                    finish[m->finish], m->percent ? 100 : 1);
        for (int k = 0; k < m->units.n; k++) {
            const UnitRun *u = &m->units.at[k];

            text_printf(out, "%s(%lld, %d, %lld, %lld)", k ? ", " : "",
                        (long long)u->count, u->input, (long long)u->first,
                        (long long)u->step);
        }
        text_printf(out, "], %d),", m->degree);
    }
    text_add(out, "\n}\n");
}

static void split(Text *out, const Program *p, const char *name, const Split *s)
{
    static const char *const kinds[] = {
        [SPLIT_SHARE] = "share", [SPLIT_ROWS] = "rows", [SPLIT_FOLD] = "fold"};

    if (s->kind == SPLIT_NONE || s->kind == SPLIT_OWN) {
        text_printf(out, "%s = None\n", name);
        return;
    }
    text_printf(out, "%s = Split(\"%s\", %s", name, kinds[s->kind],
                form_number(out->arena, s->amount));
    if (s->kind == SPLIT_FOLD)
        text_printf(out, ", folds=%d", s->folds);
    if (s->last)
        text_add(out, ", last=True");
    if (s->stratified >= 0)
        text_printf(out, ", by=\"%s\"",
                    input_name(out->arena, p, s->stratified));
    text_add(out, ")\n");
}

void data_settings(Text *out, const Export *e)
{
    const Program *p = e->a;
    const Train *t = &p->train;

    text_printf(out, "NAME = \"%s\"\n", p->name);
    rows(out, p, "INPUTS", false);
    rows(out, p, "TARGETS", true);
    classes(out, p);
    if (!p->has_loss)
        return;
    metrics(out, p);
    text_printf(out, "RATE = %s\n", form_number(e->arena, t->rate));
    if (t->batch)
        text_printf(out, "BATCH = %lld\n", (long long)t->batch);
    else
        text_add(out, "BATCH = None  # all rows\n");
    text_printf(out,
                "EPOCHS, PATIENCE, STATEFUL = %lld, %lld, %s\n"
                "SEED, SPLIT_SEED = %lld, %lld\n",
                (long long)t->epochs, (long long)t->patience,
                t->stateful ? "True" : "False", (long long)t->seed,
                (long long)t->split_seed);
}

void data_first(Text *out, const Export *e)
{
    static const char *const kinds[] = {
        [INIT_UNIFORM] = "uniform",   [INIT_NORMAL] = "normal",
        [INIT_CONSTANT] = "constant", [INIT_HE] = "he",
        [INIT_GLOROT] = "glorot",     [INIT_ORTHOGONAL] = "orthogonal",
        [INIT_LITERAL] = "literal",
    };
    const Program *p = e->a;

    text_add(out, "\n\n# Name, stream of random numbers, kind, its number, and "
                  "whether row 0 is padding.\nFIRST = [");
    for (int i = 0; i < p->tensors.n; i++) {
        const Tensor *t = &p->tensors.at[i];

        if (!layers_keep(t))
            continue;
        text_printf(out, "\n    (\"%s\", %d, \"%s\", ", t->name, i,
                    kinds[t->init.kind]);
        if (t->init.kind == INIT_LITERAL)
            form_list(out, t->init.literal, shape_count(&t->shape), 8);
        else
            text_add(out, form_number(out->arena, t->init.a));
        text_add(out, t->padding ? ", True)," : ", False),");
    }
    text_add(out, "\n]\n");
}

static void text_value(Text *out, const char *text)
{
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        text_add(out, *text == 't' ? "True" : "False");
    else
        quote_python(out, text);
}

static void list_value(Text *out, const Setting *s)
{
    text_add(out, "[");
    for (int i = 0; i < s->n; i++) {
        text_add(out, i ? ", " : "");
        if (s->texts)
            quote_python(out, s->texts[i]);
        else
            text_printf(out, "%.17g", s->list[i]);
    }
    text_add(out, "]");
}

static void value(Text *out, const Program *p, const Setting *s)
{
    switch (s->kind) {
    case SET_NUMBER:
        text_printf(out, "%.17g", s->number);
        break;
    case SET_TEXT:
    case SET_WORD:
        text_value(out, s->text);
        break;
    case SET_LIST:
        list_value(out, s);
        break;
    case SET_SPAN:
        text_add(out, "(");
        quote_python(out, s->texts[0]);
        text_add(out, ", ");
        quote_python(out, s->texts[1]);
        text_add(out, ")");
        break;
    case SET_INPUT:
        quote_python(out, input_name(out->arena, p, (int)s->number));
        break;
    }
}

/* ("ids", {"vocab": 20000}): windows of one text alone look at nothing ahead.
 */
static void transform(Text *out, const Program *p, const Flow *f,
                      const Stage *stage)
{
    bool alone = flow_is_text(f) && f->n_feeds == 1;

    text_printf(out, "(\"%s\", {", stage->name);
    for (int i = 0; i < stage->n; i++) {
        const Setting *s = &stage->set[i];

        text_printf(out, "%s\"%s\": ", i ? ", " : "", s->key);
        if (alone && strcmp(s->key, "ahead") == 0)
            text_add(out, "0");
        else
            value(out, p, s);
    }
    text_add(out, "})");
}

/* The input whose words these are, or -1. */
static int like_of(const Flow *f, int feed)
{
    const Stage *shift = flow_transform(f, "shift");

    return shift      ? (int)flow_setting(shift, "of")->number
           : feed > 0 ? f->feeds[0]
                      : -1;
}

static void flow(Text *out, const Program *p, const Flow *f, int feed)
{
    const Stage *source = &f->stages[0];
    const Setting *path = flow_setting(source, "path");
    int like = flow_is_text(f) ? like_of(f, feed) : -1;

    text_printf(out, "\n    Flow(\"%s\", read_%s",
                input_name(out->arena, p, f->feeds[feed]), source->name);
    if (path) {
        text_add(out, ", ");
        quote_python(out, path->text);
    }
    if (f->part != PART_ALL)
        text_printf(out, ", part=\"%s\"",
                    f->part == PART_TEST ? "test" : "validation");
    for (int i = 0; i < source->n; i++)
        if (&source->set[i] != path) {
            text_printf(out, ", %s=", source->set[i].key);
            value(out, p, &source->set[i]);
        }
    if (feed > 0)
        text_add(out, ", ahead=True");
    if (like >= 0)
        text_printf(out, ", like=\"%s\"", input_name(out->arena, p, like));
    for (int i = 1; i < f->n_stages; i++) {
        text_add(out, i == 1 ? ",\n         then=[" : ",\n               ");
        transform(out, p, f, &f->stages[i]);
    }
    text_add(out, f->n_stages > 1 ? "])," : "),");
}

static void vectors(Text *out, const Program *p)
{
    text_add(out, "VECTORS = [");
    for (int i = 0; i < p->tensors.n; i++) {
        const Init *init = &p->tensors.at[i].init;

        if (!init->vectors)
            continue;
        text_printf(out, "\n    (\"%s\", \"%s\", ", p->tensors.at[i].name,
                    input_name(out->arena, p, init->words));
        quote_python(out, init->vectors);
        text_add(out, "),");
    }
    text_add(out, "]\n");
}

/* The readers of all sources, each once; those of tsv are those of csv. */
static bool readers(Text *out, const Export *e)
{
    VEC(const char *) had = {0};

    for (int i = 0; i < e->a->flows.n; i++) {
        const Stage *source = &e->a->flows.at[i].stages[0];
        const char *name =
            strcmp(source->name, "tsv") == 0 ? "csv" : source->name;

        if (str_among(had.at, had.n, name))
            continue;
        vec_push(e->arena, &had, name);
        if (data_part(out, arena_printf(e->arena, "read_%s", name)))
            continue;
        diag_help(diag_error(e->diag, source->span,
                             "`%s` has no counterpart in Python", source->name),
                  "read the rows from another source, or leave `data` out");
        return false;
    }
    return true;
}

bool data_flows(Text *out, const Export *e)
{
    const Program *p = e->a;
    bool text = false;

    for (int i = 0; i < p->flows.n; i++)
        text |= flow_is_text(&p->flows.at[i]);
    data_part(out, "data");
    if (text)
        data_part(out, "text");
    if (!readers(out, e))
        return false;
    text_add(out, "\n\nFLOWS = [");
    for (int i = 0; i < p->flows.n; i++)
        for (int k = 0; k < p->flows.at[i].n_feeds; k++)
            flow(out, p, &p->flows.at[i], k);
    text_add(out, "\n]\n");
    split(out, p, "TEST", &p->test);
    split(out, p, "VALIDATION", &p->validation);
    vectors(out, p);
    return true;
}
