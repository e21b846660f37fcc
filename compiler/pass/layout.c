/* layout.c: gives every value a layout and a buffer.
 *
 * In: kernels with their stores. Out: for every node that is read from or
 * written to memory a Value; views share their source's buffer under another
 * layout. Where no layout describes a view, or where a value must stand in
 * two places, a copy is inserted: a RESHAPE to the same shape with a kernel
 * of its own. What is bound to a place before its kernel runs: a tensor's new
 * value (in place), a state (the slot after the step), a stack, an
 * output, and an input of CONCAT (its slice of the result). */
#include "pass/layout.h"

#include "pass/conv_spec.h"

Buffer *layout_buffer(Plan *plan, Place place, const Node *n, int64_t count)
{
    Buffer *b = NEW(plan->arena, Buffer);
    *b = (Buffer){.place = place,
                  .type = n->type,
                  .count = count,
                  .name = n->name,
                  .first = -1,
                  .last = -1,
                  .plan = plan};
    vec_push(plan->arena, &plan->buffers, b);
    return b;
}

/* A node appended after fusion: the value table grows with it. */
static Value *value_of(Plan *plan, const Node *n)
{
    return &plan->value[n->id];
}

Node *layout_copy(Plan *plan, Node *of)
{
    Node *n = graph_add_shaped(plan->graph, OP_RESHAPE, of->type, of->shape, 1,
                               &of, (Attr){0}, of);
    plan->value = vec_room(plan->arena, plan->value, n->id, &plan->value_room,
                           sizeof *plan->value);
    Kernel *k = plan_kernel(plan, KERNEL_COPY, n);
    vec_push(plan->arena, &k->stores, n);
    value_of(plan, n)->kernel = k;
    n->name = of->name;
    return n;
}

void layout_bind(Plan *plan, Node *n, Buffer *buffer, Layout l)
{
    Value *v = value_of(plan, n);
    v->buffer = buffer;
    v->layout = l;
}

Node *layout_copy_as(Plan *plan, Node *of, const Layout *l)
{
    Node *n = layout_copy(plan, of);
    Layout *want = NEW(plan->arena, Layout);
    *want = *l;
    value_of(plan, n)->want = want;
    layout_bind(plan, n, layout_buffer(plan, PLACE_WORK, n, l->extent), *l);
    return n;
}

static Layout tensor_layout(const Program *p, int index)
{
    return *p->tensors.at[index].layout;
}

static void bind_tensor(Plan *plan, Node *n, int index)
{
    Layout l = tensor_layout(plan->program, index);
    Buffer *b = layout_buffer(plan, PLACE_TENSOR, n, l.extent);
    b->index = index;
    b->name = plan->program->tensors.at[index].name;
    layout_bind(plan, n, b, l);
}

static void bind_leaf(Plan *plan, Node *n)
{
    Buffer *b;
    switch (n->op) {
    case OP_TENSOR:
        bind_tensor(plan, n, n->attr.index);
        break;
    case OP_INPUT:
        b = layout_buffer(plan, PLACE_INPUT, n, shape_count(&n->shape));
        b->index = n->attr.index;
        layout_bind(plan, n, b, layout_dense(&n->shape));
        break;
    default:
        break; /* numbers: written where they are used */
    }
}

/* The kernel-computed node that a root may be bound to: the root's own node
 * where nothing is bound to it yet, else a copy. */
Node *layout_root(Plan *plan, Node *n)
{
    Value *v = value_of(plan, n);
    bool computed = v->kernel && !plan_is_view(n) && !v->buffer;
    return computed && n->op != OP_PICK ? n : layout_copy(plan, n);
}

/* Whether a value shows a tensor, through views. */
static bool shows(const Plan *plan, const Node *n, int index)
{
    while (plan_is_view(n) && !plan->value[n->id].kernel)
        n = n->in[0];
    return n->op == OP_TENSOR && n->attr.index == index;
}

/* How a view of a tensor lies; false where its elements are copied. */
static bool shown_layout(const Plan *plan, const Node *n, Layout *l)
{
    if (n->op == OP_TENSOR) {
        *l = tensor_layout(plan->program, n->attr.index);
        return true;
    }
    Layout from;
    return shown_layout(plan, n->in[0], &from) && layout_view(n, &from, l);
}

