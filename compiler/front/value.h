/* value.h: what an expression means while a model is elaborated.
 *
 * Values never change once made; a copy with something added is a new value.
 * A POISON value stands for a mistake that has been reported: whatever is made
 * from it is poison again, silently. */
#ifndef NNC_FRONT_VALUE_H
#define NNC_FRONT_VALUE_H

#include "front/surface.h"
#include "ir/ast.h"
#include "ir/program.h"

typedef struct Value Value;
typedef struct Recipe Recipe;
typedef struct Layer Layer;
typedef struct Extent Extent; /* extent.h */

typedef enum ValueKind {
    VAL_POISON, /* a mistake, already reported */
    VAL_NUMBER, /* number, percent */
    VAL_BOOL,   /* number 0 or 1 */
    VAL_STRING, /* text */
    VAL_WORD,   /* text: `same`, `features`, ... */
    VAL_LIST,   /* n, at; range */
    VAL_SPAN,   /* at: two texts, the first and the last name of a range */
    VAL_TENSOR, /* node, graph, rows, ... */
    VAL_TUPLE,  /* n, at: several inputs of a block */
    VAL_RECORD, /* n, at, keys: the last states of a scan */
    VAL_RECIPE, /* recipe: a layer not yet applied */
    VAL_INIT,   /* init: how a parameter starts */
    VAL_METRIC, /* metric, node: legal in `metric` only */
} ValueKind;

struct Value {
    ValueKind kind;
    bool percent; /* a number that was written with % */
    bool range;   /* a list that was written a..b */
    bool rows;    /* axis 0 of node is the batch */
    bool token;   /* ids: they are tokens, not classes */
    int input;    /* ids: place in Program.inputs; otherwise -1 */
    int n;
    double number;
    const char *text;
    Value **at;
    const char **keys;
    Node *node;
    Graph *graph;       /* the graph that holds node */
    Axes axes;          /* what the axes of a row mean */
    Extent *extent;     /* over time: which steps of a row hold; NULL: all */
    Extent *columns;    /* features that are steps: which hold; NULL: all */
    Value *final;       /* over time: the last of them, where it is known */
    const char *origin; /* "conv at line 4", for messages */
    Recipe *recipe;
    Init init;
    Metric *metric; /* METRIC: node is the sums, of */
    Node *terms;    /* METRIC: [batch, ...] */
    Node *held;     /* METRIC: terms, 0 in steps that do not hold; of an
                       output: its value so */
    Node *counts;   /* METRIC: what they count for, NULL: 1 each */
    Layer *layer;   /* the layer that gave it, whose weights are its fields */
    Value *state;   /* what `.state` is, or NULL */
    const Graph *asked; /* by elab_visible from this graph, */
    bool visible;       /* which found this */
};

/* An argument of a call, evaluated. */
typedef struct Arg {
    const char *label; /* NULL where it is positional */
    Value *value;
    Span span;       /* of the value */
    Span label_span; /* of the label, or of the value */
} Arg;

typedef VEC(Arg) Args;

/* A layer not yet applied: a form or a definition with its arguments, or
 * several recipes one after the other. */
struct Recipe {
    const char *name; /* as the user wrote it */
    const Form *form; /* one of form, def, chain */
    const Def *def;
    Value *chain; /* a list of recipes */
    bool called;  /* written with parentheses */
    Args args;
    Layer *shared; /* from `layer f = ...;`: one set of weights */
};

Value *value_new(Arena *arena, ValueKind kind);
Value *value_number(Arena *arena, double number);
Value *value_bool(Arena *arena, bool truth);
Value *value_text(Arena *arena, ValueKind kind, const char *text);
Value *value_list(Arena *arena, ValueKind kind, int n, Value *const *at);

/* The shape of one row of a tensor: without the batch axis if it has one. */
Shape value_shape(const Value *v);

/* A tensor, a tuple or list of at least one tensor. */
bool value_holds_tensor(const Value *v);

#define VALUE_LARGEST 9007199254740992.0 /* 2^53: whole numbers are exact */

/* A whole number of at most VALUE_LARGEST in size. */
bool value_whole(const Value *v, int64_t *out);

/* "[32, 16, 16]" */
const char *value_shape_text(Arena *arena, const Shape *shape);

/* What it is, for a message: "the number 3", "[32, 16, 16]", "a list". */
const char *value_what(Arena *arena, const Value *v);

/* Equal numbers, truths, texts, names of layers, or lists of those. Takes what
 * it looks at from *steps, and gives up with it below 0. */
bool value_equal(const Value *a, const Value *b, int *steps);

#endif
