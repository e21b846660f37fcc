/* straight.c: a whole tiny network as straight-line code.
 *
 * In: the graph of an entry for one row with few multiply-adds. Out: one
 * function without loops or memory of its own, in which every element of
 * every value is a constant of its own name or a lane of one, and weights
 * that can never change are written as numbers. Pays up to about 500
 * multiply-adds; beyond, register tiles are as fast and shorter. Many rows are
 * done so, in scalars, where the columns of products would fill less than half
 * of a tile's lanes: the C compiler makes rows the lanes. */
#include "emit/straight.h"

#include "emit/products.h"
#include "ir/cost.h"

enum { MOST_MULTIPLIES = 500, MOST_ELEMENTS = 2000 };

typedef struct Straight {
    Elements out;
    const Plan *plan;
    Element **element; /* by node id: its elements, row-major */
} Straight;

static bool knows(const Node *n)
{
    OpClass class = op_table[n->op].class;
    bool leaf = n->op == OP_INPUT || n->op == OP_TENSOR || n->op == OP_CONST;
    bool map = op_table[n->op].scalar != NULL;
    return leaf || map || plan_is_view(n) || n->op == OP_CONCAT ||
           n->op == OP_MATMUL || class == CLASS_REDUCE || n->op == OP_SOFTMAX;
}

/* An exponential counts as what it takes in scalars. */
static int64_t multiplies(const Node *n)
{
    return n->op == OP_SOFTMAX ? 20 * shape_count(&n->shape) : cost_products(n);
}

bool straight_fits(const Plan *plan)
{
    const Graph *g = plan->graph;
    int64_t sum = 0, elements = 0;
    if (plan->entry->mode != MODE_INFER || plan->program->lengths ||
        graph_has_root(g, ROOT_TENSOR))
        return false;
    for (int i = 0; i < g->nodes.n; i++) {
        if (!knows(g->nodes.at[i]))
            return false;
        sum += multiplies(g->nodes.at[i]);
        elements += shape_count(&g->nodes.at[i]->shape);
    }
    return sum <= MOST_MULTIPLIES && elements <= MOST_ELEMENTS;
}

/* Tiles fill their lanes with the columns of a product, rows one lane each: an
 * empty lane is one that rows would fill. */
bool straight_fits_rows(const Plan *plan, const Target *target)
{
    const Graph *g = plan->graph;
    int64_t filled = 0, lanes = 0;
    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];
        if (n->op == OP_SOFTMAX)
            return false;
        if (n->op != OP_MATMUL)
            continue;
        int64_t columns = n->shape.dim[n->shape.rank - 1];
        int64_t vectors = (columns + target->lanes - 1) / target->lanes;
        filled += multiplies(n);
        lanes += multiplies(n) / columns * vectors * target->lanes;
    }
    return target->fma && 2 * filled <= lanes && straight_fits(plan);
}

Plan *straight(Plan *plan)
{
    Kernel *k = NEW(plan->arena, Kernel);
    *k =
        (Kernel){.kind = KERNEL_STRAIGHT,
                 .parts = 1,
                 .rows = plan->entry->batch,
                 .why = plan->entry->batch == 1
                            ? "few enough multiply-adds for straight-line code"
                            : "narrow products: straight-line code whose lanes "
                              "are rows"};
    for (int i = 0; i < plan->graph->nodes.n; i++)
        vec_push(plan->arena, &k->nodes, plan->graph->nodes.at[i]);
    vec_push(plan->arena, &plan->kernels, k);
    return plan;
}

bool straight_is(const Plan *plan)
{
    return plan->kernels.n == 1 && plan->kernels.at[0]->kind == KERNEL_STRAIGHT;
}

static Element *room(const Straight *s, int64_t n)
{
    return NEWN(s->plan->arena, Element, n);
}

/* All elements of a node, to be filled in. */
static Row whole(Straight *s, const Node *n)
{
    int64_t count = shape_count(&n->shape);
    s->element[n->id] = room(s, count);
    return (Row){n->name, 0, s->element[n->id], count};
}

