/* judge.c: compares compiled random models with what PyTorch made of their
 * texts.
 *
 *     judge NUMBERS TOLERANCE
 *
 * NUMBERS holds a block of lines for each model: see tests/judge/make.py. Each
 * model in the table `golden_cases` (written by judge.sh) is run with the same
 * weights and inputs: eval, infer, infer1 and two steps. A tensor is compared
 * by its digest: its norm and its products with two random tensors. Each may
 * be off by TOLERANCE times the tensor's norm, or a hundredth of the largest
 * norm of the model's outputs or updates, which is where terms cancel; in
 * floats also by as much as PyTorch's own are, where NUMBERS says so. */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "golden.h"
#include "nn_layout.h"
#include "nn_rng.h"

enum { RATE = 1 << 20, NAME = 128, PRODUCTS = 2, LINES = 200 };

typedef struct {
    double norm, product[PRODUCTS];
} digest;

/* A line of numbers: name is "" for outputs and the loss. A value stands in
 * norm; the loss with penalties in the first product. */
typedef struct {
    char word[8], name[NAME], shape[NAME];
    digest is;
} line;

typedef struct {
    drive d;
    line wanted[LINES];
    int lines;
    double tolerance, worst;
    char why[400];    /* the first difference; "" while all agrees */
    nn_real **before; /* the weights of each parameter, in file order */
} check;

static void fail(check *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (c->why[0] == '\0')
        vsnprintf(c->why, sizeof c->why, format, args);
    va_end(args);
}

static void *room(size_t n, size_t size)
{
    void *at = calloc(n + 1, size);
    if (at == NULL)
        abort();
    return at;
}

/* FNV-1a: the stream of random numbers that belongs to a name. */
static uint32_t stream(const char *name)
{
    uint32_t h = 2166136261u;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 16777619u;
    return h;
}

static digest digest_of(const nn_real *now, const nn_real *before, double scale,
                        int64_t count)
{
    digest is = {0};
    for (int64_t i = 0; i < count; i++) {
        double v = ((before ? (double)before[i] : 0) - (double)now[i]) * scale;
        is.norm += v * v;
        for (uint32_t k = 0; k < PRODUCTS; k++) {
            nn_stream s = {1, NN_FOR_CHECK, k + 1};
            is.product[k] += v * (2 * nn_rng_uniform(s, (uint64_t)i) - 1);
        }
    }
    is.norm = sqrt(is.norm);
    return is;
}

static double largest_norm(const check *c, const char *word)
{
    double most = 0;
    for (int i = 0; i < c->lines; i++)
        if (strcmp(c->wanted[i].word, word) == 0)
            most = fmax(most, c->wanted[i].is.norm);
    return most;
}

static void compare(check *c, const char *what, const line *l, double is,
                    double wanted)
{
    double size = fmax(fabs(l->is.norm), largest_norm(c, l->word) / 100);
    double error = fabs(is - wanted) / (size + 1e-300);
    if (!(error <= c->tolerance))
        fail(c, "%s%s%s is %.9g, should be %.9g (error %.1e)", what,
             l->name[0] ? " of " : "", l->name, is, wanted, error);
    c->worst = fmax(c->worst, error);
}

static void compare_digest(check *c, const char *what, const line *l, digest is)
{
    compare(c, what, l, is.norm, l->is.norm);
    for (int k = 0; k < PRODUCTS; k++)
        compare(c, what, l, is.product[k], l->is.product[k]);
}

/* The n-th line of a kind, or NULL after a message. */
static const line *find(check *c, const char *word, const char *name, int n)
{
    for (int i = 0; i < c->lines; i++)
        if (strcmp(c->wanted[i].word, word) == 0 &&
            strcmp(c->wanted[i].name, name) == 0 && n-- == 0)
            return &c->wanted[i];
    fail(c, "there are no numbers for %s %s", word, name);
    return NULL;
}

static int count_lines(const check *c, const char *word)
{
    int n = 0;
    for (int i = 0; i < c->lines; i++)
        n += strcmp(c->wanted[i].word, word) == 0;
    return n;
}

