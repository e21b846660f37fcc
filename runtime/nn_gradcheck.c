/* Gradients against differences, in the double build: the slope of the loss
 * by the five-point formula of fourth order (Abramowitz and Stegun, 25.3.6),
 * at all values of a parameter or at a sample of them. The error of a
 * parameter is max|a - b| / (max|b| + 1e-12), a being gradients and b
 * differences; it must not exceed 1e-6.
 *
 * A step that crosses a kink (relu, maxpool) says nothing about the gradient.
 * There the slopes to the left and to the right, each by three points, differ
 * from each other about as much as from the gradient. So a gradient is wrong
 * only where two step sizes find the same slope on both sides, and none finds
 * the gradient; a value where no step size agrees with anything is set aside
 * and another is taken. First values are moved a little, since zeros (biases)
 * lie at kinks by themselves. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nn_clock.h"
#include "nn_init.h"
#include "nn_layout.h"
#include "nn_mem.h"
#include "nn_rng.h"
#include "nn_trainer.h"

/* Values checked of each parameter, so that the operations of all losses
 * together stay near the budget: 10 to 20 seconds of plain loops. */
enum { LEAST_SAMPLE = 10, MOST_SAMPLE = 200 };

static const double tolerance = 1e-6, budget = 4e10;

typedef struct {
    nn_trainer *run;
    nn_scalars scalars;
    int rows; /* of training, drawn at random */
    int64_t sample;
    double loss;
    uint32_t *picked;       /* values of one parameter */
    double noise;           /* what differences cannot tell from 0 */
    int64_t checked, aside; /* values of all parameters */
    int wrong, few, behind; /* parameters: with wrong gradients, with too few
                               values to tell, behind a surrogate */
    bool terminal;
    double next_line;
} check;

/* The values of one parameter. */
typedef struct {
    int64_t checked, aside;
    bool wrong;
    double apart, size; /* the largest |a - b| of those checked, and |b| */
} tally;

typedef struct {
    double value;
    double gap; /* between the slopes on both sides, rounding included */
} slope;

typedef enum { AGREES, DIFFERS, UNCLEAR, INFINITE } verdict;

/* The loss at the present parameters; `outputs` says which gradients to write,
 * NULL: none, and nothing is computed behind the loss. */
static double loss(check *c, nn_real **outputs)
{
    nn_real **own = c->run->outputs;
    c->run->outputs = outputs;
    int status = nn_trainer_entry(c->run, c->run->grad, c->rows, &c->scalars);
    c->run->outputs = own;
    return status == 0 ? c->run->sums[0] : NAN;
}

static slope slope_at(check *c, nn_real *w, double h)
{
    nn_real old = *w;
    double f[5];
    for (int i = 0; i < 5; i++) {
        *w = old + (nn_real)((i - 2) * h);
        f[i] = i == 2 ? c->loss : loss(c, NULL);
    }
    *w = old;
    double left = (3 * f[2] - 4 * f[1] + f[0]) / (2 * h);
    double right = (4 * f[3] - 3 * f[2] - f[4]) / (2 * h);
    return (slope){(f[0] - 8 * f[1] + 8 * f[3] - f[4]) / (12 * h),
                   fabs(left - right) + 1e-4 * c->noise / h};
}

/* Compares a gradient with slopes over falling step sizes; *nearest gets the
 * one nearest to it. `scale` is the size of the parameter's gradients. */
static verdict compare(check *c, nn_real *w, double gradient, double scale,
                       double *nearest)
{
    double before = NAN; /* the slope of the last step, if it was clear */
    bool differs = false;
    *nearest = NAN;
    for (double h = 1e-3; h > 2e-7; h /= 10) {
        slope s = slope_at(c, w, h * fmax(1, fabs((double)*w)));
        double apart = fabs(s.value - gradient);
        if (!isfinite(s.value))
            continue;
        if (!isfinite(*nearest) || apart < fabs(*nearest - gradient))
            *nearest = s.value;
        if (apart <= 0.1 * tolerance * fmax(fabs(s.value), scale))
            return AGREES;
        bool clear = s.gap <= apart / 4;
        differs |= clear && fabs(s.value - before) <= apart / 4;
        before = clear ? s.value : NAN;
    }
    double apart = fabs(*nearest - gradient);
    if (!isfinite(*nearest))
        return INFINITE;
    if (apart <= tolerance * fmax(fabs(*nearest), scale) || apart <= c->noise)
        return AGREES;
    return differs ? DIFFERS : UNCLEAR;
}

