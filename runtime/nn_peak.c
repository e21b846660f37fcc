/* Twelve chains of multiply-and-add, so that two units whose results take
 * four to six cycles stay busy. It is measured in the process that asks,
 * because clocks differ from minute to minute and from width to width. */
#include "nn_peak.h"

#include <string.h>

#include "nn_clock.h"

enum { LOOPS = 40000, RUNS = 40, CHAINS = 12 };

#if defined(__clang__)
#pragma STDC FP_CONTRACT ON
#define FUSED(features) __attribute__((noinline, target(features)))
#define FAST __attribute__((noinline))
#else
#define FUSED(features)                                                        \
    __attribute__((noinline, target(features), optimize("fp-contract=fast")))
#define FAST __attribute__((noinline, optimize("fp-contract=fast")))
#endif

/* One function for each width: vectors wider than the file's own flags allow
 * exist only inside a function that is compiled for them. What the chains
 * start from is volatile, so that no two of them can be merged. */
#define VECTOR(bytes) __attribute__((vector_size(bytes)))
#define CHAINS_OF(name, vector, attributes)                                    \
    typedef float name##_vector vector;                                        \
    attributes static float name(long loops, const volatile float *from)       \
    {                                                                          \
        name##_vector x = {from[0]}, y = {from[1]}, a = {from[2]};             \
        name##_vector b = {from[3]}, c = {from[4]}, d = {from[5]};             \
        name##_vector e = {from[6]}, f = {from[7]}, g = {from[8]};             \
        name##_vector h = {from[9]}, i = {from[10]}, j = {from[11]};           \
        name##_vector k = {from[12]}, l = {from[13]};                          \
        for (; loops > 0; loops--) {                                           \
            a = a * x + y, b = b * x + y, c = c * x + y, d = d * x + y;        \
            e = e * x + y, f = f * x + y, g = g * x + y, h = h * x + y;        \
            i = i * x + y, j = j * x + y, k = k * x + y, l = l * x + y;        \
        }                                                                      \
        a += b + c + d + e + f + g + h + i + j + k + l;                        \
        float first;                                                           \
        memcpy(&first, &a, sizeof first);                                      \
        return first;                                                          \
    }

#if defined(__x86_64__)
CHAINS_OF(chains_512, VECTOR(64), FUSED("avx512f,fma"))
CHAINS_OF(chains_256, VECTOR(32), FUSED("avx2,fma"))
#endif
#if defined(__riscv) /* vectors would go through memory */
CHAINS_OF(chains_least, , FAST)
enum { LEAST = 1 };
#else
CHAINS_OF(chains_least, VECTOR(16), FAST)
enum { LEAST = 4 };
#endif

double nn_peak_measure(const char *processor)
{
    static const volatile float from[14] = {0.5f, 0.25f};
    volatile float kept; /* without it compilers leave out the work */
    float (*chains)(long, const volatile float *) = chains_least;
    double lanes = LEAST, best = 1e9;
#if defined(__x86_64__)
    if (strcmp(processor, "avx512") == 0) {
        chains = chains_512;
        lanes = 16;
    } else if (strcmp(processor, "avx2") == 0) {
        chains = chains_256;
        lanes = 8;
    }
#else
    (void)processor;
#endif
    for (int i = 0; i < RUNS; i++) {
        double start = nn_clock_now();
        kept = chains(LOOPS, from);
        double passed = nn_clock_now() - start;
        best = passed < best ? passed : best;
    }
    (void)kept;
    return 2 * lanes * CHAINS * LOOPS / best;
}
