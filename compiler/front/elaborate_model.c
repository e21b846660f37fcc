/* elaborate_model.c: one entry of a program: a walk over the model's items.
 *
 * Inputs and targets become leaves first; then items are elaborated in the
 * order of the text; then losses, metrics and outputs become roots as the
 * entry's mode wants them. */
#include <string.h>

#include "front/carry.h"
#include "front/extent.h"
#include "front/generate.h"
#include "front/trace.h"
#include "ir/ast_print.h"
#include "ir/make_loss.h"

enum { MOST_METRICS = 64 }; /* what the programs have room for */

/* How many ids there are of class(n) or token(n); false after a message. */
static bool read_count(Elab *e, const TypeExpr *t, Input *input)
{
    const char *name = t->name.text;
    Message *m;
    Value *v;

    if (!t->count) {
        elab_error(e, t->span, "`%s` needs a count: %s(10)", name, name);
        return false;
    }
    v = elab_expr(e, t->count);
    if (v->kind == VAL_POISON)
        return false;
    if (value_whole(v, &input->classes) && input->classes >= 2 &&
        input->classes <= INT32_MAX)
        return true;
    m = elab_wrong(e, t->count->span, v,
                   "a count of %s is a whole number from 2 to %d",
                   input->token ? "tokens" : "classes", INT32_MAX);
    if (input->classes == 1 && !input->token)
        diag_help(m, "yes or no are two classes: class(2), with dense(2)");
    return false;
}

/* f32, class(n) and token(n); false after a message. */
static bool read_type(Elab *e, const TypeExpr *t, Input *input)
{
    const char *name = t->name.text;
    Words words = {0};

    if (strcmp(name, "f32") == 0) {
        if (t->count)
            elab_error(e, t->span, "f32 takes its sizes in [ ]");
        return !t->count;
    }
    input->token = strcmp(name, "token") == 0;
    if (!input->token && strcmp(name, "class") != 0) {
        vec_push(e->arena, &words, "f32");
        vec_push(e->arena, &words, "class");
        vec_push(e->arena, &words, "token");
        names_unknown(e->diag, elab_place(e, t->name.span), name, "type",
                      &words);
        return false;
    }
    input->type = TYPE_INT;
    if (!input->token || !input->target)
        return read_count(e, t, input);
    diag_help(elab_error(e, t->span, "a target holds classes, not tokens"),
              "the next token is a class of as many: class(n)[length]");
    return false;
}

/* An image whose channels seem to come last, as other frameworks have them. */
static void check_image(Elab *e, const Decl *decl, const Input *input)
{
    const int64_t *size = input->shape.dim;
    long long h = size[0], w = size[1], c = size[2];
    Message *m;

    if (!axes_image(&input->axes) || c > 4 || h <= 4 || w <= 4)
        return;
    m = diag_warning(e->diag, decl->type->span,
                     "f32[%lld, %lld, %lld] has %lld channels", h, w, c, h);
    diag_note(m, "an image is [channels, height, width]");
    diag_help(m, "channels come first: f32[%lld, %lld, %lld]", c, h, w);
}

static void one_input(Elab *e, const Decl *decl, bool target)
{
    Input input = {
        .name = decl->name.text, .target = target, .span = decl->name.span};
    int index = e->input_nodes.n;
    bool ok = read_type(e, decl->type, &input);
    Node *node;
    Value *v;

    if (!elab_shape(e, &decl->type->dims, &input.shape) || !ok) {
        elab_bind(e, decl->name.text, false, e->poison);
        input.shape = shape_ones(1);
        ok = false;
    }
    input.axes = input.type == TYPE_INT ? axes_of_ids(decl->type->dims.n > 0)
                                        : axes_of_row(&input.shape);
    if (e->first)
        vec_push(e->arena, &e->program->inputs, input);
    if (e->first && !target)
        check_image(e, decl, &input);
    node = graph_add_shaped(e->graph, OP_INPUT, input.type,
                            shape_prepend(e->batch, &input.shape), 0, NULL,
                            (Attr){.index = index}, NULL);
    node->span = decl->name.span;
    node->name = decl->name.text;
    vec_push(e->arena, &e->input_nodes, node);
    if (!ok)
        return;
    v = elab_tensor(e, node, true, input.axes);
    v->input = index;
    v->token = input.token;
    v->origin = arena_printf(e->arena, "the %s at line %d",
                             target ? "target" : "input", node->span.line);
    if (input.token && decl->type->dims.n > 0 && !elab_fed(e, index))
        v->extent = extent_of_ids(e, v);
    elab_bind(e, decl->name.text, false, v);
}

