/* elab.h: what the files elaborate*.c share. Nobody else includes it. */
#ifndef NNC_FRONT_ELAB_H
#define NNC_FRONT_ELAB_H

#include "front/elaborate.h"
#include "front/spec.h"
#include "front/unit.h"
#include "ir/make.h"

enum {
    ELAB_DEPTH = 200,            /* blocks inside blocks */
    ELAB_NESTING = 1000,         /* expressions inside of each other's blocks */
    ELAB_APPLICATIONS = 1 << 15, /* layers and operators of a whole model */
    ELAB_LIST = 1 << 20,         /* elements of a range */
    ELAB_TURNS = 1 << 20,        /* of all loops of a model */
};

/* One application of a block, cell or scan: it owns parameters, and its name
 * is a part of theirs. Names are settled when the walk is over, because the
 * numbers of unnamed layers follow the text's order. */
struct Layer {
    Layer *up;
    const Def *def;    /* NULL for a model and for a named chain */
    const char *kind;  /* "conv" */
    const char *given; /* by `as` or `layer`, or NULL */
    bool in_for;       /* a given name in a loop: NAME.0, NAME.1, ... */
    int place;         /* where it stands in its frame's text */
    int number;        /* among the kids of `up`, in order of application */
    const char *label; /* settled: "conv2" */
    VEC(Layer *) kids;
    int next;    /* which kid comes next when it is applied again */
    int applied; /* how many times so far */
    VEC(const char *) params;
    VEC(Value *) values; /* of params */
    VEC(int) statistics; /* of params: its tensor, or -1 where it is none */
};

typedef struct Binding {
    const char *name;
    bool primed; /* h' */
    bool as;     /* bound by `as` inside a `for`: becomes a list */
    Value *value;
    int before; /* the place of the older one of this name, or -1 */
} Binding;

/* A state of a cell. */
typedef struct State {
    Decl *decl;
    Value *now, *next; /* next: NULL until its prime is assigned */
    bool started;      /* its first value is sound */
} State;

/* A scan while its cell is elaborated. */
typedef struct ScanFrame {
    struct ScanFrame *up;
    Loop *loop;
    VEC(State) states;
    const Arg *start; /* `start:`, or NULL */
} ScanFrame;

/* What is said of learning: of a layer and all inside of it, of a weight. */
typedef struct Learning {
    bool frozen;
    double l1, l2;
} Learning;

/* One instance of a model, block or cell. */
typedef struct Frame {
    struct Frame *up;
    const Def *def;
    Layer *layer;
    VEC(Binding) names;
    Map place[2]; /* of a name, plain and primed: the newest */
    Value *in;
    Value *state;      /* `state = ...;` */
    const Arg **bound; /* by parameter of the head; NULL: its default */
    Args extra;        /* arguments that name parameters, not the head's */
    Span call;         /* in the user's text */
    Learning learning;
    int loops; /* depth of `for` */
} Frame;

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

typedef struct Elab {
    Arena *arena;
    Diag *diag;
    const Unit *unit;
    const Def *model;
    const ElabOptions *options;
    Program *program;
    bool first;       /* the first entry: it fills the program's tables */
    bool rule;        /* inside an optimiser or clip */
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
    VEC(Value *) losses, metrics, outputs;
    Value *poison;
} Elab;

/* How a layer is being applied. */
typedef struct Site {
    const char *given; /* by `as` or `layer`, or NULL */
    int place;         /* offset in the text, for numbering */
    Span span;         /* where a message points, in the user's text */
} Site;

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
#include "front/elab_statistic.h"

#endif
