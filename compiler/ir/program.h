/* program.h: what a model text means: tables, settings and entries.
 *
 * A Program has tables of parameters, inputs and targets, outputs and metrics,
 * data flows, training settings, and entries, each one Graph with its mode. */
#ifndef NNC_IR_PROGRAM_H
#define NNC_IR_PROGRAM_H

#include "base/map.h"
#include "ir/axes.h"
#include "ir/entry.h"
#include "ir/flow.h"
#include "ir/results.h"
#include "ir/rule.h"

typedef enum InitKind {
    INIT_UNIFORM,    /* a: within -a..a */
    INIT_NORMAL,     /* a: standard deviation */
    INIT_CONSTANT,   /* a: the value (zeros, ones) */
    INIT_HE,         /* normal(sqrt(2 / fan in)), He et al. 2015 */
    INIT_GLOROT,     /* uniform(sqrt(6 / (in + out))), Glorot, Bengio 2010 */
    INIT_ORTHOGONAL, /* Saxe et al. 2014 */
    INIT_LITERAL,    /* the numbers in the text */
    INIT_VECTORS,    /* no tensor has it: Init.vectors */
} InitKind;

typedef struct Init {
    InitKind kind;
    double a;
    const double *literal; /* shape_count numbers, row-major */
    const char *vectors; /* NULL, or the file with the rows of the words ... */
    int words;           /* ... of this input */
} Init;

/* Tensors that outlive a call. All lie in one block of memory; an entry reads
 * one by a leaf TENSOR and gives it a new value by a ROOT_TENSOR. */
typedef enum TensorKind {
    TENSOR_WEIGHT,    /* learned, unless frozen */
    TENSOR_SLOT,      /* the optimiser's state of a weight */
    TENSOR_STATISTIC, /* gathered by `step`, read by the others */
    TENSOR_CARRIED,   /* a state handed from one call to the next */
    TENSOR_HANDED,    /* what `encode` tells `next`, the same at all steps */
    TENSOR_CONSTANT,  /* numbers of the text or the compiler */
} TensorKind;

typedef struct Tensor {
    TensorKind kind;
    const char *name; /* as in weights files: "f5.weight" */
    Shape shape;      /* file order: PyTorch's */
    Init init;
    Span span;
    const struct Layout *layout; /* for all entries; NULL: not settled yet */
    bool frozen, padding;        /* WEIGHT: never updated; row 0 stays zero */
    double l2, l1; /* WEIGHT: own penalties; added to the model's */
    int weight;    /* SLOT: of which */
    bool absent;   /* nothing reads it, since all weights are known */
} Tensor;

typedef struct Input {
    const char *name;
    Type type;       /* TYPE_REAL, or TYPE_INT for ids */
    Shape shape;     /* of one row */
    Axes axes;       /* of its shape */
    int64_t classes; /* class(n), token(n): ids are below n; 0 for f32 */
    bool token;      /* they are tokens', else classes' */
    bool target;
    Span span;
} Input;

typedef struct Schedule {
    enum { RATE_CONSTANT, RATE_STEP, RATE_COSINE } kind;
    double every, factor; /* step: epochs, factor */
    double to;            /* cosine */
    double warmup;        /* steps */
} Schedule;

typedef struct Train {
    const Rule *optimizer;
    VEC(const Rule *) clips; /* before it, in order */
    double rate;             /* at the start, which the schedule multiplies */
    Schedule schedule;
    int64_t batch; /* 0: all rows, one update an epoch */
    int64_t epochs, seed, split_seed;
    double l2, l1;    /* for parameters of rank 2 or more */
    int64_t patience; /* early stopping: epochs without gain; 0: off */
    bool stateful;    /* loops go on where the batch before stopped */
    Span stateful_at;
} Train;

typedef struct Program {
    Arena *arena;
    const char *name, *path; /* of the model; its file, as given */
    VEC(Tensor) tensors;
    Map places;        /* of tensors in their table, by name; not of slots */
    VEC(Input) inputs; /* inputs first, then targets, in text order */
    int n_inputs;      /* how many of them are inputs */
    VEC(Output) outputs;
    VEC(Metric) metrics;
    int64_t sums, chosen; /* of all metrics: a batch; classes, of a row */
    bool has_loss, has_data;
    bool lengths;                 /* rows may be padded: see extent.h */
    const char *losses;           /* as the text has them; NULL: none */
    const char *digest, *network; /* of a step, of a row's inference */
    VEC(Flow) flows;
    Split test, validation;
    Train train;
    Generate generate;
    VEC(Entry) entries;
    int64_t prepared; /* reals behind the tensors, made from them alone */
    const struct Weights *weights; /* that stand in its C; NULL: none do */
    const struct Weights *start;   /* beside what loads them: what training
                                      begins with; or NULL */
    const struct Kinks *kinks;     /* of a gradient check's loss; else NULL */
} Program;

/* Enters a tensor and returns its index. No two have the same name but a slot,
 * which is found through its weight, and what is none. */
int program_tensor(Program *p, Tensor tensor);

/* The index of the tensor of this name that is no slot, or -1. */
int program_find(const Program *p, const char *name);

/* The index of the constant with this shape and these numbers, of which there
 * is only one; it is called "constant1" and so on. */
int program_constant(Program *p, Tensor constant);

/* A node of g that reads tensor `index`. */
Node *program_leaf(const Program *p, Graph *g, int index);

/* The entry of this mode: where there are several, of those that carry least
 * that of fewest rows; or NULL. */
const Entry *program_entry(const Program *p, Mode mode);

/* How many tensors stand before the optimiser's, which come last. */
int program_kept(const Program *p);

/* Numbers of the first n tensors as they lie in memory, padding included; of
 * all weights without it. */
int64_t program_reals(const Program *p, int n);
int64_t program_weights(const Program *p);

#endif
