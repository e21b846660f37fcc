/* elaborate_loss.c: what losses and metrics are made of.
 *
 * The losses and metrics themselves are blocks of the prelude: terms, one or
 * more a row, and `over_rows` or `figure` of them. A loss is a scalar [1], the
 * mean of the terms of present rows, as in PyTorch, or their sum. A metric is
 * the sums of its terms and their count; the program divides when an epoch is
 * over. */
#include <string.h>

#include "front/extent.h"
#include "ir/make_loss.h"

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

/* Whether both are real and of one shape; a number has any. */
static bool alike(Elab *e, const Call *call)
{
    Value *const *v = call->in;
    Shape s[2];
    Message *m;

    for (int i = 0; i < 2; i++)
        if (v[i]->kind == VAL_NUMBER
                ? !elab_float(e, call->site.span, v[i]->number)
                : !elab_real(e, call, i))
            return false;
    if (v[0]->kind == VAL_NUMBER || v[1]->kind == VAL_NUMBER)
        return true;
    for (int i = 0; i < 2; i++)
        s[i] = value_shape(v[i]);
    if (shape_equal(&s[0], &s[1]))
        return true;
    m = elab_error(e, call->site.span, "`%s` compares two values of one shape",
                   call->name);
    elab_note(e, m, "the first", v[0]);
    elab_note(e, m, "the second", v[1]);
    if (axes_over_time(&v[0]->axes) && s[1].rank == 1 &&
        s[0].dim[1] == s[1].dim[0])
        help_last(m);
    return false;
}

