/* Beam search: looks for the most probable text. */
#ifndef NN_BEAM_H
#define NN_BEAM_H

#include <stdbool.h>

#include "nn_error.h"
#include "nn_model.h"

typedef struct {
    int width;       /* texts that are held side by side */
    int64_t length;  /* of a text, at most */
    int64_t classes; /* logits of a text */
    int32_t stop;    /* the token that ends a text; -1: none */
    void *context;   /* of these two */
    bool (*allows)(const void *context, int32_t id);
    /* Text i goes on from text from[i] of the call before, at first from the
     * one that is begun, by the token ids[i]; fills the logits of each. */
    bool (*read)(void *context, int count, const int *from, const int32_t *ids,
                 nn_real *logits, nn_error *e);
} nn_beam;

/* The text of tokens, without `stop`, whose logarithms of probabilities have
 * the largest sum among those that were held: at each step the `width` best, of
 * which those that end take their place with them (Sutskever, Vinyals, Le
 * 2014). Sums are not divided by lengths. In `logits`, of width * classes, the
 * first are what the beginning says; ids has room for `length`. Of equal ones
 * the text held first, then the smaller token comes first. */
bool nn_beam_search(const nn_beam *b, nn_real *logits, int32_t *ids,
                    int64_t *count, nn_error *e);

#endif
