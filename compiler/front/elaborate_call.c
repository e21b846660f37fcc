/* elaborate_call.c: calls, pipes and recipes.
 *
 * `f(args)` after `->` takes its tensors from the pipe. Elsewhere f(a, ...)
 * with a tensor first applies f to it, and without one it is a recipe: a layer
 * not yet applied. A function of numbers is a number. */
#include <float.h>
#include <string.h>

#include "front/extent.h"
#include "front/operand.h"
#include "ir/ast_print.h"

Lower *elab_builder(const Form *form)
{
    static Lower *const builders[] = {
#define FORM(name, builder, ...) lower_##builder,
#include "front/surface.def"
    };

    return builders[form - surface];
}

/* The block, cell or form of this name as a recipe without arguments, or
 * NULL. A user's definition hides the prelude's, but not for the prelude. */
static Recipe *find_layer(Elab *e, const char *name)
{
    bool library = e->frame->def->span.source->prelude;
    const Def *def = unit_find(e->unit, name, library);
    const Form *form = def ? NULL : surface_find(name);
    Recipe *r;

    if ((!def || def->kind == DEF_MODEL) && !form)
        return NULL;
    r = NEW(e->arena, Recipe);
    r->name = name;
    r->def = def;
    r->form = form;
    return r;
}

static Value *recipe_value(Elab *e, Recipe *r)
{
    Value *v = value_new(e->arena, VAL_RECIPE);

    v->recipe = r;
    return v;
}

static Value *no_value(Elab *e, const Expr *x)
{
    if (e->quiet_names)
        return e->poison;
    return elab_poison(e, x->at,
                       "`%s` has no value here: the branch that gives it one "
                       "was not taken",
                       x->name);
}

Value *elab_bare_name(Elab *e, const Expr *x)
{
    Recipe *r = find_layer(e, x->name);

    if (r)
        return recipe_value(e, r);
    if (strcmp(x->name, "training") == 0)
        return e->settings ? e->poison : value_bool(e->arena, elab_training(e));
    if (names_word(x->name))
        return value_text(e->arena, VAL_WORD, x->name);
    return no_value(e, x);
}

/* What a call or stage names, as a recipe; NULL after a message. A variable
 * that holds a recipe comes first. */
static Recipe *callee(Elab *e, const Expr *x)
{
    Value *v = elab_lookup(e, x->name, false);
    Recipe *r;

    if (v && v->kind == VAL_RECIPE && !elab_visible(e, v)) {
        elab_error(e, x->at, "a first value cannot depend on a step");
        return NULL;
    }
    if (v && v->kind == VAL_RECIPE) {
        r = NEW(e->arena, Recipe);
        *r = *v->recipe;
    } else {
        r = find_layer(e, x->name);
        if (!r && v && v->kind != VAL_POISON)
            elab_error(e, x->at, "`%s` is %s, not a layer", x->name,
                       value_what(e->arena, v));
        else if (!r && !v)
            no_value(e, x);
    }
    if (r)
        r->called |= x->kind == EXPR_CALL;
    return r;
}

/* The recipe with these arguments; NULL after a message. */
static Recipe *given(Elab *e, const Expr *x, Recipe *r, const Args *args)
{
    if (args->n == 0)
        return r;
    if (r->args.n > 0 || r->shared || r->chain) {
        elab_error(e, x->at, "`%s` has its arguments already", x->name);
        return NULL;
    }
    r->args = *args;
    return r;
}

static Value *init_call(Elab *e, const Expr *x, const Args *args)
{
    Value *v = value_new(e->arena, VAL_INIT);
    const char *spec = names_init(x->name, &v->init.kind, &v->init.a);
    Bound bound;

    if (!spec_bind(e->arena, e->diag, spec, x->name, elab_place(e, x->at), args,
                   &bound))
        return e->poison;
    if (v->init.kind == INIT_VECTORS)
        v->init.vectors = bound.at[0]->text;
    else if (bound.n > 0)
        v->init.a = bound.at[0]->number;
    if (v->init.a < 0)
        return elab_poison(e, x->span, "`%s` of `%s` must not be negative",
                           bound.name[0], x->name);
    return v;
}

/* Whether it is a function of numbers too, and a number is then what it gives.
 */
static bool is_function(const Recipe *r)
{
    return r->form && r->form->op != OP_COUNT && op_table[r->form->op].value;
}

/* How many values it takes; -1: any number. */
static int most_values(const Recipe *r)
{
    if (r->form)
        return r->form->most;
    return r->def ? unit_inputs(r->def) : 1;
}

/* Whether the call applies its layer to its first argument. A list of numbers
 * there is a constant where another value is of the network: min([1, 2], x). */
