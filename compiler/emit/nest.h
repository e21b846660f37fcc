/* nest.h: the loops that visit every element of some values together.
 *
 * In: a shape and the layouts under which each value lies in it. Out: a list
 * of loops, outermost first, in which the place of each value moves by a
 * constant stride. Axes are cut wherever some layout has a piece, loops are
 * put in the order of the first value's memory, and neighbours become one
 * loop where every value allows it: element-wise code over equal layouts
 * ends as one flat loop. */
#ifndef NNC_EMIT_NEST_H
#define NNC_EMIT_NEST_H

#include "base/vec.h"
#include "ir/layout.h"

enum { MAX_LOOPS = 16 };

typedef struct Loop {
    int64_t count;
    int axis;
    int64_t div;     /* of the axis's index, per turn */
    int64_t *stride; /* by operand */
    bool reduced;    /* of an axis that is summed */
    bool rows;       /* over the rows that are present */
    const char *var;
    int64_t ahead; /* turns by which places are ahead of the variable */
} Loop;

typedef struct Nest {
    Arena *arena;
    VEC(Layout) operands; /* under the nest's shape */
    Shape shape;
    bool apart; /* loops over axes that are summed are not merged */
    int n_loops;
    Loop loop[MAX_LOOPS];
    bool mixed[MAX_RANK];   /* its layouts' pieces do not nest: one loop, and
                               places by division */
    bool guarded[MAX_RANK]; /* its loops run past the axis's end */
} Nest;

/* Adds a value to a nest whose arena and shape are set; returns its number.
 * Axes where the value's own size is 1 and the shape's is not are repeated. */
int nest_operand(Nest *nest, const Shape *own, const Layout *l);

/* Makes the loops; axes with a bit in `reduced` become inner loops. They run
 * over padding too where all values have the same; where only some have it,
 * the body needs the condition of nest_guard. */
void nest_build(Nest *nest, unsigned reduced);

/* The place of an operand inside the loops as C text ("0" where none). */
const char *nest_place(const Nest *nest, int operand);

/* The condition under which the loops stand inside the shape, or NULL where
 * they always do; *inner tells whether the innermost loop matters to it. */
const char *nest_guard(const Nest *nest, bool *inner);

#endif
