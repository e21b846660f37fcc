/* elaborate_loss.c: losses, metrics, and penalties on weights.
 *
 * A loss is a scalar [1], the mean over present rows and over the values of a
 * row, as in PyTorch, or their sum. A metric is a sum over present rows; the
 * program divides it when an epoch is over. */
#include <string.h>

#include "front/elab.h"

/* The sum over present rows of everything in v, as [1]. */
static Node *row_sum(Elab *e, Node *v)
{
    unsigned all = (1U << v->shape.rank) - 1;

    v = graph_add(e->graph, OP_ROWS_MASK, 1, &v, (Attr){.axis = 0}, v);
    return graph_reshape(e->graph, graph_sum(e->graph, v, all), shape_ones(1));
}

static int64_t per_row(const Node *v)
{
    return shape_count(&v->shape) / v->shape.dim[0];
}

/* The mean, or the sum, of one or more values a row. */
static Value *reduced(Elab *e, Node *v, bool mean)
{
    Node *sum = row_sum(e, v), *rows;
    int64_t count = per_row(v);

    if (!mean)
        return elab_scalar(e, sum);
    rows = graph_add_shaped(e->graph, OP_ROWS, TYPE_REAL, shape_ones(1), 0,
                            NULL, (Attr){0}, v);
    if (count != 1)
        rows = graph_binary(e->graph, OP_MUL, rows,
                            elab_constant(e, (double)count, shape_ones(1)));
    return elab_scalar(e, graph_binary(e->graph, OP_DIV, sum, rows));
}

Value *elab_row_mean(Elab *e, Value *v)
{
    return reduced(e, elab_node(e, v), true);
}

/* Notes that v, by class, is compared with a target. */
static void pair(Elab *e, const Value *v, const Value *target, bool probability)
{
    Pair p = {
        .node = v->node, .target = target->input, .probability = probability};

    vec_push(e->arena, &e->pairs, p);
}

/* A value over time where one is wanted for the whole of it. */
static void help_last(Message *m)
{
    diag_help(m, "the layer gives every step: `-> last` takes the last one");
}

/* Whether there is one class for each [features] of x. */
static bool class_each(const Value *x, const Value *c)
{
    Shape sx = value_shape(x), sc = value_shape(c);
    bool same = axes_features(&x->axes) == sx.rank - 1;

    if (axes_vector(&x->axes))
        return shape_count(&sc) == 1;
    same = same && sc.rank == sx.rank - 1;
    for (int i = 0; i < sc.rank && same; i++)
        same = sc.dim[i] == sx.dim[i];
    return same;
}

/* Whether x [features] or [time, features] and a class (a step) fit. */
static bool fits_class(Elab *e, const Call *call)
{
    const Value *x = call->in[0], *c = call->in[1];
    Shape sx, sc;
    int64_t classes;
    Message *m;

    if (!elab_real(e, call, 0))
        return false;
    if (c->kind != VAL_TENSOR || c->node->type != TYPE_INT) {
        m = elab_error(e, call->site.span, "`%s` compares with a class",
                       call->name);
        elab_note(e, m, "the second value", c);
        return false;
    }
    sx = value_shape(x);
    sc = value_shape(c);
    classes = e->program->inputs.at[c->input].classes;
    if (class_each(x, c) && sx.dim[sx.rank - 1] == classes)
        return true;
    m = elab_error(e, call->site.span, "`%s` needs one number for each class",
                   call->name);
    if (axes_over_time(&x->axes) && shape_count(&sc) == 1 &&
        sx.dim[1] == classes)
        help_last(m);
    elab_note(e, m, "the first value", x);
    diag_note(m, "%s is class(%lld)%s", e->program->inputs.at[c->input].name,
              (long long)classes,
              sc.rank == 1 && sc.dim[0] > 1 ? value_shape_text(e->arena, &sc)
                                            : "");
    return false;
}

/* One of XENT, HIT, TAKE: x against the class, whose shape is x's without the
 * last axis, or with size 1 there. */
