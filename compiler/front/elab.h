/* elab.h: what the files elaborate*.c share. Nobody else includes it. */
#ifndef NNC_FRONT_ELAB_H
#define NNC_FRONT_ELAB_H

#include "front/elab_frame.h"
#include "front/elaborate.h"
#include "front/spec.h"
#include "front/unit.h"

enum {
    ELAB_DEPTH = 200,            /* blocks inside blocks */
    ELAB_NESTING = 1000,         /* expressions inside of each other's blocks */
    ELAB_APPLICATIONS = 1 << 15, /* layers and operators of a whole model */
    ELAB_LIST = 1 << 20,         /* elements of a range */
    ELAB_TURNS = 1 << 20,        /* of all loops of a model */
};

typedef struct Named {
    Node *node;
    const Layer *layer;
    const char *local; /* NULL: the layer itself */
} Named;

/* A value that a loss or metric compares with a target. */
typedef struct Pair {
    const Node *node;
    int target;
    bool probability;
} Pair;

/* A leaf of a tensor; until the walk is over its index is its place here. */
typedef struct TensorLeaf {
    Node *node;
    const Layer *layer;
    const char *local; /* its name in the layer; NULL: a constant */
    Tensor tensor;
} TensorLeaf;

struct Elab {
    Arena *arena;
    Diag *diag;
    const Unit *unit;
    const Def *model;
    const ElabOptions *options;
    Program *program;
    bool first;       /* the first entry: it fills the program's tables */
    bool rule;        /* inside an optimiser or clip */
    bool next;        /* one step of what is generated, not all of them */
    bool settings;    /* a walk over `train`, which is for all entries */
    bool quiet_names; /* unknown names have been reported */
    Mode mode;
    int64_t batch;
    Graph *top, *graph; /* of the model; of the innermost scan */
    ScanFrame *scan;
    Frame *frame;
    size_t reserve; /* of the budget: what the passes behind get at least */
    int depth, nesting, applications, turns, drops, gathered;
    VEC(TensorLeaf) leaves;
    VEC(Node *) input_nodes;
    VEC(Named) named;
    VEC(Applied) applied;
    VEC(Named) applied_names; /* of each; node: NULL */
    int around;               /* the one that the walk is in, or -1 */
    int written; /* nodes of what the text says; behind them metrics' sums */
    VEC(Pair) pairs;
    const Node *generated; /* what the next token is drawn from, or NULL */
    Graph *before;         /* of `next`: what is computed first, or NULL */
    VEC(Value *) losses, metrics, outputs;
    Value *poison;
};

/* One application of a form, for its builder. */
typedef struct Call {
    const Form *form;
    const char *name; /* as written */
    Site site;
    int n_in;
    Value **in;
    Bound arg;
    Layer *shared; /* of `layer f = ...;`, or NULL */
} Call;

#include "front/elab_parts.h"

#endif