/* Whether n shows of a tensor what lies as `l`, element by element. */
static bool shows_all(const Plan *plan, const Node *n, const Layout *l)
{
    Layout view;
    return shown_layout(plan, n, &view) && view.offset == l->offset &&
           layout_equal(&view, l);
}

/* Whether the kernel of a new value, which is to lie as `l`, reads the old one
 * in any other way than element by element, so that it must not stand in the
 * same place yet. */
static bool reads_across(const Plan *plan, const Node *value, int tensor,
                         const Layout *l)
{
    const Kernel *k = plan->value[value->id].kernel;
    for (int j = 0; k && j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        for (int i = 0; i < n->n_in; i++)
            if (shows(plan, n->in[i], tensor) &&
                (!plan_reads_each(n, n->in[i]) ||
                 !shows_all(plan, n->in[i], l)))
                return true;
    }
    return false;
}

/* The computed value that a new value of a tensor shows, where it can be
 * written as that tensor lies; NULL where a copy has to follow. *l comes as
 * the tensor's layout and goes as that value's. */
static Node *written_as(const Plan *plan, Node *n, int tensor, Layout *l)
{
    for (; plan_is_view(n) && !plan->value[n->id].kernel; n = n->in[0])
        if (!layout_unview(n, l, l))
            return NULL;
    const Value *v = &plan->value[n->id];
    return v->kernel && !v->buffer && n->op != OP_PICK &&
                   !reads_across(plan, n, tensor, l)
               ? n
               : NULL;
}

static void bind_tensor_root(Plan *plan, Root *r)
{
    Layout l = tensor_layout(plan->program, r->index);
    Node *n = written_as(plan, r->node, r->index, &l);
    if (!n) {
        l = tensor_layout(plan->program, r->index);
        n = layout_copy(plan, r->node);
        if (reads_across(plan, n, r->index, &l))
            n = layout_copy(plan, n);
        r->node = n;
    }
    bind_tensor(plan, n, r->index);
    value_of(plan, n)->layout = l;
}

void layout_apart(Plan *plan, int tensor)
{
    Graph *g = plan->graph;
    for (int i = 0; i < g->roots.n; i++) {
        Root *r = &g->roots.at[i];
        Buffer *b = value_of(plan, r->node)->buffer;
        if (r->role != ROOT_TENSOR || r->index != tensor)
            continue;
        b->place = PLACE_WORK;
        b->name = r->node->name;
        r->node = layout_copy(plan, r->node);
        bind_tensor(plan, r->node, tensor);
    }
}

static void bind_output_root(Plan *plan, Root *r)
{
    r->node = layout_copy(plan, r->node);
    Buffer *b = layout_buffer(plan, PLACE_OUTPUT, r->node,
                              shape_count(&r->node->shape));
    b->index = r->index;
    layout_bind(plan, r->node, b, layout_dense(&r->node->shape));
}

static void bind_roots(Plan *plan)
{
    Graph *g = plan->graph;
    for (int i = 0; i < g->roots.n; i++) {
        Root *r = &g->roots.at[i];
        if (r->role == ROOT_TENSOR)
            bind_tensor_root(plan, r);
        else if (r->role == ROOT_OUTPUT || r->role == ROOT_GRAD)
            bind_output_root(plan, r);
    }
}

/* What a concat's input lies as: a slice of the result. */
static Layout slice_of(const Layout *whole, int axis, int64_t begin,
                       int64_t size)
{
    Layout l = *whole;
    l.offset += begin * layout_stride(whole, axis);
    l.axis[axis].piece[0].size = size;
    return l;
}

/* Whether the kernel of value x can write it under layout l. Places of maxima
 * lie as the maxima do; a scan's results are slots, a convolution's images. */
static bool writes_as(const Kernel *k, const Node *x, const Layout *l)
{
    bool conv = k->kind == KERNEL_CONV || k->kind == KERNEL_CONV_DX;
    Image m;
    for (int j = 0; j < k->stores.n; j++)
        if (k->stores.at[j]->type == TYPE_BYTE)
            return false;
    return k->kind != KERNEL_SCAN && (!conv || conv_image(&x->shape, l, &m));
}

/* Lets the kernels of a concat's inputs write into the result, where they
 * are free to; what is left is copied by the concat's kernel. */
