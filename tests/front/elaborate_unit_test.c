/* Which unit outputs and metrics have, however a loss is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "front/elaborate.h"
#include "front/parse.h"

static Arena *arena;
static Diag *diag;

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new();
    diag = diag_new(arena);
    return 0;
}

static int drop_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* x has columns 1, 2; t 3, 4; u 5, both of t's file but their own unit; raw is
 * as it stands in its file; past and next are windows of one source. */
static const char model[] =
    "model m {\n"
    "  input x: f32[2], past: f32[3, 2];\n"
    "  target t: f32[2], u: f32[1], raw: f32[2], next: f32[2];\n"
    "  h = x -> dense(3) -> tanh;\n"
    "  y = h -> dense(2);\n"
    "  z = h -> dense(1);\n"
    "  q = past -> dense(2);\n"
    "  f = past -> gru(2) -> last;\n"
    "  %s\n"
    "}\n";

static const char data[] =
    "data {\n"
    "  x = csv(\"a.csv\", columns: 1..2) -> standardize;\n"
    "  t = csv(\"a.csv\", columns: 3..4) -> standardize -> scale(0.5);\n"
    "  u = csv(\"a.csv\", column: 5) -> scale(1/255);\n"
    "  raw = csv(\"a.csv\", columns: 6..7);\n"
    "  past, next = csv(\"s.csv\", columns: 1..2) -> standardize\n"
    "    -> windows(3);\n"
    "}";

static const Program *program(const char *statements)
{
    Source *source = arena_alloc(arena, sizeof *source);
    const char *text = arena_printf(
        arena, model, arena_printf(arena, "%s\n  %s", statements, data));
    const Program *p;

    *source = (Source){.path = "a.nn", .text = text, .size = strlen(text)};
    p = elaborate_program(arena, diag, parse_text(arena, diag, source),
                          &(ElabOptions){0});
    if (!p) {
        diag_print(diag, stderr, false);
        fail_msg("%s", statements);
    }
    return p;
}

/* "t1 t2 - u1": a name and a place for each value, `-` where there is none. */
static const char *units_text(const Program *p, const UnitRuns *runs)
{
    Text out = {.arena = arena};

    for (int i = 0; i < runs->n; i++)
        for (int64_t k = 0; k < runs->at[i].count; k++) {
            const UnitRun *r = &runs->at[i];

            text_add(&out, out.n ? " " : "");
            if (r->input < 0)
                text_add(&out, "-");
            else
                text_printf(&out, "%s%lld", p->inputs.at[r->input].name,
                            (long long)(r->first + k * r->step + 1));
        }
    return text_str(&out);
}

static void expect(const char *statements, const UnitRuns *runs,
                   const Program *p, const char *units)
{
    const char *is = units_text(p, runs);

    if (strcmp(is, units) != 0)
        fail_msg("%s\ngives %s instead of %s", statements, is, units);
}

/* What is said, as JSON, has this in it. */
static bool says(const char *words)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool found;

    diag_print(diag, out, true);
    fclose(out);
    found = strstr(text, words) != NULL;
    free(text);
    return found;
}

static const char unknown[] = "the unit of the output";

