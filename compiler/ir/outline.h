/* outline.h: a graph as its author wrote it: layers, not operators.
 *
 * Elaboration notes what the text applied: each a run of the nodes that were
 * appended meanwhile, those inside a block as kids of the block's. From that
 * comes a list of boxes: what was applied, and single operators between
 * (`main + skip`); `nnc summary` and `nnc graph` show it. */
#ifndef NNC_IR_OUTLINE_H
#define NNC_IR_OUTLINE_H

#include "ir/program.h"

typedef struct Box {
    const char *name, *kind; /* name: NULL where the text gives none */
    const char *label;       /* the name, or "relu.2" */
    int up, depth;           /* the block around it, or -1; how many those */
    bool open;               /* its kids are shown */
    int from, to;            /* its nodes, by id: from <= id < to */
    const Node *out;         /* its value */
    int64_t params;          /* numbers to be learned that belong to it */
    int64_t products;        /* multiply-adds of the whole batch */
    Span span;
} Box;

typedef struct Link {
    int from, to; /* boxes */
} Link;

/* An output, or the loss. */
typedef struct End {
    const char *name;
    int box;
    bool loss;
} End;

typedef struct Outline {
    Arena *arena;
    const Graph *graph;
    VEC(Box) boxes;  /* blocks before what is inside of them */
    VEC(Link) links; /* in the order of `to` */
    VEC(End) ends;
    int *box_of; /* of each node by id: the innermost box shown, or -1 */
} Outline;

/* The outline of a program as elaborated, before any pass: of a training step
 * where there is a loss, else of inference. `open` shows what is inside of
 * blocks. Inputs and targets are boxes as well. */
Outline *outline_of(Arena *arena, const Program *p, bool open);

/* How many layers and functions the text applies, each of a block by itself. */
int outline_layers(const Entry *entry);

/* Boxes as lines of text, and as graphviz dot. */
void outline_print(Text *out, const Outline *o);
void outline_dot(Text *out, const Outline *o, const char *title);

/* "[16, 8, 8]": a value's shape without its batch. */
const char *outline_shape(Arena *arena, const Box *box);

#endif
