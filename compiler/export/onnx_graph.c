/* onnx_graph.c: see onnx_graph.h. All messages lie in the arena. */
#include "export/onnx_graph.h"

#include <string.h>

#include "base/bug.h"

#define MAKE(arena, type, init)                                                \
    ((type *)memcpy(NEW((arena), type), &(type)init, sizeof(type)))

OnnxGraph *onnx_graph_new(Arena *arena)
{
    OnnxGraph *g = NEW(arena, OnnxGraph);

    g->arena = arena;
    g->names.arena = g->made.arena = arena;
    onnx_open(g, 0);
    return g;
}

char *onnx_text(const char *text)
{
    return (char *)(uintptr_t)text;
}

const char *onnx_take(OnnxGraph *g, const char *name)
{
    const char *own = name;

    for (int k = 2; map_get(&g->names, own) >= 0; k++)
        own = arena_printf(g->arena, "%s_%d", name, k);
    map_set(&g->names, own, 1);
    return own;
}

static Onnx__TensorProto *tensor(OnnxGraph *g, const char *name,
                                 const Shape *shape, ElemType type)
{
    Onnx__TensorProto *t =
        MAKE(g->arena, Onnx__TensorProto, ONNX__TENSOR_PROTO__INIT);

    t->name = onnx_text(name);
    t->has_data_type = true;
    t->data_type = (int32_t)type;
    t->n_dims = (size_t)shape->rank;
    t->dims = NEWN(g->arena, int64_t, shape->rank + 1);
    memcpy(t->dims, shape->dim, t->n_dims * sizeof *t->dims);
    vec_push(g->arena, &g->tensors, t);
    return t;
}

Value onnx_floats(OnnxGraph *g, const char *name, const Shape *shape,
                  const float *x)
{
    Onnx__TensorProto *t =
        tensor(g, name, shape, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);

    t->n_float_data = (size_t)shape_count(shape);
    t->float_data = (float *)(uintptr_t)x;
    return (Value){name, 0};
}

Value onnx_doubles(OnnxGraph *g, const char *name, const Shape *shape,
                   const double *x)
{
    Onnx__TensorProto *t =
        tensor(g, name, shape, ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE);

    t->n_double_data = (size_t)shape_count(shape);
    t->double_data = (double *)(uintptr_t)x;
    return (Value){name, 0};
}

Onnx__NodeProto *onnx_node(OnnxGraph *g, int depth, const char *op, int n_in,
                           const Value *in, int n_out, const Value *out)
{
    Onnx__NodeProto *n =
        MAKE(g->arena, Onnx__NodeProto, ONNX__NODE_PROTO__INIT);

    n->op_type = onnx_text(op);
    n->name = onnx_text(out[0].name);
    n->n_input = (size_t)n_in;
    n->input = NEWN(g->arena, char *, n_in + 1);
    for (int i = 0; i < n_in; i++)
        n->input[i] = onnx_text(in[i].name);
    n->n_output = (size_t)n_out;
    n->output = NEWN(g->arena, char *, n_out + 1);
    for (int i = 0; i < n_out; i++)
        n->output[i] = onnx_text(out[i].name);
    vec_push(g->arena, &g->nodes.at[depth], n);
    return n;
}

Onnx__AttributeProto *onnx_attribute(OnnxGraph *g, Onnx__NodeProto *n,
                                     const char *name,
                                     Onnx__AttributeProto__AttributeType type)
{
    Onnx__AttributeProto *a =
        MAKE(g->arena, Onnx__AttributeProto, ONNX__ATTRIBUTE_PROTO__INIT);
    Onnx__AttributeProto **all =
        NEWN(g->arena, Onnx__AttributeProto *, n->n_attribute + 1);

    for (size_t i = 0; i < n->n_attribute; i++)
        all[i] = n->attribute[i];
    all[n->n_attribute++] = a;
    n->attribute = all;
    a->name = onnx_text(name);
    a->has_type = true;
    a->type = type;
    return a;
}

static Onnx__TensorShapeProto *shape_info(Arena *arena, const Shape *shape)
{
    Onnx__TensorShapeProto *s =
        MAKE(arena, Onnx__TensorShapeProto, ONNX__TENSOR_SHAPE_PROTO__INIT);

    s->n_dim = (size_t)shape->rank;
    s->dim = NEWN(arena, Onnx__TensorShapeProto__Dimension *, shape->rank + 1);
    for (int i = 0; i < shape->rank; i++) {
        s->dim[i] = MAKE(arena, Onnx__TensorShapeProto__Dimension,
                         ONNX__TENSOR_SHAPE_PROTO__DIMENSION__INIT);
        s->dim[i]->value_case =
            shape->dim[i]
                ? ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                : ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
        if (shape->dim[i])
            s->dim[i]->dim_value = shape->dim[i];
        else
            s->dim[i]->dim_param = onnx_text("N");
    }
    return s;
}

ElemType onnx_type(Type type)
{
    return type == TYPE_INT ? ONNX__TENSOR_PROTO__DATA_TYPE__INT64
                            : ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
}

Onnx__ValueInfoProto *onnx_info(Arena *arena, const char *name, ElemType type,
                                const Shape *shape, const char *doc)
{
    Onnx__ValueInfoProto *v =
        MAKE(arena, Onnx__ValueInfoProto, ONNX__VALUE_INFO_PROTO__INIT);
    Onnx__TypeProto__Tensor *t =
        MAKE(arena, Onnx__TypeProto__Tensor, ONNX__TYPE_PROTO__TENSOR__INIT);

    v->name = onnx_text(name);
    v->doc_string = onnx_text(doc);
    v->type = MAKE(arena, Onnx__TypeProto, ONNX__TYPE_PROTO__INIT);
    v->type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    v->type->tensor_type = t;
    t->has_elem_type = true;
    t->elem_type = (int32_t)type;
    t->shape = shape ? shape_info(arena, shape) : NULL;
    return v;
}

Nodes onnx_open(OnnxGraph *g, int depth)
{
    Nodes before = {0};

    while (g->nodes.n <= depth)
        vec_push(g->arena, &g->nodes, before);
    before = g->nodes.at[depth];
    g->nodes.at[depth] = (Nodes){0};
    return before;
}

Onnx__GraphProto *onnx_close(OnnxGraph *g, int depth, const char *name)
{
    Onnx__GraphProto *p =
        MAKE(g->arena, Onnx__GraphProto, ONNX__GRAPH_PROTO__INIT);

    p->name = onnx_text(name);
    p->n_node = (size_t)g->nodes.at[depth].n;
    p->node = g->nodes.at[depth].at;
    return p;
}