Value *lower_difference(Elab *e, Call *call)
{
    const Value *like = call->in[call->in[0]->kind == VAL_NUMBER];
    Extent *extent;
    Node *n[2];
    Value *y, **in;

    if (!alike(e, call))
        return e->poison;
    in = extent_join(e, 2, call->in, &extent);
    for (int i = 0; i < 2; i++) {
        const Value *v = in[i];
        Shape ones = shape_ones(value_shape(like).rank + 1);

        n[i] = v->kind == VAL_NUMBER ? elab_constant(e, v->number, ones)
                                     : elab_rows(e, v);
    }
    y = elab_tensor(e, graph_binary(e->graph, OP_SUB, n[0], n[1]), true,
                    like->axes);
    y->extent = extent;
    y->columns = extent_join_columns(e, 2, in);
    return y;
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

static void warn_logits(Elab *e, const Call *call)
{
    const Node *v = elab_shaped(elab_node(e, call->in[0]));

    if (e->first && v->op == OP_SOFTMAX)
        diag_help(diag_warning(e->diag, call->site.span,
                               "`%s` takes logits, and this is a softmax "
                               "already",
                               call->name),
                  "give it the value before the softmax, or use `log_loss`");
}

static void warn_probabilities(Elab *e, const Call *call)
{
    if (e->first && is_dense(elab_shaped(elab_node(e, call->in[0]))))
        diag_help(diag_warning(e->diag, call->site.span,
                               "`%s` takes probabilities, and these are the "
                               "sums of a layer",
                               call->name),
                  "put `-> softmax` before it, or use `cross_entropy`");
}

/* The class of the largest number in each row or step, as a number. */
static Node *chosen(Elab *e, Node *x, const Node *class)
{
    Attr along = {.axis = x->shape.rank - 1};
    Node *at = graph_add(e->graph, OP_RMAX_AT, 1, &x, along, x);

    at = graph_unary(e->graph, OP_NUMBER, at);
    return graph_reshape(e->graph, at, class->shape);
}

/* An operator of a value and a class, one number a row or step. */
static Value *by_class(Elab *e, const Call *call, Op op, bool probability)
{
    Extent *extent;
    Value *const *v = extent_join(e, 2, call->in, &extent);
    const Value *x = v[0], *class = v[1];
    Node *in[2] = {elab_rows(e, x), elab_node(e, class)};
    Node *n = op == OP_RMAX_AT
                  ? chosen(e, in[0], in[1])
                  : graph_add(e->graph, op, 2, in, (Attr){0}, in[0]);
    Value *terms = elab_tensor(e, n, true, class->axes);

    pair(e, x, class, probability);
    terms->extent = extent;
    return terms;
}

Value *lower_surprisal(Elab *e, Call *call)
{
    if (!fits_class(e, call))
        return e->poison;
    warn_logits(e, call);
    return by_class(e, call, OP_XENT, false);
}

Value *lower_at_class(Elab *e, Call *call)
{
    if (!fits_class(e, call))
        return e->poison;
    warn_probabilities(e, call);
    return by_class(e, call, OP_TAKE, true);
}

Value *lower_hit(Elab *e, Call *call)
{
    return fits_class(e, call) ? by_class(e, call, OP_HIT, false) : e->poison;
}

static bool outside_scan(Elab *e, const Call *call)
{
    if (!e->scan)
        return true;
    elab_error(e, call->site.span, "`%s` cannot stand inside a cell",
               call->name);
    return false;
}

/* v in each row, 0 where it or `like`, if that lies along it, does not hold. */
static Node *holding(Elab *e, const Value *v, const Value *like)
{
    Value rows = *v;
    int time = axes_find(&v->axes, "time"), last = axes_features(&v->axes);
    Shape row = value_shape(v);

    rows.node = elab_rows(e, v);
    rows.graph = e->graph;
    rows.rows = true;
    if (like->extent && time >= 0 && row.dim[time] == like->extent->steps)
        rows.extent = like->extent;
    if (like->columns && last >= 0 && row.dim[last] == like->columns->steps)
        rows.columns = like->columns;
    return extent_only(e, extent_columns(e, &rows, 0), 0);
}

/* What terms count for: 1 or, with `given`, that, where they hold; NULL where
 * it is 1 in all. */
static Node *counts_of(Elab *e, const Value *terms, const Value *given)
{
    Value all = *terms;

    if (given && given->kind == VAL_TENSOR)
        return holding(e, given, terms);
    if ((!given || given->number == 1) && !terms->extent && !terms->columns)
        return NULL;
    all.node =
        elab_constant(e, given ? given->number : 1, elab_rows(e, terms)->shape);
    all.graph = e->graph;
    all.rows = true;
    return holding(e, &all, terms);
}

/* Terms and, in *counts, what they count for. */
static Node *terms_of(Elab *e, const Call *call, Node **counts)
{
    const Value *v = call->n_in > 1 ? call->in[1] : NULL;
    Extent *extent;
    Value terms, **in;

    if (!outside_scan(e, call) || !elab_real(e, call, 0) ||
        (v && v->kind != VAL_NUMBER && !elab_real(e, call, 1)))
        return NULL;
    in = extent_join(e, call->n_in, call->in, &extent);
    terms = *in[0];
    terms.extent = extent;
    *counts = counts_of(e, &terms, v ? in[1] : NULL);
    return holding(e, &terms, &terms);
}

Value *lower_over_rows(Elab *e, Call *call)
{
    Node *counts, *terms = terms_of(e, call, &counts), *loss;
    bool mean;

    if (!terms || !reduction(e, call, &mean))
        return e->poison;
    loss = mean ? make_mean(e->graph, terms, counts)
                : make_sums(e->graph, terms, 1);
    graph_name(loss, "loss");
    return elab_scalar(e, loss);
}

/* `finish: none`, `root` or `exp`; false with a message for another word. */
static bool finishing(Elab *e, const Call *call, Finish *finish)
{
    static const char *const words[] = {
        [FINISH_NONE] = "none", [FINISH_ROOT] = "root", [FINISH_EXP] = "exp"};
    const char *word = call->arg.at[0] ? call->arg.at[0]->text : "none";

    for (int i = FINISH_NONE; i <= FINISH_EXP; i++)
        if (strcmp(word, words[i]) == 0) {
            *finish = (Finish)i;
            return true;
        }
    elab_error(e, call->arg.span[0],
               "`finish` is `none`, `root` or `exp`, not `%s`", word);
    return false;
}

/* A metric is called after the block that the model calls. */
static const char *metric_name(const Elab *e, const Call *call)
{
    const char *name = call->name;

    for (const Frame *f = e->frame; f->def->kind != DEF_MODEL; f = f->up)
        name = f->def->name.text;
    return name;
}

Value *lower_figure(Elab *e, Call *call)
{
    Value *v = value_new(e->arena, VAL_METRIC);
    Node *terms = terms_of(e, call, &v->counts);
    Finish finish;

    if (!terms || !finishing(e, call, &finish))
        return e->poison;
    v->metric = NEW(e->arena, Metric);
    *v->metric = (Metric){.name = metric_name(e, call),
                          .finish = finish,
                          .percent = call->arg.at[1]->number != 0,
                          .sums = 1,
                          .span = call->site.span};
    v->terms = elab_rows(e, call->in[0]);
    v->held = terms;
    v->node = make_sums(e->graph, v->held, 1);
    v->graph = e->graph;
    return v;
}

/* What the runtime counts, by `by:`. */
typedef struct Scorer {
    const char *name;
    bool percent, table;
    bool named;   /* reads the names of classes that follow each other, */
    bool text;    /* which are words */
    int64_t most; /* classes */
} Scorer;

static const Scorer scorers[] = {
    {.name = "f1", .percent = true, .most = 100000},
    {.name = "f1_chunks", .percent = true, .named = true, .most = INT32_MAX},
    {.name = "confusion", .table = true, .most = 1000},
    {.name = "bleu", .named = true, .text = true, .most = INT32_MAX},
};

static const Scorer *find_scorer(const char *name)
{
    for (size_t i = 0; i < sizeof scorers / sizeof *scorers; i++)
        if (strcmp(scorers[i].name, name) == 0)
            return &scorers[i];
    return NULL;
}

/* Whether it can count such classes; otherwise a message. */
static bool counts_classes(Elab *e, const Call *call, const Scorer *s)
{
    const Value *kind = call->in[1];
    const char *metric = metric_name(e, call);
    const Input *in;

    if (kind->kind != VAL_TENSOR || kind->node->type != TYPE_INT)
        return fits_class(e, call);
    in = &e->program->inputs.at[kind->input];
    if (in->classes > s->most) {
        diag_note(elab_error(e, call->site.span,
                             "`%s` counts at most %lld classes", metric,
                             (long long)s->most),
                  "%s is class(%lld)", in->name, (long long)in->classes);
        return false;
    }
    if (s->named && axes_find(&kind->axes, "time") < 0) {
        diag_note(elab_error(e, call->site.span,
                             "`%s` compares sequences of classes, such as "
                             "class(%lld)[20]",
                             metric, (long long)in->classes),
                  "%s is one class(%lld)", in->name, (long long)in->classes);
        return false;
    }
    return fits_class(e, call);
}

/* The chosen class of each step that counts, otherwise -1: [batch, steps]. */
static Node *counted_only(Elab *e, Node *ids, Node *counts)
{
    Node *in[3] = {counts, ids};

    if (counts) {
        in[2] = elab_constant(e, -1, ids->shape);
        ids = graph_add(e->graph, OP_SELECT, 3, in, (Attr){0}, ids);
    }
    return ids;
}

Value *lower_scored(Elab *e, Call *call)
{
    const char *by = call->arg.at[0]->text;
    const Scorer *s = find_scorer(by);
    Value *v = value_new(e->arena, VAL_METRIC), *in[2] = {NULL};
    Call steps = *call;
    Message *m;

    if (!s) {
        elab_error(e, call->arg.span[0],
                   "`by` is \"f1\", \"f1_chunks\", \"confusion\" or \"bleu\", "
                   "not \"%s\"",
                   by);
        return e->poison;
    }
    if (!counts_classes(e, call, s))
        return e->poison;
    in[0] = by_class(e, call, OP_RMAX_AT, false);
    in[1] = call->n_in > 2 ? call->in[2] : NULL;
    steps.in = in;
    steps.n_in = call->n_in - 1;
    v->terms = terms_of(e, &steps, &v->counts);
    if (!v->terms)
        return e->poison;
    if (v->counts && !shape_equal(&v->counts->shape, &v->terms->shape)) {
        m = elab_error(e, call->site.span,
                       "`%s` takes one number for each true class", call->name);
        elab_note(e, m, "the class", call->in[1]);
        elab_note(e, m, "the number", call->in[2]);
        return e->poison;
    }
    v->node = counted_only(e, v->terms, v->counts);
    v->graph = e->graph;
    v->metric = NEW(e->arena, Metric);
    *v->metric = (Metric){.name = metric_name(e, call),
                          .percent = s->percent,
                          .scorer = s->name,
                          .target = call->in[1]->input,
                          .steps = shape_count(&v->node->shape) / e->batch,
                          .table = s->table,
                          .span = call->site.span};
    return v;
}

void elab_check_scored(Elab *e)
{
    for (int i = 0; i < e->metrics.n; i++) {
        const Metric *m = e->metrics.at[i]->metric;
        const Scorer *s = m->scorer ? find_scorer(m->scorer) : NULL;
        const Flow *flow = s ? elab_training_flow(e->program, m->target) : NULL;
        const char *name = s ? e->program->inputs.at[m->target].name : NULL;

        if (!flow || !s->named || flow_is_text(flow) ||
            (!s->text && flow_transform(flow, "category")))
            continue;
        diag_help(diag_error(e->diag, m->span,
                             "`%s` reads the %s of %s, and its data are %s",
                             m->name, s->text ? "words" : "labels", name,
                             s->text ? "no text" : "numbers"),
                  "say what they are: %s = ... -> words -> %s", name,
                  s->text ? "ids(n)" : "category");
    }
}
