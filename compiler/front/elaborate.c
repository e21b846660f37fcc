/* elaborate.c: chooses the model, binds its parameters, makes the entries.
 *
 * The first entry's walk fills the program's tables and finds all mistakes;
 * the others repeat it in their own mode and batch and must find the same. */
#include "front/elaborate.h"

#include <string.h>

#include "front/elab.h"
#include "front/next.h"
#include "front/parse.h"
#include "front/sema.h"

enum {
    DEFAULT_INFER_BATCH = 64,
    BATCH_OF_ALL = 1024, /* most rows that `batch all` takes */
};

/* What there is instead of the model called `name`, or of any (NULL). */
static void no_model(Arena *arena, Diag *diag, const Unit *unit,
                     const char *name, const Words *models)
{
    const Source *source = unit->main->source;
    const char *near = name ? str_nearest(name, models->at, models->n) : NULL;
    Message *m;

    if (!name)
        m = diag_error(diag, (Span){.source = source, .line = 1, .column = 1},
                       "there is no model in this file");
    else
        m = diag_error(diag, (Span){0}, "there is no model `%s` in %s%s", name,
                       source->path, models->n ? "" : ", nor any other");
    if (models->n)
        diag_note(m, "--model takes %s", names_list(arena, models));
    if (near)
        diag_help(m, "did you mean `%s`?", near);
    else if (!models->n)
        diag_help(m, "write: model %s { ... }", name ? name : "NAME");
}

static const Def *choose_model(Arena *arena, Diag *diag, const Unit *unit,
                               const char *name)
{
    const Def *last = NULL;
    Words words = {0};

    for (int i = 0; i < unit->own.n; i++) {
        const Def *def = unit->own.at[i];

        if (def->kind != DEF_MODEL)
            continue;
        vec_push(arena, &words, def->name.text);
        if (name ? strcmp(def->name.text, name) == 0
                 : def->name.span.source == unit->main->source)
            last = def;
    }
    if (!last)
        no_model(arena, diag, unit, name, &words);
    return last;
}

static bool is_number(const Expr *x)
{
    return (x->kind == EXPR_NEG ? x->kids.at[0] : x)->kind == EXPR_NUMBER;
}

/* Whether it stands for itself: a number, a truth, a word, a list of numbers.
 */
static bool is_plain(const Elab *e, const Expr *x)
{
    bool numbers = x->kind == EXPR_LIST && x->kids.n > 0;

    for (int i = 0; numbers && i < x->kids.n; i++)
        numbers = is_number(x->kids.at[i]);
    if (x->kind != EXPR_NAME)
        return numbers || is_number(x) || x->kind == EXPR_BOOL;
    return strcmp(x->name, "training") != 0 &&
           (surface_find(x->name) || names_word(x->name) ||
            unit_find(e->unit, x->name, false));
}

/* The text of -D as a value, read as a default in a model's head; or NULL. */
static Value *define_value(Elab *e, const char *text)
{
    Source *source = NEW(e->arena, Source);
    Diag *unsaid = diag_new(e->arena);
    const File *file;
    const Formals *head;

    source->path = "-D";
    source->text = arena_printf(e->arena, "model m(x = %s) {}", text);
    source->size = strlen(source->text);
    file = parse_text(e->arena, unsaid, source);
    head = file->defs.n == 1 ? &file->defs.at[0]->params : NULL;
    return diag_errors(unsaid) == 0 && head && head->n == 1 &&
                   head->at[0].value && is_plain(e, head->at[0].value)
               ? elab_expr(e, head->at[0].value)
               : NULL;
}

static const Formal *find_formal(const Def *model, const char *name)
{
    for (int i = 0; i < model->params.n; i++)
        if (strcmp(model->params.at[i].name.text, name) == 0)
            return &model->params.at[i];
    return NULL;
}

/* Whether a -D may replace the default: numbers stay numbers. */
static bool same_kind(const Expr *fallback, const Value *v)
{
    if (!fallback)
        return true;
    switch (fallback->kind) {
    case EXPR_NUMBER:
    case EXPR_ADD:
    case EXPR_SUB:
    case EXPR_MUL:
    case EXPR_DIV:
    case EXPR_NEG:
        return v->kind == VAL_NUMBER;
    case EXPR_BOOL:
        return v->kind == VAL_BOOL;
    case EXPR_STRING:
        return v->kind == VAL_STRING;
    case EXPR_LIST:
    case EXPR_RANGE:
        return v->kind == VAL_LIST;
    default:
        return true;
    }
}

