/* Gradients against differences, in the double build: the slope of the loss
 * by the five-point formula of fourth order (Abramowitz and Stegun, 25.3.6),
 * at all values of a parameter or at a sample of them. The error of a
 * parameter is max|a - b| / (max|b| + 1e-12), a being gradients and b
 * differences; it must not exceed 1e-6. Where a step of the first size
 * crosses a kink (relu), smaller ones are tried. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn_init.h"
#include "nn_layout.h"
#include "nn_mem.h"
#include "nn_rng.h"
#include "nn_run.h"

/* Values checked of each parameter, so that the operations of all losses
 * together stay near the budget: 10 to 20 seconds of plain loops. */
enum { LEAST_SAMPLE = 10, MOST_SAMPLE = 200 };

static const double tolerance = 1e-6, budget = 4e10;

typedef struct {
    nn_run *run;
    nn_scalars scalars;
    int64_t *items; /* training rows in an order drawn at random */
    int rows;
    int64_t sample;
    double loss;
    int64_t *picked; /* of one parameter */
    double noise;    /* what differences cannot tell from 0 */
} check;

/* The loss at the present parameters; `outputs` says which gradients to write,
 * NULL: none, and nothing is computed behind the loss. */
static double loss(check *c, nn_real **outputs)
{
    double sums[NN_MAX_FIGURES] = {0};
    nn_real **own = c->run->outputs;
    c->run->outputs = outputs;
    int status = nn_run_entry(c->run, &c->run->model->grad, NN_TRAIN, c->items,
                              c->rows, &c->scalars, sums);
    c->run->outputs = own;
    return status == 0 ? sums[0] : NAN;
}

static double slope(check *c, nn_real *w, double h)
{
    nn_real old = *w;
    double f[4];
    static const double at[4] = {-2, -1, 1, 2};
    for (int i = 0; i < 4; i++) {
        *w = old + (nn_real)(at[i] * h);
        f[i] = loss(c, NULL);
    }
    *w = old;
    return (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
}

/* The difference nearest to the gradient, over falling step sizes. */
static double difference(check *c, nn_real *w, double gradient, double scale)
{
    double best = NAN;
    for (double h = 1e-3; h > 2e-7; h /= 10) {
        double d = slope(c, w, h * fmax(1, fabs((double)*w)));
        if (!isfinite(best) || fabs(d - gradient) < fabs(best - gradient))
            best = d;
        double size = fmax(fabs(d), scale);
        if (fabs(best - gradient) <= 0.1 * tolerance * size)
            break;
    }
    return best;
}

/* A slope takes four losses. */
static int64_t sample_size(const nn_model *m)
{
    double cost = 4.0 * (double)m->flops * m->grad.batch;
    double values = budget / (cost * m->param_count + 1);
    return values > MOST_SAMPLE    ? MOST_SAMPLE
           : values < LEAST_SAMPLE ? LEAST_SAMPLE
                                   : (int64_t)values;
}

static int64_t pick(check *c, int index, int64_t count)
{
    nn_stream s = {c->scalars.seed, NN_FOR_CHECK, (uint32_t)index};
    for (int64_t i = 0; i < count; i++)
        c->picked[i] = i;
    if (count <= c->sample)
        return count;
    nn_rng_shuffle(s, c->picked, count);
    return c->sample;
}

static double largest(const nn_real *x, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)x[i]));
    return most;
}

/* Prints the line of a parameter; true where gradients and differences
 * agree. */
static bool report(const check *c, const nn_param *p, int64_t checked,
                   double error, double apart)
{
    bool good = error <= tolerance || apart <= c->noise;
    printf("  %-32s %8lld of %-8lld error %9.3g  %s\n", p->name,
           (long long)checked, (long long)nn_layout_count(p), error,
           good ? "ok" : "WRONG");
    fflush(stdout);
    return good;
}

