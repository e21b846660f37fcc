/* elaborate_param.c: parameters, and what a call says about them.
 *
 * Each `param P` of a block is also an argument `P:` of its calls: numbers, an
 * initialiser, another layer's parameter (shared), or `false`, which makes it
 * a constant 0 without an entry in the weights file. `init:` goes to `weight`.
 */
#include <math.h>
#include <string.h>

#include "front/operand.h"

/* What is known of one parameter before it exists. */
typedef struct Wanted {
    const char *name;
    Span span; /* of the declaration */
    Shape shape;
    Init init;
    TensorKind kind;
    bool has_init, zero, padding;
    Learning learning;
    Value *shared;
    const Value *vectors; /* NULL: none */
    int words;            /* the input that has their words */
} Wanted;

static const Arg *extra_arg(const Frame *f, const char *label)
{
    for (int i = 0; i < f->extra.n; i++)
        if (strcmp(f->extra.at[i].label, label) == 0)
            return &f->extra.at[i];
    return NULL;
}

static bool wrong_init(Elab *e, Span span, const char *name, const Value *v)
{
    if (v->kind != VAL_POISON) {
        Message *m = elab_error(e, span, "this cannot be given to `%s`", name);

        diag_note(m, "it is %s", value_what(e->arena, v));
        diag_help(m, "give numbers, an initialiser such as normal(0.1), "
                     "another layer's parameter, or `false`");
    }
    return false;
}

static bool literal(Elab *e, Wanted *p, const Value *v, Span span)
{
    int64_t count = shape_count(&p->shape);
    Shape shape;
    const double *numbers = elab_numbers(e, v, count, &shape);

    if (!numbers || !shape_equal(&shape, &p->shape)) {
        elab_error(e, span, "`%s` takes %s numbers, in lists of lists", p->name,
                   value_shape_text(e->arena, &p->shape));
        return false;
    }
    for (int64_t i = 0; i < count; i++)
        if (!elab_float(e, span, numbers[i]))
            return false;
    p->init = (Init){.kind = INIT_LITERAL, .literal = numbers};
    return true;
}

static bool needs_two_axes(InitKind kind)
{
    return kind == INIT_HE || kind == INIT_GLOROT || kind == INIT_ORTHOGONAL;
}

static bool word_init(Elab *e, Wanted *p, const Value *v, Span span)
{
    const char *spec = names_init(v->text, &p->init.kind, &p->init.a);

    if (!spec) {
        Words words = {0};

        names_add_inits(e->arena, &words);
        names_unknown(e->diag, elab_place(e, span), v->text, "initialiser",
                      &words);
        return false;
    }
    if (*spec == '\0')
        return true;
    elab_error(e, span, "`%s` needs %s: %s(%s)", v->text,
               p->init.kind == INIT_VECTORS ? "a file" : "a number", v->text,
               p->init.kind == INIT_VECTORS ? "\"glove.txt\"" : "0.1");
    return false;
}

/* Rows from a file by the words of the tokens that an embedding is given; what
 * has none there begins as it would without. */
static bool plan_vectors(Elab *e, Wanted *p, const Value *v, Span span)
{
    const Value *in = e->frame->in;
    const Program *program = e->program;

    if (in && in->kind == VAL_TENSOR && in->node->type == TYPE_INT &&
        p->shape.rank == 2 &&
        p->shape.dim[0] == program->inputs.at[in->input].classes) {
        p->vectors = v;
        p->words = in->input;
        return true;
    }
    elab_error(e, span,
               "`vectors` fills the rows of an embedding, one a token");
    return false;
}

/* An initialiser or numbers, from `init:` or `P:`. */
static bool plan_init(Elab *e, Wanted *p, const Value *v, Span span)
{
    if (v->kind == VAL_INIT && v->init.kind == INIT_VECTORS)
        return plan_vectors(e, p, v, span);
    p->has_init = true;
    if (v->kind == VAL_LIST)
        return literal(e, p, v, span);
    if (v->kind == VAL_NUMBER) {
        p->init = (Init){.kind = INIT_CONSTANT, .a = v->number};
        return elab_float(e, span, v->number);
    }
    if (v->kind == VAL_INIT)
        p->init = v->init;
    else if (v->kind != VAL_WORD)
        return wrong_init(e, span, p->name, v);
    else if (!word_init(e, p, v, span))
        return false;
    if (needs_two_axes(p->init.kind) && p->shape.rank < 2) {
        elab_error(e, span, "this initialiser needs two axes, `%s` is %s",
                   p->name, value_shape_text(e->arena, &p->shape));
        return false;
    }
    return elab_float(e, span, p->init.a);
}

