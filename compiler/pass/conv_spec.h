/* conv_spec.h: convolution nodes and layouts in the terms of conv.h. */
#ifndef NNC_PASS_CONV_SPEC_H
#define NNC_PASS_CONV_SPEC_H

#include "ir/plan.h"
#include "tile/conv.h"
#include "tile/pool.h"

/* The images of a value [N, C, H, W] that lies as l; false where conv.h has
 * no word for the layout. */
bool conv_image(const Shape *s, const Layout *l, Image *image);

/* The layout of a batch of such images. */
Layout conv_layout(const Image *image, int64_t batch);

/* A weight's layout from and to conv.h's terms. */
Layout conv_weight_layout(const Shape *shape, const ConvWeights *w);
ConvWeights conv_weight_pieces(const Layout *l);

/* The spec of CONV, CONV_DX or CONV_DW node n, whose results go through the
 * pooling node `pool` (MAXPOOL, AVGPOOL, or their gradient), or NULL. Images
 * are set to plain rows. */
ConvSpec conv_spec(const Node *n, const Node *pool);

#endif
