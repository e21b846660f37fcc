/* cost.h: how much there is to compute in a node. */
#ifndef NNC_IR_COST_H
#define NNC_IR_COST_H

#include "ir/graph.h"

/* Multiply-adds of a product, a convolution or their gradients; of a scan
 * those of all its steps; 0 for other nodes. */
int64_t cost_products(const Node *n);

/* Operations of a node itself; of a scan none, those of its body are. */
int64_t cost_flops(const Node *n);

#endif