static bool applies(Elab *e, const Recipe *r, Args *args)
{
    int most = most_values(r), given = 0;
    Arg *first = args->n > 0 && !args->at[0].label ? &args->at[0] : NULL;
    bool tensor = false;

    while (given < args->n && given < most && !args->at[given].label)
        tensor |= value_holds_tensor(args->at[given++].value);
    if (!first)
        return most == 0;
    if (tensor && r->form && first->value->kind == VAL_LIST)
        first->value = elab_listed(e, first->value, first->span);
    if (value_holds_tensor(first->value))
        return true;
    return first->value->kind == VAL_POISON ||
           (first->value->kind == VAL_NUMBER &&
            (tensor || (is_function(r) && given == most)));
}

/* Whether what a call may apply to is an empty list. */
static bool holds_nothing(const Args *args)
{
    return args->n > 0 && !args->at[0].label &&
           args->at[0].value->kind == VAL_LIST && args->at[0].value->n == 0;
}

typedef VEC(Value *) Values;

static void add_values(Elab *e, Values *in, Value *v)
{
    if (v->kind != VAL_TUPLE && v->kind != VAL_LIST) {
        vec_push(e->arena, in, v);
        return;
    }
    for (int i = 0; i < v->n; i++)
        vec_push(e->arena, in, v->at[i]);
}

/* What f(a, ...) applies f to: a, or what a block takes `in` apart into; the
 * other arguments go to rest. */
static Value *first_values(Elab *e, const Recipe *r, const Args *args,
                           Args *rest)
{
    int n = r->def ? unit_inputs(r->def) : 1, taken = 0;
    Values in = {0};

    while (taken < n && taken < args->n && !args->at[taken].label &&
           (value_holds_tensor(args->at[taken].value) ||
            args->at[taken].value->kind == VAL_NUMBER))
        add_values(e, &in, args->at[taken++].value);
    for (int i = taken; i < args->n; i++)
        vec_push(e->arena, rest, args->at[i]);
    return taken > 1 ? value_list(e->arena, VAL_TUPLE, in.n, in.at)
                     : args->at[0].value;
}

/* The call with its argument `late` first, as text. */
static const char *reordered(Elab *e, const Expr *x, int late)
{
    Expr *call = ast_expr(e->arena, EXPR_CALL, x->span);
    Text text = {.arena = e->arena};

    call->name = x->name;
    ast_add(e->arena, call, x->kids.at[late]);
    for (int i = 0; i < x->kids.n; i++)
        if (i != late)
            ast_add(e->arena, call, x->kids.at[i]);
    ast_print_expr(&text, call);
    return text_str(&text);
}

/* A value of the network behind other arguments, as in scan(gru(7), x), makes
 * a layer of the library that nobody means. */
static bool comes_late(Elab *e, const Expr *x, const Recipe *r,
                       const Args *args)
{
    bool library = r->form || (r->def && r->def->span.source->prelude);

    for (int i = 1; library && i < args->n && !args->at[i].label; i++)
        if (value_holds_tensor(args->at[i].value)) {
            diag_help(elab_error(e, x->kids.at[i]->span,
                                 "`%s` takes what it is applied to first",
                                 x->name),
                      "write %s", reordered(e, x, i));
            return true;
        }
    return false;
}

Value *elab_call(Elab *e, const Expr *x)
{
    Args args = {0}, rest = {0};
    Site site = {.place = x->at.begin, .span = elab_place(e, x->at)};
    Value *v = elab_lookup(e, x->name, false);
    Recipe *r;

    if (!elab_args(e, &x->kids, &args))
        return e->poison;
    if (!(v && v->kind == VAL_RECIPE) && !find_layer(e, x->name) &&
        names_init(x->name, NULL, NULL))
        return init_call(e, x, &args);
    r = callee(e, x);
    if (!r)
        return e->poison;
    if (holds_nothing(&args) && r->form)
        return elab_poison(e, args.at[0].span,
                           "`%s` takes values, and this list is empty",
                           x->name);
    if (!applies(e, r, &args)) {
        if (comes_late(e, x, r, &args))
            return e->poison;
        r = given(e, x, r, &args);
        return r ? recipe_value(e, r) : e->poison;
    }
    v = first_values(e, r, &args, &rest);
    r = given(e, x, r, &rest);
    return r && v->kind != VAL_POISON ? elab_apply(e, r, v, site) : e->poison;
}

