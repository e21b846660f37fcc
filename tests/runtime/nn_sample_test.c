/* Which of several is drawn: how often, and from what is left. */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "nn_sample.h"

enum { COUNT = 4, DRAWS = 1000 };

/* Probabilities 1/2, 1/8, 1/4, 1/8. */
static void candidates(nn_candidate *c)
{
    static const double weights[COUNT] = {4, 1, 2, 1};
    for (int i = 0; i < COUNT; i++)
        c[i] = (nn_candidate){log(weights[i]), 10 + i};
}

typedef struct {
    const char *name;
    nn_sampling how;
    int counts[COUNT]; /* of so many evenly spaced draws */
} row;

static const row rows[] = {
    {"all", {.temperature = 1, .top_p = 1}, {500, 125, 250, 125}},
    {"two", {.temperature = 1, .top_p = 1, .top_k = 2}, {667, 0, 333, 0}},
    {"more than all",
     {.temperature = 1, .top_p = 1, .top_k = 9},
     {500, 125, 250, 125}},
    {"equal ones",
     {.temperature = 1, .top_p = 1, .top_k = 3},
     {571, 143, 286, 0}},
    {"half", {.temperature = 1, .top_p = 0.5}, {1000, 0, 0, 0}},
    {"more than half", {.temperature = 1, .top_p = 0.51}, {667, 0, 333, 0}},
    {"share of what is left",
     {.temperature = 1, .top_p = 0.6, .top_k = 2},
     {1000, 0, 0, 0}},
    {"warm", {.temperature = 2, .top_p = 1}, {369, 185, 261, 185}},
    {"cold", {.temperature = 0.01, .top_p = 1}, {1000, 0, 0, 0}},
    {"greedy",
     {.temperature = 9, .top_p = 1, .top_k = 4, .greedy = true},
     {1000, 0, 0, 0}},
};

static void as_often_as_probable(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        int counts[COUNT] = {0};
        for (int i = 0; i < DRAWS; i++) {
            nn_candidate c[COUNT];
            candidates(c);
            counts[nn_sample(&rows[r].how, c, COUNT, (i + 0.5) / DRAWS) - 10]++;
        }
        for (int k = 0; k < COUNT; k++)
            if (abs(counts[k] - rows[r].counts[k]) > 1)
                fail_msg("%s: %d was drawn %d times", rows[r].name, k,
                         counts[k]);
    }
}

static void far_apart(void **state)
{
    nn_sampling how = {.temperature = 1, .top_p = 1};
    nn_candidate c[2] = {{-5000, 1}, {5000, 2}};
    (void)state;
    assert_int_equal(nn_sample(&how, c, 2, 0.999999), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_often_as_probable),
        cmocka_unit_test(far_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
