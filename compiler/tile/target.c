/* target.c: the table of targets, and the prelude of generated files.
 *
 * In: a target and the text of a file's functions. Out: the lines that stand
 * before them. Cache sizes and rates are those of common processors of each
 * class (bench/ measures them), on the small side where they differ. */
#include "tile/target.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pack.h"
#include "tile/template.h"

/* clang-format off */
static const Target targets[] = {
    {.name = "avx512", .about = "x86-64 with AVX-512 (x86-64-v4)",
     .lanes = 16, .registers = 32, .fma = true,
     .broadcast = true, .fmas = 2, .latency = 4,
     .l1 = 32 << 10, .l2 = 1 << 20,
     .l2_rate = 44, .l3_rate = 10, .l3_latency = 200,
     .flags = "-march=x86-64-v4 -mprefer-vector-width=512",
     .guard = "defined(__AVX512F__) && defined(__AVX512VL__)",
     .triple = "x86_64-linux-gnu", .debian = "amd64"},
    {.name = "avx2", .about = "x86-64 with AVX2 and FMA (x86-64-v3)",
     .lanes = 8, .registers = 16, .fma = true,
     .fmas = 2, .latency = 4,
     .l1 = 32 << 10, .l2 = 512 << 10,
     .l2_rate = 32, .l3_rate = 10, .l3_latency = 200,
     .flags = "-march=x86-64-v3",
     .guard = "defined(__AVX2__) && defined(__FMA__)",
     .triple = "x86_64-linux-gnu", .debian = "amd64"},
    {.name = "neon", .about = "AArch64, 64-bit ARM with NEON",
     .lanes = 4, .registers = 32, .fma = true,
     .fmas = 2, .latency = 4,
     .l1 = 32 << 10, .l2 = 512 << 10,
     .l2_rate = 16, .l3_rate = 8, .l3_latency = 200,
     .flags = "-march=armv8-a", .gcc = "ira-loop-pressure",
     .own = "templates/neon.h",
     .guard = "defined(__aarch64__) && defined(__ARM_NEON)",
     .triple = "aarch64-linux-gnu", .debian = "arm64"},
    {.name = "wasm", .about = "WebAssembly with SIMD, for browsers",
     .lanes = 4, .registers = 16,
     .fmas = 1, .latency = 8,
     .l1 = 32 << 10, .l2 = 256 << 10,
     .l2_rate = 16, .l3_rate = 8, .l3_latency = 200,
     .flags = "-msimd128",
     .guard = "defined(__wasm_simd128__)",
     .triple = "wasm32-wasi", .clang = true, .memory = INT32_MAX},
    {.name = "riscv", .about = "64-bit RISC-V (RV64GC), without vectors",
     .lanes = 1, .registers = 32, .fma = true,
     .fmas = 1, .latency = 4,
     .l1 = 32 << 10, .l2 = 512 << 10,
     .l2_rate = 8, .l3_rate = 4, .l3_latency = 200,
     .flags = "-march=rv64gc -mabi=lp64d",
     .guard = "defined(__riscv) && __riscv_xlen == 64",
     .triple = "riscv64-linux-gnu", .debian = "riscv64"},
    {.name = "cortex-m", .about = "32-bit ARM without operating system",
     .lanes = 1, .registers = 32, .fma = true,
     .fmas = 1, .latency = 3,
     .l1 = 32 << 10, .l2 = 64 << 10,
     .l2_rate = 4, .l3_rate = 4, .l3_latency = 20,
     .flags = "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16",
     .triple = "arm-none-eabi", .bare = true, .memory = INT32_MAX},
    {.name = "generic", .about = "any processor, vectors of four floats",
     .lanes = 4, .registers = 16,
     .fmas = 1, .latency = 8,
     .l1 = 32 << 10, .l2 = 256 << 10,
     .l2_rate = 16, .l3_rate = 8, .l3_latency = 200,
     .flags = ""},
};
/* clang-format on */

enum { TARGETS = sizeof targets / sizeof *targets, MAX_ITEMS = 100 };

const Target *target_find(const char *name)
{
    for (int i = 0; i < TARGETS; i++) {
        if (strcmp(targets[i].name, name) == 0) {
            return &targets[i];
        }
    }
    return NULL;
}

