/* places.h: where values lie in an entry's workspace, by name.
 *
 * Functions add a constant to the workspace's address, net_step_at_h for the
 * value h. Constants of values whose times do not meet may be equal. */
#ifndef NNC_EMIT_PLACES_H
#define NNC_EMIT_PLACES_H

#include "emit/emit.h"

/* The buffers of a plan that take room in the workspace, in order of place,
 * then of first use; their number is *n. */
Buffer **places_order(Arena *arena, const Plan *plan, int *n);

/* The user's name for what lies in a buffer, or the kernel's that fills it. */
const char *places_value(const Buffer *b);

/* Defines a constant for each of them. */
void places_write(Emit *e, const Plan *plan);

/* The constant, in bytes from the workspace's start; the number itself where
 * no int has room for it. */
const char *places_at(const Emit *e, const Buffer *b);

#endif