/* The layer that a stage names, or NULL after a message. */
static Recipe *stage_layer(Elab *e, const Expr *x)
{
    Args args = {0};
    Recipe *r;
    Value *v;

    if (!x->parens && (x->kind == EXPR_CALL || x->kind == EXPR_NAME)) {
        r = elab_args(e, &x->kids, &args) ? callee(e, x) : NULL;
        return r ? given(e, x, r, &args) : NULL;
    }
    v = elab_expr(e, x);
    if (v->kind == VAL_RECIPE)
        return v->recipe;
    if (v->kind != VAL_POISON)
        elab_wrong(e, x->span, v, "a stage of a pipe is a layer");
    return NULL;
}

/* Two layers one after the other, as one layer. */
static Value *compose(Elab *e, Value *first, Recipe *second)
{
    Value *both[2] = {first, recipe_value(e, second)};
    Recipe *r = NEW(e->arena, Recipe);

    r->name = "chain";
    r->called = true;
    r->chain = value_list(e->arena, VAL_LIST, 2, both);
    return recipe_value(e, r);
}

static void bind_as(Elab *e, const Expr *stage, Value *v)
{
    elab_bind_as(e, stage->as.text, v);
    elab_name(e, v, stage->as.text);
}

Value *elab_pipe(Elab *e, const Expr *x)
{
    Value *v = elab_expr(e, x->kids.at[0]);

    for (int i = 1; i < x->kids.n; i++) {
        const Expr *stage = x->kids.at[i];
        Site site = {.given = stage->as.text,
                     .place = stage->at.begin,
                     .span = elab_place(e, stage->at)};
        Recipe *r = stage_layer(e, stage);

        if (!r || v->kind == VAL_POISON)
            v = e->poison;
        else if (v->kind == VAL_RECIPE)
            v = compose(e, v, r);
        else
            v = elab_apply(e, r, v, site);
        if (stage->as.text)
            bind_as(e, stage, v);
    }
    return v;
}

/* The pipe's values, then leading tensors among the arguments as far as the
 * layer takes more: `x -> matmul(w)`. What is left goes to rest. */
static void split_args(Elab *e, const Recipe *r, Value *in, Values *inputs,
                       Args *rest)
{
    int i = 0, n = most_values(r);

    add_values(e, inputs, in);
    for (; i < r->args.n && !r->args.at[i].label; i++) {
        Value *v = n >= 2
                       ? elab_listed(e, r->args.at[i].value, r->args.at[i].span)
                       : r->args.at[i].value;
        bool number = v->kind == VAL_NUMBER && n >= 2 && r->form;

        if ((n >= 0 && inputs->n >= n) || !(value_holds_tensor(v) || number))
            break;
        add_values(e, inputs, v);
    }
    for (; i < r->args.n; i++)
        vec_push(e->arena, rest, r->args.at[i]);
}

static bool right_count(Elab *e, const char *name, int least, int most, int n,
                        Span span)
{
    const char *up =
        least == most ? "" : arena_printf(e->arena, "%d or ", least);
    Message *m;

    if (n >= least && (most < 0 || n <= most))
        return true;
    m = elab_error(e, span, "`%s` takes %s%d value%s, not %d", name, up, most,
                   str_s(most), n);
    if (most == 2)
        diag_help(m, "write %s(a, b)", name);
    return false;
}

/* What was appended since the mark came from this place in the text. */
static void give_spans(Elab *e, int mark, Span span)
{
    for (int i = mark; i < e->graph->nodes.n; i++)
        e->graph->nodes.at[i]->span = span;
}

static void settle_columns(Elab *e, const Form *form, Values *inputs)
{
    double otherwise = form->padding == PADDING_LEAST ? -FLT_MAX : 0;

    for (int i = 0; form->padding != PADDING_OWN && i < inputs->n; i++)
        inputs->at[i] = extent_columns(e, inputs->at[i], otherwise);
}

static Value *apply_form(Elab *e, const Recipe *r, Value *in, Site site)
{
    Call call = {
        .form = r->form, .name = r->name, .site = site, .shared = r->shared};
    Values inputs = {0};
    Args rest = {0};
    int mark = e->graph->nodes.n;
    const Def *around = elab_in_prelude(e);
    Value *v;

    if (around) /* what the user called */
        call.name = around->name.text;
    split_args(e, r, in, &inputs, &rest);
    settle_columns(e, r->form, &inputs);
    call.n_in = inputs.n;
    call.in = inputs.at;
    if (!spec_bind(e->arena, e->diag, r->form->attrs, call.name, site.span,
                   &rest, &call.arg) ||
        !right_count(e, call.name, r->form->least, r->form->most, call.n_in,
                     site.span))
        return e->poison;
    v = elab_builder(r->form)(e, &call);
    give_spans(e, mark, site.span);
    if (v->kind == VAL_TENSOR) {
        Shape shape = value_shape(v);

        if (!elab_fits(e, site.span, &shape))
            return e->poison;
    }
    return elab_from(e, v, inputs.n == 1 ? inputs.at[0] : NULL, r->name, site);
}