/* Takes ids off rows over time: in front, behind, at both ends or nowhere. */
static void pad(drive *d, int t, uint32_t which)
{
    const nn_tensor *in = &d->model->inputs[t];
    nn_stream s = {1, NN_FOR_CHECK, which + 1};
    int64_t steps = in->values;
    for (int64_t r = 0; r < d->rows; r++) {
        uint32_t word = nn_rng_word(s, (uint64_t)r);
        int64_t gone = word / 4 % (steps + 1);
        int64_t fronts[] = {0, gone, word / 64 % (gone + 1), 0};
        int64_t front = fronts[word % 4];
        int64_t behind = word % 4 == 3 ? 0 : gone - front;
        int32_t *row = (int32_t *)d->inputs[t] + r * steps;
        memset(row, 0, (size_t)front * sizeof *row);
        memset(row + steps - behind, 0, (size_t)behind * sizeof *row);
    }
}

static void set_model(check *c)
{
    const nn_model *m = c->d.model;
    for (int i = 0; i < m->param_count; i++) {
        const nn_param *p = &m->params[i];
        if (p->kind != NN_WEIGHT)
            continue;
        double fan = (double)nn_layout_count(p) / (double)p->shape[0];
        double scale = p->rank > 1 ? 1.7 / sqrt(fan) : 0.4;
        drive_random_weights(&c->d, p, scale, stream(p->name));
    }
    for (int i = 0; i < m->input_count + m->target_count; i++) {
        uint32_t which = stream(m->inputs[i].name);
        drive_random_input(&c->d, i, which);
        if (i < m->input_count && m->inputs[i].type != NN_F32 &&
            m->inputs[i].values > 1)
            pad(&c->d, i, which);
    }
}

static void check_outputs(check *c, const char *what)
{
    const nn_model *m = c->d.model;
    for (int i = 0; i < m->output_count; i++) {
        const line *l = find(c, "output", "", i);
        if (l)
            compare_digest(c, what, l,
                           digest_of(c->d.outputs[i], NULL, -1,
                                     c->d.rows * m->outputs[i].values));
    }
}

/* The loss and the metrics of the last step or eval. */
static void check_sums(check *c, const char *what, bool in_step)
{
    const nn_model *m = c->d.model;
    const line *l = find(c, "loss", "", 0);
    if (l) {
        line loss = *l;
        if (in_step)
            loss.is.norm = l->is.product[0];
        compare(c, what, &loss, c->d.sums[0], loss.is.norm);
    }
    for (int i = 0; i < m->metric_count; i++)
        if ((l = find(c, "metric", m->metrics[i].name, 0)) != NULL)
            compare(c, what, l, drive_metric(&c->d, i), l->is.norm);
}

static void check_shape(check *c, const nn_param *p, const line *l)
{
    char own[NAME] = "";
    int n = 0;
    for (int a = 0; a < p->rank; a++)
        n += snprintf(own + n, sizeof own - (size_t)n, "%s%lld", a ? "x" : "",
                      (long long)p->shape[a]);
    if (strcmp(own, l->shape) != 0)
        fail(c, "%s is %s, should be %s", p->name, own, l->shape);
}

static void check_update(check *c, int index)
{
    const nn_param *p = &c->d.model->params[index];
    const line *l = find(c, "update", p->name, 0);
    const nn_real *now = drive_read(&c->d, p);
    if (l == NULL)
        return;
    check_shape(c, p, l);
    compare_digest(
        c, "the update", l,
        digest_of(now, c->before[index], 1.0 / RATE, nn_layout_count(p)));
}

/* A step of rate 0, then one of so high a rate that the old weights do not
 * count: what it takes off them is the update. */
static void check_steps(check *c)
{
    const nn_model *m = c->d.model;
    if (!drive_step(&c->d, 0, 0))
        fail(c, "the loss of step is not finite");
    check_sums(c, "step's loss or metric", true);
    c->before = room((size_t)m->param_count, sizeof *c->before);
    for (int i = 0; i < m->param_count; i++) {
        size_t bytes = (size_t)nn_layout_count(&m->params[i]) * sizeof(nn_real);
        c->before[i] = room(bytes, 1);
        memcpy(c->before[i], drive_read(&c->d, &m->params[i]), bytes);
    }
    if (!drive_step(&c->d, RATE, 1))
        fail(c, "the loss of the second step is not finite");
    for (int i = 0; i < m->param_count; i++) {
        if (m->params[i].kind == NN_WEIGHT)
            check_update(c, i);
        free(c->before[i]);
    }
    free(c->before);
}