static void inputs(Elab *e, ItemKind kind)
{
    for (int i = 0; i < e->model->items.n; i++) {
        const Item *item = e->model->items.at[i];

        for (int k = 0; item->kind == kind && k < item->decls.n; k++)
            one_input(e, item->decls.at[k], kind == ITEM_TARGET);
    }
    if (e->first && kind == ITEM_INPUT)
        e->program->n_inputs = e->program->inputs.n;
}

/* An output that the network does not compute. */
static void given_output(Elab *e, const Expr *x, const Value *v)
{
    bool target = v->rows && e->program->inputs.at[v->node->attr.index].target;
    Message *m = elab_error(e, x->span,
                            "an output is computed for each row, and this is "
                            "%s",
                            !v->rows ? "the same for all rows"
                            : target ? "the target"
                                     : "an input");

    if (target)
        diag_help(m, "give the value that the loss compares with `%s`",
                  v->node->name);
}

typedef bool Property(const Elab *e, const Node *n);

/* Whether a value is made of a node with this property; what has the other one
 * (NULL: nothing) hides what it is made of. */
static bool made_of(const Elab *e, const Node *node, Property *is,
                    Property *hides)
{
    const Graph *g = e->graph;
    bool *needed = NEWN(e->arena, bool, g->nodes.n);

    needed[node->id] = true;
    for (int i = node->id; i >= 0; i--) {
        const Node *n = g->nodes.at[i];

        if (!needed[i] || (hides && hides(e, n)))
            continue;
        if (is(e, n))
            return true;
        for (int k = 0; k < n->n_in; k++)
            needed[n->in[k]->id] = true;
    }
    return false;
}

static bool mixes_rows(const Elab *e, const Node *n)
{
    (void)e;
    return op_has(n->op, OPF_MIXES_ROWS);
}

/* The value with what is given of it: 0 where a row has no step. */
static Value *held(Elab *e, Value *v)
{
    Value *copy = NEW(e->arena, Value);

    *copy = *v;
    v = extent_columns(e, extent_straight(e, v), 0);
    copy->held = extent_only(e, v, 0);
    return copy;
}

static void output(Elab *e, const Item *item)
{
    Value *v = elab_expr(e, item->value);
    const char *name = item->name.text ? item->name.text : "output";
    Output out = {.name = name, .target = -1, .span = item->span};

    if (v->kind == VAL_POISON)
        return;
    if (v->kind != VAL_TENSOR || v->node->type != TYPE_REAL) {
        elab_wrong(e, item->value->span, v,
                   "an output is a value of the network");
        return;
    }
    if (!v->rows || v->node->op == OP_INPUT) {
        given_output(e, item->value, v);
        return;
    }
    if (!elab_training(e) && made_of(e, v->node, mixes_rows, NULL)) {
        diag_help(elab_error(e, item->value->span,
                             "an output is computed for each row, and this "
                             "depends on all rows of a batch"),
                  "a loss goes over all rows; `mean(...)` over one");
        return;
    }
    for (int i = 0; i < e->outputs.n && e->first; i++)
        if (strcmp(e->program->outputs.at[i].name, name) == 0)
            diag_help(diag_error(e->diag, item->span,
                                 "there are two outputs called `%s`", name),
                      "name one: output second = ...;");
    if (item->value->kind != EXPR_NAME && item->name.text)
        elab_name(e, v, name);
    out.shape = value_shape(v);
    out.unit = elab_unit_named(e, item, &out.shape);
    vec_push(e->arena, &e->outputs, held(e, v));
    if (e->first)
        vec_push(e->arena, &e->program->outputs, out);
}

