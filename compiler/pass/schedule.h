/* schedule.h: what schedule.c, schedule_conv.c and schedule_image.c share. */
#ifndef NNC_PASS_SCHEDULE_H
#define NNC_PASS_SCHEDULE_H

#include "pass/conv_spec.h"
#include "pass/layout.h"

/* How a value lies, as far as somebody has said so; or NULL. */
const Layout *schedule_wish(const Plan *plan, const Node *n);

/* The layout that a value will have, as far as that is decided, through the
 * views that are free; false where a view of it is a copy. */
bool schedule_known(const Plan *plan, const Node *n, Layout *l);

/* Notes how a kernel would have the tensor of a leaf. */
void schedule_tensor(Plan *plan, const Node *leaf, const Layout *l);

/* A layout that lives as long as the plan. */
const Layout *schedule_keep(const Plan *plan, Layout l);

/* Layouts of the images around all convolutions of a plan. */
void schedule_conv_images(Plan *plan, const Target *target);

/* Layouts around poolings that stand alone, and of joined images. */
void schedule_images(Plan *plan, const Target *target);

/* How all convolutions would have their weights. */
void schedule_conv_weights(Plan *plan, const Target *target);

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
