/* BLEU (Papineni et al. 2002) of a whole set, in the form that sacrebleu has
 * as its default (Post 2018): tokens of mteval-v13a, words of up to four,
 * exponential smoothing of orders without a match, one reference each. */
#ifndef NN_MTEVAL_H
#define NN_MTEVAL_H

#include "nn_error.h"
#include "nn_mem.h"

/* Counts: of each order the sequences that match, and all; tokens. */
enum {
    NN_MTEVAL_ORDERS = 4,
    NN_MTEVAL_RIGHT = 0,
    NN_MTEVAL_ALL = NN_MTEVAL_ORDERS,
    NN_MTEVAL_TOKENS = 2 * NN_MTEVAL_ORDERS, /* of what is judged, ... */
    NN_MTEVAL_TRUE,                          /* ... of the references */
    NN_MTEVAL_COUNTS
};

/* Appends the tokens of a line, with a blank behind each. */
void nn_mteval_tokens(const char *line, nn_text *out);

/* Counts a line against its reference; false where memory ran out. */
bool nn_mteval_add(double *counts, const char *line, const char *reference,
                   nn_error *e);

/* 0 to 100. */
double nn_mteval_bleu(const double *counts);

#endif