static bool check_param(check *c, int index, const nn_real *gradient,
                        bool *good, nn_error *e)
{
    const nn_param *p = &c->run->model->params[index];
    int64_t count = nn_layout_count(p), checked = pick(c, index, count);
    double apart = 0, size = 0, scale = largest(gradient, count);
    nn_real *w = c->run->params + p->offset;
    for (int64_t i = 0; i < checked; i++) {
        int64_t at = c->picked[i];
        double a = (double)gradient[at];
        double b = difference(c, &w[nn_layout_place(p, at)], a, scale);
        if (!isfinite(b))
            return nn_fail(e,
                           "the loss near the first values of %s is not "
                           "finite",
                           p->name);
        apart = fmax(apart, fabs(a - b));
        size = fmax(size, fabs(b));
    }
    if (!report(c, p, checked, apart / (size + 1e-12), apart))
        *good = false;
    return true;
}

/* All gradients by one call of the entry. */
static bool get_gradients(check *c, nn_real **gradients, nn_error *e)
{
    const nn_model *m = c->run->model;
    int64_t total = 0;
    for (int i = 0; i < m->param_count; i++)
        total += nn_layout_count(&m->params[i]);
    if (!nn_alloc(gradients, (size_t)total, sizeof **gradients, "gradients", e))
        return false;
    nn_real *at = *gradients;
    for (int i = 0; i < m->param_count; i++) {
        c->run->outputs[i] = m->params[i].frozen ? NULL : at;
        at += nn_layout_count(&m->params[i]);
    }
    c->loss = loss(c, c->run->outputs);
    for (int i = 0; i < m->param_count; i++)
        c->run->outputs[i] = NULL;
    c->noise = 1e-11 * (1 + fabs(c->loss));
    return isfinite(c->loss) ||
           nn_fail(e, "the loss at the first values is not finite");
}

static bool check_all(check *c, const nn_real *gradients, bool *good,
                      nn_error *e)
{
    const nn_model *m = c->run->model;
    for (int i = 0; i < m->param_count; i++) {
        if (!m->params[i].frozen && !check_param(c, i, gradients, good, e))
            return false;
        gradients += nn_layout_count(&m->params[i]);
    }
    return true;
}

static bool start(check *c, nn_error *e)
{
    const nn_options *o = &c->run->options;
    size_t most = (size_t)nn_layout_largest(c->run->model);
    const nn_section *training = &c->run->data.parts[NN_TRAIN];
    nn_stream stream = {c->scalars.seed, NN_FOR_ORDER, 0};
    if (!nn_alloc(&c->items, (size_t)training->count, sizeof *c->items, "rows",
                  e))
        return false;
    memcpy(c->items, training->items,
           (size_t)training->count * sizeof *c->items);
    nn_rng_shuffle(stream, c->items, training->count);
    bool given = o->init != NULL;
    return (given ? nn_run_load(c->run, o->init, e)
                  : nn_init_params(c->run->model, c->run->params,
                                   (uint64_t)o->seed, e)) &&
           nn_alloc(&c->picked, most, sizeof *c->picked, "places", e);
}

int nn_gradcheck(nn_run *r, nn_error *e)
{
    int64_t have = r->data.parts[NN_TRAIN].count;
    int batch = r->model->grad.batch;
    check c = {.run = r,
               .rows = have < batch ? (int)have : batch,
               .sample = sample_size(r->model),
               .scalars = {.rate = r->options.rate,
                           .seed = (uint64_t)r->options.seed}};
    nn_real *gradients = NULL;
    bool good = true;
    bool done = start(&c, e) && get_gradients(&c, &gradients, e);
    if (done)
        printf("%s: gradients against differences, %d row%s, loss %.6g\n",
               r->model->name, c.rows, nn_s(c.rows), c.loss);
    done = done && check_all(&c, gradients, &good, e);
    if (done)
        printf(good ? "all gradients agree with differences\n"
                    : "some gradients do not agree with differences\n");
    free(gradients);
    free(c.items);
    free(c.picked);
    if (done && !good)
        nn_fail(e, "the gradient check failed (sign and other surrogate "
                   "gradients cannot pass it)");
    return done && good ? 0 : 1;
}
