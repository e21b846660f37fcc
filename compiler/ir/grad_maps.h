/* grad_maps.h: the gradient rules of the rows of maps.def. */
#ifndef NNC_IR_GRAD_MAPS_H
#define NNC_IR_GRAD_MAPS_H

#include "ir/rules.h"

#define MAP(id, ...) GradRule grad_##id;
#define FLAT(...)
#include "ir/maps.def"

/* d summed over the axes along which a value of shape s was repeated. */
Node *grad_sum_to(Graph *g, Node *d, const Shape *s);

#endif
