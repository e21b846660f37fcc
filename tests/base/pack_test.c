/* pack_test.c: what is packed is, byte for byte, what stands in the tree. The
 * test runs in the tree's top folder. */
#include "base/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

static void packed_files_are_the_tree_s(void **state)
{
    Arena *arena = arena_new();
    (void)state;

    for (int i = 0; pack_path(i); i++) {
        size_t size;
        const char *text = str_read_file(arena, pack_path(i), &size);

        assert_non_null(text);
        assert_string_equal(pack_find(pack_path(i)), text);
        if (i)
            assert_true(strcmp(pack_path(i - 1), pack_path(i)) < 0);
    }
    arena_free(arena);
}

static void unknown_paths_are_not_found(void **state)
{
    (void)state;
    assert_null(pack_find("templates/nothing.c"));
    assert_null(pack_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_files_are_the_tree_s),
        cmocka_unit_test(unknown_paths_are_not_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
