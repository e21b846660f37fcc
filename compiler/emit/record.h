/* record.h: what model.c prints of tensors, inputs and data as the runtime's
 * own records, so that nnc can read weights files as programs do. */
#ifndef NNC_EMIT_RECORD_H
#define NNC_EMIT_RECORD_H

#include "ir/program.h"
#include "nn_data.h"
#include "nn_model.h"

/* Reals of a vector, which one may read from the last of all on; the room of a
 * tensor with so many, from a multiple of 64 bytes to the next. */
enum { RECORD_VECTOR = 16 };
int64_t record_room(int64_t reals);

/* Where each tensor of the program begins, in reals; behind them the end of
 * all, with the room that a vector may read. */
int64_t *record_places(Arena *arena, const Program *p);

/* Reals in params: all of that and what prepare makes. */
int64_t record_reals(const Program *p);

/* Tensor i, whose layout is settled, without its place. */
nn_param record_param(const Program *p, int i);

/* One row of an input, a target or an output. */
nn_tensor record_input(const Input *in);
nn_tensor record_output(const Output *o);

/* The transforms of a flow, *n of them. */
nn_transform *record_transforms(Arena *arena, const Flow *flow, int *n);

/* What a missing value of a source is. */
nn_missing record_missing(const Stage *source);

/* Of a flow's feed, whose words it takes: the index of an input, or -1. */
int record_like(const Flow *flow, int feed);

/* The flow of one of its feeds, without what tells where its file lies. */
nn_flow record_flow(Arena *arena, const Flow *flow, int feed);

#endif
