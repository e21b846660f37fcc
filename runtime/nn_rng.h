/* Random numbers as a function: the same arguments give the same numbers on
 * every machine and in every order of asking, so no state is ever stored. */
#ifndef NN_RNG_H
#define NN_RNG_H

#include <stdint.h>

/* What a number is for; equal counters of two purposes are unrelated. */
typedef enum {
    NN_FOR_DROPOUT = 1, /* generated code */
    NN_FOR_INIT,
    NN_FOR_ORDER,
    NN_FOR_SPLIT,
    NN_FOR_DATA,
    NN_FOR_CHECK,
    NN_FOR_TEXT
} nn_purpose;

/* The four words of Philox4x32-10 for this counter and key. */
void nn_rng_philox(const uint32_t counter[4], uint64_t key, uint32_t out[4]);

/* A stream of numbers for (seed, purpose, which): `which` is an epoch, a
 * parameter's index or the like. */
typedef struct {
    uint64_t seed;
    uint32_t purpose, which;
} nn_stream;

/* Word number `index` of the stream. */
uint32_t nn_rng_word(nn_stream s, uint64_t index);

/* Number `index` of the stream, uniform within (0, 1). */
double nn_rng_uniform(nn_stream s, uint64_t index);

/* Number `index` of the stream, normal with mean 0 and deviation 1. */
double nn_rng_normal(nn_stream s, uint64_t index);

/* Orders the n < 2^32 numbers at `items` at random. */
void nn_rng_shuffle(nn_stream s, uint32_t *items, int64_t n);

/* Another order of the numbers below n <= 2^32: the one in place `index`. */
uint64_t nn_rng_place(nn_stream s, uint64_t index, uint64_t n);

#endif
