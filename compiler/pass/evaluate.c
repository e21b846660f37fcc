/* evaluate.c: see evaluate.h. Values are row-major here, whatever their layout
 * in the program; maps are computed by the function that folds constants, and
 * views are read through the layout that describes them. */
#include "pass/evaluate.h"

#include <math.h>
#include <string.h>

typedef struct Values {
    Arena *arena;
    const Plan *plan;
    const float *const *tensors;
    float **at; /* by node id; NULL: not computed yet */
} Values;

bool evaluate_knows(const Node *n)
{
    OpClass class = op_table[n->op].class;
    if (n->type != TYPE_REAL)
        return false;
    return n->op == OP_CONST || n->op == OP_TENSOR || op_table[n->op].value ||
           class == CLASS_REDUCE || plan_is_view(n) || n->op == OP_CONCAT ||
           n->op == OP_PAD || n->op == OP_MATMUL || n->op == OP_SOFTMAX;
}

/* Input k of n at an index of n's; axes of size 1 repeat. */
static double element(const Values *v, const Node *n, int k,
                      const int64_t *index)
{
    const Layout dense = layout_dense(&n->in[k]->shape);
    return (double)v->at[n->in[k]->id][layout_place(&dense, index)];
}

static void leaf(const Values *v, const Node *n, float *y)
{
    int64_t index[MAX_RANK];
    for (int64_t i = 0; i < shape_count(&n->shape); i++) {
        shape_index(&n->shape, i, index);
        y[i] = n->op == OP_CONST
                   ? (float)n->attr.value
                   : v->tensors[n->attr.index][layout_place(
                         v->plan->program->tensors.at[n->attr.index].layout,
                         index)];
    }
}

static void map(const Values *v, const Node *n, float *y)
{
    int64_t index[MAX_RANK];
    for (int64_t i = 0; i < shape_count(&n->shape); i++) {
        double x[3] = {0};
        shape_index(&n->shape, i, index);
        for (int k = 0; k < n->n_in; k++)
            x[k] = element(v, n, k, index);
        y[i] = (float)op_table[n->op].value(x[0], x[1], x[2]);
    }
}

/* Axes that are summed have size 1 in the result, where they repeat. */
static void reduce(const Values *v, const Node *n, float *y)
{
    const Layout dense = layout_dense(&n->shape);
    const Shape *from = &n->in[0]->shape;
    int64_t index[MAX_RANK], count = shape_count(&n->shape);
    double *sum = NEWN(v->arena, double, count);
    for (int64_t i = 0; i < count; i++)
        sum[i] = n->op == OP_SUM ? 0 : -INFINITY;
    for (int64_t i = 0; i < shape_count(from); i++) {
        shape_index(from, i, index);
        double x = (double)v->at[n->in[0]->id][i];
        double *to = &sum[layout_place(&dense, index)];
        *to = n->op == OP_SUM ? *to + x : fmax(*to, x);
    }
    for (int64_t i = 0; i < count; i++)
        y[i] = (float)sum[i];
}

static void view(const Values *v, const Node *n, float *y)
{
    const Layout dense = layout_dense(&n->in[0]->shape);
    Layout l;
    int64_t index[MAX_RANK];
    if (!layout_view(n, &dense, &l))
        nnc_bug("node %d is no view of a row-major value", n->id);
    for (int64_t i = 0; i < shape_count(&n->shape); i++) {
        shape_index(&n->shape, i, index);
        y[i] = v->at[n->in[0]->id][layout_place(&l, index)];
    }
}

/* Copies a value to where it stands in n along an axis, from `begin` on. */
static void join(const Values *v, const Node *n, int k, int axis, int64_t begin,
                 float *y)
{
    const Shape *s = &n->in[k]->shape;
    const Layout to = layout_dense(&n->shape);
    int64_t index[MAX_RANK];
    for (int64_t i = 0; i < shape_count(s); i++) {
        shape_index(s, i, index);
        index[axis] += begin;
        y[layout_place(&to, index)] = v->at[n->in[k]->id][i];
    }
}