/* The mean over rows of a loss that has a number for each. */
static Value *mean_loss(Elab *e, const Value *v, Span span)
{
    Applied a = {
        .kind = "mean", .up = -1, .from = e->graph->nodes.n, .span = span};
    Value *mean = elab_scalar(e, make_mean(e->graph, elab_node(e, v), NULL));

    a.to = e->graph->nodes.n;
    a.out = mean->node;
    vec_push(e->arena, &e->applied, a);
    vec_push(e->arena, &e->applied_names, (Named){0});
    return mean;
}

static void loss(Elab *e, const Expr *x)
{
    Value *v = elab_expr(e, x);
    Shape shape;

    if (v->kind == VAL_POISON) {
        vec_push(e->arena, &e->losses, v);
        return;
    }
    if (v->kind == VAL_TENSOR && v->node->type == TYPE_REAL) {
        shape = value_shape(v);
        if (shape_count(&shape) == 1) {
            v = v->rows ? mean_loss(e, v, x->span)
                        : elab_reshape(e, v, shape_ones(1));
            vec_push(e->arena, &e->losses, v);
            return;
        }
    }
    diag_help(diag_error(e->diag, x->span,
                         "a loss is one number, and this is "
                         "%s",
                         value_what(e->arena, v)),
              "use a loss such as squared_error(y, t), or mean(...)");
    vec_push(e->arena, &e->losses, e->poison);
}

/* A second metric of a name is told from the first by a number. Those with a
 * figure come before those with a table. */
static void add_metric(Elab *e, Value *v)
{
    Program *p = e->program;
    Metric metric = *v->metric;
    int alike = 1, at = e->metrics.n;

    for (int i = 0; i < e->metrics.n; i++)
        alike += strcmp(e->metrics.at[i]->metric->name, metric.name) == 0;
    if (alike > 1)
        metric.name = arena_printf(e->arena, "%s%d", metric.name, alike);
    vec_push(e->arena, &e->metrics, v);
    if (e->first)
        vec_push(e->arena, &p->metrics, metric);
    for (; !metric.table && at > 0 && e->metrics.at[at - 1]->metric->table;
         at--) {
        e->metrics.at[at] = e->metrics.at[at - 1];
        if (e->first)
            p->metrics.at[at] = p->metrics.at[at - 1];
    }
    e->metrics.at[at] = v;
    if (e->first)
        p->metrics.at[at] = metric;
}

/* Whether a block of the library ends in a metric. */
static bool gives_metric(const Def *def)
{
    const Item *last = def->items.n ? def->items.at[def->items.n - 1] : NULL;
    bool call = last && last->value && last->value->kind == EXPR_CALL;
    const Form *form = call ? surface_find(last->value->name) : NULL;

    return form && (elab_builder(form) == lower_figure ||
                    elab_builder(form) == lower_scored);
}

/* A metric learns nothing: weights and statistics are those of the model. */
static Value *measured(Elab *e, const Expr *x)
{
    int leaves = e->leaves.n, gathered = e->gathered;
    Value *v = elab_expr(e, x);
    bool own = e->gathered > gathered;

    for (int i = leaves; i < e->leaves.n; i++)
        own |= e->leaves.at[i].local != NULL;
    if (!own || v->kind == VAL_POISON)
        return v;
    diag_help(diag_error(e->diag, x->span,
                         "a metric only measures: no layer with weights or "
                         "statistics stands inside of it"),
              "give what it measures a name: z = x -> dense(2);");
    return e->poison;
}

static void metric(Elab *e, const Expr *x)
{
    Value *v = measured(e, x);
    Text names = {.arena = e->arena};
    Message *m;

    if (v->kind == VAL_METRIC) {
        if (e->metrics.n >= MOST_METRICS)
            diag_error(e->diag, x->span, "a model has at most %d metrics",
                       MOST_METRICS);
        else
            add_metric(e, v);
        return;
    }
    if (v->kind == VAL_POISON)
        return;
    for (int i = 0; i < e->unit->library.n; i++)
        if (gives_metric(e->unit->library.at[i]))
            text_printf(&names, "%s%s", names.n ? ", " : "",
                        e->unit->library.at[i]->name.text);
    m = diag_error(e->diag, x->span, "this is not a metric");
    diag_note(m, "metrics are: %s", text_str(&names));
}

