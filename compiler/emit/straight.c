/* straight.c: a whole tiny network as straight-line scalar code.
 *
 * In: the graph of an entry for one row with few multiply-adds. Out: one
 * function without loops or memory of its own, in which every element of
 * every value is a constant of its own name, and weights that can never
 * change are written as numbers. Pays up to about 500 multiply-adds; beyond,
 * register tiles win. */
#include "emit/straight.h"

#include <ctype.h>
#include <string.h>

enum { MOST_MULTIPLIES = 500, MOST_ELEMENTS = 2000 };

/* One line of the body; name is what it gives a value to, NULL for outputs. */
typedef struct Statement {
    const char *name, *text;
} Statement;

typedef struct Straight {
    Emit *e;
    const Plan *plan;
    VEC(Statement) body;
    const char ***element; /* by node id: the C of each element, row-major */
    Scope scope;
    int *uses;
} Straight;

static bool knows(const Node *n)
{
    OpClass class = op_table[n->op].class;
    bool leaf = n->op == OP_INPUT || n->op == OP_PARAM || n->op == OP_CONST;
    bool map = class == CLASS_MAP && n->op != OP_ROWS_MASK;
    return leaf || map || plan_is_view(n) || n->op == OP_CONCAT ||
           n->op == OP_MATMUL || class == CLASS_REDUCE || n->op == OP_SOFTMAX;
}

/* An exponential counts as what it takes in scalars. */
static int64_t multiplies(const Node *n)
{
    int r = n->shape.rank;
    if (n->op == OP_SOFTMAX)
        return 20 * shape_count(&n->shape);
    if (n->op != OP_MATMUL)
        return 0;
    return shape_count(&n->shape) *
           n->in[0]->shape.dim[n->attr.mm.ta ? r - 2 : r - 1];
}

bool straight_fits(const Plan *plan)
{
    const Graph *g = plan->graph;
    int64_t sum = 0, elements = 0;
    if (plan->entry->mode != MODE_INFER || plan->entry->batch != 1)
        return false;
    for (int i = 0; i < g->nodes.n; i++) {
        if (!knows(g->nodes.at[i]))
            return false;
        sum += multiplies(g->nodes.at[i]);
        elements += shape_count(&g->nodes.at[i]->shape);
    }
    return sum <= MOST_MULTIPLIES && elements <= MOST_ELEMENTS;
}

Plan *straight(Plan *plan)
{
    Kernel *k = NEW(plan->arena, Kernel);
    *k = (Kernel){.kind = KERNEL_STRAIGHT,
                  .parts = 1,
                  .why = "few enough multiply-adds for straight-line code"};
    for (int i = 0; i < plan->graph->nodes.n; i++)
        vec_push(plan->arena, &k->nodes, plan->graph->nodes.at[i]);
    vec_push(plan->arena, &plan->kernels, k);
    return plan;
}

