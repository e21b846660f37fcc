/* backend.h: the steps from a Graph to a Plan, in their order.
 *
 * Each takes the Plan with what the steps before it have set (see plan.h) and
 * returns it with more. `plain` keeps every node its own reference loop. */
#ifndef NNC_PASS_BACKEND_H
#define NNC_PASS_BACKEND_H

#include "ir/plan.h"
#include "tile/target.h"

/* Options that shape the generated code. */
typedef struct CodeOptions {
    bool plain;         /* reference loops */
    const char *target; /* a name that target_find knows */
    int unroll;         /* most vector multiply-adds in one basic block; see */
                        /* UNROLL_AUTO, UNROLL_FULL, 0: one tile step a loop */
    bool timed;         /* entries tell when each of their kernels has run */
} CodeOptions;

enum { UNROLL_AUTO = -1, UNROLL_FULL = -2, UNROLL_NONE = 0 };

/* Groups nodes into kernels. */
Plan *fuse(Plan *plan, const CodeOptions *options);

/* The layouts that fast kernels want around them, and would have for tensors;
 * nothing is asked of how tensors lie. */
Plan *wishes(Plan *plan, const CodeOptions *options);

/* One layout for each tensor that has none yet, a slot as its weight, after
 * the wishes of all plans of the program, in whatever order they stand. */
void settle_tensors(Program *p, Plan *const *plans, int n);

/* Adapts to how tensors lie: copies for products that need another layout. */
Plan *schedule(Plan *plan, const CodeOptions *options);

/* Gives every value a layout and a buffer; inserts copies where a view needs
 * one. Recurses into the bodies of scans. */
Plan *layout(Plan *plan, const CodeOptions *options);

/* Lets no kernel wait for itself: a tensor's new value that is needed with the
 * old one, or changes places with another, stands apart first. */
Plan *untie(Plan *plan);

/* Fixes the kernels' sequence: inputs first, a parameter's new value after
 * every reader of the old one. */
Plan *order(Plan *plan);

/* Takes out of an entry of inference what depends on parameters alone: its
 * results lie behind the parameters, p->prepared reals of all entries. */
Plan *prepare(Program *p, Plan *plan);

/* Gives a buffer its place there, aligned to 64 bytes and with room for a
 * vector that is read from the last real on. */
void prepare_place(Plan *plan, Buffer *b);

/* For a program with all weights in it: what only prepared kernels read is
 * absent, and the rest of what they make moves together. */
void known(Program *p, Plan *const *plans, int n);

/* Sets `blocks` of products whose rows a scan reads step by step and the cache
 * does not hold all of; tiles cuts them so where it can, and else unsets it. */
void feed_wish(Plan *plan, const Target *target);

/* Lets scans run the products that feed them, block by block. */
Plan *feed(Plan *plan);

/* Gives every work buffer its place in the workspace; those that are never
 * live at the same time share bytes. */
Plan *memplan(Plan *plan, const CodeOptions *options);

/* Proves that no two live buffers overlap, that kernels read only what was
 * written before, and parameters before they change; a violation is a bug. */
void plan_check(const Plan *plan, const CodeOptions *options);

#endif
