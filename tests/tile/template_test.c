/* template_test.c: holes, hooks, written-out loops, registers, sections and
 * the folding of literals, one row a case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tile/ctoken.h"
#include "tile/template.h"

static void doubled(Text *out, void *context, int n, const char *const *args)
{
    (void)context;
    for (int i = 0; i < n; i++) {
        text_printf(out, "twice(%s);\n", args[i]);
    }
}

static const Hole holes[] = {
    {.name = "M", .text = "64"},
    {.name = "ONE", .text = "1"},
    {.name = "MR", .text = "2"},
    {.name = "NR", .text = "3"},
    {.name = "SUM", .text = "a + b"},
    {.name = "NAME", .text = "fc1"},
    {.name = "TYPE", .text = "const float *"},
    {.name = "NESTED", .text = "$M + k0"},
    {.name = "EMPTY", .text = "", .params = ""},
    {.name = "STORE",
     .params = "i, j, acc",
     .text = "y[$i * 128 + $j] = $acc; n++;"},
    {.name = "ROW",
     .params = "i, acc",
     .text = "for (int $q = 0; $q < 2; $q++) { s += $acc[$i][$q]; }"},
    {.name = "LOAD", .params = "k", .text = "x[$k * 4]"},
    {.name = "TWICE", .write = doubled},
};

enum { HOLES = sizeof holes / sizeof *holes };

typedef struct Row {
    const char *in, *out;
} Row;

/* clang-format off */
static const Row rows[] = {
    {"float $NAME[$M];", "float fc1[64];\n"},
    {"$TYPE p = q;", "const float * p = q;\n"},
    {"x = $SUM * 2;", "x = (a + b) * 2;\n"},
    {"x = $SUM;", "x = a + b;\n"},
    {"x = $M; /* rows */\ny();", "x = 64; /* rows */\ny();\n"},
    {"x = $M;\n/* calls */\ny();", "x = 64;\n/* calls */\ny();\n"},
    {"$EMPTY(); /* of nothing */\ny();", "y();\n"},
    {"for (;;) { /* ever */\n    y();\n}", "for (;;) { /* ever */\n    y();\n}\n"},
    {"x();\nfor (int $i = 0; $i < 1; $i++) { /* once */\n    y();\n}",
     "x();\n/* once */\ny();\n"},
    {"typedef struct {\n    int a; /* $M of them */\n    int b;\n} T;",
     "typedef struct {\n    int a; /* 64 of them */\n    int b;\n} T;\n"},
    {"f($SUM, c - $SUM);", "f(a + b, c - (a + b));\n"},
    {"if (x < $SUM) { y(); }", "if (x < a + b) {\n    y();\n}\n"},
    {"x[$M * 2 + 3] = y[k + 2 + 3];", "x[131] = y[k + 5];\n"},
    {"x[0 * 400 + (k + 0) * 4 * 2] = 1 * z;", "x[k * 8] = z;\n"},
    {"x = y - 2 + 3;", "x = y - 2 + 3;\n"},
    {"x = y / 2 * 3 * 1;", "x = y / 2 * 3;\n"},
    {"x = (2 + 3) * z;", "x = 5 * z;\n"},
    {"x = 0.5f + 0 * 2;", "x = 0.5f;\n"},
    {"for (int $i = 0; $i < $MR; $i++) { f($i); }", "f(0);\nf(1);\n"},
    {"for (int $i = 1; $i < 6; $i += $MR) { f($i); }", "f(1);\nf(3);\nf(5);\n"},
    {"for (int i = 0; i < 8; i += 8) { f(i, a.i, g[i + 1]); }", "f(0, a.i, g[1]);\n"},
    {"for (int i = 8; i < 8; i++) { f(i); }", ""},
    {"for (int k0 = 0; k0 < 1; k0++) { f($NESTED); }", "f(64);\n"},
    {"for (int i = 0; i < n; i++) { $EMPTY(); }", ""},
    {"for (int $i = 0; $i < 2; $i++) { int a = $i; f(a); }",
     "{\n    int a = 0;\n    f(a);\n}\n{\n    int a = 1;\n    f(a);\n}\n"},
    {"vec acc[$MR][$NR]; acc[1][$MR] = 0;",
     "vec acc_0_0, acc_0_1, acc_0_2;\nvec acc_1_0, acc_1_1, acc_1_2;\nacc_1_2 = 0;\n"},
    {"vec acc[$MR][$NR]; $STORE(1, 2, acc[1][2]);",
     "vec acc_0_0, acc_0_1, acc_0_2;\nvec acc_1_0, acc_1_1, acc_1_2;\ny[130] = acc_1_2;\nn++;\n"},
    {"vec acc[$MR][$NR]; $ROW(1, acc);",
     "vec acc_0_0, acc_0_1, acc_0_2;\nvec acc_1_0, acc_1_1, acc_1_2;\ns += acc_1_0;\ns += acc_1_1;\n"},
    {"vec w[$ONE]; w[0] = 1;", "vec w_0;\nw_0 = 1;\n"},
    {"float plain[8]; plain[i] = 1;", "float plain[8];\nplain[i] = 1;\n"},
    {"z = $LOAD(k + 1);", "z = x[(k + 1) * 4];\n"},
    {"$TWICE($M, k * 1);", "twice(64);\ntwice(k);\n"},
    {"/* C[$M] */", "/* C[64] */\n"},
    {"if (a) { b(); } else if (c) { d(); } else { $EMPTY(); e(); }",
     "if (a) {\n    b();\n} else if (c) {\n    d();\n} else {\n    e();\n}\n"},
    {"static int f(int a)\n{\nreturn a;\n}", "static int f(int a)\n{\n    return a;\n}\n"},
    {"struct a {\nint b;\n};", "struct a {\n    int b;\n};\n"},
    {"#define X 1\nx = X;", "#define X 1\nx = X;\n"},
    {"x = \"$M\";", "x = \"$M\";\n"},
};
/* clang-format on */