static Node *by_class(Elab *e, Op op, Node *x, const Value *class)
{
    Node *in[2] = {x, elab_node(e, class)};

    return graph_add(e->graph, op, 2, in, (Attr){0}, x);
}

static Node *log_loss(Elab *e, Node *p, const Value *class)
{
    Shape one;
    Node *v;

    if (p->op == OP_SOFTMAX && p->attr.axis == p->shape.rank - 1)
        return by_class(e, OP_XENT, p->in[0], class);
    v = by_class(e, OP_TAKE, p, class);
    one = shape_ones(v->shape.rank);
    v = graph_binary(e->graph, OP_MAX, v, elab_constant(e, 1e-12, one));
    return graph_unary(e->graph, OP_NEG, graph_unary(e->graph, OP_LOG, v));
}

/* The square of the difference of two values of one shape, or NULL. */
static Node *squares(Elab *e, const Call *call)
{
    Value *v[2] = {call->in[0], call->in[1]};
    Shape s[2];
    Node *n[2];

    for (int i = 0; i < 2; i++) {
        if (v[i]->kind != VAL_NUMBER && !elab_real(e, call, i))
            return NULL;
        s[i] = v[i]->kind == VAL_NUMBER ? (Shape){0} : value_shape(v[i]);
    }
    for (int i = 0; i < 2; i++) {
        if (v[i]->kind != VAL_NUMBER)
            continue;
        if (!elab_float(e, call->site.span, v[i]->number))
            return NULL;
        s[i] = s[1 - i];
    }
    if (!shape_equal(&s[0], &s[1])) {
        Message *m =
            elab_error(e, call->site.span,
                       "`%s` compares two values of one shape", call->name);

        elab_note(e, m, "the first", v[0]);
        elab_note(e, m, "the second", v[1]);
        if (v[0]->kind == VAL_TENSOR && axes_over_time(&v[0]->axes) &&
            s[1].rank == 1 && s[0].dim[1] == s[1].dim[0])
            help_last(m);
        return NULL;
    }
    for (int i = 0; i < 2; i++)
        n[i] = v[i]->kind == VAL_NUMBER
                   ? elab_constant(e, v[i]->number, shape_ones(s[i].rank + 1))
                   : elab_rows(e, v[i]);
    n[0] = graph_binary(e->graph, OP_SUB, n[0], n[1]);
    return graph_unary(e->graph, OP_SQUARE, n[0]);
}

/* `reduce: mean` or `sum`; false with a message for another word. */
static bool reduction(Elab *e, const Call *call, bool *mean)
{
    const char *word = call->arg.at[0]->text;

    *mean = strcmp(word, "mean") == 0;
    if (*mean || strcmp(word, "sum") == 0)
        return true;
    elab_error(e, call->arg.span[0], "`reduce` is `mean` or `sum`, not `%s`",
               word);
    return false;
}

/* What dense gives: a product, and a bias or none added to it. */
static bool is_dense(const Node *v)
{
    const Node *bias = v->op == OP_ADD ? elab_shaped(v->in[1]) : NULL;

    return v->op == OP_MATMUL ||
           (bias && (bias->op == OP_TENSOR || bias->op == OP_CONST) &&
            elab_shaped(v->in[0])->op == OP_MATMUL);
}

/* cross_entropy takes a softmax of its own, log_loss does not. */
static void warn_softmax(Elab *e, const Call *call, const Node *v, bool log)
{
    v = elab_shaped(v);
    if (e->first && !log && v->op == OP_SOFTMAX)
        diag_help(diag_warning(e->diag, call->site.span,
                               "`%s` takes logits, and this is a softmax "
                               "already",
                               call->name),
                  "give it the value before the softmax, or use `log_loss`");
    if (e->first && log && is_dense(v))
        diag_help(diag_warning(e->diag, call->site.span,
                               "`%s` takes probabilities, and these are the "
                               "sums of a layer",
                               call->name),
                  "put `-> softmax` before it, or use `cross_entropy`");
}

