/* str_test.c: growing text, distances of names, and files written whole. */
#define _XOPEN_SOURCE 700 /* for mkdtemp */
#include "base/str.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/fixture.h"

static void text_grows(void **state)
{
    Text text = {.arena = arena};
    (void)state;

    assert_string_equal(text_str(&text), "");
    for (int i = 0; i < 500; i++) {
        text_add(&text, "ab");
        text_add_n(&text, "cde", 1);
        text_printf(&text, "%03d", i);
    }
    assert_int_equal(text.n, 3000);
    assert_int_equal(strlen(text_str(&text)), 3000);
    assert_memory_equal(text.at + 2994, "abc499", 7);
}

static void distance_counts_edits(void **state)
{
    static const struct {
        const char *a, *b;
        int distance;
    } rows[] = {
        {"", "", 0},         {"relu", "relu", 0},   {"relu", "rleu", 1},
        {"", "abc", 3},      {"dense", "dens", 1},  {"dense", "denxse", 1},
        {"cov", "conv", 1},  {"maxpol", "pool", 4}, {"kitten", "sitting", 3},
        {"abcd", "badc", 2},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(str_distance(rows[i].a, rows[i].b), rows[i].distance);
        assert_int_equal(str_distance(rows[i].b, rows[i].a), rows[i].distance);
    }
}

static void nearest_finds_slips_only(void **state)
{
    static const char *const names[] = {"dense", "conv", "relu", "maxpool",
                                        "cross_entropy"};
    static const struct {
        const char *wrong, *nearest;
    } rows[] = {
        {"desne", "dense"},  {"crossentropy", "cross_entropy"},
        {"con", "conv"},     {"maxpol", "maxpool"},
        {"embedding", NULL}, {"x", NULL},
        {"", NULL},          {"selu", "relu"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *found = str_nearest(rows[i].wrong, names, 5);

        if (rows[i].nearest)
            assert_string_equal(found, rows[i].nearest);
        else
            assert_null(found);
    }
}

static void long_names_have_a_distance(void **state)
{
    char *a = arena_printf(arena, "%0400d", 0);
    (void)state;

    assert_int_equal(str_distance(a, "relu"), 400);
}

static void files_come_back(void **state)
{
    char folder[] = "/tmp/nnc-str-XXXXXX";
    char *path, *missing, *text;
    size_t size;
    (void)state;

    assert_non_null(mkdtemp(folder));
    path = arena_printf(arena, "%s/a", folder);
    missing = arena_printf(arena, "%s/none/a", folder);
    assert_true(str_write_file(path, "one\0two", 7));
    text = str_read_file(arena, path, &size);
    assert_int_equal(size, 7);
    assert_memory_equal(text, "one\0two", 8);
    assert_true(str_write_file(path, "", 0));
    assert_non_null(str_read_file(arena, path, &size));
    assert_int_equal(size, 0);
    errno = 0;
    assert_false(str_write_file(missing, "x", 1));
    assert_int_equal(errno, ENOENT);
    assert_null(str_read_file(arena, missing, &size));
    assert_int_equal(errno, ENOENT);
    assert_null(str_read_file(arena, folder, &size));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void full_disk_is_noticed(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_false(str_write_file("/dev/full", "x", 1));
    assert_int_equal(errno, ENOSPC);
}

static void names_of_files(void **state)
{
    static const struct {
        const char *file, *name, *beside;
    } rows[] = {
        {"a.nn", "b.csv", "b.csv"},         {"x/a.nn", "b.csv", "x/b.csv"},
        {"/a.nn", "../b", "/../b"},         {"x/a.nn", "/b.csv", "/b.csv"},
        {"./a.nn", "y/b.csv", "./y/b.csv"},
    };
    static const char *const names[] = {"b", "a.c"};
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(str_beside(arena, rows[i].file, rows[i].name),
                            rows[i].beside);
    assert_true(str_among(names, 2, "a.c"));
    assert_false(str_among(names, 1, "a.c") || str_among(names, 2, "a"));
    assert_true(str_ends("a.c", ".c") && str_ends(".c", ".c"));
    assert_false(str_ends("c", ".c") || str_ends("a.cc", ".c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows),
        cmocka_unit_test(names_of_files),
        cmocka_unit_test(distance_counts_edits),
        cmocka_unit_test(nearest_finds_slips_only),
        cmocka_unit_test(long_names_have_a_distance),
        cmocka_unit_test(files_come_back),
        cmocka_unit_test(full_disk_is_noticed),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
