/* pass.h: the passes over graphs. Each takes an entry's whole graph and returns
 * the one to use from now on; graph_check holds before and after. The order:
 *
 *     fold cse dce stable monotone transposes fold reverse fold last dce
 *     merge split_concat regroup hoist reshapes
 *     fold cse dce                                      first rewrite
 *     autodiff optimizer                                step and grad entries
 *     absorb                                            entries of inference
 *     fold cse dce inputs hoist reshapes fold cse dce   second rewrite */
#ifndef NNC_PASS_PASS_H
#define NNC_PASS_PASS_H

#include "ir/program.h"

/* Before all else: the values of rows that the text names, and those that have
 * names within its blocks, become outputs behind the program's own. */
Graph *named(Program *p, Graph *g);

/* Any entry, at any time: constants and identities. */
Graph *fold(Program *p, Graph *g);

/* Any time: equal nodes become one. */
Graph *cse(Program *p, Graph *g);

/* Any time: drops what no root needs, also of loops over time. Passes that
 * count users find more after it. */
Graph *dce(Program *p, Graph *g);

/* The first rewrite, before autodiff: log of softmax becomes cross-entropy. */
Graph *stable(Program *p, Graph *g);

/* Before autodiff, after dce: relu(maxpool(x)) for maxpool(relu(x)). */
Graph *monotone(Program *p, Graph *g);

/* TRANSPOSE behind element-wise operators; fold follows. */
Graph *transposes(Program *p, Graph *g);

/* After fold: a loop over reversed sequences runs the other way; fold
 * follows. */
Graph *reverse(Program *p, Graph *g);

/* After fold: the last step of a stack is a state; dce follows. */
Graph *last(Program *p, Graph *g);

/* In loops: products of one value become one; hoist follows. */
Graph *merge(Program *p, Graph *g);

/* In loops: (x, h) W becomes x Wx + h Wh where x is worth hoisting. */
Graph *split_concat(Program *p, Graph *g);

/* In loops: sums put apart what does not depend on the state. */
Graph *regroup(Program *p, Graph *g);

/* After the three above: what does not depend on the state leaves the loop;
 * dce follows. */
Graph *hoist(Program *p, Graph *g);

/* A product's rows keep their two axes through element-wise operators; fold
 * follows. */
Graph *reshapes(Program *p, Graph *g);

/* Before autodiff, after hoist: products with one-hot vectors become rows. */
Graph *gathers(Program *p, Graph *g);

/* Step and grad entries: adds ROOT_GRAD roots. A parameter that the loss does
 * not depend on gets none. Needs ROOT_LOSS. */
Graph *autodiff(Program *p, Graph *g);

/* The step entry: ROOT_GRADs become ROOT_TENSORs; adds slots to the table of
 * tensors. Needs autodiff. */
Graph *optimizer(Program *p, Graph *g);

/* Inference: weights and one sum take in what scales and shifts a product's
 * features; fold, cse and dce follow. */
Graph *absorb(Program *p, Graph *g);

/* The second rewrite, after autodiff and fold: constants and repeated values
 * are no sequences of a loop. */
Graph *inputs(Program *p, Graph *g);

/* Last: plain gradient descent on a table changes the rows that ids name; dce
 * follows. */
Graph *sparse(Program *p, Graph *g);

#endif
