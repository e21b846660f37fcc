/* races_iris.c: the whole tiny network for one row. The emitted text is part
 * of this file, so that its one straight function can be called as the
 * prototype's is; the entry around it is told as well. */
#include "iris.c"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "measure.h"
#include "network.h"
#include "races.h"

void iris_s(const float *x, float *y);
void iris_v(const float *x, float *y);

typedef struct {
    Network net;
    float *x, *y;
} Iris;

static void scalars(void *context, long times)
{
    const Iris *iris = context;
    for (long i = 0; i < times; i++) {
        iris_s(iris->x, iris->y);
    }
}

static void vectors(void *context, long times)
{
    const Iris *iris = context;
    for (long i = 0; i < times; i++) {
        iris_v(iris->x, iris->y);
    }
}

typedef void Straight(const float *params, const float *x, float *y);

static void straight(void *context, long times)
{
    const Iris *iris = context;
    Straight *volatile call = iris_infer1_straight; /* not inlined, as theirs */
    Straight *run = call;
    for (long i = 0; i < times; i++) {
        run(iris->net.params, iris->x, iris->y);
    }
}

static void entry(void *context, long times)
{
    const Iris *iris = context;
    network_run(&iris->net, NN_INFER, 1, times);
}

/* Both have the same weights, so they must agree. */
static void check(Iris *iris)
{
    float theirs[4];
    iris_s(iris->x, theirs);
    straight(iris, 1);
    for (int i = 0; i < 3; i++) {
        if (fabsf(theirs[i] - iris->y[i]) > 1e-5f) {
            fprintf(stderr, "bench: iris: %g is not %g\n", (double)iris->y[i],
                    (double)theirs[i]);
            exit(1);
        }
    }
}

void races_iris(void)
{
    Iris iris = {.net = network_open(&iris_model)};
    iris.x = network_reals(16, 1);
    iris.y = network_reals(16, 1);
    check(&iris);
    measure_race(&(Race){"iris b1", 1.5, scalars, straight, &iris});
    measure_race(
        &(Race){"  beside theirs in vectors", 1.5, vectors, straight, &iris});
    measure_note("  with the entry around it", measure_best(entry, &iris));
}
