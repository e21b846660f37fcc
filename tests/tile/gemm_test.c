/* gemm_test.c: emitted matrix products of many shapes and layouts, compiled
 * and compared with sums in double, for every target this machine can run.
 *
 * CC chooses the compiler (default cc), CFLAGS_EMIT adds flags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/runs.h"
#include "tile/gemm.h"
#include "tile/template.h"

enum { PLAIN, PACKED, HALVES }; /* layouts of B and C in the table */
enum { LINE = 1 };              /* a hook, as in gemm_sums.h */

typedef struct Row {
    const char *name;
    int m, n, k;
    int turned; /* A[m][k] lies at a[k * row + m] */
    int b, c;
    int hook;
    bool rough;
    int blocks; /* of A's k */
    int unroll;
} Row;

/* clang-format off */
static const Row rows[] = {
    {"tiny", 5, 3, 7, .b = PACKED, .unroll = -1},
    {"one", 1, 1, 1, .unroll = -1},
    {"odd", 37, 101, 53, .b = PACKED, .unroll = -1},
    {"odd rough", 37, 101, 53, .rough = true, .unroll = -1},
    {"row", 1, 77, 1000, .b = PACKED, .unroll = -1},
    {"row plain", 1, 64, 300, .rough = true, .unroll = -1},
    {"two rows", 2, 40, 96, .b = PACKED, .unroll = -1},
    {"prime", 129, 33, 65, .b = PACKED, .unroll = -1},
    {"lenet f5", 64, 120, 400, .b = PACKED, .unroll = -1},
    {"lenet f7", 64, 10, 84, .b = PACKED, .unroll = -1},
    {"turned", 40, 120, 64, .turned = 1, .c = PACKED, .unroll = -1},
    {"turned long", 30, 60, 700, .turned = 1, .c = PACKED, .rough = true, .unroll = -1},
    {"turned hook", 24, 64, 600, .turned = 1, .hook = LINE, .unroll = -1},
    {"halves", 20, 128, 50, .b = HALVES, .c = HALVES, .unroll = -1},
    {"long", 20, 96, 2100, .b = PACKED, .hook = LINE, .unroll = -1},
    {"uneven", 33, 50, 1031, .b = PACKED, .unroll = -1},
    {"line", 12, 45, 30, .b = PACKED, .hook = LINE, .rough = true, .unroll = -1},
    {"blocks", 16, 32, 128, .b = PACKED, .blocks = 4, .unroll = -1},
    {"blocks long", 20, 96, 2048, .b = PACKED, .blocks = 64, .unroll = -1},
    {"blocks longer", 20, 96, 2048, .b = PACKED, .blocks = 2, .unroll = -1},
    {"blocks prime", 20, 96, 2062, .b = PACKED, .blocks = 2, .unroll = -1},
    {"blocks turned", 40, 1024, 1024, .turned = 1, .blocks = 32, .hook = LINE, .unroll = -1},
    {"none", 19, 35, 21, .b = PACKED, .unroll = 0},
    {"full", 6, 35, 21, .b = PACKED, .unroll = INT32_MAX},
    {"some", 19, 35, 210, .b = PACKED, .unroll = 200},
    {"sets", 40, 1024, 300, .turned = 1, .unroll = -1},
    {"sets hook", 40, 1023, 300, .turned = 1, .hook = LINE, .unroll = -1},
    {"large", 70, 400, 1200, .b = PACKED, .unroll = -1},
};
/* clang-format on */

enum { ROWS = sizeof rows / sizeof *rows };

/* What the hooks need: the reals of a row of y, and the lanes. */
typedef struct Rows {
    int64_t row;
    int lanes;
} Rows;

static void store_to(Text *out, const GemmCell *cell, const Rows *y,
                     const char *value)
{
    bool part = cell->lanes < y->lanes;
    text_printf(out, "%s(&y[%s * %lld + %s], %s",
                part ? "nn_vstore_n" : "nn_vstore", cell->row,
                (long long)y->row, cell->column, value);
    if (part) {
        text_printf(out, ", %d", cell->lanes);
    }
    text_add(out, ");\n");
}

/* The hooks store to plain rows y. */
static void line_hook(Text *out, void *context, const GemmCell *cell)
{
    Arena *arena = out->arena;
    store_to(out, cell, context,
             arena_printf(arena, "2.0f * %s + 1.0f", cell->acc[0]));
}