static void each(Elab *e, const Exprs *values, void (*f)(Elab *, const Expr *))
{
    for (int i = 0; i < values->n; i++)
        f(e, values->at[i]);
}

/* The losses in the words of the text, for whoever resumes training. */
static void note_losses(Elab *e)
{
    Text out = {.arena = e->arena};

    for (int i = 0; i < e->model->items.n; i++) {
        const Item *item = e->model->items.at[i];

        for (int v = 0; item->kind == ITEM_LOSS && v < item->values.n; v++) {
            text_add(&out, out.n ? ", " : "");
            ast_print_expr(&out, item->values.at[v]);
        }
    }
    if (out.n > 0)
        e->program->losses = text_str(&out);
}

static void items(Elab *e)
{
    if (e->first)
        note_losses(e);
    for (int i = 0; i < e->model->items.n; i++) {
        const Item *item = e->model->items.at[i];

        switch (item->kind) {
        case ITEM_OUTPUT:
            output(e, item);
            break;
        case ITEM_LOSS:
            each(e, &item->values, loss);
            break;
        case ITEM_METRIC:
            each(e, &item->values, metric);
            break;
        case ITEM_GENERATE:
            elab_generate(e, item);
            break;
        case ITEM_DATA:
            if (e->first)
                elab_data(e, item);
            break;
        default:
            elab_item(e, item);
            break; /* sema refuses what is left */
        }
    }
}

/* What a softmax is taken of that the node shows, or NULL. */
static const Node *logits_of(const Node *node)
{
    const Node *softmax = trace(node, 0).node;

    return softmax->op == OP_SOFTMAX && trace_same(node, softmax)
               ? softmax->in[0]
               : NULL;
}

/* Which class an output belongs to: a loss or metric compares it, or what its
 * softmax is taken of. */
static void pair_output(Elab *e, Output *out, const Node *node)
{
    const Node *logits = logits_of(node);

    for (int i = 0; i < e->pairs.n; i++) {
        const Pair *p = &e->pairs.at[i];
        bool softmax = logits && trace_same(p->node, logits);

        if (!e->program->inputs.at[p->target].target ||
            (!softmax && !trace_same(p->node, node)))
            continue;
        out->target = p->target;
        out->classes |= softmax || p->probability;
    }
}

static bool has_no_gradient(const Elab *e, const Node *n)
{
    (void)e;
    return op_table[n->op].check == CHECK_NONE &&
           op_table[n->op].class != CLASS_LEAF;
}

static bool is_learned(const Elab *e, const Node *n)
{
    const Tensor *t =
        n->op == OP_TENSOR ? &e->program->tensors.at[n->attr.index] : NULL;

    return t && t->kind == TENSOR_WEIGHT && !t->frozen;
}

/* Training that would leave everything as it is. */
static void warn_idle(Elab *e, const Node *loss)
{
    const Program *p = e->program;
    bool weights = false, learned = false;
    const char *why;

    for (int i = 0; i < p->tensors.n; i++) {
        weights |= p->tensors.at[i].kind == TENSOR_WEIGHT;
        learned |=
            p->tensors.at[i].kind == TENSOR_WEIGHT && !p->tensors.at[i].frozen;
    }
    if (graph_has_root(e->graph, ROOT_TENSOR) ||
        made_of(e, loss, is_learned, has_no_gradient))
        return;
    why = learned   ? "no weight has an influence on the loss that a gradient "
                      "can follow"
          : weights ? "all its weights are frozen"
                    : "it has no weights";
    diag_note(diag_warning(e->diag, e->model->name.span,
                           "there is nothing in this model that its `train` "
                           "block can train"),
              "%s", why);
}

static void loss_root(Elab *e)
{
    Graph *g = e->graph;
    Node *total = e->losses.at[0]->node;

    for (int i = 1; i < e->losses.n; i++)
        total = graph_binary(g, OP_ADD, total, e->losses.at[i]->node);
    if (e->first && e->mode == MODE_STEP && unit_item(e->model, ITEM_TRAIN))
        warn_idle(e, total);
    if (e->mode == MODE_STEP)
        total = make_penalties(g, e->program, total);
    graph_name(total, "loss");
    graph_root(g, total, ROOT_LOSS, 0);
}