/* P: another layer's parameter. */
static bool plan_shared(Elab *e, Wanted *p, Value *v, Span span)
{
    Shape shape = value_shape(v);

    if (v->rows || v->node->type != TYPE_REAL)
        return wrong_init(e, span, p->name, v);
    if (!shape_equal(&shape, &p->shape)) {
        Message *m = elab_error(e, span, "`%s` must be %s", p->name,
                                value_shape_text(e->arena, &p->shape));

        elab_note(e, m, "this", v);
        return false;
    }
    p->shared = v;
    return true;
}

static bool plan_argument(Elab *e, Wanted *p, const Arg *arg)
{
    bool statistic = p->kind == TENSOR_STATISTIC;

    if (statistic &&
        (arg->value->kind == VAL_BOOL || arg->value->kind == VAL_TENSOR)) {
        elab_error(e, arg->span,
                   "`%s` is a statistic: it begins with numbers or an "
                   "initialiser",
                   p->name);
        return false;
    }
    if (arg->value->kind == VAL_BOOL) {
        p->zero = arg->value->number == 0;
        return true;
    }
    if (arg->value->kind == VAL_TENSOR)
        return plan_shared(e, p, arg->value, arg->span);
    return plan_init(e, p, arg->value, arg->span);
}

bool elab_learning(Elab *e, const char *label, const Value *v, Span span,
                   Learning *out)
{
    bool frozen = strcmp(label, "frozen") == 0, l1 = strcmp(label, "l1") == 0;

    if (!frozen && !l1 && strcmp(label, "l2") != 0)
        return true;
    if (v->kind != (frozen ? VAL_BOOL : VAL_NUMBER) || v->number < 0) {
        elab_wrong(e, span, v, "`%s` must be %s", label,
                   frozen ? "`true` or `false`" : "a number of at least 0");
        return false;
    }
    if (frozen)
        out->frozen = v->number != 0;
    else
        *(l1 ? &out->l1 : &out->l2) = v->number;
    return true;
}

/* `padding: true` of a parameter with rows behind its first. */
static bool plan_padding(Elab *e, Wanted *p, const Value *v, Span span)
{
    if (v->kind != VAL_BOOL)
        elab_wrong(e, span, v, "`padding` must be `true` or `false`");
    else if (v->number != 0 && p->shape.dim[0] < 2)
        elab_error(e, span, "`padding` takes a parameter of two rows or more");
    else
        p->padding = v->number != 0;
    return v->kind == VAL_BOOL;
}

/* Options of the declaration: init, frozen, padding, l1, l2. */
static bool plan_option(Elab *e, Wanted *p, const Expr *x)
{
    Value *v = elab_expr(e, x);

    if (v->kind == VAL_POISON)
        return false;
    if (strcmp(x->label.text, "init") == 0)
        return plan_init(e, p, v, x->span);
    if (strcmp(x->label.text, "padding") == 0)
        return plan_padding(e, p, v, x->span);
    if (!str_among(names_common, N_COMMON, x->label.text))
        return false; /* sema has said so */
    return elab_learning(e, x->label.text, v, x->span, &p->learning);
}

static bool plan_default(Elab *e, Wanted *p)
{
    double product = 1;

    if (p->has_init || p->zero || p->shared)
        return true;
    if (p->kind == TENSOR_STATISTIC) {
        p->init = (Init){.kind = INIT_CONSTANT};
        return true;
    }
    if (p->shape.rank < 2) {
        Message *m =
            elab_error(e, p->span, "a parameter of one axis needs `init:`");

        diag_help(m, "write: init: zeros");
        return false;
    }
    for (int i = 1; i < p->shape.rank; i++)
        product *= (double)p->shape.dim[i];
    p->init = (Init){.kind = INIT_UNIFORM, .a = 1 / sqrt(product)};
    return true;
}

/* Puts together what declaration, call and defaults say. */
static bool plan(Elab *e, Wanted *p, const Item *item)
{
    const Frame *f = e->frame;
    const Decl *decl = item->decls.at[0];
    const Arg *own = extra_arg(f, p->name), *init = extra_arg(f, "init");
    bool ok;

    if (strcmp(decl->type->name.text, "f32") != 0 || decl->type->count) {
        elab_error(e, decl->type->span, "a %s has type f32[...]",
                   p->kind == TENSOR_WEIGHT ? "parameter" : "statistic");
        return false;
    }
    ok = elab_shape(e, &decl->type->dims, &p->shape);
    for (int i = 0; i < item->options.n && ok; i++)
        ok = plan_option(e, p, item->options.at[i]);
    if (ok && init && strcmp(p->name, "weight") == 0)
        ok = plan_init(e, p, init->value, init->span);
    if (ok && own)
        ok = plan_argument(e, p, own);
    p->learning.frozen |= f->learning.frozen;
    p->learning.l1 += f->learning.l1;
    p->learning.l2 += f->learning.l2;
    return ok && plan_default(e, p);
}