static void one_define(Elab *e, const char *define, Args *args)
{
    const char *equals = strchr(define, '=');
    size_t n = equals ? (size_t)(equals - define) : strlen(define);
    const char *name = arena_intern(e->arena, define, n);
    const Formal *formal = find_formal(e->model, name);
    Arg arg = {.label = name};
    Words words = {0};

    if (!equals || n == 0) {
        diag_error(e->diag, (Span){0}, "-D %s is not NAME=VALUE", define);
        return;
    }
    if (!formal) {
        for (int i = 0; i < e->model->params.n; i++)
            vec_push(e->arena, &words, e->model->params.at[i].name.text);
        names_unknown_of(
            e->arena, e->diag, (Span){0}, name, "parameter",
            arena_printf(e->arena, "model `%s`", e->model->name.text), &words);
        return;
    }
    if (formal->value && formal->value->kind == EXPR_STRING)
        arg.value = value_text(e->arena, VAL_STRING, equals + 1);
    else
        arg.value = define_value(e, equals + 1);
    if (!arg.value || !same_kind(formal->value, arg.value)) {
        Message *m = diag_error(e->diag, formal->name.span,
                                "`%s` cannot be `%s`", name, equals + 1);

        diag_note(m, "it comes from -D %s", define);
        return;
    }
    arg.span = arg.label_span = formal->name.span;
    for (int i = 0; i < args->n; i++)
        if (strcmp(args->at[i].label, name) == 0) {
            args->at[i] = arg; /* the last one counts */
            return;
        }
    vec_push(e->arena, args, arg);
}

/* Enters the model's frame; false after a message. */
static bool enter_model(Elab *e, Frame *frame)
{
    Args args = {0};
    Site site = {.span = e->model->name.span};
    int errors = diag_errors(e->diag);

    frame->layer = NEW(e->arena, Layer);
    frame->layer->applied = 1;
    e->frame = frame;
    frame->def = e->model;
    for (int i = 0; i < e->options->n_defines; i++)
        one_define(e, e->options->defines[i], &args);
    e->frame = NULL;
    if (e->first)
        for (int i = 0; i < e->model->params.n; i++) {
            const Formal *f = &e->model->params.at[i];
            bool given = f->value != NULL;

            for (int k = 0; k < args.n; k++)
                given |= strcmp(args.at[k].label, f->name.text) == 0;
            if (!given)
                diag_help(diag_error(e->diag, f->name.span, "`%s` has no value",
                                     f->name.text),
                          "give it with -D %s=VALUE", f->name.text);
        }
    if (diag_errors(e->diag) != errors)
        return false;
    return elab_enter(e, frame, e->model, &args, site);
}

static Elab *new_walk(const Elab *base, Mode mode, int64_t batch)
{
    Elab *e = NEW(base->arena, Elab);

    e->arena = base->arena;
    e->diag = base->diag;
    e->unit = base->unit;
    e->model = base->model;
    e->options = base->options;
    e->program = base->program;
    e->quiet_names = base->quiet_names;
    e->poison = base->poison;
    e->reserve = base->reserve;
    e->mode = mode;
    e->batch = batch;
    e->top = e->graph = graph_new(e->arena, batch);
    e->around = -1;
    return e;
}

/* The training settings come first: the batch is a size of everything. */
static bool settings(const Elab *base)
{
    Elab *e = new_walk(base, MODE_INFER, 1);

    e->first = e->settings = true;
    if (!enter_model(e, NEW(e->arena, Frame)))
        return false;
    elab_train(e, unit_item(e->model, ITEM_TRAIN));
    elab_leave(e);
    return true;
}

static void carrying(Elab *e, const char *name, Carries carries, Graph *graph)
{
    Entry made = {.name = name,
                  .mode = MODE_INFER,
                  .carries = carries,
                  .batch = graph ? graph->batch : 0,
                  .graph = graph};

    if (!graph)
        return;
    made.written = graph->nodes.n;
    vec_push(e->arena, &e->program->entries, made);
}

/* One step of so many texts, and what comes before the first; NULL after a
 * message. */
static Elab *next_walk(const Elab *base, int64_t texts)
{
    Elab *e = new_walk(base, MODE_INFER, texts);

    e->next = true;
    if (!enter_model(e, NEW(e->arena, Frame)))
        return NULL;
    elab_model(e);
    elab_leave(e);
    return e;
}

