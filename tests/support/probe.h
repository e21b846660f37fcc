/* probe.h: small models for tests of graphs, and the gradient check.
 *
 *     Probe p = probe_new(7);
 *     Node *x = probe_param(&p, shape_of(2, (int64_t)3, (int64_t)4));
 *     probe_loss(&p, graph_unary(p.g, OP_TANH, x));
 *     assert_true(probe_gradients(&p) < 1e-6); */
#ifndef NNC_TESTS_PROBE_H
#define NNC_TESTS_PROBE_H

#include "interp.h"
#include "ir/program.h"

enum { PROBE_MAX = 32 };

typedef struct Probe {
    Arena *arena;
    Program *p;
    Graph *g;
    Feed feed;
    double *params[PROBE_MAX], *inputs[PROBE_MAX];
    double floor;  /* gradients below this size are not compared as closely:
                      differences drown in rounding; 0 */
    bool positive; /* values of parameters made from now on */
    uint64_t seed;
} Probe;

Probe probe_new(uint64_t seed);
void probe_free(Probe *p);

/* A parameter with values in -2..2 (0.2..2 if positive), none of them nearer
 * than 2e-3 to 0, 1 or -1, nor, while there is room, to another one. */
Node *probe_param(Probe *p, Shape shape);

/* An input of real noise, or of classes. */
Node *probe_input(Probe *p, Shape shape);
Node *probe_classes(Probe *p, Shape shape, int64_t classes);

/* Makes the sum of out times fixed noise the loss, or a part of it. */
void probe_loss(Probe *p, Node *out);

/* The loss of g, and the values of all roots by their place in g->roots. */
double probe_value(Probe *p, const Graph *g);

/* Adds gradients by autodiff and returns the largest error of a parameter
 * against central differences; parameters without a gradient count as zero. */
double probe_gradients(Probe *p);

/* The largest error of the roots of b against those of a, which must be the
 * same in number, role and index. */
double probe_compare(Probe *p, const Graph *a, const Graph *b);

#endif
