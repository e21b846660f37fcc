/* carry.h: states of loops that one batch of training hands to the next. */
#ifndef NNC_FRONT_CARRY_H
#define NNC_FRONT_CARRY_H

#include "front/elab.h"

/* The tensor that is the state's first value, and its place in *tensor; NULL
 * and -1 where nothing is carried, or after a message. `first`: what the text
 * says it begins with. */
Node *elab_carry(Elab *e, const Decl *decl, const Shape *row,
                 const Value *first, Span span, int *tensor);

/* Hands on what a loop ended with. */
void elab_hand_on(Elab *e, const ScanFrame *frame, Node *scan);

/* Whether rows of the data go on from one batch to the next, or a message. */
void elab_check_stateful(Elab *e);

#endif
