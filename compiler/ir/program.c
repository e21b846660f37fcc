/* program.c: the table of tensors; see program.h. */
#include "ir/program.h"

#include <string.h>

#include "ir/layout.h"

int program_tensor(Program *p, Tensor tensor)
{
    vec_push(p->arena, &p->tensors, tensor);
    if (tensor.name && tensor.kind != TENSOR_SLOT) {
        p->places.arena = p->arena;
        map_set(&p->places, tensor.name, p->tensors.n - 1);
    }
    return p->tensors.n - 1;
}

int program_find(const Program *p, const char *name)
{
    return map_get(&p->places, name);
}

static bool same_constant(const Tensor *a, const Tensor *b)
{
    return a->kind == TENSOR_CONSTANT && shape_equal(&a->shape, &b->shape) &&
           memcmp(a->init.literal, b->init.literal,
                  (size_t)shape_count(&a->shape) * sizeof *a->init.literal) ==
               0;
}

int program_constant(Program *p, Tensor constant)
{
    int count = 0;

    for (int i = 0; i < p->tensors.n; i++)
        if (same_constant(&p->tensors.at[i], &constant))
            return i;
    do
        constant.name = arena_printf(p->arena, "constant%d", ++count);
    while (program_find(p, constant.name) >= 0);
    return program_tensor(p, constant);
}

Node *program_leaf(const Program *p, Graph *g, int index)
{
    const Tensor *t = &p->tensors.at[index];
    Node *n = graph_add_shaped(g, OP_TENSOR, TYPE_REAL, t->shape, 0, NULL,
                               (Attr){.index = index}, NULL);

    n->span = t->span;
    n->name = t->name;
    return n;
}

static bool is_plainer(const Entry *a, const Entry *b)
{
    return a->carries != b->carries ? b->carries : a->batch <= b->batch;
}

const Entry *program_entry(const Program *p, Mode mode)
{
    const Entry *found = NULL;

    for (int i = 0; i < p->entries.n; i++) {
        const Entry *e = &p->entries.at[i];

        if (e->mode == mode && (!found || is_plainer(e, found)))
            found = e;
    }
    return found;
}

int program_kept(const Program *p)
{
    int n = p->tensors.n;

    while (n > 0 && p->tensors.at[n - 1].kind == TENSOR_SLOT)
        n--;
    return n;
}

int64_t program_reals(const Program *p, int n)
{
    int64_t reals = 0;

    for (int i = 0; i < n; i++)
        reals += p->tensors.at[i].layout->extent;
    return reals;
}

int64_t program_weights(const Program *p)
{
    int64_t numbers = 0;

    for (int i = 0; i < p->tensors.n; i++)
        if (p->tensors.at[i].kind == TENSOR_WEIGHT)
            numbers += shape_count(&p->tensors.at[i].shape);
    return numbers;
}
