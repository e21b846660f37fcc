/* pass.h: the passes over graphs, in pipeline order. Each takes an entry's
 * whole graph and returns the one to use from now on; graph_check holds before
 * and after. */
#ifndef NNC_PASS_PASS_H
#define NNC_PASS_PASS_H

#include "ir/program.h"

/* Any entry, at any time: constants and identities. */
Graph *fold(Program *p, Graph *g);

/* Equal nodes become one. */
Graph *cse(Program *p, Graph *g);

/* Drops what no root needs, also of loops over time. */
Graph *dce(Program *p, Graph *g);

/* Step and grad entries: adds ROOT_GRAD roots. A parameter that the loss does
 * not depend on gets none. Needs ROOT_LOSS. */
Graph *autodiff(Program *p, Graph *g);

/* The step entry: ROOT_GRADs become ROOT_PARAMs and ROOT_SLOTs; sets p->slots,
 * the same for every parameter. Needs autodiff. */
Graph *optimizer(Program *p, Graph *g);

#endif
