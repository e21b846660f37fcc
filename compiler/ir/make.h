/* make.h: parts of networks, made from nodes: what lies between a text, or
 * another form in which a network comes, and its graph.
 *
 * Each function appends to the graph and returns the part's value. What does
 * not fit is refused: NULL comes back, and the reason in *why; details may
 * follow it, each after a newline. */
#ifndef NNC_IR_MAKE_H
#define NNC_IR_MAKE_H

#include "ir/loop.h"

/* Sets the padding that keeps a size with stride 1: (K - 1) / 2 on every side,
 * also with a stride; an even K puts the odd row at the bottom and right, with
 * stride 1 only. NULL, or why there is none. */
const char *make_same_padding(Arena *arena, Window *w);

/* Convolution of in[0] [N, C, H, W] by in[1], or pooling. Sizes floor; with
 * `exact` a rest is refused. */
Node *make_window(Graph *g, Op op, int n_in, Node *const *in, Window w,
                  bool exact, const char **why);

/* Windows that slide along time. */
typedef struct Slide {
    int64_t size, stride;
    int64_t apart;         /* steps from one element to the next: dilation */
    int64_t front, behind; /* padding */
} Slide;

/* As make_same_padding: windows over an even number of steps have the odd one
 * behind. */
const char *make_slide_same(Arena *arena, Slide *s);

/* Why windows cannot slide over so many steps, or NULL; with `exact` a rest is
 * refused. */
const char *make_slide_misfit(Arena *arena, const Slide *s, int64_t steps,
                              bool exact);

/* Of x [.., T, F], whose padding is zeros and which s fits: [.., T', F * size],
 * the elements of a feature side by side. Steps that fill no window are left
 * out. */
Node *make_unfold(Graph *g, Node *x, const Slide *s);

/* Pooling of x [.., T, F] along time, in windows without dilation that fit. */
Node *make_pool1d(Graph *g, Op op, Node *x, const Slide *s, const char **why);

/* x times a matrix: contracts x's last axis with the matrix' first, or, with
 * `turned`, its last. w is one matrix [K, N] for all of x, or one for each
 * place of its first axes, [.., K, N]: for rows of x [.., M, K], or for single
 * ones, [.., K]. */
Node *make_product(Graph *g, Node *x, Node *w, bool turned, const char **why);

/* An axis of x cut into equal parts, which an axis at the place `first`, in
 * front of it, counts. */
Node *make_split(Graph *g, Node *x, int axis, int first, int64_t parts,
                 const char **why);

/* The reverse: the axis at `first` joined with `axis` behind it. */
Node *make_join(Graph *g, Node *x, int axis, int first);

typedef struct Dropout {
    double rate;
    int stream;            /* no two of a model have the same */
    unsigned axes;         /* of the mask, which count from where rows begin: */
    Node *begin[MAX_RANK]; /* [batch, 1], of each of these, around the loop */
    int n;                 /* of them */
} Dropout;

/* x with a share of its elements replaced by zeros, the rest scaled up, new in
 * each step of training and, in a loop (NULL: in none), in each of its steps:
 * these are the mask's first axis. */
Node *make_dropout(Graph *g, Loop *l, Node *x, const Dropout *d);

#endif