/* Losses of every form, and what the output then has. */
static void losses(void **state)
{
    static const struct {
        const char *statements, *units;
    } rows[] = {
        {"output y; loss squared_error(y, t);", "t1 t2"},
        {"output y; loss squared_error(t, y);", "t1 t2"},
        {"output y; loss squared_error(t, y, reduce: sum);", "t1 t2"},
        {"output y; loss sum(square(y - t));", "t1 t2"},
        {"output y; loss mean(square(t - y));", "t1 t2"},
        {"d = y - t; output y; loss sum(d * d);", "t1 t2"},
        {"output y; loss mean(sqrt(square(y + -t) + 1e-3));", "t1 t2"},
        {"output y; loss sum(0.9 * relu(t - y) + 0.1 * relu(y - t));", "t1 t2"},
        {"output y; loss sum(log(exp(y - t) + exp(t - y)));", "t1 t2"},
        {"output y + 0; loss squared_error(y, t);", "t1 t2"},
        {"output y; loss squared_error(y * 1 - 0, t);", "t1 t2"},
        {"output y; loss squared_error(2 * y, 2 * t);", "t1 t2"},
        {"output 2 * y; loss squared_error(2 * y, t);", "t1 t2"},
        {"output y; loss sum(square((y - t) / 3) * 7);", "t1 t2"},
        {"output y; loss squared_error(y, t) + 0.1 * sum(square(h));", "t1 t2"},
        {"output y; loss squared_error(y, t), squared_error(z, u);", "t1 t2"},
        {"output y; loss squared_error(y, t) * 2 - 1;", "t1 t2"},
        {"output y; metric rmse(y, t); loss sum(square(h));", "t1 t2"},
        {"output y; loss squared_error(y -> dropout(0.1), t);", "t1 t2"},
        {"output y; loss squared_error(y, raw);", "- -"},
        {"output x + y; loss squared_error(x + y, t);", "t1 t2"},
        {"output exp(y + 1); loss squared_error(t, exp(y + 1));", "t1 t2"},
        {"s = x + y; output s; loss squared_error(s, t);", "t1 t2"},
        {"output slice(x, 2..2); loss squared_error(y, t);", "x2"},
        {"output f; loss squared_error(f, next);", "next1 next2"},
        {"output y unit t; loss squared_error(exp(y), t);", "t1 t2"},
        {"output y unit none; loss squared_error(y, t);", ""},
        {"output (z, z) -> concat unit next; loss squared_error(y, t);",
         "next1 next2"},
        {"output h; output o = y; loss squared_error(y, t);", "- - -"},
        {"output h; output o = 2 * y unit none; loss squared_error(y, t);",
         "- - -"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Program *p = program(rows[i].statements);

        expect(rows[i].statements, &p->outputs.at[0].units, p, rows[i].units);
        if (says(unknown)) {
            diag_print(diag, stderr, false);
            fail_msg("%s", rows[i].statements);
        }
    }
}

/* Views on either side, value by value. */
static void views(void **state)
{
    static const struct {
        const char *statements, *units;
    } rows[] = {
        {"output z; loss squared_error(z, slice(t, 2..2));", "t2"},
        {"output slice(y, 2..2); loss squared_error(y, t);", "t2"},
        {"output reshape(y, [2, 1]); loss squared_error(y, t);", "t1 t2"},
        {"output y; loss squared_error(reshape(y, [2, 1]), reshape(t, [2, "
         "1]));",
         "t1 t2"},
        {"swapped = (slice(y, 2..2), slice(y, 1..1)) -> concat;\n"
         "output y; loss squared_error(swapped, t);",
         "t2 t1"},
        {"output (z, y) -> concat; loss squared_error((y, z) -> concat, (t, u) "
         "-> concat);",
         "u1 t1 t2"},
        {"output (y, h) -> concat; loss squared_error(y, raw),\n"
         "  squared_error(slice(h, 1..2), t);",
         "- - t1 t2 -"},
        {"steps = past -> dense(2);\n"
         "output steps; loss squared_error(steps, past -> reverse);",
         "past5 past6 past3 past4 past1 past2"},
        {"back = h -> dense(2); output back; loss squared_error(back, x);",
         "x1 x2"},
        {"y2 = (past -> last) + f; output y2; loss squared_error(y2, next);",
         "next1 next2"},
        {"output f; loss squared_error(f, past -> last);", "past5 past6"},
        {"output y; loss squared_error(y, x), squared_error(y, t);", "t1 t2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Program *p = program(rows[i].statements);

        expect(rows[i].statements, &p->outputs.at[0].units, p, rows[i].units);
    }
}

/* Where the unit cannot be known, it is said. */
static void doubts(void **state)
{
    static const char *const rows[] = {
        "output 2 * y; loss squared_error(y, t);",
        "output y; loss squared_error(2 * y, t);",
        "output exp(y); loss squared_error(y, t);",
        "output y; loss squared_error(exp(y), t);",
        "output y; loss sum(square(y) - 2 * y * t + square(t));",
        "output y; loss sum(square(y / t - 1));",
        "output y; loss sum(y - t);",
        "output slice(y, 1..1) - slice(y, 2..2); loss squared_error(y, t);",
        "output x * y; loss squared_error(z, raw -> slice(1..1));",
        "output noise = z; loss squared_error(slice(x, 1..1) - z, u);",
        "output z; loss squared_error(z, slice(t, 1..1)),\n"
        "  squared_error(z, slice(t, 2..2));",
        "output z; loss squared_error(z, slice(t, 1..1)), squared_error(z, u);",
        "output s = z; output o = y; loss sum(square(y - t) / exp(z) + z);",
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag = diag_new(arena);
        program(rows[i]);
        if (!says(unknown))
            fail_msg("no doubt about: %s", rows[i]);
    }
}

/* As many sums as tell the units apart. */
static void metrics(void **state)
{
    static const struct {
        const char *arguments;
        int sums;
        const char *units;
    } rows[] = {
        {"y, t", 2, "t1 t2"},
        {"t, y", 2, "t1 t2"},
        {"2 * y, 2 * t", 2, "t1 t2"},
        {"z, u", 1, "u1"},
        {"z, slice(t, 2..2)", 1, "t2"},
        {"y, raw", 1, "-"},
        {"y, x", 2, "x1 x2"},
        {"past -> last, next", 2, "next1 next2"},
        {"q, past", 2, "past1 past2"},
        {"(z, y) -> concat, (u, t) -> concat", 3, "u1 t1 t2"},
        {"(z, z) -> concat, (u, u) -> concat", 1, "u1"},
        {"slice(q, 1..1), slice(past, 1..1)", 1, "past1"},
        {"h, tanh(h)", 1, "-"},
    };
    const Program *p;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Metric *m;

        diag = diag_new(arena);
        p = program(arena_printf(arena, "loss sum(square(h)); metric rmse(%s);",
                                 rows[i].arguments));
        m = &p->metrics.at[0];
        assert_int_equal(m->sums, rows[i].sums);
        expect(rows[i].arguments, &m->units, p, rows[i].units);
        assert_false(says("the unit of `rmse`"));
    }
    diag = diag_new(arena);
    p = program("loss sum(square(h)); metric mae(y, t), rmse(y, t);");
    for (int i = 0; i < 2; i++) {
        expect("mae, rmse", &p->metrics.at[i].units, p, "t1 t2");
        assert_int_equal(p->metrics.at[i].degree, 1 + i);
    }
    diag = diag_new(arena);
    program("loss sum(square(h)); metric rmse(exp(y), exp(t));");
    assert_true(says("the unit of `rmse`"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(losses, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(views, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(doubts, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(metrics, make_arena, drop_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
