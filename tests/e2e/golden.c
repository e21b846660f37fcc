/* golden.c: compares compiled models with the numbers of PyTorch.
 *
 *     golden FOLDER TOLERANCE
 *
 * For each model in the table `golden_cases` (written by golden.sh), named NAME
 * or NAME/VARIANT, it reads FOLDER/NAME.txt, whose lines tests/golden/make.py
 * explains, and prints `ok NAME` or `not ok NAME: why`. A tensor's error is the
 * largest difference divided by the tensor's largest magnitude; that of its
 * norm is relative. Gradients are read off one step of plain sgd with a rate so
 * high that the old weights do not count. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "golden.h"
#include "nn_layout.h"

enum { RATE = 1024, NAME = 64 };

typedef struct {
    drive d;
    const char *name;
    double tolerance;
    double input_phase[8];
    char side[8][8]; /* where rows of an input hold something, or "" */
    char why[256];   /* the first difference; "" while all agrees */
    bool failed;
    int params; /* that the file names */
    double worst;
} check;

static void fail(check *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!c->failed)
        vsnprintf(c->why, sizeof c->why, format, args);
    va_end(args);
    c->failed = true;
}

static void compare(check *c, const char *what, double is, double wanted,
                    double scale)
{
    double error = fabs(is - wanted) / (scale + 1e-12);
    if (!(error <= c->tolerance))
        fail(c, "%s is %.9g, should be %.9g (error %.1e)", what, is, wanted,
             error);
    if (error > c->worst)
        c->worst = error;
}

/* The next number of a line; *at moves behind it. */
static double next(const char **at)
{
    char *end;
    double v = strtod(*at, &end);
    if (end == *at) {
        fprintf(stderr, "a number is missing: %s", *at);
        exit(1);
    }
    *at = end;
    return v;
}

