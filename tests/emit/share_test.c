/* share_test.c: a tile that reads like an earlier one is written once. */
#include "emit/share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct File {
    Arena *arena;
    Text text;
    CodeOptions options;
    Program program;
    Emit e;
} File;

static void begin(File *f, int unroll)
{
    *f = (File){.arena = arena_new(), .options = {.unroll = unroll}};
    f->text.arena = f->arena;
    f->program = (Program){.name = "net"};
    f->e = (Emit){.arena = f->arena,
                  .program = &f->program,
                  .out = &f->text,
                  .options = &f->options};
}

/* Writes a tile for a kernel of `entry` with this body, whose %1$s is the name
 * that the tile's functions begin with; returns the name to call. */
static const char *tile(File *f, const char *entry, const char *format)
{
    Plan plan = {.prefix = arena_printf(f->arena, "net_%s", entry)};
    Kernel kernel = {.name = arena_printf(f->arena, "net_%s_h_matmul", entry)};
    Scope s = scope_new(&f->e, &plan, &kernel);
    const char *name = share_name(&s);
    size_t start = f->text.n;
    char text[400];

    snprintf(text, sizeof text, format, name);
    text_add(&f->text, text);
    share_tile(&s, start, name);
    return s.tile;
}

static const char body[] = "static float %1$s_row(float a)\n{\n"
                           "    return 2 * a;\n}\n"
                           "static float %1$s(float a, float b)\n{\n"
                           "    return %1$s_row(a) + b;\n}\n";

/* The longer name breaks the line elsewhere. */
static const char broken[] = "static float %1$s_row(float a)\n{\n"
                             "    return 2 * a;\n}\n"
                             "static float %1$s(float a,\n    float b)\n{\n"
                             "    return %1$s_row(a) + b;\n}\n";

static const char other[] = "static float %1$s_row(float a)\n{\n"
                            "    return 2 * a;\n}\n"
                            "static float %1$s(float a, float b)\n{\n"
                            "    return %1$s_row(a) - b;\n}\n";

static void the_same_is_written_once(void **state)
{
    File f;
    size_t size;
    (void)state;

    begin(&f, UNROLL_AUTO);
    assert_string_equal(tile(&f, "step", body), "net_h_matmul");
    size = f.text.n;
    assert_string_equal(tile(&f, "eval", broken), "net_h_matmul");
    assert_int_equal(f.text.n, size);
    assert_int_equal(strlen(text_str(&f.text)), size);
    assert_string_equal(tile(&f, "infer", other), "net_infer_h_matmul_tile");
    assert_true(f.text.n > size);
    assert_string_equal(tile(&f, "infer1", other), "net_infer_h_matmul_tile");
    arena_free(f.arena);
}

/* Locals that wish for the same name are the same, under any stand-in. */
static void locals_are_settled_first(void **state)
{
    File f;
    const char *first;
    (void)state;

    begin(&f, UNROLL_AUTO);
    first = names_local(f.arena, &f.e.names, "x");
    assert_string_equal(first, "x$0");
    tile(&f, "step", "static float %1$s(float x$0)\n{\n    return x$0;\n}\n");
    assert_null(strchr(text_str(&f.text), '$'));
    names_local(f.arena, &f.e.names, "x");
    assert_string_equal(
        tile(&f, "eval",
             "static float %1$s(float x$1)\n{\n    return x$1;\n}\n"),
        "net_h_matmul");
    arena_free(f.arena);
}

/* What is written out in full depends on how often the kernel calls it. */
static void written_out_tiles_stay(void **state)
{
    File f;
    size_t size;
    (void)state;

    begin(&f, UNROLL_FULL);
    tile(&f, "step", body);
    size = f.text.n;
    assert_string_equal(tile(&f, "eval", body), "net_eval_h_matmul_tile");
    assert_true(f.text.n > size);
    arena_free(f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_written_once),
        cmocka_unit_test(locals_are_settled_first),
        cmocka_unit_test(written_out_tiles_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
