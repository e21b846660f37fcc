/* planned.h: graphs of probes on their way from Graph to Plan, and what the
 * compiler refuses as a bug of its own. */
#ifndef NNC_TESTS_PLANNED_H
#define NNC_TESTS_PLANNED_H

#include "pass/backend.h"
#include "probe.h"

typedef enum Upto { UPTO_FUSE, UPTO_LAYOUT, UPTO_ORDER, UPTO_MEMPLAN } Upto;

/* The probe's graph, or another one of its program, as the plan of an entry
 * in this mode after one of the steps, for "avx512", "avx2", "generic" or
 * (NULL) plain. */
Plan *planned(Probe *p, Graph *g, Mode mode, const char *target, Upto upto);

/* The graph with a loss as that of the step entry, with gradients and the
 * updates of Adam. */
Graph *planned_step(Probe *p);

/* The options that planned makes of a target. */
CodeOptions planned_options(const char *target);

/* The kernel that computes the node, or the one through whose views it is
 * seen; NULL for leaves. */
Kernel *planned_kernel(const Plan *plan, const Node *n);

/* Whether a function ends the program as a bug of nnc, with this text in the
 * message. It runs in a process of its own. */
bool refused(void (*run)(void *arg), void *arg, const char *text);

#endif
