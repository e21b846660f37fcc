/* elab_frame.h: instances of definitions while the walk is in them: their names
 * and layers, and where messages about them point. */
#ifndef NNC_FRONT_ELAB_FRAME_H
#define NNC_FRONT_ELAB_FRAME_H

#include "front/value.h"
#include "ir/make.h"

typedef struct Elab Elab;

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
    int carried;       /* its tensor, or -1 where it is none */
} State;

/* A scan while its cell is elaborated. */
typedef struct ScanFrame {
    struct ScanFrame *up;
    Loop *loop;
    VEC(State) states;
    const Arg *start; /* `start:`, or NULL */
    Extent *extent;   /* which steps of a row it takes; NULL: all */
    Node *valid;      /* outside: 1 in these, else 0; NULL: all */
    Node *now;        /* its step, in the body, once it is asked for */
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

/* How a layer is being applied. */
typedef struct Site {
    const char *given; /* by `as` or `layer`, or NULL */
    int place;         /* offset in the text, for numbering */
    Span span;         /* where a message points, in the user's text */
} Site;

/* The place to show for a span: itself, or the user's call around it. */
Span elab_place(const Elab *e, Span span);
/* The outermost prelude block that the walk is in, or NULL. */
const Def *elab_in_prelude(const Elab *e);
Message *elab_error(Elab *e, Span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with a note "this is ..." of the value. */
Message *elab_wrong(Elab *e, Span span, const Value *v, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same as elab_error; poison. */
Value *elab_poison(Elab *e, Span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A note "main is [32, 16]   from conv at line 4". */
void elab_note(Elab *e, Message *m, const char *name, const Value *v);
void elab_mark(Message *m, Span span);
/* What to call an expression in a message: its text where that is short. */
const char *elab_text(Elab *e, const Expr *x, const char *otherwise);

void elab_bind(Elab *e, const char *name, bool primed, Value *value);
void elab_bind_as(Elab *e, const char *name, Value *value); /* by `as` */
/* Forgets the names of the frame from the place `n` on. */
void elab_unbind(Elab *e, int n);
Value *elab_lookup(const Elab *e, const char *name, bool primed); /* or NULL */
Layer *elab_layer(Elab *e, Layer *up, const Def *def, const char *kind,
                  const Site *site);
/* The kid of a finished layer that has this label, or NULL. */
Layer *elab_layer_kid(Elab *e, Layer *layer, const char *label);
/* Its weight of this name, also of what it has as `_...`; or NULL. */
Value *elab_layer_weight(Elab *e, const Layer *layer, const char *name);
/* A layer is about to be applied (again): its kids start from the first. */
void elab_layer_begin(Elab *e, Layer *layer);
/* Gives all layers their labels, and all nodes and parameters their names. */
void elab_settle(Elab *e, Layer *root);
void elab_name(Elab *e, const Value *v, const char *local);
/* Whether the value was made since the graph had so many nodes. */
bool elab_made(const Elab *e, const Value *v, int mark);
/* The value with the layer that gave it, and where it comes from. */
Value *elab_from(Elab *e, Value *v, const Value *in, const char *what,
                 Site site);

#endif