const char *target_name(int i)
{
    return i >= 0 && i < TARGETS ? targets[i].name : NULL;
}

bool target_foreign(const Target *target)
{
#if defined(__x86_64__)
    static const char here[] = "x86_64-";
#elif defined(__aarch64__)
    static const char here[] = "aarch64-";
#elif defined(__riscv) && __riscv_xlen == 64
    static const char here[] = "riscv64-";
#else
    static const char here[] = "no triple begins so";
#endif
    return target->triple != NULL &&
           strncmp(target->triple, here, strlen(here)) != 0;
}

const Target *target_native(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") &&
                __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    if (avx2 && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") &&
        __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
        return target_find("avx512");
    }
    if (avx2) {
        return target_find("avx2");
    }
#elif defined(__aarch64__)
    return target_find("neon");
#elif defined(__riscv) && __riscv_xlen == 64
    return target_find("riscv");
#endif
    return target_find("generic");
}

int target_ahead(const Target *target, int scalars)
{
    bool many = target->registers > 16 && target->lanes > 1;
    return many && !target->broadcast && scalars > 1 ? scalars - 1 : 0;
}

const char *target_prefix(Arena *arena, const Target *target, int lanes)
{
    return lanes == target->lanes ? "nn_" : arena_printf(arena, "nn%d_", lanes);
}

/* The names of a template's sections in order; returns how many. */
static int sections(Arena *arena, const char *text, const char **names)
{
    static const char mark[] = "/* section: ";
    int n = 0;
    for (const char *at = strstr(text, mark); at != NULL && n < MAX_ITEMS;
         at = strstr(at, mark)) {
        at += strlen(mark);
        names[n++] = arena_copy(arena, at, strcspn(at, " "));
    }
    return n;
}

void target_once(Text *out, const char *name, const char *text)
{
    /* the same macro or typedef again is no mistake */
    bool again = strchr(text, '{') == NULL || strncmp(text, "#", 1) == 0;
    char *guard = arena_copy(out->arena, name, strcspn(name, "+"));
    for (char *c = guard; *c != 0; c++) {
        *c = (char)toupper((unsigned char)*c);
    }
    if (again) {
        text_printf(out, "%s\n", text);
    } else {
        text_printf(out, "#ifndef %s_DEFINED\n#define %s_DEFINED\n%s#endif\n\n",
                    guard, guard, text);
    }
}

/* Fills the section of the packed file `own`, or of `path` where own is NULL or
 * has none of that name. */
static void fill_item(Text *out, const char *path, const char *own,
                      const char *name, const Hole *holes, int n_holes)
{
    const char *mark = arena_printf(out->arena, "/* section: %s */", name);
    if (own != NULL && strstr(pack_find(own), mark) != NULL) {
        path = own;
    }
    template_fill(out, path, pack_find(path), name, holes, n_holes, 0);
}

/* The sections of a packed file whose names body uses, and what they use in
 * turn; each stands before its users there, so one look from the end is
 * enough. The section `types` is always taken. Where names begin with nn_,
 * they get `prefix` instead. */
static void items(Text *out, const char *path, const char *own,
                  const Hole *holes, int n_holes, const char *prefix,
                  const char *body)
{
    const char *text = pack_find(path);
    if (text == NULL) {
        nnc_bug("%s is not packed into nnc", path);
    }
    const char *names[MAX_ITEMS];
    Text taken[MAX_ITEMS];
    Text more = {.arena = out->arena};
    int n = sections(out->arena, text, names);
    for (int i = n - 1; i >= 0; i--) {
        const char *name = str_replace(out->arena, names[i], "nn_", prefix);
        Text item = {.arena = out->arena};
        taken[i] = item;
        if (strcmp(name, "types") == 0 || str_mentions(body, name) ||
            str_mentions(text_str(&more), name)) {
            fill_item(&item, path, own, names[i], holes, n_holes);
            text_add(&taken[i],
                     str_replace(out->arena, text_str(&item), "nn_", prefix));
            text_add(&more, text_str(&taken[i]));
        }
    }
    for (int i = 0; i < n; i++) {
        if (taken[i].n > 0) {
            target_once(out, str_replace(out->arena, names[i], "nn_", prefix),
                        text_str(&taken[i]));
        }
    }
}

