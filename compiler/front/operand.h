/* operand.h: what may stand beside a value of the network in an operator. */
#ifndef NNC_FRONT_OPERAND_H
#define NNC_FRONT_OPERAND_H

#include "front/elab.h"

/* The numbers of nested lists with their shape; NULL where they are of
 * different lengths, hold anything else, or more than `most` numbers. */
const double *elab_numbers(Elab *e, const Value *v, int64_t most, Shape *shape);
/* The row's axis that argument `arg` names, or -1 with a message. */
int elab_axis(Elab *e, const Call *call, const Value *v, int arg);
/* Lists of numbers as a constant; any other value as it is. */
Value *elab_listed(Elab *e, Value *v, Span span);
/* The "first" or "next" value of a name as a node of its shape: with rows, or
 * the same for all of them; NULL with a message. */
Node *elab_fitting(Elab *e, Value *v, Shape shape, bool rows, const char *which,
                   const char *name, Span span);
/* Side i of x as an operand: beside a tensor, lists of numbers are a constant;
 * classes are numbers where they are compared. */
Value *elab_operand(Elab *e, Op op, Value *const *sides, int i, const Expr *x);

#endif
