/* ops_test.c: the table of operators is complete, and what maps compute. */
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
        assert_non_null(shape_rules[i]);
        assert_true(strlen(row->doc) > 2);
        if (i != OP_SCAN && i != OP_PICK)
            assert_int_equal(grad_rules[i] == NULL, row->check == CHECK_NONE);
        if (row->kernel == KERNEL_ROW || row->kernel == KERNEL_POOL)
            assert_non_null(row->section);
        if (row->class != CLASS_MAP || i == OP_ROWS_MASK)
            continue;
        assert_non_null(strstr(row->scalar, "$a"));
        assert_non_null(strstr(row->vector, "$a"));
    }
}

/* The C of a row is text for generated files and a function here. */
static void maps_are_functions(void **state)
{
    (void)state;
    assert_string_equal(op_table[OP_MAX].scalar, "$a > $b ? $a : $b");
    assert_true(op_table[OP_MAX].value(2, 3, 0) == 3);
    assert_string_equal(op_table[OP_EXP].scalar, "NN_EXP($a)");
    assert_true(op_table[OP_EXP].value(0, 0, 0) == 1);
    assert_true(op_table[OP_SELECT].value(0, 2, 3) == 3);
    assert_null(op_table[OP_ROWS_MASK].value);
}

/* A graph as elaborated has a form in PyTorch; what gradients alone use has
 * none. */
static void forms_are_there(void **state)
{
    static const Op gradients[] = {
        OP_OVERLAP,    OP_CONV_DX,    OP_CONV_DW,  OP_MAXPOOL_AT,
        OP_MAXPOOL_DX, OP_AVGPOOL_DX, OP_XENT_DX,  OP_RMAX_DX,
        OP_MATMUL_AT,  OP_SCATTER,    OP_ADD_ROWS,
    };
    bool none[OP_COUNT] = {false};
    (void)state;

    for (size_t i = 0; i < sizeof gradients / sizeof *gradients; i++)
        none[gradients[i]] = true;
    for (int i = 0; i < OP_COUNT; i++) {
        const OpInfo *row = &op_table[i];

        assert_int_equal(row->pytorch == NULL, none[i]);
        for (int k = 0; row->class == CLASS_MAP && k < row->n_in; k++) {
            const char hole[] = {(char)('a' + k), '\0'};

            assert_non_null(strstr(row->pytorch, hole));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(maps_are_functions),
        cmocka_unit_test(forms_are_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
