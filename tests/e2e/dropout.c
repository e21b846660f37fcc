/* dropout.c: masks of dropout: the same ones forwards and backwards, the same
 * bits in all forms of a text, and otherwise independent of each other.
 *
 * The table `golden_cases` holds forms of the model dropped.nn. Element i of
 * row r of its input is 2^r and each weight is 1, so that a weight's gradient
 * is the sum of 2^r over the rows that kept it, over share and rows; and the
 * loss, which the masks of the forward half make, the sum of all gradients. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "golden.h"
#include "nn_init.h"

enum { ROWS = 4, WIDTH = 1203, MASKS = 3, DRAWS = 4, SETS = DRAWS * MASKS };

/* Seeds and steps of the draws: the last two differ in high words alone. */
static const struct {
    uint64_t seed, step;
} draws[DRAWS] = {
    {1, 0}, {1, 1}, {1, (uint64_t)1 << 32}, {((uint64_t)1 << 32) + 1, 0}};
static const double kept[MASKS] = {0.5, 0.5, 0.75};

/* Bit r of keeps[set][i]: whether row r of that mask keeps element i. */
typedef struct {
    unsigned char keeps[SETS][WIDTH];
    const char *why; /* what is wrong; NULL: nothing */
} masks;

static void require(masks *m, bool holds, const char *why)
{
    if (!holds && m->why == NULL)
        m->why = why;
}

static void fill(drive *d, uint64_t seed)
{
    nn_error e = {0};
    d->seed = seed;
    if (!nn_init_params(d->model, d->params, 1, &e))
        abort();
    for (int r = 0; r < d->rows; r++)
        for (int i = 0; i < WIDTH; i++)
            ((nn_real *)d->inputs[0])[r * WIDTH + i] = (nn_real)(1 << r);
}

/* One mask from its gradient, which a step with rate 1 took from ones; returns
 * the gradient's sum. */
static double read_mask(masks *m, drive *d, int set)
{
    double sum = 0, share = kept[set % MASKS] * d->rows;
    const nn_real *now = drive_read(d, &d->model->params[set % MASKS]);
    for (int i = 0; i < WIDTH; i++) {
        double bits = (1 - (double)now[i]) * share, whole = round(bits);
        require(m, fabs(bits - whole) < 1e-3 && whole >= 0 && whole < 1 << ROWS,
                "a gradient is no sum of what a mask keeps");
        m->keeps[set][i] = (unsigned char)whole;
        sum += whole / share;
    }
    return sum;
}

static void draw(masks *m, drive *d)
{
    for (int k = 0; k < DRAWS; k++) {
        double sum = 0;
        fill(d, draws[k].seed);
        require(m, drive_step(d, 1, draws[k].step), "the loss is not finite");
        for (int mask = 0; mask < MASKS; mask++)
            sum += read_mask(m, d, k * MASKS + mask);
        require(m, fabs(d->sums[0] - sum) < 1e-5 * sum,
                "the loss and the gradients have different masks");
    }
}

/* Whether a count among WIDTH trials fits a probability. */
static bool fits(int count, double p)
{
    return fabs(count - p * WIDTH) < 6 * sqrt(p * (1 - p) * WIDTH);
}

static bool keeps(const masks *m, int at, int i)
{
    return m->keeps[at / ROWS][i] >> at % ROWS & 1;
}

/* Rows `a` and `b` of all masks; the second is looked at `shift` further on,
 * for masks that are one sequence. */
static void compare(masks *m, int a, int b, int shift)
{
    double p = kept[a / ROWS % MASKS], q = kept[b / ROWS % MASKS];
    int both = 0;
    for (int i = 0; i < WIDTH; i++)
        both += keeps(m, a, i) && keeps(m, b, (i + shift) % WIDTH);
    if (a == b && shift == 0)
        require(m, fits(both, p), "a mask keeps another share");
    else
        require(m, fits(both, p * q), "two masks depend on each other");
}

static void check_independent(masks *m)
{
    for (int a = 0; a < SETS * ROWS; a++)
        for (int b = 0; b <= a; b++)
            for (int shift = 0; shift < 5; shift++)
                compare(m, a, b, shift);
}

/* Without training nothing is dropped. */
static void check_whole(masks *m, drive *d)
{
    double loss = MASKS * WIDTH * ((1 << d->rows) - 1) / (double)d->rows;
    fill(d, 1);
    require(m, drive_eval(d) && fabs(d->sums[0] - loss) < 1e-6 * loss,
            "evaluation drops");
    drive_infer(d);
    for (int i = 0; i < d->rows * WIDTH; i++)
        require(m, d->outputs[0][i] == (nn_real)(MASKS << i / WIDTH),
                "inference drops");
}

static masks look(const nn_model *model, int rows)
{
    drive d;
    masks m = {.why = NULL};
    drive_open(&d, model, rows);
    draw(&m, &d);
    check_whole(&m, &d);
    drive_close(&d);
    return m;
}

/* Fewer rows draw what they draw among more. */
static void check_rows(masks *m, const nn_model *model)
{
    masks fewer = look(model, ROWS - 1);
    require(m, fewer.why == NULL, fewer.why);
    for (int set = 0; set < SETS; set++)
        for (int i = 0; i < WIDTH; i++)
            require(m, fewer.keeps[set][i] == (m->keeps[set][i] & 7),
                    "other masks with fewer rows");
}

int main(void)
{
    static masks first;
    int failed = 0;
    for (const golden_case *g = golden_cases; g->name; g++) {
        masks m = look(g->model, ROWS);
        if (g == golden_cases) {
            check_independent(&m);
            first = m;
        }
        check_rows(&m, g->model);
        require(&m, memcmp(m.keeps, first.keeps, sizeof m.keeps) == 0,
                "other bits than in the first form");
        printf(m.why ? "not ok %s: %s\n" : "ok %s\n", g->name, m.why);
        failed |= m.why != NULL;
    }
    return failed;
}
