/* Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011. Normal numbers by Box and Muller (1958).
 *
 * Logarithm, sine and cosine are computed here with + - * / and sqrt alone,
 * and without contraction to fused operations, because those of C libraries
 * differ in their last bits. */
#include "nn_rng.h"

#include <math.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

static uint32_t multiply(uint32_t a, uint32_t b, uint32_t *high)
{
    uint64_t product = (uint64_t)a * b;
    *high = (uint32_t)(product >> 32);
    return (uint32_t)product;
}

void nn_rng_philox(const uint32_t counter[4], uint64_t key, uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2];
    uint32_t c3 = counter[3];
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint32_t high0, high1;
        uint32_t low0 = multiply(0xD2511F53u, c0, &high0);
        uint32_t low1 = multiply(0xCD9E8D57u, c2, &high1);
        c0 = high1 ^ c1 ^ k0;
        c1 = low1;
        c2 = high0 ^ c3 ^ k1;
        c3 = low0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

static void block(nn_stream s, uint64_t index, uint32_t out[4])
{
    uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), s.which,
                           s.purpose};
    nn_rng_philox(counter, s.seed, out);
}

uint32_t nn_rng_word(nn_stream s, uint64_t index)
{
    uint32_t words[4];
    block(s, index / 4, words);
    return words[index % 4];
}

static double unit(uint32_t word)
{
    return ((double)word + 0.5) * 0x1p-32;
}

double nn_rng_uniform(nn_stream s, uint64_t index)
{
    return unit(nn_rng_word(s, index));
}

/* log(x), x > 0: x = m 2^e with m near 1, log m = 2 atanh((m-1) / (m+1)). */
static double logarithm(double x)
{
    int e;
    double m = frexp(x, &e), sum = 0;
    if (m < 0.70710678118654752) {
        m *= 2;
        e--;
    }
    double t = (m - 1) / (m + 1), tt = t * t;
    for (int k = 25; k >= 1; k -= 2)
        sum = sum * tt + 1.0 / k;
    return 2 * t * sum + e * 0.69314718055994531;
}

/* Sine and cosine of a quarter turn at most, by their series. */
static void sine_cosine(double x, double *sine, double *cosine)
{
    double xx = x * x, s = 0, c = 0;
    for (int k = 20; k >= 2; k -= 2) {
        s = (1 + s) * -xx / (double)(k * (k + 1));
        c = (1 + c) * -xx / (double)((k - 1) * k);
    }
    *sine = (1 + s) * x;
    *cosine = 1 + c;
}

/* Cosine and sine of a whole number of quarter turns plus the rest. */
static double circle(double turn, int want_sine)
{
    double sine, cosine, quarters = floor(turn * 4);
    int quarter = ((int)quarters + (want_sine ? 3 : 0)) % 4;
    sine_cosine((turn * 4 - quarters) * 1.5707963267948966, &sine, &cosine);
    const double value[4] = {cosine, -sine, -cosine, sine};
    return value[quarter];
}

double nn_rng_normal(nn_stream s, uint64_t index)
{
    uint32_t words[4];
    block(s, index / 2, words);
    double radius = sqrt(-2 * logarithm(unit(words[0])));
    return radius * circle(unit(words[1]), (int)(index % 2));
}

void nn_rng_shuffle(nn_stream s, uint32_t *items, int64_t n)
{
    for (int64_t i = n - 1; i > 0; i--) {
        uint64_t word = nn_rng_word(s, (uint64_t)i);
        int64_t j = (int64_t)(word * (uint64_t)(i + 1) >> 32);
        uint32_t item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}

/* Four rounds of Feistel's network, which turn the numbers of 2 * half bits
 * into each other: each half in turn is changed by what the other one says. */
static uint64_t mixed(nn_stream s, uint64_t x, int half)
{
    uint64_t mask = (1ull << half) - 1, left = x >> half, right = x & mask;
    for (uint64_t round = 0; round < 4; round++) {
        uint64_t next = left ^ (nn_rng_word(s, round << 32 | right) & mask);
        left = right;
        right = next;
    }
    return left << half | right;
}

/* What is n or more is mixed again, until it is not. */
uint64_t nn_rng_place(nn_stream s, uint64_t index, uint64_t n)
{
    int half = 1;
    while (1ull << 2 * half < n)
        half++;
    do
        index = mixed(s, index, half);
    while (index >= n);
    return index;
}