static void compare_tensor(check *c, const char *what, const nn_real *values,
                           double scale, int64_t count, const char *line)
{
    int64_t wanted = (int64_t)next(&line);
    double max = next(&line), norm = next(&line), sum = 0;
    if (count != wanted) {
        fail(c, "%s has %lld values, should have %lld", what, (long long)count,
             (long long)wanted);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        sum += pow((double)values[i] * scale, 2);
    compare(c, what, sqrt(sum), norm, norm);
    while (strspn(line, " \n") < strlen(line)) {
        int64_t at = (int64_t)next(&line);
        double v = next(&line);
        compare(c, what, (double)values[at] * scale, v, max);
    }
}

static const nn_param *find(check *c, const char *name)
{
    for (int i = 0; i < c->d.model->param_count; i++)
        if (strcmp(c->d.model->params[i].name, name) == 0)
            return &c->d.model->params[i];
    fail(c, "there is no parameter %s", name);
    return NULL;
}

static void read_param(check *c, const char *rest)
{
    char name[NAME], shape[NAME], own[NAME] = "";
    double scale, phase;
    const nn_param *p;
    c->params++;
    if (sscanf(rest, "%63s %63s %lf %lf", name, shape, &scale, &phase) != 4)
        fail(c, "bad line: param %s", rest);
    else if ((p = find(c, name)) != NULL) {
        for (int a = 0, n = 0; a < p->rank; a++)
            n += snprintf(own + n, sizeof own - (size_t)n, "%s%lld",
                          a ? "x" : "", (long long)p->shape[a]);
        if (strcmp(own, shape) != 0)
            fail(c, "%s is %s, should be %s", name, own, shape);
        drive_weights(&c->d, p, scale, phase);
    }
}

static void read_statistic(check *c, const char *rest)
{
    char name[NAME];
    double base, scale, phase;
    const nn_param *p;
    c->params++;
    if (sscanf(rest, "%63s %*s %lf %lf %lf", name, &base, &scale, &phase) != 4)
        fail(c, "bad line: statistic %s", rest);
    else if ((p = find(c, name)) != NULL)
        drive_statistic(&c->d, p, base, scale, phase);
}

/* Row r keeps 1 + (5 r + 7) % steps ids (`short`: % a quarter of them), none of
 * them 0, or, `whole`, all, of which neither the first nor the last is. */
static void pad_rows(check *c, int input)
{
    const char *side = c->side[input];
    int steps = (int)c->d.model->inputs[input].values;
    int32_t *id = c->d.inputs[input];
    bool front = strcmp(side, "front") == 0, whole = strcmp(side, "whole") == 0;
    for (int r = 0; r < c->d.rows; r++) {
        int most = strcmp(side, "short") == 0 ? steps / 4 : steps;
        int kept = whole ? steps : 1 + (5 * r + 7) % most;
        for (int t = 0; t < steps; t++, id++) {
            bool holds = front ? t >= steps - kept : t < kept;
            bool inside = whole && t > 0 && t < steps - 1;
            *id = !holds ? 0 : *id == 0 && !inside ? 1 : *id;
        }
    }
}

static void feed(check *c, int input, double moment)
{
    drive_input(&c->d, input, c->input_phase[input] + moment);
    if (*c->side[input])
        pad_rows(c, input);
}

static void read_input(check *c, const char *rest)
{
    char name[NAME];
    double phase;
    char side[8] = "";
    int n = c->d.model->input_count + c->d.model->target_count;
    if (sscanf(rest, "%63s %lf %7s", name, &phase, side) < 2)
        fail(c, "bad line: input %s", rest);
    for (int i = 0; i < n; i++)
        if (strcmp(c->d.model->inputs[i].name, name) == 0) {
            c->input_phase[i] = phase;
            memcpy(c->side[i], side, sizeof side);
            feed(c, i, 0);
            return;
        }
    fail(c, "there is no input %s", name);
}

static void check_output(check *c, const char *rest)
{
    const nn_tensor *out = &c->d.model->outputs[0];
    int64_t count = c->d.rows * out->values;
    if (!drive_eval(&c->d))
        fail(c, "the loss is not finite");
    compare_tensor(c, "eval's output", c->d.outputs[0], 1, count, rest);
    drive_infer(&c->d);
    compare_tensor(c, "infer's output", c->d.outputs[0], 1, count, rest);
    drive_infer1(&c->d);
    compare_tensor(c, "infer1's output", c->d.outputs[0], 1, count, rest);
}

static void check_metric(check *c, const char *rest)
{
    const nn_model *m = c->d.model;
    size_t n = strcspn(rest, " ");
    for (int i = 0; i < m->metric_count; i++)
        if (strlen(m->metrics[i].name) == n &&
            strncmp(m->metrics[i].name, rest, n) == 0) {
            const char *at = rest + n;
            double wanted = next(&at);
            compare(c, m->metrics[i].name, drive_metric(&c->d, i), wanted,
                    fabs(wanted));
            return;
        }
    fail(c, "there is no metric %s", rest);
}

/* The classes that metrics compare, row by row. */
static void check_chosen(check *c, const char *rest)
{
    const nn_model *m = c->d.model;
    const double *chosen = c->d.sums + m->sum_count;
    if (!drive_eval(&c->d) || m->chosen == 0)
        fail(c, "no metric compares classes");
    for (int64_t i = 0; i < c->d.rows * (int64_t)m->chosen; i++)
        compare(c, "a chosen class", chosen[i], next(&rest), 1);
}

/* Weights as they were, kept for all parameters in file order. */
static nn_real **keep(check *c)
{
    const nn_model *m = c->d.model;
    nn_real **all = calloc((size_t)m->param_count + 1, sizeof *all);
    for (int i = 0; i < m->param_count; i++) {
        size_t bytes = (size_t)nn_layout_count(&m->params[i]) * sizeof(nn_real);
        all[i] = malloc(bytes);
        memcpy(all[i], drive_read(&c->d, &m->params[i]), bytes);
    }
    return all;
}

/* Turns what `keep` kept into gradients, by one step. */
static void find_gradients(check *c, nn_real **kept)
{
    const nn_model *m = c->d.model;
    if (!drive_step(&c->d, RATE, 0))
        fail(c, "the loss of step is not finite");
    for (int i = 0; i < m->param_count; i++) {
        const nn_real *now = drive_read(&c->d, &m->params[i]);
        for (int64_t k = 0; k < nn_layout_count(&m->params[i]); k++)
            kept[i][k] -= now[k];
    }
}

/* The gradients by all weights; the first time, the step is taken. */
static void need_gradients(check *c, nn_real ***gradients)
{
    if (*gradients)
        return;
    *gradients = keep(c);
    find_gradients(c, *gradients);
}

static void check_gradient(check *c, nn_real **gradients, const char *rest)
{
    const nn_model *m = c->d.model;
    char what[NAME + 16], name[NAME];
    if (sscanf(rest, "%63s", name) != 1)
        return;
    const nn_param *p = find(c, name);
    if (p == NULL)
        return;
    snprintf(what, sizeof what, "gradient of %s", name);
    compare_tensor(c, what, gradients[p - m->params], 1.0 / RATE,
                   nn_layout_count(p), rest + strlen(name));
}

static void take_steps(check *c, const char *rest)
{
    const char *at = rest;
    int steps = (int)next(&at);
    double rate = next(&at);
    for (int step = 0; step < steps; step++) {
        for (int i = 0; i < c->d.model->input_count + c->d.model->target_count;
             i++)
            feed(c, i, step);
        if (!drive_step(&c->d, rate, (uint64_t)step))
            fail(c, "the loss of step %d is not finite", step);
    }
}

/* A weight after steps, slot 0, or what the optimiser remembers of it. */
static void check_after(check *c, int slot, const char *rest)
{
    char name[NAME];
    const nn_param *p;
    if (sscanf(rest, "%63s", name) != 1 || (p = find(c, name)) == NULL)
        return;
    if (slot > 0 && (p = drive_slot(&c->d, p, slot)) == NULL)
        fail(c, "%s has no slot %d", name, slot);
    else
        compare_tensor(c, name, drive_read(&c->d, p), 1, nn_layout_count(p),
                       strstr(rest, name) + strlen(name));
}

static void check_slot(check *c, const char *rest)
{
    int slot = (int)next(&rest);
    check_after(c, slot, rest);
}

static void read_line(check *c, const char *word, const char *rest,
                      nn_real ***gradients)
{
    if (strcmp(word, "param") == 0)
        read_param(c, rest);
    else if (strcmp(word, "statistic") == 0)
        read_statistic(c, rest);
    else if (strcmp(word, "input") == 0)
        read_input(c, rest);
    else if (strcmp(word, "output") == 0)
        check_output(c, rest);
    else if (strcmp(word, "loss") == 0 && drive_eval(&c->d))
        compare(c, "loss", c->d.sums[0], atof(rest), fabs(atof(rest)));
    else if (strcmp(word, "metric") == 0)
        check_metric(c, rest);
    else if (strcmp(word, "chosen") == 0)
        check_chosen(c, rest);
    else if (strcmp(word, "steps") == 0)
        take_steps(c, rest);
    else if (strcmp(word, "after") == 0)
        check_after(c, 0, rest);
    else if (strcmp(word, "slot") == 0)
        check_slot(c, rest);
    else if (strcmp(word, "trained") == 0) {
        need_gradients(c, gradients);
        compare(c, "step's loss", c->d.sums[0], atof(rest), fabs(atof(rest)));
    } else if (strcmp(word, "gradient") == 0) {
        need_gradients(c, gradients);
        check_gradient(c, *gradients, rest);
    } else
        fail(c, "cannot use the line `%s`", word);
}

static void read_file(check *c, FILE *in)
{
    nn_real **gradients = NULL;
    char *line = NULL;
    size_t room = 0;
    while (!c->failed && getline(&line, &room, in) > 0) {
        size_t n = strcspn(line, " ");
        line[n] = '\0';
        if (strcmp(line, "rows") == 0)
            drive_open(&c->d, c->d.model, atoi(line + n + 1));
        else
            read_line(c, line, line + n + 1, &gradients);
    }
    int weights = 0;
    for (int i = 0; i < c->d.model->param_count; i++)
        weights += c->d.model->params[i].kind <= NN_STATISTIC;
    if (!c->failed && c->params != weights)
        fail(c, "the model has %d parameters, PyTorch's %d", weights,
             c->params);
    for (int i = 0; gradients && i < c->d.model->param_count; i++)
        free(gradients[i]);
    free(gradients);
    free(line);
}

static bool run(const golden_case *g, const char *folder, double tolerance)
{
    char path[1024];
    check c = {.d.model = g->model, .name = g->name, .tolerance = tolerance};
    snprintf(path, sizeof path, "%s/%.*s.txt", folder,
             (int)strcspn(g->name, "/"), g->name);
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        printf("not ok %s: cannot read %s\n", g->name, path);
        return false;
    }
    read_file(&c, in);
    fclose(in);
    if (c.d.params)
        drive_close(&c.d);
    if (c.failed)
        printf("not ok %s: %s\n", g->name, c.why);
    else
        printf("ok %s (%.1e)\n", g->name, c.worst);
    return !c.failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    if (argc != 3) {
        fprintf(stderr, "usage: golden FOLDER TOLERANCE\n");
        return 2;
    }
    for (const golden_case *g = golden_cases; g->name; g++)
        failed += !run(g, argv[1], atof(argv[2]));
    return failed != 0;
}
