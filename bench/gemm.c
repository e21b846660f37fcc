/* gemm.c: writes a C program that times emitted matrix products.
 *
 *     build/bench/gemm [avx512|avx2|generic] >products.c
 *
 * The program prints each product's time, its share of the multiply-add peak
 * measured in the same process, and the plan's reasons. bench/gemm.sh does
 * all in one. */
#include <stdio.h>

#include "tile/gemm.h"

typedef struct Row {
    int m, n, k;
    bool turned; /* A by columns, B by plain rows: the gradient by a weight */
} Row;

/* clang-format off */
static const Row rows[] = {
    /* LeNet-5: forward, gradients by input and by weight */
    {64, 120, 400, false}, {64, 84, 120, false}, {64, 10, 84, false},
    {1, 120, 400, false}, {1, 84, 120, false}, {1, 10, 84, false},
    {64, 400, 120, false}, {64, 120, 84, false},
    {400, 120, 64, true}, {120, 84, 64, true},
    /* LSTM 128 to 256: all steps' inputs, one step, its gradients */
    {2048, 1024, 128, false}, {32, 1024, 256, false},
    {1, 1024, 256, false}, {32, 256, 1024, false},
    {256, 1024, 2048, true},
    /* Large, then odd ones */
    {64, 1024, 1024, false}, {256, 256, 256, false},
    {37, 101, 53, false}, {1, 77, 1000, false}, {5, 3, 7, false},
    {129, 33, 65, false}, {8, 128, 784, false},
    {50, 500, 500, false}, {100, 30, 20, false},
    {3, 200, 200, false}, {61, 67, 131, true},
    {16, 1000, 512, false},
};
/* clang-format on */

enum { ROWS = sizeof rows / sizeof *rows };

static GemmSpec spec_of(const Row *r, const Target *t)
{
    int64_t row = (r->n + t->lanes - 1) / t->lanes * t->lanes;
    GemmSpec s = {.m = r->m, .n = r->n, .k = r->k};
    s.unroll = -1;
    s.c = (Panels){.row = row};
    s.a = r->turned ? (Scalars){.row = 1, .column = r->m}
                    : (Scalars){.row = r->k, .column = 1};
    s.b = r->turned ? s.c : gemm_panels(&s, t);
    return s;
}

static const char begin[] =
    "#include <stdio.h>\n#include <stdlib.h>\n"
    "#include <time.h>\n\n"
    "#include \"nn_peak.h\"\n\n"
    "/* Of this process, so that others on the machine disturb less. */\n"
    "static double seconds(void)\n{\n    struct timespec t;\n"
    "    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);\n"
    "    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;\n}\n\n"
    "enum { REALS = 1 << 22, ROUNDS = 30 };\n\n"
    "static float *reals(void)\n{\n"
    "    float *p = aligned_alloc(64, REALS * sizeof(float));\n"
    "    if (p == NULL) {\n        exit(1);\n    }\n"
    "    for (int i = 0; i < REALS; i++) {\n"
    "        p[i] = (float)(i % 7) * 0.1f;\n    }\n"
    "    return p;\n}\n\n";

/* One product: as many calls as fill a millisecond, the best of ROUNDS. */
static void print_run(Text *out, const GemmPlan *p, const Row *r, int i)
{
    const char *scratch = p->scratch > 0 ? ", d" : "";
    text_printf(
        out,
        "static void run_%d(float *a, float *b, float *c, float *d,\n"
        "    double peak)\n{\n    (void)d;\n"
        "    double best = 1e9;\n    int calls = 1;\n"
        "    for (int round = 0; round < ROUNDS; round++) {\n"
        "        double start = seconds();\n"
        "        for (int call = 0; call < calls; call++) {\n"
        "            product_%d(a, b, c%s, 0, %d);\n"
        "            __asm__ volatile(\"\" ::: \"memory\");\n        }\n"
        "        double time = (seconds() - start) / calls;\n"
        "        best = time < best ? time : best;\n"
        "        calls = time < 1e-3 ? (int)(1e-3 / time) + 1 : 1;\n    }\n",
        i, i, scratch, p->units);
    text_printf(
        out,
        "    printf(\"%d x %d x %d%s: %%.2f us, %%.1f GF/s, %%.0f %%%% of "
        "the peak\\n\",\n           best * 1e6, %.1f / best / 1e9, 100 * "
        "%.1f / best / peak);\n    puts(\"    %s\");\n}\n\n",
        r->m, r->n, r->k,
        r->turned ? " turned" : "", p->flops, p->flops, p->why);
}

int main(int argc, char **argv)
{
    const Target *t = argc > 1 ? target_find(argv[1]) : target_native();
    if (t == NULL || argc > 2) {
        fprintf(stderr, "usage: gemm [avx512|avx2|generic]\n");
        return 2;
    }
    Arena *arena = arena_new();
    Text body = {.arena = arena};
    Text calls = {.arena = arena};
    for (int i = 0; i < ROWS; i++) {
        GemmSpec s = spec_of(&rows[i], t);
        GemmPlan *p = gemm_plan(arena, &s, t);
        gemm_emit(&body, p, arena_printf(arena, "product_%d", i));
        print_run(&body, p, &rows[i], i);
        text_printf(&calls, "    run_%d(a, b, c, d, peak);\n", i);
    }
    Text head = {.arena = arena};
    target_prelude(&head, t, text_str(&body));
    printf("#include <stddef.h>\n%s%s%s", begin, text_str(&head),
           text_str(&body));
    printf("int main(void)\n{\n    float *a = reals(), *b = reals();\n"
           "    float *c = reals(), *d = reals();\n"
           "    double peak = nn_peak_measure(\"%s\");\n"
           "    printf(\"%s, peak %%.1f GF/s\\n\", peak / 1e9);\n%s"
           "    free(a);\n    free(b);\n    free(c);\n    free(d);\n    return "
           "0;\n}\n",
           t->name, t->name, text_str(&calls));
    arena_free(arena);
    return 0;
}