static void bind_concat(Plan *plan, const Node *n)
{
    const Value *whole = value_of(plan, n);
    int axis = n->attr.axis;
    int64_t begin = 0;
    if (whole->layout.axis[axis].n != 1)
        return;
    for (int i = 0; i < n->n_in; i++) {
        Node *x = n->in[i];
        int64_t size = x->shape.dim[axis];
        Layout l = slice_of(&whole->layout, axis, begin, size);
        while (plan_is_view(x) && !value_of(plan, x)->kernel &&
               layout_unview(x, &l, &l))
            x = x->in[0];
        Value *v = value_of(plan, x);
        if (v->kernel && writes_as(v->kernel, x, &l) && !v->buffer &&
            !plan_is_view(x)) {
            Kernel *kernel = v->kernel;
            *v = *whole;
            v->kernel = kernel;
            v->layout = l;
        }
        begin += size;
    }
}

static void store(Plan *plan, Node *n)
{
    Value *v = value_of(plan, n);
    if (!v->buffer) {
        Layout l = v->want ? *v->want : layout_dense(&n->shape);
        layout_bind(plan, n, layout_buffer(plan, PLACE_WORK, n, l.extent), l);
    }
    if (n->op == OP_CONCAT)
        bind_concat(plan, n);
}

/* A view's value is its source's under another layout, or a copy. */
static void bind_view(Plan *plan, Node *n)
{
    Value *v = value_of(plan, n);
    if (v->kernel || plan_is_number(n))
        return;
    const Value *from = value_of(plan, n->in[0]);
    if (!from->buffer)
        nnc_bug("view %d of a value that is not stored", n->id);
    *v = *from;
    v->kernel = NULL;
    if (layout_view(n, &from->layout, &v->layout))
        return;
    *v = (Value){.kernel = plan_kernel(plan, KERNEL_COPY, n)};
    vec_push(plan->arena, &v->kernel->stores, n);
    store(plan, n);
}

bool layout_in_place(const Plan *plan, const Node *n, int input)
{
    const Value *whole = &plan->value[n->id];
    const Value *part = &plan->value[n->in[input]->id];
    int axis = n->attr.axis;
    int64_t begin = 0;
    if (part->buffer != whole->buffer || whole->layout.axis[axis].n != 1)
        return false;
    for (int i = 0; i < input; i++)
        begin += n->in[i]->shape.dim[axis];
    Layout l =
        slice_of(&whole->layout, axis, begin, n->in[input]->shape.dim[axis]);
    return part->layout.offset == l.offset && layout_equal(&part->layout, &l);
}

/* A concat that finds all its inputs in their places has nothing to do. */
static void mark_empty(const Plan *plan, Kernel *k)
{
    const Node *n = k->anchor;
    if (k->kind != KERNEL_COPY || n->op != OP_CONCAT)
        return;
    k->empty = true;
    for (int i = 0; i < n->n_in; i++)
        k->empty &= layout_in_place(plan, n, i);
}

static void bind_stores(Plan *plan)
{
    for (int i = plan->kernels.n - 1; i >= 0; i--) {
        const Kernel *k = plan->kernels.at[i];
        for (int j = k->stores.n - 1; j >= 0; j--)
            store(plan, k->stores.at[j]);
    }
}

Plan *layout(Plan *plan, const CodeOptions *options)
{
    Graph *g = plan->graph;
    for (int i = 0; i < g->nodes.n; i++)
        if (g->nodes.at[i]->op != OP_ARG)
            bind_leaf(plan, g->nodes.at[i]);
    bind_roots(plan);
    for (int i = 0; i < plan->kernels.n; i++)
        if (plan->kernels.at[i]->kind == KERNEL_SCAN)
            layout_scan_around(plan, plan->kernels.at[i]);
    bind_stores(plan);
    for (int i = 0; i < g->nodes.n; i++)
        if (plan_is_view(g->nodes.at[i]))
            bind_view(plan, g->nodes.at[i]);
    for (int i = 0; i < plan->kernels.n; i++)
        if (plan->kernels.at[i]->kind == KERNEL_SCAN)
            layout_scan_body(plan, plan->kernels.at[i], options);
    for (int i = 0; i < plan->kernels.n; i++)
        mark_empty(plan, plan->kernels.at[i]);
    return plan;
}