/* "s, s, s, s" for a vector of four. */
static void each(Text *out, void *context, int n, const char *const *args)
{
    const int *lanes = context;
    for (int i = 0; i < *lanes && n == 1; i++) {
        text_printf(out, "%s%s", i > 0 ? ", " : "", args[0]);
    }
}

/* The numbers of the lanes. */
static void numbers(Text *out, void *context, int n, const char *const *args)
{
    const int *lanes = context;
    (void)args;
    for (int i = 0; i < *lanes && n == 0; i++) {
        text_printf(out, "%s%d", i > 0 ? ", " : "", i);
    }
}

/* The lanes of two vectors in turn, from lane args[0] of both on. */
static void zip(Text *out, void *context, int n, const char *const *args)
{
    const int *lanes = context;
    for (int i = 0; i < *lanes && n == 1; i++) {
        text_printf(out, "%s%d", i > 0 ? ", " : "",
                    atoi(args[0]) + i / 2 + i % 2 * *lanes);
    }
}

/* What of templates/lanes.h body uses for one width of vectors, behind what
 * both use of vector.h or scalar.h, or of `own` what that has. */
static void vectors(Text *out, int lanes, const char *own, const char *prefix,
                    const char *body)
{
    int stages = 0;
    while (1 << stages < lanes) {
        stages++;
    }
    Hole holes[] = {
        hole_int(out->arena, "LANES", lanes),
        hole_int(out->arena, "BYTES", lanes * 4),
        hole_int(out->arena, "STAGES", stages),
        {.name = "EACH", .write = each, .context = &lanes},
        {.name = "ZIP", .write = zip, .context = &lanes},
        {.name = "LANE", .write = numbers, .context = &lanes},
    };
    Text upper = {.arena = out->arena};
    if (lanes == 1)
        items(&upper, "templates/float.h", NULL, NULL, 0, prefix, body);
    items(&upper, "templates/lanes.h", NULL, holes, 6, prefix,
          arena_printf(out->arena, "%s%s", body, text_str(&upper)));
    const char *last = text_str(&upper);
    items(out, lanes == 1 ? "templates/scalar.h" : "templates/vector.h", own,
          holes, 6, prefix, arena_printf(out->arena, "%s%s", body, last));
    text_add(out, last);
}

void target_prelude(Text *out, const Target *target, const char *body)
{
    if (target->guard != NULL) {
        text_printf(out,
                    "#if !(%s)\n"
                    "#error \"compile this file with %s\"\n"
                    "#endif\n\n",
                    target->guard, target->flags);
    }
    text_add(out, "#if defined(__GNUC__) && !defined(__clang__) && "
                  "defined(__STRICT_ANSI__) && \\\n"
                  "    defined(__FP_FAST_FMAF)\n"
                  "#error \"gcc -std=c11 keeps multiplications and additions "
                  "apart: use -std=gnu11\"\n"
                  "#endif\n\n");
    text_printf(out,
                "#if defined(NN_LANES) && NN_LANES != %d\n"
                "#error \"models for two targets in one file: compile each by "
                "itself\"\n"
                "#endif\n"
                "#define NN_LANES %d\n\n",
                target->lanes, target->lanes);
    Text own = {.arena = out->arena};
    vectors(&own, target->lanes, target->own, "nn_", body);
    bool maths = str_mentions(body, "INFINITY") ||
                 str_mentions(text_str(&own), "NN_LOG1P") ||
                 str_mentions(text_str(&own), "NN_EXPM1");
    text_add(out, target->lanes == 1 && maths ? "#include <math.h>\n\n" : "");
    text_add(out, text_str(&own));
    for (int lanes = target->lanes / 2; lanes >= TARGET_NARROWEST; lanes /= 2) {
        const char *prefix = target_prefix(out->arena, target, lanes);
        if (strstr(body, prefix) != NULL) {
            vectors(out, lanes, NULL, prefix, body);
        }
    }
}

void target_prelude_plain(Text *out, const char *body)
{
    Text macros = {.arena = out->arena};
    items(&macros, "templates/real.h", NULL, NULL, 0, "nn_", body);
    bool math = macros.n > 0 || str_mentions(body, "INFINITY");
    text_printf(out, "%s\n%s", math ? "#include <math.h>\n" : "",
                text_str(&macros));
}
