/* extent.h: which steps of a row hold.
 *
 * Rows of one shape may be of different lengths: what is left over is padding.
 * A value over time says where each row begins and ends. Both ends are looked
 * for in the ids of the row, so that nobody needs to be told on which side the
 * padding lies, and reversing a row about its own end is reversing the axis:
 * the row then stands at its other side. It is moved back where the places of
 * steps count. Steps outside hold whatever operators make of padding; what
 * looks at several steps leaves them out, and nothing else shows them. A row
 * has at least one step. */
#ifndef NNC_FRONT_EXTENT_H
#define NNC_FRONT_EXTENT_H

#include "front/elab.h"

struct Extent {
    Value *begin, *end;    /* of each row: begin <= step < end holds */
    int64_t steps;         /* of the axis */
    bool turned;           /* reversed: steps stand at the other end */
    struct Extent *mirror; /* the same steps in the other order */
};

/* The extent of an input of tokens over time: id 0 is padding. */
Extent *extent_of_ids(Elab *e, const Value *ids);

/* The steps from the last to the first. */
Extent *extent_reverse(Elab *e, Extent *x);

/* v, of rows with lengths, each moved so that one of the windows of s begins
 * where it does, with this number around it, the slide's padding behind it
 * included. A row that ends the axis ends it among the windows. One that is
 * shorter than a window has this number on the side where its padding is: in
 * front where it ends the axis, as without a stride. */
Value *extent_at_windows(Elab *e, Value *v, Slide *s, double otherwise);

/* Windows that lie in what holds and the padding around it, and at least one:
 * of s, which give so many. */
Extent *extent_slide(Elab *e, Extent *x, const Slide *s, int64_t steps);

/* The steps from the place `begin` on, so many. */
Extent *extent_part(Elab *e, Extent *x, int64_t begin, int64_t steps);

/* n values of which an operator makes steps from steps, so that the places of
 * those that meet are the same; in *out which of the result hold: those that
 * all of them do, or one, where those that do not are 0. */
Value **extent_join(Elab *e, int n, Value *const *v, Extent **out);

/* v, or what its steps are if they are reversed, from where the row begins. */
Value *extent_straight(Elab *e, Value *v);

/* The rows of values over time one behind the other, as so many steps. */
Value *extent_behind(Elab *e, int n, Value *const *v, int64_t steps);

/* 1 where a step of v holds, else 0: over time, one feature, or as many as
 * ids have; NULL where all hold. */
Node *extent_mask(Elab *e, const Value *v);

/* v's node with this number where it does not hold. */
Node *extent_only(Elab *e, const Value *v, double otherwise);

/* elaborate_scan.c: in a cell v, this number in rows that do not have the step.
 */
Value *elab_step_only(Elab *e, Value *v, double otherwise);

/* v, its features that are steps (see `columns` of Value) with this number
 * where they do not hold. */
Value *extent_columns(Elab *e, Value *v, double otherwise);

/* Which features of n values hold, combined element by element: those of all;
 * NULL: all hold. */
Extent *extent_join_columns(Elab *e, int n, Value *const *v);

/* How many steps of each row hold: [batch, 1]; NULL where x is. */
Node *extent_length(Elab *e, const Extent *x);

/* The last step that holds: [1, features]. */
Value *extent_last(Elab *e, const Value *v);

#endif
