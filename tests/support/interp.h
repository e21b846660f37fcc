/* interp.h: evaluates a graph in double precision, for tests.
 *
 * It knows nothing of the compiler but the graph and each operator's
 * definition, written down once more in the plainest loops: so it is the
 * reference for gradients and for rewrites. */
#ifndef NNC_TESTS_INTERP_H
#define NNC_TESTS_INTERP_H

#include "ir/graph.h"

typedef struct Feed {
    double *const *tensors; /* by place in the program's table */
    double *const *inputs;  /* by input or target; classes as numbers */
    double rate;
    int64_t step; /* from 1 */
    int64_t rows;
} Feed;

/* The values of all nodes, by id, in the arena. A scan's own entry is NULL. */
double **interp_run(Arena *arena, const Graph *g, const Feed *feed);

/* max|a-b| / (max|b| + 1e-12), the project's measure; infinite where either
 * has a value that is not finite. */
double interp_error(const double *a, const double *b, int64_t n);

/* A number in -1..1 from a seed and a place; the same on every machine. */
double interp_noise(uint64_t seed, uint64_t at);

/* One operator that reads ids, by its inputs' values. */
void interp_ids(const Node *n, const double *const *in, double *y);

#endif
