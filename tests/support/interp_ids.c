/* interp_ids.c: what reads classes and tokens, naively; see interp.h. */
#include "interp.h"

#include <math.h>

/* One row of `size` numbers and its class. */
static void class_row(Op op, const double *x, int64_t class, double d,
                      int64_t size, double *y)
{
    double most = -INFINITY, sum = 0;
    int64_t best = 0;

    for (int64_t k = 0; x && k < size; k++)
        if (x[k] > most)
            most = x[k], best = k;
    for (int64_t k = 0; x && k < size; k++)
        sum += exp(x[k] - most);
    if (op == OP_XENT)
        *y = log(sum) + most - x[class];
    if (op == OP_HIT)
        *y = best == class;
    if (op == OP_TAKE)
        *y = x[class];
    for (int64_t k = 0; op == OP_PUT && k < size; k++)
        y[k] = k == class ? d : 0;
    for (int64_t k = 0; op == OP_XENT_DX && k < size; k++)
        y[k] = (exp(x[k] - most) / sum - (k == class)) * d;
}

static void run_class(const Node *n, const double *const *in, double *y)
{
    const double *class = in[1], *first = in[0];
    const Shape *s = n->op == OP_PUT ? &n->shape : &n->in[0]->shape;
    const double *x = n->op == OP_PUT ? NULL : first;
    const double *d = n->op == OP_PUT ? first : NULL;
    int64_t size = s->dim[s->rank - 1], rows = shape_count(s) / size;
    bool wide = n->op == OP_PUT || n->op == OP_XENT_DX;

    if (n->op == OP_XENT_DX)
        d = in[2];
    for (int64_t i = 0; i < rows; i++)
        class_row(n->op, x ? x + i * size : NULL, (int64_t) class[i],
                  d ? d[i] : 0, size, y + i * (wide ? size : 1));
}

static void add_rows(const Node *n, const double *ids, const double *rows,
                     double *y)
{
    int64_t size = n->shape.dim[1];
    int64_t count = shape_count(&n->in[n->n_in - 2]->shape);

    for (int64_t r = 0; r < count; r++)
        for (int64_t k = 0; ids[r] >= n->attr.index && k < size; k++)
            y[(int64_t)ids[r] * size + k] += rows[r * size + k];
}

static void run_gather(const Node *n, const double *const *in, double *y)
{
    const double *a = in[0], *b = in[1];
    int64_t count = shape_count(&n->shape), size;

    size = n->shape.dim[n->shape.rank - 1];
    for (int64_t i = 0; i < count; i++)
        if (n->op == OP_GATHER)
            y[i] = a[i / size] < n->attr.index
                       ? 0
                       : b[(int64_t)a[i / size] * size + i % size];
        else
            y[i] = n->op == OP_SCATTER ? 0 : a[i];
    if (n->op == OP_SCATTER)
        add_rows(n, a, b, y);
    if (n->op == OP_ADD_ROWS)
        add_rows(n, b, in[2], y);
}

void interp_ids(const Node *n, const double *const *in, double *y)
{
    bool table = op_table[n->op].kernel == KERNEL_GATHER;

    (table ? run_gather : run_class)(n, in, y);
}
