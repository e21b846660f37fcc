/* Orders of rows: each row comes once, in whichever way, whether they are
 * listed or computed. */
#include "check.h"

#include "nn_order.h"

enum { PLACES = 1000, LAST = 7 };

/* Every place but the multiples of 7. */
static bool is_row(const void *context, int64_t place)
{
    (void)context;
    return place % LAST != 0;
}

/* The rows in the order's way, each of them once; how many are in the place
 * that they have by themselves. */
static int given(nn_order *o, uint32_t *rows)
{
    int seen[PLACES] = {0}, kept = 0;
    nn_order_next(o, rows, o->count);
    for (int i = 0; i < o->count; i++) {
        assert_true(is_row(NULL, rows[i]));
        assert_int_equal(seen[rows[i]]++, 0);
        kept +=
            rows[i] == (uint32_t)(i / (LAST - 1) * LAST + i % (LAST - 1) + 1);
    }
    return kept;
}

static void all_come_once(void **state)
{
    uint32_t rows[PLACES], again[PLACES];
    nn_error e;
    (void)state;
    for (int listed = 0; listed < 2; listed++) {
        nn_order o = nn_order_open(PLACES, is_row, NULL);
        o.most = listed ? PLACES : 0;
        assert_int_equal(o.count, PLACES - 143);
        assert_int_equal(given(&o, rows), o.count);
        assert_true(nn_order_draw(&o, (nn_stream){1, NN_FOR_ORDER, 1}, &e));
        assert_true(given(&o, rows) < 20);
        assert_true(nn_order_draw(&o, (nn_stream){1, NN_FOR_ORDER, 2}, &e));
        given(&o, again);
        assert_memory_not_equal(rows, again, sizeof *rows * (size_t)o.count);
        assert_true(nn_order_draw(&o, (nn_stream){1, NN_FOR_ORDER, 1}, &e));
        nn_order_skip(&o, 10);
        nn_order_next(&o, again + 10, o.count - 10);
        assert_memory_equal(rows + 10, again + 10,
                            sizeof *rows * (size_t)(o.count - 10));
        nn_order_sort(&o);
        assert_int_equal(given(&o, rows), o.count);
        nn_order_close(&o);
    }
}

/* All orders of three, drawn often, are as likely. */
static void places_are_as_likely(void **state)
{
    enum { DRAWS = 6000 };
    int orders[9] = {0};
    (void)state;
    for (uint32_t i = 0; i < DRAWS; i++) {
        nn_stream s = {1, NN_FOR_ORDER, i};
        orders[nn_rng_place(s, 0, 3) * 3 + nn_rng_place(s, 1, 3)]++;
    }
    for (int i = 0; i < 9; i++) /* within 5 deviations */
        assert_true(i % 4 == 0 ? orders[i] == 0 : abs(orders[i] - 1000) < 145);
}

static bool is_any(const void *context, int64_t place)
{
    (void)context;
    return place >= 2;
}

/* Ten rows behind the first two, in three lanes: 4, 3 and 3 long. */
static void lanes_go_on(void **state)
{
    static const uint32_t wanted[] = {2, 6, 9, 3, 7, 10, 4, 8, 11, 5};
    uint32_t rows[10];
    nn_order o = nn_order_open(12, is_any, NULL);
    (void)state;
    nn_order_lanes(&o, 3);
    nn_order_next(&o, rows, 10);
    assert_memory_equal(rows, wanted, sizeof wanted);
    nn_order_close(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_come_once),
        cmocka_unit_test(places_are_as_likely),
        cmocka_unit_test(lanes_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
