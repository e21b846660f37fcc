/* read.h: a graph as terms.
 *
 * A graph is read twice at once, as elaborated for two numbers of rows, which
 * tells where the batch is a size. With `still` it is read as it is where
 * nothing trains: dropout leaves values as they are, and what training gathers
 * is only read. */
#ifndef NNC_EXPORT_READ_H
#define NNC_EXPORT_READ_H

#include "export/form.h"
#include "export/layers.h"
#include "export/term.h"
#include "ir/scan.h"

typedef struct Reader Reader;

/* What is not simply a row's form; NULL: it is for this node. */
typedef Term *Special(Reader *r, const Node *n);

/* The words of a framework. */
typedef struct Dialect {
    const char *(*form)(Op op); /* the column of ops.def */
    const char *(*fill)(Arena *arena, const char *form, Pair n);
    const char *(*number)(Arena *arena, double x);
    const char *(*full)(Arena *arena, double x); /* a form: it everywhere */
    const char *real, *truth; /* forms: truths as numbers, and back */
    Special *idiom;           /* groups of nodes */
    Special *const *special;  /* by operator */
} Dialect;

extern const Dialect dialect_pytorch;

struct Reader {
    const Dialect *dialect;
    Arena *arena;
    Terms *terms;
    Layers *weights;
    const Program *program;
    const Graph *a, *b; /* at ROWS_A and ROWS_B */
    bool still;
    bool counted;  /* see export.h */
    Term **term;   /* by id */
    bool *known;   /* by id: one number in every element, ... */
    double *value; /* ... this one */
    Term **port;   /* of a loop's body, by scan_place; else NULL */
    const Scan *scan;
    Term **gathered; /* by root: the module that gives the tensor its new value,
                        or NULL */
};

/* The entry for this that has so many rows, or NULL. */
const Entry *read_entry(const Program *p, Mode mode, int64_t rows);

/* Both graphs have the same nodes but for sizes; what has not is a bug. */
Reader *read_graph(const Reader *like, const Graph *a, const Graph *b);

/* The term of an input as the operator wants it: numbers have the shape that
 * they would have as a tensor, unless their user spreads them. */
Term *read_input(Reader *r, const Node *user, int k);

/* A number as a tensor of its node's shape. */
Term *read_full(Reader *r, const Node *n);

/* The term of what a root gives, as a tensor. */
Term *read_root(Reader *r, const Root *root);

/* A term of this form, in which inputs and words of n are filled in. */
Term *read_form(Reader *r, const char *form, int id, int n_in, Term *const *in);

/* The value with axes 0 and 1 in turn. */
Term *read_turned(Reader *r, Term *t);

/* The same as numbers, or as truths. */
Term *read_real(Reader *r, Term *t);

Pair read_pair(const Reader *r, int id);

/* A loop over time, and what comes out of it: loop.c. */
Term *read_scan(Reader *r, const Node *n);
Term *read_pick(Reader *r, const Node *n);

/* x, or NULL for ones, times a mask of dropout. */
Term *read_dropout(Reader *r, const Node *mask, Term *x);

/* A layer, loss or other group of nodes that PyTorch has a word for, or NULL:
 * idiom.c. */
Term *read_idiom(Reader *r, const Node *n);

#endif
