/* graph.h: one computation as nodes that use each other's values.
 *
 * A Graph is the noun between elaboration and fusion. Invariants, checked by
 * graph_check after each pass:
 *   - inputs stand before their users in `nodes` (construction order is a
 *     topological order; passes that rebuild keep it);
 *   - every node's type and shape are what its operator's rule gives;
 *   - the batch is a literal axis, outside a scan axis 0 of row-wise values;
 *   - leaves OP_ARG occur only in a scan's body, OP_INPUT and OP_TENSOR
 *     only outside of one. What a body needs from outside is an input of its
 *     scan node, so a body is a closed graph of its own.
 *
 * Values over time are time-major, [time, batch, ...], around a scan;
 * elaboration inserts the OP_TRANSPOSE nodes and rewriting cancels them. */
#ifndef NNC_IR_GRAPH_H
#define NNC_IR_GRAPH_H

#include "base/diag.h"
#include "base/str.h"
#include "base/vec.h"
#include "ir/ops.h"
#include "ir/port.h"
#include "ir/shape.h"

typedef struct Node Node;
typedef struct Graph Graph;
typedef struct Scan Scan; /* scan.h */

/* Besides inputs; which member holds is the `attr` column in ops.def. */
typedef union Attr {
    double value; /* CONST: every element; POW_STEP: the base */
    int index;    /* INPUT, TENSOR: its row; GATHER, ...: the least id */
    Port port;    /* ARG, PICK */
    struct {
        int64_t begin; /* SLICE: first element, counted from 0 */
        int64_t size;  /* SLICE: elements; PAD: size of the result's axis */
        int axis;
    } part;
    int axis;           /* CONCAT, REVERSE, SOFTMAX, ROWS_MASK, ... */
    unsigned axes;      /* SUM, RMAX: bit a set = axis a becomes size 1 */
    int perm[MAX_RANK]; /* TRANSPOSE: result axis i is input axis perm[i] */
    struct {
        int64_t size, stride, apart; /* apart: from element to element */
        int axis;
    } slide; /* WINDOWS, OVERLAP */
    Window window;
    Scan *scan;
    struct {
        bool ta, tb; /* MATMUL: a is [.., K, M], b is [.., N, K] */
    } mm;
    struct {
        double rate;
        int stream;    /* of a model's dropout */
        unsigned axes; /* bit a set: an input says where axis a begins */
    } random;
} Attr;

struct Node {
    Op op;
    Type type;
    int id; /* place in graph->nodes */
    int n_in;
    Node **in;
    Shape shape; /* given where the row has OPF_SHAPED, else the rule's */
    Attr attr;
    Span span;        /* the user's text that made it */
    const char *name; /* the user's or one derived from it; NULL: none */
};

typedef enum Role {
    ROOT_OUTPUT, /* index: output of the program */
    ROOT_LOSS,   /* scalar [1] */
    ROOT_METRIC, /* index: of its first sum; [n] sums over valid rows */
    ROOT_GRAD,   /* index: weight */
    ROOT_TENSOR, /* index: tensor, its new value */
    ROOT_STATE,  /* in a scan's body */
    ROOT_STACK,  /* in a scan's body */
} Role;

typedef struct Root {
    Node *node;
    Role role;
    int index;
} Root;

struct Graph {
    Arena *arena;
    VEC(Node *) nodes;
    VEC(Root) roots;
    int64_t batch; /* literal size of the batch axis */
};

Graph *graph_new(Arena *arena, int64_t batch);
/* Room for so many further nodes at once; it still grows where more come. */
void graph_expect(Graph *g, int nodes);

/* Appends a node; shape and type come from the operator's rule, whose refusal
 * is a bug of nnc. `like`, which may be NULL, gives the span. */
Node *graph_add(Graph *g, Op op, int n_in, Node *const *in, Attr attr,
                const Node *like);

/* The same for operators whose shape is given (OPF_SHAPED). */
Node *graph_add_shaped(Graph *g, Op op, Type type, Shape shape, int n_in,
                       Node *const *in, Attr attr, const Node *like);

/* As graph_add for what a user wrote: NULL with the reason if refused. */
Node *graph_try(Graph *g, Op op, int n_in, Node *const *in, Attr attr,
                Span span, const char **why);

/* Shorthands. Binary operators broadcast: same rank, sizes equal or 1. */
Node *graph_const_shaped(Graph *g, double value, Shape shape, const Node *like);
Node *graph_unary(Graph *g, Op op, Node *a);
Node *graph_binary(Graph *g, Op op, Node *a, Node *b);
Node *graph_reshape(Graph *g, Node *a, Shape shape);
Node *graph_broadcast(Graph *g, Node *a, Shape shape);
Node *graph_sum(Graph *g, Node *a, unsigned axes);
Node *graph_matmul(Graph *g, Node *a, Node *b, bool ta, bool tb);
Node *graph_slice(Graph *g, Node *a, int axis, int64_t begin, int64_t size);
Node *graph_move(Graph *g, Node *a, int from, int to); /* an axis */
Node *graph_concat(Graph *g, int n, Node *const *in, int axis);
Node *graph_pick(Graph *g, Node *scan, PortKind kind, int index);
void graph_root(Graph *g, Node *node, Role role, int index);

/* A copy of n in g with other inputs. */
Node *graph_copy(Graph *g, const Node *n, Node *const *in);

/* n's inputs as `map` has them, by id. */
Node **graph_mapped(const Graph *g, const Node *n, Node *const *map);

/* Names a node, unless it has a name, and what it is another shape of. */
void graph_name(Node *n, const char *name);

bool graph_has_root(const Graph *g, Role role);
/* The node of the first root of this role and index, or NULL. */
Node *graph_find_root(const Graph *g, Role role, int index);

/* By id: how many nodes and roots use a node; which nodes do, in order and
 * once for each use. */
typedef VEC(const Node *) Users;
int *graph_uses(const Graph *g);
Users *graph_users(const Graph *g);

/* The graph as stable text, one line a node, and as graphviz dot. */
void graph_print(Text *out, const Graph *g);
void graph_dot(Text *out, const Graph *g, const char *title);

/* Every invariant above; a violation is a bug that names pass and node. */
void graph_check(const Graph *g, const char *pass);

#endif