static const char **list(Straight *s, const Node *n)
{
    s->element[n->id] = NEWN(s->e->arena, const char *, shape_count(&n->shape));
    return s->element[n->id];
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

static void unfold(const Shape *s, int64_t i, int64_t *index)
{
    for (int a = s->rank - 1; a >= 0; a--) {
        index[a] = i % s->dim[a];
        i /= s->dim[a];
    }
}

static void leaf(Straight *s, const Node *n)
{
    const char **to = list(s, n);
    int64_t index[MAX_RANK];
    for (int64_t i = 0; i < shape_count(&n->shape); i++) {
        const Param *p = n->op == OP_PARAM
                             ? &s->plan->program->params.at[n->attr.index]
                             : NULL;
        Layout dense = p ? layout_dense(&p->shape) : (Layout){0};
        unfold(&n->shape, i, index);
        if (n->op == OP_CONST)
            to[i] = emit_real(s->e->arena, n->attr.value);
        else if (!p)
            to[i] = arena_printf(s->e->arena, "input_%d[%lld]", n->attr.index,
                                 (long long)i);
        else if (emit_fixed(s->plan->program, p))
            to[i] = emit_real(s->e->arena, p->init.literal[i]);
        else
            to[i] = arena_printf(
                s->e->arena, "params[%s + %lld]",
                s->e->param_place[n->attr.index],
                (long long)layout_place(p->layout ? p->layout : &dense, index));
    }
}

static void view(Straight *s, const Node *n)
{
    Layout dense = layout_dense(&n->in[0]->shape), l;
    const char **to = list(s, n), **from = s->element[n->in[0]->id];
    int64_t index[MAX_RANK];
    if (!layout_view(n, &dense, &l))
        nnc_bug("node %d is no view of a row-major value", n->id);
    for (int64_t i = 0; i < shape_count(&n->shape); i++) {
        unfold(&n->shape, i, index);
        to[i] = from[layout_place(&l, index)];
    }
}

static void concat(Straight *s, const Node *n)
{
    const char **to = list(s, n);
    int axis = n->attr.axis;
    int64_t begin = 0, index[MAX_RANK];
    for (int k = 0; k < n->n_in; k++) {
        const Node *x = n->in[k];
        Layout whole = layout_dense(&n->shape);
        for (int64_t i = 0; i < shape_count(&x->shape); i++) {
            unfold(&x->shape, i, index);
            index[axis] += begin;
            to[layout_place(&whole, index)] = s->element[x->id][i];
        }
        begin += x->shape.dim[axis];
    }
}

static const char *fill(Straight *s, const Node *n, int64_t i)
{
    Text out = {.arena = s->e->arena};
    for (const char *c = op_table[n->op].scalar; *c; c++) {
        if (*c == '$') {
            const Node *x = n->in[*++c - 'a'];
            text_add(&out, s->element[x->id][repeated(x, &n->shape, i)]);
        } else {
            text_add_n(&out, c, 1);
        }
    }
    return text_str(&out);
}

/* One statement, whose name is returned. */
static const char *name_it(Straight *s, const Node *n, int64_t i,
                           const char *expression)
{
    const char *wish = n->name ? n->name : "z";
    const char *name = scope_name(
        &s->scope, arena_printf(s->e->arena, "%s_%lld", wish, (long long)i));
    Statement line = {name, arena_printf(s->e->arena, "const nn_real %s = %s",
                                         name, expression)};
    vec_push(s->e->arena, &s->body, line);
    return name;
}

static void map(Straight *s, const Node *n)
{
    const char **to = list(s, n);
    for (int64_t i = 0; i < shape_count(&n->shape); i++)
        to[i] = name_it(s, n, i, fill(s, n, i));
}

static void matmul(Straight *s, const Node *n)
{
    const char **to = list(s, n);
    const Node *a = n->in[0], *b = n->in[1];
    int r = n->shape.rank;
    int64_t rows = n->shape.dim[r - 2], columns = n->shape.dim[r - 1];
    int64_t inner = a->shape.dim[n->attr.mm.ta ? r - 2 : r - 1];
    for (int64_t i = 0; i < shape_count(&n->shape); i++) {
        Text sum = {.arena = s->e->arena};
        int64_t g = i / (rows * columns), row = i / columns % rows,
                column = i % columns;
        for (int64_t k = 0; k < inner; k++) {
            int64_t x = n->attr.mm.ta ? k * rows + row : row * inner + k;
            int64_t y =
                n->attr.mm.tb ? column * inner + k : k * columns + column;
            text_printf(&sum, "%s%s * %s", k ? " + " : "",
                        s->element[a->id][g * rows * inner + x],
                        s->element[b->id][g * columns * inner + y]);
        }
        bool alone = s->uses[n->id] == 1;
        to[i] = alone ? arena_printf(s->e->arena, "(%s)", text_str(&sum))
                      : name_it(s, n, i, text_str(&sum));
    }
}

/* Elements of x that fall together into element i of the reduced shape. */
static const char *reduced(Straight *s, const Node *n, int64_t i)
{
    const Node *x = n->in[0];
    Text out = {.arena = s->e->arena};
    const char *top = NULL;
    for (int64_t k = 0; k < shape_count(&x->shape); k++) {
        const char *e = s->element[x->id][k];
        if (repeated(n, &x->shape, k) != i)
            continue;
        text_printf(&out, "%s%s", out.n ? " + " : "", e);
        top = top ? name_it(s, n, i,
                            arena_printf(s->e->arena, "%s > %s ? %s : %s", e,
                                         top, e, top))
                  : e;
        if (n->op == OP_SUM)
            top = NULL;
    }
    return n->op == OP_SUM ? text_str(&out) : top;
}

static void reduce(Straight *s, const Node *n)
{
    const char **to = list(s, n);
    for (int64_t i = 0; i < shape_count(&n->shape); i++)
        to[i] = name_it(s, n, i, reduced(s, n, i));
}

/* exp(x - top) / sum, one row of the axis after the other. */
static void softmax(Straight *s, const Node *n)
{
    Node row = {.op = OP_RMAX, .n_in = 1, .in = n->in, .shape = n->shape};
    const char **to = list(s, n);
    int64_t count = shape_count(&n->shape);
    row.shape.dim[n->attr.axis] = 1;
    for (int64_t i = 0; i < shape_count(&row.shape); i++) {
        const char *top = reduced(s, &row, i);
        Text sum = {.arena = s->e->arena};
        for (int64_t k = 0; k < count; k++) {
            if (repeated(&row, &n->shape, k) != i)
                continue;
            to[k] = name_it(s, &row, k,
                            arena_printf(s->e->arena, "NN_EXP(%s - %s)",
                                         s->element[n->in[0]->id][k], top));
            text_printf(&sum, "%s%s", sum.n ? " + " : "", to[k]);
        }
        const char *total = name_it(s, &row, i, text_str(&sum));
        for (int64_t k = 0; k < count; k++)
            if (repeated(&row, &n->shape, k) == i)
                to[k] =
                    name_it(s, n, k,
                            arena_printf(s->e->arena, "%s / %s", to[k], total));
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
        for (int64_t k = 0; k < shape_count(&r->node->shape); k++) {
            Statement line = {NULL,
                              arena_printf(s->e->arena, "output_%d[%lld] = %s",
                                           r->index, (long long)k,
                                           s->element[r->node->id][k])};
            vec_push(s->e->arena, &s->body, line);
        }
    }
}

static bool mentions(const char *text, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = strstr(text, name); at; at = strstr(at + 1, name)) {
        bool begins =
            at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
        if (begins && !isalnum((unsigned char)at[n]) && at[n] != '_')
            return true;
    }
    return false;
}

