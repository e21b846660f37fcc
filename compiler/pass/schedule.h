/* schedule.h: what schedule.c and schedule_conv.c share. */
#ifndef NNC_PASS_SCHEDULE_H
#define NNC_PASS_SCHEDULE_H

#include "pass/conv_spec.h"
#include "pass/layout.h"

/* Layouts of images and weights of all convolutions of a plan. */
void schedule_convs(Plan *plan, const Target *target);

/* The spec of a convolution kernel with the input's wanted layout. */
ConvSpec schedule_conv_spec(const Plan *plan, const Kernel *k);

/* The node whose value the convolution's tile stores itself. */
Node *schedule_conv_primary(const Kernel *k);

/* The pooling node inside the kernel, or NULL, and the nodes whose values are
 * the x and y of the spec. */
const Node *schedule_conv_pool(const Kernel *k);
Node *schedule_conv_x(const Kernel *k);
Node *schedule_conv_y(const Kernel *k);

#endif