static void gates_hook(Text *out, void *context, const GemmCell *cell)
{
    Text value = {.arena = out->arena};
    for (int g = 0; g < cell->n; g++) {
        text_printf(&value, "%s%d.0f * %s", g > 0 ? " + " : "", g + 1,
                    cell->acc[g]);
    }
    store_to(out, cell, context, text_str(&value));
}

static Panels layout(int kind, int64_t height, const Target *t, int64_t plain,
                     Panels packed)
{
    if (kind == PLAIN) {
        return (Panels){.row = plain};
    }
    if (kind == PACKED && packed.width > 0) {
        return packed;
    }
    int width = kind == PACKED ? 2 * t->lanes : 4 * t->lanes;
    return (Panels){.width = width, .row = width, .panel = height * width};
}

static GemmSpec spec_of(const Row *r, const Target *t, Rows *y)
{
    int64_t whole = (r->n + t->lanes - 1) / t->lanes * t->lanes;
    int64_t plain = r->rough ? r->n : whole;
    GemmSpec s = {.m = r->m, .n = r->n, .k = r->k};
    s.a = (Scalars){.row = r->k + 3, .column = 1};
    if (r->turned) {
        s.a = (Scalars){.row = 1, .column = r->m + 2};
    }
    if (r->blocks > 0) {
        s.a = (Scalars){.row = r->k / r->blocks, .column = 1};
        s.a.block = r->k / r->blocks;
        s.a.outer = r->m * s.a.row + 5;
        if (r->turned) {
            s.a.row = 1;
            s.a.outer = r->m + 2;
            s.a.column = r->blocks * s.a.outer;
        }
    }
    s.b_rough = r->rough && r->b == PLAIN;
    s.c_rough = r->rough;
    s.unroll = r->unroll;
    *y = (Rows){plain, t->lanes};
    s.context = y;
    static GemmHook *const hooks[] = {NULL, line_hook};
    s.store = hooks[r->hook];
    s.params = s.store != NULL ? ", float *restrict y" : NULL;
    Panels none = {0};
    s.c = layout(r->c, r->m, t, plain, none);
    s.b = layout(r->b, r->k, t, plain, gemm_panels(&s, t));
    return s;
}

/* The function, its caller with the common signature, and its table row. */
static void print_case(Text *out, Text *table, const Row *r, int i,
                       const Target *t)
{
    Arena *arena = out->arena;
    Rows *y = NEW(arena, Rows);
    GemmSpec s = spec_of(r, t, y);
    GemmPlan *p = gemm_plan(arena, &s, t);
    gemm_emit(out, p, arena_printf(arena, "product_%d", i));
    text_printf(
        out,
        "static void call_%d(const float *a, const float *b, float *c,\n"
        "float *scratch, int from, int to)\n"
        "{\n(void)scratch;\n"
        "product_%d(a, b%s, from, to);\n}\n",
        i, i,
        p->scratch == 0 ? ", c"
        : s.store       ? ", scratch, c"
                        : ", c, scratch");
    text_printf(table, "{\"%s %s\", %d, %d, %d, %d, ", r->name, t->name, r->m,
                r->n, r->k, t->lanes);
    text_printf(table, "%lld, %lld, %lld, %lld, ", (long long)s.a.row,
                (long long)s.a.column, (long long)s.a.block,
                (long long)s.a.outer);
    text_printf(table, "%d, %lld, %lld, %d, %lld, %lld, ", s.b.width,
                (long long)s.b.row, (long long)s.b.panel, s.c.width,
                (long long)s.c.row, (long long)s.c.panel);
    text_printf(table, "%d, %d, %d, %d, %lld, call_%d},\n", s.b_rough,
                s.c_rough, r->hook, p->units, (long long)p->scratch, i);
}

/* Gates that end with vectors, within one, and within the first. */
static const struct {
    int gates, n;
} gated[] = {{4, 32}, {3, 20}, {2, 3}, {7, 17}, {40, 16}};

enum { GATED = sizeof gated / sizeof *gated };

