/* interp_parts.h: what the parts of the reference evaluator share. */
#ifndef TESTS_SUPPORT_INTERP_PARTS_H
#define TESTS_SUPPORT_INTERP_PARTS_H

#include "interp.h"

/* The values of a scan's ports: in a body what goes in, round it what comes
 * out. */
typedef struct Ports {
    double **at[PORT_KINDS];
} Ports;

typedef struct Run {
    Arena *arena;
    const Graph *g;
    const Feed *feed;
    double **at; /* values by node */
    Ports *outs; /* of scans, by node */
    Ports args;  /* in a body */
} Run;

typedef struct Index {
    int64_t at[MAX_RANK];
} Index;

/* The next place in row-major order; false after the last one. */
static inline bool next_index(Index *x, const Shape *s)
{
    for (int a = s->rank - 1; a >= 0; a--) {
        if (++x->at[a] < s->dim[a])
            return true;
        x->at[a] = 0;
    }
    return false;
}

/* The offset of x in a value of shape s, in which axes of size 1 repeat. */
static inline int64_t place(const Index *x, const Shape *s)
{
    int64_t at = 0;

    for (int a = 0; a < s->rank; a++)
        at = at * s->dim[a] + (s->dim[a] == 1 ? 0 : x->at[a]);
    return at;
}

/* The value of a node that moves elements. */
void interp_view(const Run *r, const Node *n, double *y);

#endif
