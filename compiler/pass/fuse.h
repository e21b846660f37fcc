/* fuse.h: what the parts of fuse share: kernels in the making.
 *
 * While they are, a kernel's position is its rank: above that of every kernel
 * whose values it needs. */
#ifndef NNC_PASS_FUSE_H
#define NNC_PASS_FUSE_H

#include "pass/backend.h"

typedef VEC(Kernel *) Kernels;

typedef struct Fuser {
    Plan *plan;
    Kernel **of; /* kernel by node id */
    const int *uses;
    const Users *users; /* by node id */
    bool *stateful;     /* by node id: leads to an update with state */
    const CodeOptions *options;
    bool plain;
    int placed;   /* nodes up to this id have their kernels */
    int walk;     /* the number of a walk, ... */
    int *looked;  /* by node id: the last walk that came by */
    Kernels line; /* of kernels that a walk has yet to look at */
} Fuser;

/* A kernel of its own for a node. */
Kernel *fuse_alone(Fuser *f, KernelKind kind, Node *n);

/* Adds a node to a kernel, whose nodes stay in order. */
void fuse_append(Fuser *f, Kernel *k, Node *n);

/* Moves all nodes of a kernel to another. The empty one goes in the end. */
void fuse_absorb(Fuser *f, Kernel *into, Kernel *from);

/* Begins a walk: no node is marked any more. */
void fuse_unmark(Fuser *f);

/* Whether n was not marked yet; it is now. */
bool fuse_mark(Fuser *f, const Node *n);

/* Whether n's inputs that k does not compute need a value of k. Where the way
 * is far, says so without looking. */
bool fuse_needs(Fuser *f, const Node *n, const Kernel *k);

/* Whether a kernel's inputs from outside of k need a value of k. */
bool fuse_kernel_needs(Fuser *f, const Kernel *of, const Kernel *k);

/* Places a slice of a row of a product's results with the product, where what
 * is computed of several such slices can be computed of its sums. */
void fuse_gate(Fuser *f, Node *n);

/* Places poolings, and gradients of poolings and convolutions; false for any
 * other node. */
bool fuse_pool(Fuser *f, Node *n);

#endif
