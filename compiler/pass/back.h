/* back.h: what the two halves of the gradient of SCAN share: autodiff_scan.c
 * builds the backward scan, autodiff_lift.c the sums over its steps. */
#ifndef NNC_PASS_BACK_H
#define NNC_PASS_BACK_H

#include "ir/scan_edit.h"
#include "pass/diff.h"

/* A state of the backward scan. */
typedef struct BackState {
    Node *arg;   /* its leaf in `both` */
    Node *next;  /* what it becomes, in `both` */
    Node *first; /* its first value, outside */
} BackState;

/* A leaf of `both` that is a sequence from outside. */
typedef struct BackSeq {
    Node *arg;
    Node *from;
} BackSeq;

typedef struct Back {
    Diff *outer;
    Node *scan; /* the forward scan, of outer->g */
    Scan *fwd;
    Graph *both; /* the forward body's nodes, then their gradients */
    Nodes *leaves[PORT_KINDS]; /* of both, by the forward scan's ports */
    int m;                     /* how many of them are the forward body's */
    Diff diff;                 /* of both */
    VEC(BackState) states;
    int *state_of; /* by forward state: its place there, or -1 */
    VEC(BackSeq) seqs;
    Nodes stacks;   /* nodes of both that the backward scan stacks */
    VEC(int) place; /* by id of both: among them, or -1; as far as asked */
    bool *used;     /* by id: gradients read this node */
    bool *saved;    /* by id of the forward body: read from its stack */
    int *stack;     /* by id of the forward body: its stack */
    OpenScan *open; /* the backward scan while it is built, then ... */
    Node *result;   /* the node */
    Node **copy;    /* by id of both: the node of its body */
} Back;

/* Whether the sum of n over all steps can be computed behind the loop. */
bool back_liftable(const Back *b, const Node *n);

/* Marks node n of `both` as stacked, unless it is a sequence already. */
void back_stack(Back *b, Node *n);

/* Marks what the sum needs as stacked. */
void back_want(Back *b, const Node *n);

/* The sum of n over all steps, in the graph outside. */
Node *back_lift(Back *b, const Node *n);

/* Node n of `both` over time, as a sequence in the graph outside. */
Node *back_over_time(Back *b, const Node *n);

#endif
