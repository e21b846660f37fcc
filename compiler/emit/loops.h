/* loops.h: what the writers of loop nests share; see loops.c, reduce.c and
 * copies.c. */
#ifndef NNC_EMIT_LOOPS_H
#define NNC_EMIT_LOOPS_H

#include "emit/emit.h"
#include "emit/nest.h"

typedef struct Term {
    const Node *node;
    const char *text; /* C expression of its value inside the loops */
} Term;

typedef struct Loops {
    Scope *scope;
    Nest nest;
    VEC(Term) terms;
    VEC(const Node *) read; /* operand numbers of what is loaded or stored */
    VEC(int) operand;
    VEC(const Node *) counts; /* whose counter an operand is: a mask, or NULL */
    int indent;
    int lanes; /* elements of a vector, or 1 */
    int used;  /* of them, from the first: the last vector's may be fewer */
} Loops;

/* A nest over a shape, without operands yet. */
Loops loops_over(Scope *s, const Shape *shape);

/* The nest of a REDUCE kernel, its result the first operand. */
Loops loops_of_reduce(Scope *s);

/* Vectors from here on, `used` of whose lanes count; or scalars again. */
void loops_lanes(Loops *l, int64_t used);
void loops_scalars(Loops *l);

/* Whether lanes along a loop of the nest can be loaded, counted and stored:
 * every value lies side by side along it or stays the same. */
bool loops_lie_along(const Loops *l, const Loop *loop);

/* Whether the innermost loop can run on vectors. */
bool loops_fit_vectors(const Loops *l);

/* Turns of a loop that fill vectors. */
int64_t loops_whole_turns(const Loops *l, const Loop *loop);

/* A layout whose places are the index along one axis. */
Layout loops_counter(const Shape *shape, int axis);

/* A line of the function's body, indented as deep as its loops. */
void loops_line(Loops *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The loop's turns first..last - 1 in steps; with `split`, a kernel in parts
 * does its share of them. */
void loops_open(Loops *l, const Loop *loop, int64_t first, int64_t last,
                int step, bool split);

/* All loops over reduced axes, or all others. */
void loops_open_all(Loops *l, bool reduced);

/* Behind the innermost loop: what keeps the body inside the shape. */
void loops_guard(Loops *l);

/* Closes loops and conditions until `to` are open, the function's brace
 * counted as one. */
void loops_close(Loops *l, int to);

/* An operand's place inside the loops, as C text. */
const char *loops_place(Loops *l, int operand);

/* The C of a value inside the loops. */
const char *loops_value(Loops *l, const Node *n);

/* One statement for each node of the kernel but its anchor. */
void loops_statements(Loops *l, const Kernel *k);

/* Stores the C expression x to a node's place. */
void loops_store(Loops *l, const Node *n, const char *x);

/* What the last part of a kernel alone does: until loops_close. */
void loops_last_part(Loops *l);

/* How often a MAP or REDUCE kernel's outermost loop turns, on vectors if it is
 * the only one; 1 where no part of the result is independent. */
int64_t loops_turns(Scope *s);

/* Into how many parts a COPY kernel can be divided: elements, or the turns of
 * its outermost loop where each clears gaps; 1 where the whole value's gaps
 * are cleared first, and for outputs, which have only the rows present. */
int64_t copies_turns(Scope *s);

#endif
