/* next_walk.h: what next.c and its parts share; nobody else includes it. */
#ifndef NNC_FRONT_NEXT_WALK_H
#define NNC_FRONT_NEXT_WALK_H

#include "ir/program.h"

/* What the places after this step hold on an axis of past steps. */
typedef enum After {
    AFTER_ANY,    /* what happens to stand there */
    AFTER_HIDDEN, /* so small a number that a softmax makes 0 of it */
    AFTER_ZERO,
} After;

/* A node of the first graph in the second one. */
typedef struct Moment {
    Node *node;   /* NULL: nothing needs it yet, or it was refused */
    Node **stack; /* of a SCAN that moves: its stacks, each [1, ...] */
    bool given;   /* another input tells it: it is the same at all steps */
    bool moves;   /* along `axis`, on which a step takes `apart` places */
    int axis;
    int64_t apart;
    int64_t before; /* zeros before its first step, which `node` is without */
    int past;       /* 1 + a second axis of all steps up to this one, or 0 */
    After after;
} Moment;

/* What is computed before the first step, and the tensor that keeps it. */
typedef struct Handed {
    const Node *of;
    int tensor;
} Handed;

typedef struct Next {
    Diag *diag;
    Program *program;
    Graph *to;
    int64_t steps;
    Moment *at; /* by id in the first graph */
    Node *now;  /* [batch, steps]: 1 at this step, else 0; or NULL */
    VEC(Handed) handed;
    bool good;
} Next;

/* next_refuse.c: says what is wrong with a node; no graph is made then. */
Message *next_refuse(Next *s, const Node *n, const char *why);
void next_refuse_ahead(Next *s, const Node *n);
/* What this version cannot carry. */
void next_refuse_later(Next *s, const Node *n, const char *what);

/* next_refuse.c: appends n's one step, which moves as m says. */
void next_append(Next *s, const Node *n, Node *const *in, Moment m);

/* next_given.c: what stays, in the second graph: made there, or handed over
 * where another input tells it. */
Node *next_still(Next *s, const Node *n);
/* A state that begins with what stays. */
Node *next_begun(Next *s, const Node *first, const Node *of, const char *state);
/* The graph that is run before the first step; NULL: there is nothing. */
Graph *next_before(const Next *s, const Graph *g);

/* next_past.c: a tensor of this shape, under a name of its own, that begins
 * with a number. */
Node *next_carried(Next *s, TensorKind kind, Shape shape, double first,
                   const Node *of, const char *state);
/* This step's part, for so many rows, of what has one for each along an axis.
 */
Node *next_part(Next *s, Node *all, int axis, int64_t rows);
/* What n makes of the places after this step, where it moves as m says. */
After next_after(const Next *s, const Node *n, const Moment *m);
/* Each step with all before it: their products, or sums of those by weights
 * that are 0 for what comes after it. */
void next_matmul(Next *s, const Node *n);

#endif
