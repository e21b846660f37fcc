/* scan.h: loops over time, and what goes into them and comes out. */
#ifndef NNC_IR_SCAN_H
#define NNC_IR_SCAN_H

#include "ir/graph.h"

/* A loop over time. The body's leaves OP_ARG stand for what goes in, its roots
 * ROOT_STATE for the states after the step and ROOT_STACK for what is stacked;
 * OP_PICK takes what comes out. `backward` runs time from the last step to the
 * first, reading and stacking at the same index.
 *
 * A loop may be `masked`: where one of its sequences, [steps, batch, 1], is 0
 * in all rows, the states stay what they are, and nobody needs what the step
 * would stack: it is as well 0. */
struct Scan {
    Graph *body;
    int64_t steps;
    int n[PORT_KINDS];
    bool backward;
    bool masked;
    int mask; /* which sequence */
};

/* Where the port of this kind stands among the inputs of the scan's node. */
int scan_place(const Scan *s, PortKind kind, int index);

/* What goes into it from outside. */
Node **scan_input(const Node *scan, Port p);

/* The port that input `place` of the scan's node goes to. */
Port scan_port(const Scan *s, int place);

/* A state's value after the step, or what is stacked: a root of the body. */
Root *scan_root(const Scan *s, PortKind kind, int index);

/* Whether n is the body's leaf of a port of this kind. */
bool scan_is_arg(const Node *n, PortKind kind);

#endif
