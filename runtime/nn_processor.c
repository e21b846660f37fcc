/* Asked before any code of the model runs: an instruction that the processor
 * does not have would end the program without a word. */
#include "nn_processor.h"

#include <string.h>

static bool has(const char *processor)
{
#if defined(__x86_64__)
    if (strcmp(processor, "avx512") == 0)
        return __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl");
    if (strcmp(processor, "avx2") == 0)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#elif defined(__aarch64__)
    if (strcmp(processor, "neon") == 0)
        return true;
#elif defined(__wasm__) /* what a browser lacks it refuses to load */
    if (strcmp(processor, "wasm") == 0)
        return true;
#elif defined(__riscv)
    if (strcmp(processor, "riscv") == 0)
        return true;
#endif
    return strcmp(processor, "generic") == 0;
}

bool nn_processor_check(const nn_model *m, nn_error *e)
{
    if (m->processor == NULL || has(m->processor))
        return true;
    return nn_fail(e,
                   "this program was compiled for processors with %s, which "
                   "this one lacks: compile the model again here, or with "
                   "--target=generic",
                   m->processor);
}