/* The classes that metrics compare, those of a row side by side. */
static void chosen_root(Elab *e)
{
    const Program *p = e->program;
    Node **in = NEWN(e->arena, Node *, e->metrics.n), *all;
    int n = 0;

    for (int i = 0; i < e->metrics.n; i++)
        if (p->metrics.at[i].scorer)
            in[n++] =
                graph_reshape(e->graph, e->metrics.at[i]->node,
                              shape_of(2, e->batch, p->metrics.at[i].steps));
    if (n == 0)
        return;
    all = n == 1 ? in[0] : graph_concat(e->graph, n, in, 1);
    all = graph_reshape(e->graph, all, shape_of(1, e->batch * p->chosen));
    graph_name(all, "chosen");
    graph_root(e->graph, all, ROOT_METRIC, (int)p->sums);
}

/* A metric's sums, and behind them how many terms they are of. */
static void metric_roots(Elab *e)
{
    chosen_root(e);
    for (int i = 0; i < e->metrics.n; i++) {
        const Metric *m = &e->program->metrics.at[i];
        const Value *v = e->metrics.at[i];
        Node *sums, *count;

        if (m->scorer)
            continue;
        sums = m->sums == 1 ? v->node : make_sums(e->graph, v->held, m->sums);
        count = v->counts ? make_sums(e->graph, v->counts, 1)
                          : make_count(e->graph, v->terms);

        graph_name(sums, m->name);
        graph_root(e->graph, sums, ROOT_METRIC, (int)m->first);
        graph_root(e->graph, count, ROOT_METRIC, (int)(m->first + m->sums));
    }
}

/* Which classes and units outputs and metrics have, and where sums stand. */
static void meanings(Elab *e)
{
    Program *p = e->program;

    for (int i = 0; i < e->outputs.n; i++)
        pair_output(e, &p->outputs.at[i], e->outputs.at[i]->node);
    elab_units(e);
    for (int i = 0; i < p->metrics.n; i++) {
        p->metrics.at[i].first = p->sums;
        p->chosen += p->metrics.at[i].steps;
        if (!p->metrics.at[i].scorer)
            p->sums += p->metrics.at[i].sums + 1;
    }
}

static void roots(Elab *e)
{
    if (e->first)
        meanings(e);
    if (e->mode != MODE_INFER && e->losses.n > 0)
        loss_root(e);
    e->written = e->top->nodes.n;
    if (e->mode != MODE_INFER)
        metric_roots(e);
    for (int i = 0; e->mode != MODE_STEP && i < e->outputs.n; i++)
        graph_root(e->graph, e->outputs.at[i]->held, ROOT_OUTPUT, i);
}

/* Inputs and targets that nothing reads. */
static void unused_inputs(Elab *e)
{
    bool *used = NEWN(e->arena, bool, e->input_nodes.n + 1);

    for (int i = 0; i < e->top->nodes.n; i++) {
        const Node *node = e->top->nodes.at[i];

        for (int k = 0; k < node->n_in; k++)
            if (node->in[k]->op == OP_INPUT)
                used[node->in[k]->attr.index] = true;
    }
    for (int i = 0; i < e->metrics.n; i++)
        if (e->metrics.at[i]->metric->scorer)
            used[e->metrics.at[i]->metric->target] = true;
    for (int i = 0; i < e->input_nodes.n; i++)
        if (!used[i])
            diag_warning(e->diag, e->input_nodes.at[i]->span,
                         "`%s` is not used", e->input_nodes.at[i]->name);
}

void elab_model(Elab *e)
{
    inputs(e, ITEM_INPUT);
    inputs(e, ITEM_TARGET);
    items(e);
    if (diag_errors(e->diag) == 0) {
        if (e->first)
            unused_inputs(e);
        elab_settle(e, e->frame->layer);
        if (e->first)
            elab_check_vectors(e);
        if (e->first)
            elab_check_stateful(e);
        if (e->first)
            elab_check_scored(e);
        if (e->next)
            elab_next(e);
        else
            roots(e);
    }
}