static void check_counts(check *c)
{
    const nn_model *m = c->d.model;
    int weights = 0;
    for (int i = 0; i < m->param_count; i++)
        weights += m->params[i].kind == NN_WEIGHT;
    if (count_lines(c, "output") != m->output_count)
        fail(c, "it has %d outputs", m->output_count);
    if (count_lines(c, "update") != weights)
        fail(c, "it has %d parameters, should have %d", weights,
             count_lines(c, "update"));
    if (count_lines(c, "metric") != m->metric_count)
        fail(c, "it has %d metrics", m->metric_count);
    if (!(largest_norm(c, "update") > 0 && largest_norm(c, "output") > 0))
        fail(c, "the numbers are all 0");
}

static void run(check *c, const nn_model *m, int rows)
{
    drive_open(&c->d, m, rows);
    check_counts(c);
    set_model(c);
    if (!drive_eval(&c->d))
        fail(c, "the loss is not finite");
    check_outputs(c, "eval's output");
    check_sums(c, "eval's loss or metric", false);
    drive_infer(&c->d);
    check_outputs(c, "infer's output");
    drive_infer1(&c->d);
    check_outputs(c, "infer1's output");
    check_steps(c);
    drive_close(&c->d);
}

static bool read_line(line *l, const char *text)
{
    digest *is = &l->is;
    *l = (line){0};
    if (sscanf(text, "output %lf %lf %lf", &is->norm, &is->product[0],
               &is->product[1]) == 3)
        strcpy(l->word, "output");
    else if (sscanf(text, "loss %lf %lf", &is->norm, &is->product[0]) == 2)
        strcpy(l->word, "loss");
    else if (sscanf(text, "metric %127s %lf", l->name, &is->norm) == 2)
        strcpy(l->word, "metric");
    else if (sscanf(text, "update %127s %127s %lf %lf %lf", l->name, l->shape,
                    &is->norm, &is->product[0], &is->product[1]) == 5)
        strcpy(l->word, "update");
    return l->word[0] != '\0';
}

/* Reads the block of model `name` into c; its rows, or 0 where there is none.
 */
static int read_numbers(check *c, const char *name, FILE *in)
{
    char *text = NULL, model[NAME] = "";
    size_t size = 0;
    double floats;
    int rows = 0, found = 0;
    rewind(in);
    while (getline(&text, &size, in) > 0)
        if (sscanf(text, "model %127s %d", model, &rows) == 2) {
            if (strcmp(model, name) == 0)
                found = rows;
        } else if (strcmp(model, name) == 0 &&
                   sscanf(text, "floats %lf", &floats) == 1) {
            if (sizeof(nn_real) == sizeof(float))
                c->tolerance = fmax(c->tolerance, floats);
        } else if (strcmp(model, name) == 0 && c->lines < LINES &&
                   read_line(&c->wanted[c->lines], text)) {
            c->lines++;
        } else if (strcmp(model, name) == 0) {
            fail(c, "cannot use the line `%s`", text);
        }
    free(text);
    return found;
}

static bool judge(const golden_case *g, FILE *in, double tolerance)
{
    static check c;
    c = (check){.tolerance = tolerance};
    int rows = read_numbers(&c, g->name, in);
    if (rows == 0)
        fail(&c, "there are no numbers for it");
    else
        run(&c, g->model, rows);
    if (c.why[0])
        printf("not ok %s: %s\n", g->name, c.why);
    else
        printf("ok %s (%.1e)\n", g->name, c.worst);
    return c.why[0] == '\0';
}

int main(int argc, char **argv)
{
    FILE *in = argc == 3 ? fopen(argv[1], "r") : NULL;
    int failed = 0;
    if (in == NULL) {
        fprintf(stderr, "usage: judge NUMBERS TOLERANCE\n");
        return 2;
    }
    for (const golden_case *g = golden_cases; g->name; g++)
        failed |= !judge(g, in, atof(argv[2]));
    fclose(in);
    return failed;
}
