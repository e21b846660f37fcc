/* Every part is run once, whatever the numbers of parts and threads. */
#include "check.h"

#include <float.h>
#include <stdatomic.h>
#include <time.h>

#include "nn_thread.h"

typedef struct {
    _Atomic int times[64];
} tally;

static void count_part(void *context, int part)
{
    tally *t = context;
    atomic_fetch_add(&t->times[part], 1);
}

static void runs_each_part_once(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        nn_error e;
        nn_pool *pool = nn_pool_open(threads, &e);
        assert_non_null(pool);
        assert_int_equal(nn_pool_threads(pool), threads);
        for (int job = 0; job < 2000; job++) {
            tally t = {0};
            int parts = job % 17;
            nn_pool_run(pool, parts, count_part, &t);
            for (int i = 0; i < 64; i++)
                assert_int_equal(t.times[i], i < parts);
        }
        nn_pool_close(pool);
    }
}

/* Threads that have fallen asleep wake up again. */
static void wakes_up(void **state)
{
    nn_error e;
    nn_pool *pool = nn_pool_open(3, &e);
    const struct timespec pause = {0, 2000000};
    (void)state;
    assert_non_null(pool);
    for (int job = 0; job < 20; job++) {
        tally t = {0};
        nanosleep(&pause, NULL);
        nn_pool_run(pool, 9, count_part, &t);
        for (int i = 0; i < 64; i++)
            assert_int_equal(t.times[i], i < 9);
    }
    nn_pool_close(pool);
}

static void halve(void *context, int part)
{
    volatile float *x = context;
    x[part] = x[part] * 0.5f;
}

static void flushes_denormals(void **state)
{
#if defined(__x86_64__)
    float x[32];
    nn_error e;
    nn_pool *pool = nn_pool_open(2, &e);
    for (int i = 0; i < 32; i++)
        x[i] = FLT_MIN;
    nn_pool_run(pool, 32, halve, x);
    for (int i = 0; i < 32; i++)
        assert_true(x[i] == 0);
    nn_pool_close(pool);
#endif
    (void)state;
}

static void refuses_too_many(void **state)
{
    nn_error e;
    (void)state;
    assert_int_equal(nn_pool_threads(NULL), 1);
    assert_null(nn_pool_open(100000, &e));
    assert_non_null(strstr(e.text, "too many"));
    assert_true(nn_thread_processors() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_each_part_once),
        cmocka_unit_test(wakes_up),
        cmocka_unit_test(flushes_denormals),
        cmocka_unit_test(refuses_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
