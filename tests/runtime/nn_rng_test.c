/* Philox against the published known answers of Random123 (kat_vectors), and
 * the moments of what is made of it. */
#include "check.h"

#include <math.h>

#include "nn_rng.h"

static void known_answers(void **state)
{
    static const struct {
        uint32_t counter[4];
        uint64_t key;
        uint32_t out[4];
    } rows[] = {
        {{0, 0, 0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         0xffffffffffffffff,
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         0x299f31d0a4093822,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t out[4];
        nn_rng_philox(rows[i].counter, rows[i].key, out);
        assert_memory_equal(out, rows[i].out, sizeof out);
    }
}

static void moments(void **state)
{
    enum { N = 20000 };
    nn_stream s = {7, NN_FOR_INIT, 3};
    double sum = 0, squares = 0, fourth = 0, uniform = 0;
    (void)state;
    for (uint64_t i = 0; i < N; i++) {
        double x = nn_rng_normal(s, i), u = nn_rng_uniform(s, i);
        assert_true(u > 0 && u < 1);
        uniform += u;
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
    }
    assert_true(fabs(uniform / N - 0.5) < 0.01);
    assert_true(fabs(sum / N) < 0.03);
    assert_true(fabs(squares / N - 1) < 0.04);
    assert_true(fabs(fourth / N - 3) < 0.3);
}

/* The library's own functions are within a few units of the last place. */
static void normal_is_box_muller(void **state)
{
    nn_stream s = {1, NN_FOR_DATA, 0};
    (void)state;
    for (uint64_t i = 0; i < 2000; i++) {
        uint32_t counter[4] = {(uint32_t)(i / 2), 0, 0, NN_FOR_DATA}, w[4];
        nn_rng_philox(counter, 1, w);
        double r = sqrt(-2 * log((w[0] + 0.5) * 0x1p-32));
        double a = 2 * acos(-1) * ((w[1] + 0.5) * 0x1p-32);
        double want = r * (i % 2 ? sin(a) : cos(a));
        assert_true(fabs(nn_rng_normal(s, i) - want) < 1e-13);
    }
}

static void shuffle_permutes(void **state)
{
    enum { N = 1000 };
    uint32_t a[N], b[N];
    int seen[N] = {0}, moved = 0;
    (void)state;
    for (uint32_t i = 0; i < N; i++)
        a[i] = b[i] = i;
    nn_rng_shuffle((nn_stream){1, NN_FOR_ORDER, 4}, a, N);
    for (uint32_t i = 0; i < N; i++) {
        seen[a[i]]++;
        moved += a[i] != i;
    }
    for (int i = 0; i < N; i++)
        assert_int_equal(seen[i], 1);
    assert_true(moved > N * 9 / 10);
    nn_rng_shuffle((nn_stream){1, NN_FOR_ORDER, 4}, b, N);
    assert_memory_equal(a, b, sizeof a);
    nn_rng_shuffle((nn_stream){1, NN_FOR_ORDER, 5}, b, N);
    assert_memory_not_equal(a, b, sizeof a);
}

static void orders_are_as_likely(void **state)
{
    enum { DRAWS = 6000 };
    int orders[9] = {0};
    (void)state;
    for (uint32_t i = 0; i < DRAWS; i++) {
        uint32_t a[] = {0, 1, 2};
        nn_rng_shuffle((nn_stream){1, NN_FOR_ORDER, i}, a, 3);
        orders[a[0] * 3 + a[1]]++;
    }
    for (int i = 0; i < 9; i++) /* within 5 deviations */
        assert_true(i % 4 == 0 ? orders[i] == 0 : abs(orders[i] - 1000) < 145);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(moments),
        cmocka_unit_test(normal_is_box_muller),
        cmocka_unit_test(shuffle_permutes),
        cmocka_unit_test(orders_are_as_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