/* The walk of one text, in a program of its own. */
static Elab *walk_of_one(const Elab *base)
{
    const Program *p = base->program;
    Program *own = NEW(base->arena, Program);
    Elab alone = *base;

    *own = *p;
    memset(&own->tensors, 0, sizeof own->tensors);
    own->places = (Map){0};
    for (int i = 0; i < p->tensors.n; i++)
        program_tensor(own, p->tensors.at[i]);
    alone.program = own;
    return next_walk(&alone, 1);
}

/* Of texts that are held side by side the first half is the same. */
static void next_entries(const Elab *base)
{
    int beam = base->program->generate.beam;
    Elab *one = beam > 1 ? walk_of_one(base) : NULL;
    Elab *e = diag_errors(base->diag) ? NULL : next_walk(base, beam);

    if (!e)
        return;
    if (one && e->before) {
        next_spread(e->program, e->before, one->program, one->before);
        e->before = one->before;
    }
    carrying(e, "encode", CARRIES_FIRST, e->before);
    carrying(e, "next", CARRIES_ON, e->top);
}

static void entry(const Elab *base, const char *name, Mode mode, int64_t batch)
{
    Program *p = base->program;
    Elab *e = new_walk(base, mode, batch);
    Entry made = {.name = name,
                  .mode = mode,
                  .updates = mode == MODE_STEP,
                  .carries = mode == MODE_STEP && p->train.stateful
                                 ? CARRIES_ON
                                 : CARRIES_NOTHING,
                  .batch = batch,
                  .graph = e->top};

    e->first = p->entries.n == 0;
    if (!enter_model(e, NEW(e->arena, Frame)))
        return;
    elab_model(e);
    elab_leave(e);
    made.written = e->written;
    for (int i = 0; i < e->applied.n; i++)
        vec_push(e->arena, &made.applied, e->applied.at[i]);
    for (int i = 0; i < e->outputs.n; i++)
        vec_push(e->arena, &made.outputs, e->outputs.at[i]->node);
    vec_push(e->arena, &p->entries, made);
}

static void entries(const Elab *base)
{
    const ElabOptions *o = base->options;
    Program *p = base->program;
    int64_t trained = p->train.batch ? p->train.batch : BATCH_OF_ALL;
    int64_t batch = o->step_batch ? o->step_batch : trained;
    int64_t infer = o->batch ? o->batch : DEFAULT_INFER_BATCH;
    bool output = unit_item(base->model, ITEM_OUTPUT) != NULL;

    p->has_loss = unit_item(base->model, ITEM_LOSS) != NULL;
    if (!output && !p->has_loss && base->model->lost.n == 0)
        diag_help(diag_error(base->diag, base->model->name.span,
                             "this model has no output"),
                  "write: output NAME;");
    if (p->has_loss && !o->infer_only)
        entry(base, "step", MODE_STEP, batch);
    if (diag_errors(base->diag) == 0 && p->has_loss && !o->infer_only)
        entry(base, "eval", MODE_EVAL, batch);
    if (output && (diag_errors(base->diag) == 0 || p->entries.n == 0))
        entry(base, "infer", MODE_INFER, infer);
    if (output && diag_errors(base->diag) == 0)
        entry(base, "infer1", MODE_INFER, 1);
    if (!output && p->generate.span.source)
        diag_help(diag_error(base->diag, p->generate.span,
                             "a model that generates has an output too"),
                  "write: output softmax(%s);", p->generate.name);
    if (output && p->generate.span.source && diag_errors(base->diag) == 0)
        next_entries(base);
}

Program *elaborate_program(Arena *arena, Diag *diag, File *file,
                           const ElabOptions *options)
{
    Unit *unit = unit_load(arena, diag, file);
    Elab base = {
        .arena = arena, .diag = diag, .unit = unit, .options = options};
    bool sound = !unit->partial && sema_check(arena, diag, unit);

    base.quiet_names = diag_errors(diag) > 0;
    base.model = choose_model(arena, diag, unit, options->model);
    if (!base.model || !sound)
        return NULL;
    base.program = NEW(arena, Program);
    base.program->arena = arena;
    base.program->name = base.model->name.text;
    base.program->path = base.model->span.source->path;
    base.program->test.stratified = base.program->validation.stratified = -1;
    base.poison = value_new(arena, VAL_POISON);
    base.reserve = arena_room(arena) == SIZE_MAX ? 0 : arena_room(arena) / 2;
    if (settings(&base))
        entries(&base);
    return diag_errors(diag) == 0 ? base.program : NULL;
}
