/* ops_test.c: the table of operators is complete and its names are found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ir/rules.h"

static void rows_are_complete(void **state)
{
    (void)state;
    for (int i = 0; i < OP_COUNT; i++) {
        const OpInfo *row = &op_table[i];

        assert_non_null(row->id);
        assert_non_null(row->attrs);
        assert_non_null(shape_rules[i]);
        assert_true(strlen(row->doc) > 2);
        if (row->class == CLASS_MAP && i != OP_ROWS_MASK) {
            assert_non_null(strstr(row->scalar, "$a"));
            assert_non_null(strstr(row->vector, "$a"));
        }
        if (row->class == CLASS_FORM)
            assert_non_null(row->lower);
        if (row->name)
            assert_ptr_equal(op_find(row->name), row);
    }
}

static void other_names_are_not_found(void **state)
{
    (void)state;
    assert_null(op_find("sofmax"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(other_names_are_not_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
