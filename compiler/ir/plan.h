/* plan.h: a Graph cut into kernels, with a place in memory for every value.
 *
 * The stages between Graph and C fill it in turn, and each may rely on what
 * those before it have set:
 *     fuse      kernels: nodes, anchor, iteration shape
 *     wishes    layouts around convolutions; how kernels would have tensors
 *     schedule  layouts that products want
 *     layout    values: layout and buffer; copies inserted
 *     tiles     the register tile, with its parts, scratch and `why`
 *     order     the kernels' sequence, and whether memory is reused in place
 *     prepare   what is computed when parameters are set
 *     feed      what runs in the loop of a scan, some steps ahead
 *     memplan   buffers: offsets inside the workspace
 * plan_check proves after memplan that no two live buffers overlap. */
#ifndef NNC_IR_PLAN_H
#define NNC_IR_PLAN_H

#include "ir/layout.h"
#include "ir/program.h"
#include "ir/scan.h"

typedef struct Plan Plan;
typedef struct Kernel Kernel;
typedef struct Buffer Buffer;

typedef enum Place {
    PLACE_WORK,     /* in the workspace, at `at` */
    PLACE_TENSOR,   /* index: tensor of the program */
    PLACE_INPUT,    /* index: input or target, as the caller gave it */
    PLACE_OUTPUT,   /* index: where the caller wants an output or gradient */
    PLACE_PREPARED, /* behind the tensors, at `at` of its plan's reals there */
} Place;

struct Buffer {
    Place place;
    int index;
    Type type;
    int64_t count;     /* elements */
    const char *name;  /* for the memory map: the value's name */
    const char *label; /* in the workspace: the C constant for `at`, or NULL */
    bool prepared, read; /* made when parameters are set; read later, too */
    int first, last;     /* kernels between which it is live, by sequence */
    int64_t at;          /* PLACE_WORK: bytes from the workspace's start */
    Plan *plan;          /* whose buffer it is */
    Kernel *maker;       /* of its plan, the first that computes into it */
};

/* How a place moves with the steps of a scan: by the time index, or by the
 * state's slot before or after the step (two slots that alternate, or one a
 * step where all of them are kept). */
typedef enum Moves { MOVES_NOT, MOVES_TIME, MOVES_NOW, MOVES_NEXT } Moves;

typedef struct Value {
    Kernel *kernel; /* that computes it; NULL for leaves and views */
    Buffer *buffer; /* NULL: never stored, lives inside its kernel */
    Layout layout;
    Moves moves;
    int64_t step;       /* elements between two time steps or slots */
    bool wraps;         /* MOVES_NOW, MOVES_NEXT: two slots that alternate */
    const Layout *want; /* the schedule's wish; NULL: row-major */
} Value;

struct Kernel {
    KernelKind kind;
    const char *name;   /* of its C function, unique in the file */
    const char *helper; /* of its tile's functions the names begin so, or NULL;
                           kernels may share them */
    VEC(Node *) nodes;  /* computed here, in order */
    Node *anchor;       /* what decides the kind; NULL for MAP */
    Node *result;       /* whose values the anchor's loops end with: the
                           anchor, or the pooling inside a convolution */
    VEC(Node *) stores; /* nodes whose values leave the kernel */
    Shape space;        /* what a MAP iterates over, the anchor's shape */
    int gates;          /* MATMUL: slices of a row that nodes combine, or 0 */
    int64_t rows;       /* STRAIGHT does one after the other */
    int parts;          /* literal, for threads; 1: not divided */
    bool empty;         /* others have written its result already */
    bool prepared;      /* runs when parameters are set, not in the entry */
    int finish;         /* parts of NAME_finish, which runs behind all others;
                           0: there is none */
    int blocks;         /* of parts, which do rows one behind the other; or 0 */
    Kernel *within;     /* a masked scan: k runs over steps that are there */
    Kernel *feeds;      /* a scan whose loop runs it block by block, or NULL */
    int64_t scratch;    /* bytes */
    Buffer *scratch_buffer;
    Plan *body;      /* SCAN */
    const char *why; /* the schedule's reason, for --report */
    void *tile;      /* the chosen variant's own plan; NULL: loops */
    int row;         /* in the model's table of kernels */
    int whole;       /* how far --unroll=full has written it out: Whole */
    int position;    /* in the sequence, set by order; fuse: its rank */
};

struct Plan {
    Arena *arena;
    const Program *program;
    const Entry *entry;
    Graph *graph;
    Value *value; /* by node id */
    int value_room;
    VEC(Kernel *) kernels;
    VEC(Buffer *) buffers;
    VEC(Wish) wishes;              /* in the order of kernels; none in bodies */
    const Scan *scan;              /* the body of this scan, or NULL */
    Plan *outer;                   /* the plan around a body */
    Node *around;                  /* the scan node whose body it is */
    int64_t workspace;             /* bytes */
    int64_t prepared, prepared_at; /* reals behind tensors, and where: emit */
    int64_t base;       /* of a body: where the scan's scratch begins */
    const char *prefix; /* of its C functions: "iris_step" */
};

/* What a kernel is, in a word or two for people. */
const char *kernel_kind(const Kernel *k);

/* Appends the graph and, a line each, the kernels with their nodes and what
 * they store, and where, as far as that is known; bodies of scans indented. */
void plan_print(Text *out, const Plan *plan);

/* Whether the buffer takes a place in the workspace. So does an input, for its
 * copy with zeros in the rows that are absent, but in an entry of one row. */
bool buffer_in_work(const Buffer *b);

/* Whether it computes a node, and whether the node's value leaves it. */
bool kernel_has(const Kernel *k, const Node *n);
bool kernel_stores(const Kernel *k, const Node *n);

/* The shape of one gate's columns; the kernel's space where it has none. */
Shape kernel_gate_space(const Kernel *k);

/* A further kernel around one node, appended to the plan. */
Kernel *plan_kernel(Plan *plan, KernelKind kind, Node *node);

/* RESHAPE, TRANSPOSE, SLICE, REVERSE, BROADCAST, WINDOWS: mostly free. */
bool plan_is_view(const Node *n);

/* Whether n reads an input only at the places that it writes. */
bool plan_reads_each(const Node *n, const Node *input);

/* The kernel whose run must be over before n can be read, or NULL. */
Kernel *plan_maker(const Plan *plan, const Node *n);

/* The kernel behind which the loss is known; NULL: it is a number, or none. */
Kernel *plan_loss(const Plan *plan);

/* One number for all elements, known or read when the step begins; views of
 * one included. Written where it is used, never stored. */
bool plan_is_number(const Node *n);

#endif