static bool outside_scan(Elab *e, const Call *call)
{
    if (!e->scan)
        return true;
    elab_error(e, call->site.span, "`%s` cannot stand inside a cell",
               call->name);
    return false;
}

Value *lower_loss(Elab *e, Call *call)
{
    Node *v;
    bool mean;

    if (!outside_scan(e, call) || !reduction(e, call, &mean))
        return e->poison;
    if (call->form->op == OP_SQUARE) {
        v = squares(e, call);
        if (!v)
            return e->poison;
    } else {
        bool log = call->form->op == OP_TAKE;

        if (!fits_class(e, call))
            return e->poison;
        v = elab_rows(e, call->in[0]);
        warn_softmax(e, call, v, log);
        v = log ? log_loss(e, v, call->in[1])
                : by_class(e, OP_XENT, v, call->in[1]);
        pair(e, call->in[0], call->in[1], log);
    }
    return reduced(e, v, mean);
}

Value *lower_metric(Elab *e, Call *call)
{
    bool root = call->form->op == OP_SQUARE;
    Value *metric = value_new(e->arena, VAL_METRIC);
    Node *v;

    if (!outside_scan(e, call))
        return e->poison;
    if (root)
        v = squares(e, call);
    else
        v = fits_class(e, call)
                ? by_class(e, OP_HIT, elab_rows(e, call->in[0]), call->in[1])
                : NULL;
    if (!v)
        return e->poison;
    if (!root)
        pair(e, call->in[0], call->in[1], false);
    metric->metric = (Metric){.name = call->form->name,
                              .root = root,
                              .per_row = per_row(v),
                              .sums = 1,
                              .span = call->site.span};
    metric->terms = v;
    metric->node = row_sum(e, v);
    metric->graph = e->graph;
    return metric;
}

Node *elab_metric_sums(Elab *e, const Value *v, int64_t sums)
{
    Node *terms = v->terms;
    int last = terms->shape.rank - 1;
    bool steps = sums == terms->shape.dim[last];
    unsigned axes = steps ? (1U << last) - 1 : 1;

    if (sums == 1)
        return v->node;
    terms =
        graph_add(e->graph, OP_ROWS_MASK, 1, &terms, (Attr){.axis = 0}, terms);
    return graph_reshape(e->graph, graph_sum(e->graph, terms, axes),
                         shape_of(1, sums));
}

/* factor * sum of f(w), as [1]. */
static Node *penalty(Elab *e, Node *w, Op f, double factor)
{
    unsigned all = (1U << w->shape.rank) - 1;
    Node *sum = graph_sum(e->graph, graph_unary(e->graph, f, w), all);

    sum = graph_reshape(e->graph, sum, shape_ones(1));
    return graph_binary(e->graph, OP_MUL,
                        elab_constant(e, factor, shape_ones(1)), sum);
}

/* l2 adds l2 / 2 * sum w^2, l1 adds l1 * sum |w|, over trained parameters of
 * rank 2 or more; a layer's own come on top of the model's. */
void elab_penalties(Elab *e, Value **loss)
{
    const Program *p = e->program;
    Node *total = (*loss)->node;

    for (int i = 0; i < e->leaves.n; i++) {
        Node *w = e->leaves.at[i].node;
        const Tensor *t = &p->tensors.at[w->attr.index];
        double l2 = p->train.l2 + t->l2, l1 = p->train.l1 + t->l1;

        if (t->kind != TENSOR_WEIGHT || t->frozen || t->shape.rank < 2)
            continue;
        if (l2 > 0)
            total = graph_binary(e->graph, OP_ADD, total,
                                 penalty(e, w, OP_SQUARE, l2 / 2));
        if (l1 > 0)
            total = graph_binary(e->graph, OP_ADD, total,
                                 penalty(e, w, OP_ABS, l1));
    }
    *loss = elab_scalar(e, total);
}