/* The value without its row 0, which is zero whatever stands there. */
static void pad_first(Elab *e, Value *v)
{
    int64_t rows = v->node->shape.dim[0];
    Node *rest = graph_slice(e->top, v->node, 0, 1, rows - 1);
    Attr attr = {.part = {.begin = 1, .size = rows}};

    v->node = graph_add(e->top, OP_PAD, 1, &rest, attr, v->node);
}

static Value *make(Elab *e, const Wanted *p)
{
    Tensor tensor = {.kind = p->kind,
                     .shape = p->shape,
                     .init = p->init,
                     .frozen = p->learning.frozen,
                     .l1 = p->learning.l1,
                     .l2 = p->learning.l2,
                     .padding = p->padding,
                     .span = elab_place(e, p->span)};
    Value *v;

    if (p->vectors) {
        tensor.init.vectors = p->vectors->init.vectors;
        tensor.init.words = p->words;
    }
    v = elab_leaf(e, tensor, p->name);

    v->origin = arena_printf(
        e->arena, "the %s `%s`",
        p->kind == TENSOR_WEIGHT ? "parameter" : "statistic", p->name);
    if (p->padding)
        pad_first(e, v);
    return v;
}

/* The parameter of a layer that is applied again, or NULL. */
static Value *made_before(Elab *e, const Wanted *p, bool *ok)
{
    Layer *layer = e->frame->layer;

    for (int i = 0; i < layer->params.n && layer->applied > 1; i++) {
        Value *v = layer->values.at[i];
        Shape shape = value_shape(v);
        Message *m;

        if (strcmp(layer->params.at[i], p->name) != 0)
            continue;
        if (shape_equal(&shape, &p->shape))
            return v;
        m = elab_error(e, p->span,
                       "the layer is used again with another shape");
        diag_note(m, "`%s` was %s at first, and would be %s here", p->name,
                  value_shape_text(e->arena, &shape),
                  value_shape_text(e->arena, &p->shape));
        *ok = false;
    }
    return NULL;
}

static Value *zeros(Elab *e, Shape shape)
{
    Node *node = graph_const_shaped(e->top, 0, shape, NULL);
    Value *v = elab_tensor(e, node, false, axes_of_weight(&shape));

    v->graph = e->top;
    return v;
}

void elab_param(Elab *e, const Item *item)
{
    const Decl *decl = item->decls.at[0];
    bool statistic = item->kind == ITEM_STATISTIC;
    Wanted p = {.name = decl->name.text,
                .span = decl->name.span,
                .kind = statistic ? TENSOR_STATISTIC : TENSOR_WEIGHT};
    Layer *layer = e->frame->layer;
    bool ok = plan(e, &p, item);
    Value *v = ok ? made_before(e, &p, &ok) : NULL;

    if (!ok) {
        elab_bind(e, p.name, false, e->poison);
        return;
    }
    if (!v) {
        v = p.zero ? zeros(e, p.shape) : p.shared ? p.shared : make(e, &p);
        vec_push(e->arena, &layer->params, p.name);
        vec_push(e->arena, &layer->values, v);
        vec_push(e->arena, &layer->statistics,
                 statistic && v->kind == VAL_TENSOR ? v->node->attr.index : -1);
    }
    elab_bind(e, p.name, false, v);
}

void elab_check_vectors(Elab *e)
{
    const Program *p = e->program;

    for (int i = 0; i < p->tensors.n; i++) {
        const Tensor *t = &p->tensors.at[i];
        bool words = !t->init.vectors || p->flows.n == 0;

        for (int k = 0; k < p->flows.n; k++)
            for (int f = 0; f < p->flows.at[k].n_feeds; f++)
                words |= p->flows.at[k].feeds[f] == t->init.words &&
                         flow_transform(&p->flows.at[k], "ids");
        if (!words)
            diag_help(diag_error(e->diag, t->span,
                                 "`%s` has no words that `vectors` could name",
                                 p->inputs.at[t->init.words].name),
                      "read it as text: ... -> words -> ids(vocab)");
    }
}

void elab_extra_args(Elab *e, const Def *def)
{
    const Arg *init = extra_arg(e->frame, "init");

    if (!init)
        return;
    for (int i = 0; i < def->items.n; i++)
        if (def->items.at[i]->kind == ITEM_PARAM &&
            strcmp(def->items.at[i]->decls.at[0]->name.text, "weight") == 0)
            return;
    diag_error(e->diag, init->label_span,
               "`init` goes to `weight`, which `%s` does not have",
               def->name.text);
}