static void print_gates(Text *out, Text *table, int i, const Target *t)
{
    Rows y = {gated[i].n, t->lanes};
    GateSpec s = {.gates = gated[i].gates,
                  .n = gated[i].n,
                  .row = gemm_gates_row(gated[i].gates * gated[i].n, t),
                  .store = gates_hook,
                  .context = &y,
                  .params = ", float *restrict y"};
    gemm_gates(out, &s, t, arena_printf(out->arena, "gates_%d", i));
    text_printf(table, "bad |= check_gates(%d, %d, %lld, gates_%d);\n", s.gates,
                gated[i].n, (long long)s.row, i);
}

static void print_program(Text *out, const Target *t)
{
    Text more = {.arena = out->arena};
    Text body = {.arena = out->arena};
    Text table = {.arena = out->arena};
    for (int i = 0; i < ROWS; i++) {
        print_case(&body, &table, &rows[i], i, t);
    }
    for (int i = 0; i < GATED; i++) {
        print_gates(&body, &more, i, t);
    }
    text_add(out, "#include <stddef.h>\n\n");
    target_prelude(out, t, text_str(&body));
    text_printf(out,
                "%s\n#include \"tests/tile/gemm_check.h\"\n\n"
                "static const Case cases[] = {\n%s};\n\n"
                "int main(void)\n{\nint bad = 0;\n"
                "for (int i = 0; i < %d; i++) {\nbad |= check(&cases[i]);\n}\n"
                "%sreturn bad;\n}\n",
                text_str(&body), text_str(&table), ROWS, text_str(&more));
}

/* Compiles the program without a warning and runs it; its exit status. */
static int build_and_run(Arena *arena, const Target *t, const Text *program)
{
    const char *cc = getenv("CC") != NULL ? getenv("CC") : "cc";
    const char *more = getenv("CFLAGS_EMIT");
    char dir[] = "/tmp/gemm_test.XXXXXX";
    assert_non_null(mkdtemp(dir));
    const char *file = arena_printf(arena, "%s/p.c", dir);
    assert_true(str_write_file(file, text_str(program), program->n));
    const char *command = arena_printf(
        arena,
        "%s -std=gnu11 -O2 %s -Wall -Wextra -Wpedantic -Wshadow "
        "-Wconversion -Wundef -Wmissing-prototypes -Wstrict-prototypes "
        "-Werror -I. %s -o %s/p %s -lm && %s/p",
        cc, flags_here(t), more != NULL ? more : "", dir, file, dir);
    int status = system(command);
    if (status != 0) {
        print_error("failed: %s\n", command);
    }
    assert_int_equal(system(arena_printf(arena, "rm -r %s", dir)), 0);
    return status;
}

static void products_are_right(void **state)
{
    (void)state;
    for (int i = 0; target_name(i) != NULL; i++) {
        const Target *t = target_find(target_name(i));
        if (runs_here(t)) {
            Arena *arena = arena_new();
            Text program = {.arena = arena};
            print_program(&program, t);
            assert_int_equal(build_and_run(arena, t, &program), 0);
            arena_free(arena);
        }
    }
}

static bool keeps_several(const Row *r, const Target *t, bool in_order)
{
    Arena *arena = arena_new();
    Text out = {.arena = arena};
    Rows y;
    GemmSpec s = spec_of(r, t, &y);
    s.in_order = in_order;
    gemm_emit(&out, gemm_plan(arena, &s, t), "product");
    bool several = strstr(text_str(&out), "more_") != NULL;
    arena_free(arena);
    return several;
}

/* Whatever the tile, and where it would keep several sums otherwise. */
static void sums_are_in_order(void **state)
{
    (void)state;
    for (int i = 0; target_name(i) != NULL; i++) {
        const Target *t = target_find(target_name(i));
        bool several = false;
        for (int j = 0; j < ROWS; j++) {
            several |= keeps_several(&rows[j], t, false);
            assert_false(keeps_several(&rows[j], t, true));
        }
        assert_true(several);
    }
}

static void rows_have_sizes(void **state)
{
    (void)state;
    const Target *t = target_find("avx512");
    Panels packed = {.width = 32, .row = 32, .panel = 3200};
    assert_int_equal(gemm_size(&packed, 100, 33, t), 6400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_right),
        cmocka_unit_test(sums_are_in_order),
        cmocka_unit_test(rows_have_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