static void concat(const Values *v, const Node *n, float *y)
{
    int64_t begin = 0;
    for (int k = 0; k < n->n_in; k++) {
        join(v, n, k, n->attr.axis, begin, y);
        begin += n->in[k]->shape.dim[n->attr.axis];
    }
}

/* Operands as (i, k) and (k, j), whichever way round they lie. */
static void matmul(const Values *v, const Node *n, float *y)
{
    const Node *a = n->in[0], *b = n->in[1];
    bool ta = n->attr.mm.ta, tb = n->attr.mm.tb;
    int r = n->shape.rank;
    int64_t rows = n->shape.dim[r - 2], columns = n->shape.dim[r - 1];
    int64_t depth = a->shape.dim[ta ? r - 2 : r - 1];
    int64_t a_row = ta ? 1 : depth, a_step = ta ? rows : 1;
    int64_t b_step = tb ? 1 : columns, b_column = tb ? depth : 1;
    for (int64_t i = 0; i < shape_count(&n->shape); i++) {
        int64_t g = i / columns / rows, row = i / columns % rows;
        const float *x = v->at[a->id] + g * rows * depth + row * a_row;
        const float *w =
            v->at[b->id] + g * columns * depth + i % columns * b_column;
        double sum = 0;
        for (int64_t k = 0; k < depth; k++)
            sum += (double)x[k * a_step] * (double)w[k * b_step];
        y[i] = (float)sum;
    }
}

static void softmax(const Values *v, const Node *n, float *y)
{
    const float *x = v->at[n->in[0]->id];
    int64_t size = n->shape.dim[n->attr.axis], apart = 1;
    for (int a = n->attr.axis + 1; a < n->shape.rank; a++)
        apart *= n->shape.dim[a];
    for (int64_t i = 0; i < shape_count(&n->shape); i++) {
        int64_t first = i - i / apart % size * apart;
        double most = -INFINITY, sum = 0;
        for (int64_t k = 0; k < size; k++)
            most = fmax(most, (double)x[first + k * apart]);
        for (int64_t k = 0; k < size; k++)
            sum += exp((double)x[first + k * apart] - most);
        y[i] = (float)(exp((double)x[i] - most) / sum);
    }
}

static void compute(const Values *v, const Node *n, float *y)
{
    if (op_table[n->op].class == CLASS_LEAF)
        leaf(v, n, y);
    else if (op_table[n->op].value)
        map(v, n, y);
    else if (op_table[n->op].class == CLASS_REDUCE)
        reduce(v, n, y);
    else if (plan_is_view(n))
        view(v, n, y);
    else if (n->op == OP_CONCAT)
        concat(v, n, y);
    else if (n->op == OP_PAD)
        join(v, n, 0, n->attr.part.axis, n->attr.part.begin, y);
    else if (n->op == OP_MATMUL)
        matmul(v, n, y);
    else
        softmax(v, n, y);
}

static void evaluate(const Values *v, const Node *n)
{
    if (v->at[n->id])
        return;
    if (!evaluate_knows(n))
        nnc_bug("prepare has marked %s", op_table[n->op].id);
    for (int i = 0; i < n->n_in; i++)
        evaluate(v, n->in[i]);
    v->at[n->id] = NEWN(v->arena, float, shape_count(&n->shape));
    compute(v, n, v->at[n->id]);
}

static void store(const Values *v, const Node *n, float *to)
{
    const Value *value = &v->plan->value[n->id];
    int64_t index[MAX_RANK];
    if (!value->buffer->read)
        return;
    evaluate(v, n);
    for (int64_t i = 0; i < shape_count(&n->shape); i++) {
        shape_index(&n->shape, i, index);
        to[value->buffer->at + layout_place(&value->layout, index)] =
            v->at[n->id][i];
    }
}

void evaluate_prepared(Arena *scratch, const Plan *plan,
                       const float *const *tensors, float *to)
{
    Values v = {scratch, plan, tensors,
                NEWN(scratch, float *, plan->graph->nodes.n + 1)};
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *k = plan->kernels.at[i];
        for (int j = 0; k->prepared && j < k->stores.n; j++)
            store(&v, k->stores.at[j], to);
    }
}