/* A slope takes four losses. */
static int64_t sample_size(const nn_trainer *r)
{
    const nn_model *m = r->model;
    double cost = 4.0 * (double)m->flops * r->grad->batch;
    double values = budget / (cost * m->param_count + 1);
    return values > MOST_SAMPLE    ? MOST_SAMPLE
           : values < LEAST_SAMPLE ? LEAST_SAMPLE
                                   : (int64_t)values;
}

/* Which values to look at: all, or twice the sample in an order drawn at
 * random, since some may be set aside. */
static int64_t pick(check *c, int index, int64_t count)
{
    nn_stream s = {c->scalars.seed, NN_FOR_CHECK, (uint32_t)index};
    for (int64_t i = 0; i < count; i++)
        c->picked[i] = (uint32_t)i;
    if (count <= c->sample)
        return count;
    nn_rng_shuffle(s, c->picked, count);
    return count < 2 * c->sample ? count : 2 * c->sample;
}

static double largest(const check *c, const nn_real *gradient, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)gradient[c->picked[i]]));
    return most;
}

/* On a terminal: how far it is. */
static void progress(check *c, const char *name, int64_t done)
{
    double now = c->terminal ? nn_clock_now() : 0;
    if (!c->terminal || now < c->next_line)
        return;
    c->next_line = now + 0.1;
    printf("\r\033[K  %-32s %8lld of %lld ...", name, (long long)done,
           (long long)c->sample);
    fflush(stdout);
}

/* Prints the line of a parameter and adds it to the sums. */
static void report(check *c, const nn_param *p, const tally *t)
{
    double error = t->apart / (t->size + 1e-12);
    bool wrong = t->wrong || (error > tolerance && t->apart > c->noise);
    bool few = !wrong && 4 * t->checked < t->checked + t->aside;
    printf("%s  %-32s %8lld of %-8lld error %9.3g  %s",
           c->terminal ? "\r\033[K" : "", p->name, (long long)t->checked,
           (long long)nn_layout_count(p), error,
           wrong ? "WRONG"
           : few ? "TOO FEW"
                 : "ok");
    if (t->aside > 0)
        printf(", %lld set aside", (long long)t->aside);
    puts("");
    fflush(stdout);
    c->checked += t->checked;
    c->aside += t->aside;
    c->wrong += wrong;
    c->few += few;
}

static void count(tally *t, verdict v, double gradient, double difference)
{
    t->size = fmax(t->size, fabs(difference));
    t->aside += v == UNCLEAR;
    t->wrong |= v == DIFFERS;
    if (v == UNCLEAR)
        return;
    t->checked++;
    t->apart = fmax(t->apart, fabs(gradient - difference));
}

static bool learns(const nn_param *p)
{
    return p->kind == NN_WEIGHT && !p->frozen;
}

static bool check_param(check *c, int index, const nn_real *gradient,
                        nn_error *e)
{
    const nn_param *p = &c->run->model->params[index];
    int64_t most = pick(c, index, nn_layout_count(p));
    double scale = largest(c, gradient, most);
    nn_real *w = c->run->params + p->offset;
    tally t = {0};
    for (int64_t i = 0; i < most && t.checked < c->sample; i++) {
        int64_t at = c->picked[i];
        double a = (double)gradient[at], b;
        progress(c, p->name, t.checked);
        verdict v = compare(c, &w[nn_layout_place(p, at)], a, scale, &b);
        if (v == INFINITE)
            return nn_fail(e,
                           "the loss near the first values of %s is not "
                           "finite",
                           p->name);
        count(&t, v, a, b);
    }
    report(c, p, &t);
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
        c->run->outputs[i] = learns(&m->params[i]) ? at : NULL;
        at += nn_layout_count(&m->params[i]);
    }
    c->loss = loss(c, c->run->outputs);
    for (int i = 0; i < m->param_count; i++)
        c->run->outputs[i] = NULL;
    c->noise = 1e-11 * (1 + fabs(c->loss));
    return isfinite(c->loss) ||
           nn_fail(e, "the loss at the first values is not finite");
}