/* Row-major place in `n` of element i of a value that repeats n's axes of
 * size 1. */
static int64_t repeated(const Node *n, const Shape *whole, int64_t i)
{
    int64_t place = 0, stride = 1;
    for (int a = whole->rank - 1; a >= 0; a--) {
        if (n->shape.dim[a] != 1)
            place += i % whole->dim[a] * stride;
        stride *= n->shape.dim[a];
        i /= whole->dim[a];
    }
    return place;
}

/* An element of a tensor, all of whose indices are given. */
static Element tensor(const Straight *s, const Node *n, const int64_t *index)
{
    const Program *p = s->plan->program;
    const Tensor *t = &p->tensors.at[n->attr.index];
    const Layout dense = layout_dense(&t->shape);
    if (emit_fixed(p, t))
        return element_number(&s->out,
                              t->init.literal[layout_place(&dense, index)]);
    return element_stored(&s->out, ELEMENT_PARAM,
                          s->out.e->tensor_place[n->attr.index],
                          layout_place(t->layout, index));
}

static const char *input(const Straight *s, int i)
{
    return arena_printf(s->plan->arena, "input_%d", i);
}

static void leaf(Straight *s, const Node *n)
{
    Row to = whole(s, n);
    int64_t index[MAX_RANK];
    for (int64_t i = 0; i < to.n; i++) {
        shape_index(&n->shape, i, index);
        if (n->op == OP_CONST)
            to.at[i] = element_number(&s->out, n->attr.value);
        else if (n->op == OP_INPUT)
            to.at[i] = element_stored(&s->out, ELEMENT_INPUT,
                                      input(s, n->attr.index), i);
        else
            to.at[i] = tensor(s, n, index);
    }
}

static void view(Straight *s, const Node *n)
{
    Layout dense = layout_dense(&n->in[0]->shape), l;
    Row to = whole(s, n);
    int64_t index[MAX_RANK];
    if (!layout_view(n, &dense, &l))
        nnc_bug("node %d is no view of a row-major value", n->id);
    for (int64_t i = 0; i < to.n; i++) {
        shape_index(&n->shape, i, index);
        to.at[i] = s->element[n->in[0]->id][layout_place(&l, index)];
    }
}

static void concat(Straight *s, const Node *n)
{
    Row to = whole(s, n);
    int axis = n->attr.axis;
    int64_t begin = 0, index[MAX_RANK];
    for (int k = 0; k < n->n_in; k++) {
        const Node *x = n->in[k];
        Layout dense = layout_dense(&n->shape);
        for (int64_t i = 0; i < shape_count(&x->shape); i++) {
            shape_index(&x->shape, i, index);
            index[axis] += begin;
            to.at[layout_place(&dense, index)] = s->element[x->id][i];
        }
        begin += x->shape.dim[axis];
    }
}

static void map(Straight *s, const Node *n)
{
    Row to = whole(s, n);
    const Element *in[3];
    for (int j = 0; j < n->n_in; j++) {
        Element *x = room(s, to.n);
        for (int64_t i = 0; i < to.n; i++)
            x[i] = s->element[n->in[j]->id][repeated(n->in[j], &n->shape, i)];
        in[j] = x;
    }
    elements_map(&s->out, &to, n->op, in);
}

/* A matrix of a product, rows times columns, row by row. */
static const Element *matrix(const Straight *s, const Element *x,
                             bool transposed, int64_t rows, int64_t columns)
{
    Element *m = room(s, rows * columns);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            m[i * columns + j] = x[transposed ? j * rows + i : i * columns + j];
    return m;
}

