/* layout.h: what layout.c and layout_scan.c share. */
#ifndef NNC_PASS_LAYOUT_H
#define NNC_PASS_LAYOUT_H

#include "pass/backend.h"

/* A new buffer of the plan for a value like n. */
Buffer *layout_buffer(Plan *plan, Place place, const Node *n, int64_t count);

/* Lets node n stand in a buffer under a layout. */
void layout_bind(Plan *plan, Node *n, Buffer *buffer, Layout l);

/* A new node with the value of another, and the kernel that copies it. */
Node *layout_copy(Plan *plan, Node *of);

/* The same after layout has run: the copy lies in a buffer of its own under
 * this layout. */
Node *layout_copy_as(Plan *plan, Node *of, const Layout *l);

/* Whether a concat's input stands where the result wants it, so that nothing
 * is left to copy. */
bool layout_in_place(const Plan *plan, const Node *concat, int input);

/* The node a root can be bound to: its own, where a kernel computes it and
 * nothing is bound to it yet, else a copy. */
Node *layout_root(Plan *plan, Node *n);

/* After layout has run: lets a tensor's new value stand in a place of its own,
 * from which it is copied. */
void layout_apart(Plan *plan, int tensor);

/* Before the values of the plan around a scan are placed: its states' buffer
 * with copies of the first states, its stacks. */
void layout_scan_around(Plan *plan, Kernel *k);

/* After: the body's arguments, states and stacks, and the body's own layout.
 */
void layout_scan_body(Plan *plan, Kernel *k, const CodeOptions *options);

#endif
