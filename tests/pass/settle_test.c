/* settle_test.c: how tensors lie, and so all of model.c, does not depend on the
 * order in which entries are planned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../support/kinds.h"
#include "../support/planned.h"
#include "../support/texts.h"
#include "emit/emit.h"

/* The batch of training is another than that of inference, so that products
 * of the entries wish for panels of different widths. */
#define TRAIN " train { optimizer adam(rate: 0.1); batch 20; } }"

static const char *const models[] = {
    "model m { input x: f32[40]; target c: class(10);\n"
    "  y = x -> dense(96) -> batchnorm -> relu -> dense(10); output y;\n"
    "  loss cross_entropy(y, c);" TRAIN,
    "model m { input x: f32[3, 8, 8]; target c: class(10);\n"
    "  y = x -> conv(5, 3, pad: 1) -> batchnorm -> relu -> maxpool(2)\n"
    "    -> conv(8, 3) -> relu -> flatten -> dense(10); output y;\n"
    "  loss cross_entropy(y, c);" TRAIN,
    "model m { input x: f32[9, 2]; target t: f32[1];\n"
    "  y = x -> lstm(64) -> last -> dense(1); output y;\n"
    "  loss squared_error(y, t);" TRAIN,
};

enum { MODELS = 3, MOST_ENTRIES = 5, TEXT = 1 << 20 };

/* The next order of n numbers; false behind the last. */
static bool next_order(int *order, int n)
{
    int i = n - 2, j = n - 1;

    while (i >= 0 && order[i] > order[i + 1])
        i--;
    if (i < 0)
        return false;
    while (order[j] < order[i])
        j--;
    for (int k = order[i]; k >= 0; k = -1)
        order[i] = order[j], order[j] = k;
    for (int a = i + 1, b = n - 1; a < b; a++, b--) {
        int k = order[a];

        order[a] = order[b];
        order[b] = k;
    }
    return true;
}

/* model.c where the program's entries are planned in this order. */
static const char *planned_so(Program *p, const char *target, const int *order)
{
    CodeOptions options = planned_options(target);
    Entry entry[MOST_ENTRIES];
    Plan *plan[MOST_ENTRIES];
    int n = p->entries.n;
    Plans plans;

    assert_true(n <= MOST_ENTRIES);
    memcpy(entry, p->entries.at, (size_t)n * sizeof *entry);
    for (int i = 0; i < n; i++)
        p->entries.at[i] = entry[order[i]];
    plans = pipeline_run(p, WANT_ALL, &options, NULL, NULL);
    for (int i = 0; i < n; i++)
        plan[order[i]] = plans.at[i];
    return emit_model_c(p->arena, p, plan, n, &options, "m.h");
}

/* The model of a text; NULL: that with a tensor of each kind. */
static void in_all_orders(const char *text, const char *target)
{
    static char first[TEXT];
    int order[MOST_ENTRIES] = {0, 1, 2, 3, 4};
    int orders = 0, n = text ? 4 : 5;

    do {
        Arena *arena = arena_new();
        Program *p = text ? text_program(arena, text) : kinds_program(arena);
        const char *c = planned_so(p, target, order);

        assert_int_equal(p->entries.n, n);

        if (orders++ == 0)
            assert_true(snprintf(first, TEXT, "%s", c) < TEXT);
        if (strcmp(first, c) != 0)
            fail_msg("%s, entries as %d %d %d %d %d: another model.c", target,
                     order[0], order[1], order[2], order[3], order[4]);
        arena_free(arena);
    } while (next_order(order, n));
    assert_int_equal(orders, text ? 24 : 120);
}

static void any_order_is_as_good(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        in_all_orders(models[i], "generic");
        in_all_orders(models[i], "avx512");
    }
    in_all_orders(NULL, "avx2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_is_as_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