static void matmul(Straight *s, const Node *n)
{
    Row to = whole(s, n);
    const Node *a = n->in[0], *b = n->in[1];
    int r = n->shape.rank;
    int64_t rows = n->shape.dim[r - 2], columns = n->shape.dim[r - 1];
    int64_t inner = a->shape.dim[n->attr.mm.ta ? r - 2 : r - 1];
    for (int64_t g = 0; g < to.n / (rows * columns); g++) {
        const Element *left = matrix(s, s->element[a->id] + g * rows * inner,
                                     n->attr.mm.ta, rows, inner);
        const Element *right =
            matrix(s, s->element[b->id] + g * inner * columns, n->attr.mm.tb,
                   inner, columns);
        for (int64_t i = 0; i < rows; i++) {
            int64_t first = (g * rows + i) * columns;
            Row row = {n->name, first, to.at + first, columns};
            product_write(&s->out, &row, left + i * inner, right, inner);
        }
    }
}

/* The elements of a value of shape `from` that fall together into element i
 * of the reduced n; *count: how many. */
static int64_t *fallen(const Straight *s, const Node *n, const Shape *from,
                       int64_t i, int64_t *count)
{
    int64_t *place = NEWN(s->plan->arena, int64_t, shape_count(from));
    *count = 0;
    for (int64_t k = 0; k < shape_count(from); k++)
        if (repeated(n, from, k) == i)
            place[(*count)++] = k;
    return place;
}

static Element *picked(const Straight *s, const Element *x,
                       const int64_t *place, int64_t n)
{
    Element *some = room(s, n);
    for (int64_t k = 0; k < n; k++)
        some[k] = x[place[k]];
    return some;
}

/* to[0], the largest of n elements. */
static void largest(Straight *s, const Row *to, const Element *x, int64_t n)
{
    to->at[0] = x[0];
    for (int64_t k = 1; k < n; k++)
        element_scalar(&s->out, to, 0,
                       arena_printf(s->plan->arena, "%s > %s ? %s : %s",
                                    x[k].text, to->at->text, x[k].text,
                                    to->at->text));
}

static void reduce(Straight *s, const Node *n)
{
    Row to = whole(s, n);
    for (int64_t i = 0; i < to.n; i++) {
        int64_t m, *place = fallen(s, n, &n->in[0]->shape, i, &m);
        const Element *x = picked(s, s->element[n->in[0]->id], place, m);
        Row one = {n->name, i, to.at + i, 1};
        if (n->op == OP_SUM)
            product_sum(&s->out, &one, x, m);
        else
            largest(s, &one, x, m);
    }
}

/* to = exp(x - top) / sum over one row of the axis. */
static void softmax_row(Straight *s, const Row *to, const Element *x)
{
    Element *all = room(s, to->n); /* one number to set against each element */
    Row none = {NULL, to->first, room(s, to->n), to->n}, one = none;
    const Element *less[] = {x, all}, *power[] = {none.at},
                  *share[] = {none.at, all};
    one.at = room(s, 1);
    largest(s, &one, x, to->n);
    for (int64_t k = 0; k < to->n; k++)
        all[k] = *one.at;
    elements_map(&s->out, &none, OP_SUB, less);
    elements_map(&s->out, &none, OP_EXP, power);
    product_sum(&s->out, &one, none.at, to->n);
    for (int64_t k = 0; k < to->n; k++)
        all[k] = *one.at;
    elements_map(&s->out, to, OP_DIV, share);
}

static void softmax(Straight *s, const Node *n)
{
    Node sums = {.shape = n->shape};
    Row to = whole(s, n);
    sums.shape.dim[n->attr.axis] = 1;
    for (int64_t i = 0; i < shape_count(&sums.shape); i++) {
        int64_t m, *place = fallen(s, &sums, &n->shape, i, &m);
        Row row = {n->name, i * m, room(s, m), m};
        softmax_row(s, &row, picked(s, s->element[n->in[0]->id], place, m));
        for (int64_t k = 0; k < m; k++)
            to.at[place[k]] = row.at[k];
    }
}