/* A block whose text names several inputs finds them in a group. */
static Value *apply_def(Elab *e, const Recipe *r, Value *in, Site site)
{
    int want = unit_inputs(r->def);
    Values inputs = {0};
    Recipe rest = *r;

    if (want == 1)
        return elab_apply_def(e, r, in, site);
    rest.args = (Args){0};
    split_args(e, r, in, &inputs, &rest.args);
    if (!right_count(e, r->name, want, want, inputs.n, site.span))
        return e->poison;
    in = value_list(e->arena, VAL_TUPLE, inputs.n, inputs.at);
    return elab_apply_def(e, &rest, in, site);
}

/* A layer's kids stand under a name of their own where it is given one. */
static Value *apply_chain(Elab *e, const Recipe *r, Value *in, Site site)
{
    Layer *outer = e->frame->layer;
    Layer *group = r->shared;
    Site inside = {.place = site.place, .span = site.span};

    if (!group && site.given)
        group = elab_layer(e, outer, NULL, r->name, &site);
    if (group) {
        elab_layer_begin(e, group);
        e->frame->layer = group;
    }
    if (e->nesting >= ELAB_NESTING) {
        elab_error(e, site.span, "layers are nested too deeply");
        in = e->poison;
    }
    e->nesting++;
    for (int i = 0; i < r->chain->n && in->kind != VAL_POISON; i++)
        in = elab_apply(e, r->chain->at[i]->recipe, in, inside);
    e->nesting--;
    e->frame->layer = outer;
    return in;
}

static bool count_application(Elab *e, Span span)
{
    if (++e->applications < ELAB_APPLICATIONS)
        return true;
    if (e->applications == ELAB_APPLICATIONS)
        elab_error(e, span,
                   "this model applies more than %d layers and functions",
                   ELAB_APPLICATIONS);
    return false;
}

/* What a layer is applied to: a tensor, or several. */
static bool is_input(Elab *e, const Value *in, const Recipe *r, Site site)
{
    if (in->kind == VAL_TENSOR)
        return true;
    if (in->kind == VAL_TUPLE || in->kind == VAL_LIST) {
        bool tensors = in->n > 0;

        for (int i = 0; i < in->n; i++)
            tensors &=
                in->at[i]->kind == VAL_TENSOR || in->at[i]->kind == VAL_NUMBER;
        if (tensors)
            return true;
    }
    if (in->kind == VAL_NUMBER && (is_function(r) || most_values(r) > 1))
        return true;
    elab_wrong(e, site.span, in, "`%s` takes a value of the network", r->name);
    return false;
}

static Value *apply(Elab *e, const Recipe *r, Value *in, Site site)
{
    if (r->chain)
        return apply_chain(e, r, in, site);
    return r->form ? apply_form(e, r, in, site) : apply_def(e, r, in, site);
}

/* Whether it is a part of what is around it: it stands in a cell, or only puts
 * others one after the other. */
static bool is_unnoted(const Elab *e, const Recipe *r, Site site)
{
    bool chain = r->chain || (r->form && elab_builder(r->form) == lower_chain);

    return e->scan || (chain && !site.given);
}

/* Notes what a layer or function makes. A block of the library that holds no
 * other blocks is not opened: a dense layer stays one. Nor is a cell, whose
 * inside is another graph. */
static Value *apply_noted(Elab *e, const Recipe *r, Value *in, Site site)
{
    int at = e->applied.n, up = e->around;
    Applied a = {.kind = r->name,
                 .up = up,
                 .opens = r->def && r->def->kind != DEF_CELL &&
                          !r->def->span.source->prelude,
                 .from = e->graph->nodes.n,
                 .span = site.span};
    Named name = {.layer = site.given ? e->frame->layer : NULL,
                  .local = site.given};
    Value *v;

    vec_push(e->arena, &e->applied, a);
    vec_push(e->arena, &e->applied_names, name);
    if (r->def && up >= 0)
        e->applied.at[up].opens = true;
    e->around = at;
    v = apply(e, r, in, site);
    e->around = up;
    e->applied.at[at].to = e->graph->nodes.n;
    e->applied.at[at].out = v->kind == VAL_TENSOR ? v->node : NULL;
    if (r->def && v->kind == VAL_TENSOR && v->layer)
        e->applied_names.at[at] = (Named){.layer = v->layer};
    return v;
}

Value *elab_apply(Elab *e, const Recipe *r, Value *in, Site site)
{
    if (!count_application(e, site.span))
        return e->poison;
    if (!is_input(e, in, r, site))
        return e->poison;
    return is_unnoted(e, r, site) ? apply(e, r, in, site)
                                  : apply_noted(e, r, in, site);
}