static void text_is_filled(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Arena *arena = arena_new();
        Text out = {.arena = arena};
        template_text(&out, rows[i].in, holes, HOLES, 0);
        assert_string_equal(text_str(&out), rows[i].out);
        arena_free(arena);
    }
}

static const char file[] = "/* for the reader only: $UNKNOWN */\n"
                           "int unused;\n"
                           "/* section: outer */\n"
                           "f($ONE);\n"
                           "/* section: inner */\n"
                           "g($MR);\n"
                           "/* end: inner */\n"
                           "h();\n"
                           "/* end: outer */\n";

static void sections_nest(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Text in_place = {.arena = arena};
    template_fill(&in_place, "t.c", file, "outer", holes, HOLES, 1);
    assert_string_equal(text_str(&in_place),
                        "    f(1);\n    g(2);\n    h();\n");
    Text inner = {.arena = arena};
    template_fill(&inner, "t.c", file, "inner", holes, HOLES, 0);
    template_fill(&inner, "t.c", file, "inner", holes, HOLES, 0);
    Hole more[HOLES + 1];
    memcpy(more, holes, sizeof holes);
    more[HOLES] = hole_text("inner", text_str(&inner));
    Text twice = {.arena = arena};
    template_fill(&twice, "t.c", file, "outer", more, HOLES + 1, 0);
    assert_string_equal(text_str(&twice), "f(1);\ng(2);\ng(2);\nh();\n");
    arena_free(arena);
}

static void lines_end_at_column_100(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Text in = {.arena = arena};
    text_add(&in, "call(");
    for (int i = 0; i < 60; i++) {
        text_printf(&in, "argument_%d, ", i);
    }
    text_add(&in, "last);");
    Text out = {.arena = arena};
    template_text(&out, text_str(&in), NULL, 0, 2);
    const char *s = text_str(&out);
    while (*s != 0) {
        size_t n = strcspn(s, "\n");
        assert_in_range(n, 9, 100);
        s += n + 1;
    }
    arena_free(arena);
}

/* Each of these is a bug of whoever wrote the template: exit status 70. */
static const char *const bugs[] = {
    "x = $UNKNOWN;",
    "/* $UNKNOWN */",
    "for (int $i = 0; $i < n; $i++) { f($i); }",
    "vec acc[$MR]; acc[i] = 0;",
    "vec acc[$SUM];",
    "$STORE(1, 2, 3, 4);",
    "for (int $i = 0; $i < 100000; $i++) { f($i); }",
};

static void bugs_end_the_process(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bugs / sizeof *bugs; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            if (freopen("/dev/null", "w", stderr) == NULL) {
                _exit(1);
            }
            Text out = {.arena = arena_new()};
            template_text(&out, bugs[i], holes, HOLES, 0);
            _exit(0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 70);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_filled),
        cmocka_unit_test(sections_nest),
        cmocka_unit_test(lines_end_at_column_100),
        cmocka_unit_test(bugs_end_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
