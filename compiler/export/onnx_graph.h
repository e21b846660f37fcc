/* onnx_graph.h: the messages of an ONNX file while it is made.
 *
 * A value has a name and a depth: 0 in the graph itself, 1 in the body of a
 * loop, and so on. What is computed stands as far outside as its inputs
 * allow, since a body sees the values around it. No two values have the same
 * name, nor are two computed in the same way. */
#ifndef NNC_EXPORT_ONNX_GRAPH_H
#define NNC_EXPORT_ONNX_GRAPH_H

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "ir/shape.h"
#include "onnx.pb-c.h"

typedef Onnx__TensorProto__DataType ElemType;

typedef struct Value {
    const char *name; /* "" for an input that is left out */
    int depth;
} Value;

typedef VEC(Onnx__NodeProto *) Nodes;

typedef struct OnnxGraph {
    Arena *arena;
    const char *batch; /* an input, whose first size is the batch */
    VEC(Nodes) nodes;  /* by depth; those of the loops that are open */
    VEC(Onnx__TensorProto *) tensors;
    Map names; /* that are taken */
    Map made;  /* places in `values`, by what is computed there */
    VEC(Value) values;
} OnnxGraph;

OnnxGraph *onnx_graph_new(Arena *arena);

/* The name, or one like it that is free; then it is taken. */
const char *onnx_take(OnnxGraph *g, const char *name);

/* A tensor of numbers under a name that is taken. */
Value onnx_floats(OnnxGraph *g, const char *name, const Shape *shape,
                  const float *x);
Value onnx_doubles(OnnxGraph *g, const char *name, const Shape *shape,
                   const double *x);

/* The value of an expression as onnx_form.h has it, of n inputs; what it
 * computes last is called `name`, or like it unless it is `exact`. */
Value onnx_value(OnnxGraph *g, const char *text, int n, const Value *in,
                 const char *name, bool exact);

/* The values of a call that has several, under names like these. */
void onnx_values(OnnxGraph *g, const char *text, int n, const Value *in,
                 int n_out, Value *out);

/* Appends a node with inputs and outputs at a depth. */
Onnx__NodeProto *onnx_node(OnnxGraph *g, int depth, const char *op, int n_in,
                           const Value *in, int n_out, const Value *out);

/* Gives a node an attribute, which is empty. */
Onnx__AttributeProto *onnx_attribute(OnnxGraph *g, Onnx__NodeProto *n,
                                     const char *name,
                                     Onnx__AttributeProto__AttributeType type);

/* ONNX's word for a type: ids are whole numbers of 64 bits. */
ElemType onnx_type(Type type);

/* An input or output of a graph; its type is of the element alone where
 * `shape` is NULL. A size of 0 is the batch. */
Onnx__ValueInfoProto *onnx_info(Arena *arena, const char *name, ElemType type,
                                const Shape *shape, const char *doc);

/* Begins the nodes of a depth anew and returns those that were there. */
Nodes onnx_open(OnnxGraph *g, int depth);

/* The graph of these nodes. */
Onnx__GraphProto *onnx_close(OnnxGraph *g, int depth, const char *name);

/* What protobuf-c wants, which never writes. */
char *onnx_text(const char *text);

#endif