static bool check_all(check *c, const nn_real *gradients, nn_error *e)
{
    const nn_model *m = c->run->model;
    const nn_kinks *kinks = c->run->program->kinks;
    for (int i = 0; i < m->param_count; i++) {
        const nn_param *p = &m->params[i];
        bool behind = kinks != NULL && kinks->behind[i];
        if (behind)
            printf("  %-32s not checked: behind %s\n", p->name,
                   kinks->surrogates);
        else if (learns(p) && !check_param(c, i, gradients, e))
            return false;
        c->behind += behind;
        gradients += nn_layout_count(p);
    }
    return true;
}

/* Moves a parameter's first values off 0, where kinks are: zeros a little up,
 * so that logarithms and roots stay what they are, others by up to 1 %. */
static void move(check *c, int index)
{
    const nn_param *p = &c->run->model->params[index];
    nn_stream s = {c->scalars.seed, NN_FOR_CHECK,
                   (uint32_t)(c->run->model->param_count + index)};
    nn_real *w = c->run->params + p->offset;
    int64_t n = nn_layout_count(p);
    for (int64_t i = 0; i < n && learns(p); i++) {
        double u = (nn_rng_word(s, (uint64_t)i) + 1.0) / 4294967296.0;
        nn_real *x = &w[nn_layout_place(p, i)];
        *x = *x == 0 ? (nn_real)(0.01 * u) : *x * (nn_real)(1 + 0.01 * u);
    }
}

static bool set_params(check *c, nn_error *e)
{
    const nn_options *o = &c->run->options;
    const nn_model *m = c->run->model;
    if (o->init != NULL)
        return nn_trainer_load(c->run, o->init, e);
    if (!nn_init_params(m, c->run->params, (uint64_t)o->seed, e))
        return false;
    for (int i = 0; i < m->param_count; i++)
        move(c, i);
    return true;
}

static bool start(check *c, nn_error *e)
{
    size_t most = (size_t)nn_layout_largest(c->run->model);
    nn_order *rows = &c->run->data.parts[NN_TRAIN].order;
    nn_stream stream = {c->scalars.seed, NN_FOR_ORDER, 0};
    if (!nn_order_draw(rows, stream, e))
        return false;
    nn_trainer_fetch(c->run, NN_TRAIN, c->rows);
    return nn_alloc(&c->picked, most, sizeof *c->picked, "places", e) &&
           set_params(c, e);
}

/* What came out; true where nothing speaks against the gradients. */
static bool conclude(const check *c, nn_error *e)
{
    const nn_kinks *kinks = c->run->program->kinks;
    const char *ops = kinks != NULL ? kinks->kinks : NULL;
    if (c->aside > 0)
        printf("%lld of %lld values were set aside: the slopes on both sides "
               "differ%s%s\n",
               (long long)c->aside, (long long)(c->checked + c->aside),
               ops != NULL ? ", at kinks of " : "", ops != NULL ? ops : "");
    if (c->behind > 0)
        printf("%d parameter%s not checked: the gradient of %s is not its "
               "derivative\n",
               c->behind, c->behind == 1 ? " is" : "s are", kinks->surrogates);
    if (c->wrong > 0)
        return nn_fail(e,
                       "the gradients of %d parameter%s do not agree with "
                       "differences",
                       c->wrong, nn_s(c->wrong));
    if (c->behind > 0 && c->checked == 0)
        return nn_fail(e,
                       "there is no gradient to check: all parameters lie "
                       "behind %s",
                       kinks->surrogates);
    if (c->few > 0 || c->checked == 0)
        return nn_fail(e, "too few values were left to check the gradients: "
                          "try another --seed, or smoother functions");
    printf("all %sgradients agree with differences\n",
           c->behind > 0 ? "other " : "");
    return true;
}

int nn_gradcheck(nn_trainer *r, nn_error *e)
{
    int64_t have = r->data.parts[NN_TRAIN].count;
    int batch = r->grad->batch;
    check c = {.run = r,
               .rows = have < batch ? (int)have : batch,
               .sample = sample_size(r),
               .terminal = isatty(STDOUT_FILENO) == 1,
               .scalars = {.rate = r->options.rate,
                           .seed = (uint64_t)r->options.seed}};
    nn_real *gradients = NULL;
    bool done = start(&c, e) && get_gradients(&c, &gradients, e);
    if (done)
        printf("%s: gradients against differences, %d row%s, loss %.6g\n",
               r->model->name, c.rows, nn_s(c.rows), c.loss);
    done = done && check_all(&c, gradients, e) && conclude(&c, e);
    free(gradients);
    free(c.picked);
    return done ? 0 : 1;
}