/* Whether a statement from `from` on uses the name. */
static bool used(const Straight *s, const char *name, int from)
{
    for (int i = from; i < s->body.n; i++)
        if (s->body.at[i].text && mentions(s->body.at[i].text, name))
            return true;
    return false;
}

/* Elements that nothing reads: of a value that is cut, or a view of it. */
static void drop_unused(Straight *s)
{
    for (int i = s->body.n - 1; i >= 0; i--)
        if (s->body.at[i].name && !used(s, s->body.at[i].name, i + 1))
            s->body.at[i].text = NULL;
}

static void print_body(const Straight *s)
{
    text_add(s->e->out, ")\n{\n    (void)params;\n");
    for (int i = 0; i < s->e->program->n_inputs; i++) {
        const char *name = arena_printf(s->e->arena, "input_%d", i);
        if (!used(s, name, 0))
            text_printf(s->e->out, "    (void)%s;\n", name);
    }
    for (int i = 0; i < s->body.n; i++)
        if (s->body.at[i].text)
            text_printf(s->e->out, "    %s;\n", s->body.at[i].text);
    text_add(s->e->out, "}\n");
}

void emit_straight(Emit *e, const Plan *plan)
{
    const Kernel *k = plan->kernels.at[0];
    Straight s = {.e = e,
                  .plan = plan,
                  .scope = scope_new(e, plan, k),
                  .uses = graph_uses(plan->graph)};
    s.element = NEWN(e->arena, const char **, plan->graph->nodes.n);
    for (int i = 0; i < plan->graph->nodes.n; i++)
        node(&s, plan->graph->nodes.at[i]);
    outputs(&s);
    drop_unused(&s);
    text_printf(e->out,
                "\n/* The whole network for one row. */\n"
                "static void %s(const nn_real *restrict params",
                k->name);
    for (int i = 0; i < e->program->n_inputs; i++)
        text_printf(e->out, ",\n    const nn_real *restrict input_%d", i);
    for (int i = 0; i < e->program->outputs.n; i++)
        text_printf(e->out, ", nn_real *restrict output_%d", i);
    print_body(&s);
}

void emit_straight_call(Emit *e, const Plan *plan)
{
    text_printf(e->out, "    %s(params", plan->kernels.at[0]->name);
    for (int i = 0; i < e->program->n_inputs; i++)
        text_printf(e->out, ", inputs[%d]", i);
    for (int i = 0; i < e->program->outputs.n; i++)
        text_printf(e->out, ", outputs[%d] ? outputs[%d] : spare_%d", i, i, i);
    text_add(e->out, ");\n");
}
