/* pipeline.h: the order of everything between a Program and its C.
 *
 * The passes over graphs are a table; the steps from Graph to Plan are a few
 * straight lines. --dump=NAME prints the object after the pass of that name.
 */
#ifndef NNC_PIPELINE_H
#define NNC_PIPELINE_H

#include "pass/backend.h"

/* Which of a program's entries are wanted. */
typedef enum Want {
    WANT_ALL,   /* nnc compile */
    WANT_TRAIN, /* those that have a loss */
    WANT_INFER, /* those that have none */
    WANT_ROW,   /* of those the one that infers a single row */
    WANT_CHECK, /* as TRAIN, the step without its update: gradients go out */
    WANT_VERIFY /* as TRAIN, a step of either kind, and inference of many rows,
                   whose named values are outputs */
} Want;

typedef VEC(Plan *) Plans;

/* Runs every pass on the wanted entries. The text after pass `dump` (NULL:
 * none) is appended to `dumped`. */
Plans pipeline_run(Program *p, Want want, const CodeOptions *options,
                   const char *dump, Text *dumped);

/* The names --dump takes, in order; NULL behind the last. */
const char *pipeline_pass(int i);

#endif
