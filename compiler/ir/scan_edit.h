/* scan_edit.h: building and changing loops over time, port by port.
 *
 * A SCAN is built or changed by opening it, which lists its ports; adding,
 * dropping, joining and supplying some; and closing it, which numbers them
 * anew and appends the node. Nobody else numbers ports. Until it is closed a
 * port keeps the number that it had or got:
 *
 *     OpenScan *s = scan_open(node, in, body);
 *     scan_drop(s, (Port){PORT_FIXED, 3});
 *     Node *h = scan_take(s, PORT_STATE, first, node);
 *     scan_next(s, h, graph_unary(body, OP_TANH, h));
 *     node = scan_close(g, s, node); */
#ifndef NNC_IR_SCAN_EDIT_H
#define NNC_IR_SCAN_EDIT_H

#include "ir/scan.h"

typedef struct ScanPort {
    Node *leaf;    /* of the body, that scan_take made, or NULL */
    Node *outside; /* what goes in; of a state its first value */
    Node *inside;  /* what comes out of a step: states and stacks */
    bool constant; /* the body has `outside`, a CONST, instead of a leaf */
    Port to;       /* this one, the one that it was joined with, or gone */
    int number;    /* once the scan is closed */
} ScanPort;

typedef struct OpenScan {
    Graph *body;
    int64_t steps;
    bool backward;
    bool masked; /* by sequence `mask` */
    Port mask;
    bool moved; /* the body is not what it will be */
    VEC(ScanPort) ports[PORT_KINDS];
    VEC(const Node *) supplied; /* nodes of the body, ... */
    VEC(Port) supplies;         /* and what they come in through */
} OpenScan;

/* A scan without ports. `body` belongs to it from now on. */
OpenScan *scan_begin(Graph *body, int64_t steps, bool backward);

/* The ports of a SCAN with these inputs; `body`, which belongs to it from now
 * on, is the SCAN's own or a rewritten copy with the same leaves and roots. */
OpenScan *scan_open(const Node *scan, Node *const *in, Graph *body);

/* Adds a port that takes something. */
Port scan_add(OpenScan *s, PortKind kind, Node *outside);

/* The same with a leaf, which is returned. A state needs scan_next. */
Node *scan_take(OpenScan *s, PortKind kind, Node *outside, const Node *like);

/* What the state of this leaf is after the step. */
void scan_next(OpenScan *s, const Node *state, Node *next);

/* The sequence of this leaf masks the loop. */
void scan_mask(OpenScan *s, const Node *leaf);

/* Stacks a value of the body. */
Port scan_stack(OpenScan *s, Node *value);

/* What node n of the body computes comes in through port p instead. */
void scan_supply(OpenScan *s, const Node *n, Port p);

/* Removes a port that nothing reads. */
void scan_drop(OpenScan *s, Port p);

/* Removes a port whose readers find the same in port `with`. */
void scan_join(OpenScan *s, Port p, Port with);

/* Removes a port that takes a CONST: the body has one of its own. */
void scan_fill(OpenScan *s, Port p);

/* Appends the node. A body whose ports moved is a new graph without what no
 * root needs. */
Node *scan_close(Graph *g, OpenScan *s, const Node *like);

/* After that: where a port of before is now. */
Port scan_now(const OpenScan *s, Port p);

/* Closes a scan that only got further stacks, in the node that it was opened
 * from: what was picked of it stays what it is. */
void scan_reclose(Node *scan, OpenScan *s);

#endif
