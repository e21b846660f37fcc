/* weight_forms.h: the three ways to sum the gradient of a convolution by its
 * weights (templates/conv2d_weights.c). Each is chosen with its tile and
 * cost, prints its functions, and gives the statement that adds one image:
 * from `in` (x) and `d` (dy) to `sum`. */
#ifndef NNC_TILE_WEIGHT_FORMS_H
#define NNC_TILE_WEIGHT_FORMS_H

#include "tile/conv_parts.h"

typedef struct WeightForm {
    const ConvSpec *spec;
    const Target *target;
    Image x, dy;                /* as the loops read them */
    bool copy_x, copy_dy;       /* they are copies: the gaps hold zeros */
    int filters, rows, vectors; /* tile; see the template */
    int rest;           /* rows of the narrower tile at the end; 0: none */
    int band;           /* rows of dy done together */
    ConvWeights sums;   /* layout of one shard's sums */
    int64_t sum_step;   /* lanes of a sum that are added up at the end: 1 or
                           the lanes */
    int64_t partial;    /* reals of a shard */
    int shards, panels; /* units: shards of the batch, or panels x rows u */
    int splits;         /* how many values of u make units of their own */
    double cycles;      /* of one image */
} WeightForm;

/* False where the form cannot do what spec says. */
bool tiles_choose(WeightForm *f, const ConvSpec *spec, const Target *target);
bool sparse_choose(WeightForm *f, const ConvSpec *spec, const Target *target);
bool sums_choose(WeightForm *f, const ConvSpec *spec, const Target *target);

const char *tiles_emit(Text *out, const WeightForm *f, const char *name);
const char *sparse_emit(Text *out, const WeightForm *f, const char *name);
const char *sums_emit(Text *out, const WeightForm *f, const char *name);

#endif