static void node(Straight *s, const Node *n)
{
    OpClass class = op_table[n->op].class;
    if (class == CLASS_LEAF)
        leaf(s, n);
    else if (plan_is_view(n))
        view(s, n);
    else if (n->op == OP_CONCAT)
        concat(s, n);
    else if (n->op == OP_MATMUL)
        matmul(s, n);
    else if (n->op == OP_SOFTMAX)
        softmax(s, n);
    else if (class == CLASS_REDUCE)
        reduce(s, n);
    else
        map(s, n);
}

static void outputs(Straight *s)
{
    const Graph *g = s->plan->graph;
    for (int i = 0; i < g->roots.n; i++) {
        const Root *r = &g->roots.at[i];
        elements_store(&s->out,
                       arena_printf(s->plan->arena, "output_%d", r->index),
                       s->element[r->node->id], shape_count(&r->node->shape));
    }
}

/* Whether a statement from `from` on uses the name. */
static bool used(const Elements *s, const char *name, int from)
{
    for (int i = from; i < s->body.n; i++)
        if (s->body.at[i].text && str_mentions(s->body.at[i].text, name))
            return true;
    return false;
}

/* What nothing reads: of a value that is cut, or a view of it. */
static void drop_unused(Elements *s)
{
    for (int i = s->body.n - 1; i >= 0; i--)
        if (s->body.at[i].name && !used(s, s->body.at[i].name, i + 1))
            s->body.at[i].text = NULL;
}

static void print_body(const Elements *s)
{
    Text *out = s->e->out;
    text_add(out, ")\n{\n    (void)params;\n");
    for (int i = 0; i < s->e->program->n_inputs; i++) {
        const char *name = arena_printf(s->e->arena, "input_%d", i);
        if (!used(s, name, 0))
            text_printf(out, "    (void)%s;\n", name);
    }
    for (int i = 0; i < s->body.n; i++)
        if (s->body.at[i].text)
            text_printf(out, "    %s;\n", s->body.at[i].text);
    text_add(out, "}\n");
}

void emit_straight(Emit *e, const Plan *plan)
{
    const Kernel *k = plan->kernels.at[0];
    Straight s = {.out = {.e = e,
                          .scope = scope_new(e, plan, k),
                          .scalars = plan->entry->batch > 1},
                  .plan = plan};
    s.element = NEWN(plan->arena, Element *, plan->graph->nodes.n);
    for (int i = 0; i < plan->graph->nodes.n; i++)
        node(&s, plan->graph->nodes.at[i]);
    outputs(&s);
    drop_unused(&s.out);
    text_printf(e->out,
                "\n/* The whole network for %s. */\n"
                "static inline void %s(const nn_real *restrict params",
                s.out.scalars ? "one of many rows" : "one row", k->name);
    for (int i = 0; i < e->program->n_inputs; i++)
        text_printf(e->out, ",\n    const nn_real *restrict input_%d", i);
    for (int i = 0; i < e->program->outputs.n; i++)
        text_printf(e->out, ", nn_real *restrict output_%d", i);
    print_body(&s.out);
}

/* Where a row of an array begins. */
static const char *at_row(const Emit *e, const char *array, const char *row,
                          const Shape *s)
{
    if (!row)
        return array;
    return arena_printf(e->arena, "%s + %s * %lld", array, row,
                        (long long)shape_count(s));
}

void emit_straight_call(Emit *e, const Plan *plan, const char *row, bool spare)
{
    const Program *p = e->program;
    text_printf(e->out, "%s(params", plan->kernels.at[0]->name);
    for (int i = 0; i < p->n_inputs; i++)
        text_printf(
            e->out, ", %s",
            at_row(e, arena_printf(e->arena, "(const nn_real *)inputs[%d]", i),
                   row, &p->inputs.at[i].shape));
    for (int i = 0; i < p->outputs.n; i++) {
        const char *array = arena_printf(e->arena, "outputs[%d]", i);
        const char *at = at_row(e, array, row, &p->outputs.at[i].shape);
        if (spare)
            text_printf(e->out, ", %s ? %s : spare_%d", array, at, i);
        else
            text_printf(e->out, ", %s", at);
    }
    text_add(e->out, ");\n");
}
