/* seeds.c: worked examples from lecture notes with their printed results.
 *
 *     seeds
 *
 * Each row names a model of seeds.nn, its input (and target), and what its
 * output or loss must be. In the double build a value may differ by one unit
 * of the last printed digit; with floats by 1e-6 of the largest value, or by
 * that unit where it is larger. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive.h"
#include "golden.h"
#include "nn_init.h"

enum { MOST = 40 };

typedef struct {
    const char *name;
    double unit; /* of the last printed digit */
    int inputs, outputs;
    double input[MOST], output[MOST];
    int has_loss;
    double target[4], loss;
    int64_t shape[3]; /* of the output, where that is what counts */
} seed_row;

/* clang-format off */
#define IMAGE 1,0,0,0,0,1, 0,1,0,0,1,0, 0,0,1,1,0,0, \
              1,0,0,0,1,0, 0,1,0,0,1,0, 0,0,1,0,1,0

static const seed_row rows[] = {
    {"corr_a", .unit = 1e-9, .inputs = 36, .outputs = 16,
     .input = {IMAGE},
     .output = {3,-1,-3,-1, -3,1,0,-3, -3,-3,0,1, 3,-2,-2,-1},
     .shape = {1, 4, 4}},
    {"corr_a_stride", .unit = 1e-9, .inputs = 36, .outputs = 4,
     .input = {IMAGE}, .output = {3,-3, -3,0},
     .shape = {1, 2, 2}},
    {"corr_b", .unit = 1e-9, .inputs = 36, .outputs = 16,
     .input = {IMAGE},
     .output = {-1,-1,-1,-1, -1,-1,-2,1, -1,-1,-2,1, -1,0,-4,3},
     .shape = {1, 4, 4}},
    {"pooled", .unit = 1e-9, .inputs = 36, .outputs = 8,
     .input = {IMAGE}, .output = {3,0,3,1, -1,1,0,3},
     .shape = {2, 2, 2}},
    {"narrow", .shape = {1, 7, 5}},
    {"equal_width", .shape = {1, 9, 7}},
    {"wide_pad", .shape = {1, 11, 9}},
    {"floored", .shape = {1, 1, 1}},
    {"by_hand", .unit = 1e-8, .inputs = 2, .outputs = 2,
     .input = {1, 2}, .output = {1.56128388, 2.72707101}},
    {"by_hand_states", .unit = 1e-8, .inputs = 2, .outputs = 4,
     .input = {1, 2},
     .output = {0.53704957, 0.46211716, 0.85973818, 0.88366641}},
    {"surprise", .unit = 1e-5, .inputs = 3, .outputs = 0,
     .input = {0.3, 0.3, 0.4}, .has_loss = 1, .target = {2},
     .loss = 0.91629},
    {"surprise_logits", .unit = 1e-5, .inputs = 3, .outputs = 0,
     .input = {0.3, 0.3, 0.4}, .has_loss = 1,
     .target = {2}, .loss = 0.91629},
    {"six_features", .unit = 1e-9, .inputs = 35, .outputs = 6,
     .input = {-3,-1,1,3,-2,0,2,-3,-1,1,3,-2,0,2,-3,-1,1,3,-2,0,2,-3,-1,1,3,-2,0,2,-3,-1,1,3,-2,0,2},
     .output = {3.5, 3, 1.5, 0, 1.5, 4}},
    {"line", .unit = 1e-9, .inputs = 5, .outputs = 5,
     .input = {-2, -0.5, 0, 0.5, 2}, .output = {-5, -2, -1, 0, 3}},
    {"signs_of", .unit = 1e-9, .inputs = 5, .outputs = 5,
     .input = {-2, -0.5, 0, 0.5, 2}, .output = {-1, -1, 0, 1, 1}},
    {"sigmoids", .unit = 1e-8, .inputs = 5, .outputs = 5,
     .input = {-2, -0.5, 0, 0.5, 2},
     .output = {0.11920292, 0.37754067, 0.5, 0.62245933, 0.88079708}},
    {"tanhs", .unit = 1e-8, .inputs = 5, .outputs = 5,
     .input = {-2, -0.5, 0, 0.5, 2},
     .output = {-0.96402758, -0.46211716, 0, 0.46211716, 0.96402758}},
    {"relus", .unit = 1e-9, .inputs = 5, .outputs = 5,
     .input = {-2, -0.5, 0, 0.5, 2}, .output = {0, 0, 0, 0.5, 2}},
    {"squares", .unit = 1e-9, .inputs = 2, .outputs = 0,
     .input = {3, 1}, .has_loss = 1, .target = {1, 0},
     .loss = 2.5},
};
/* clang-format on */

static double allowed(double unit, double largest)
{
    double f32 = 1e-6 * largest;
    return sizeof(nn_real) == sizeof(double) || unit > f32 ? unit : f32;
}

static bool shape_agrees(const seed_row *r, const nn_tensor *out)
{
    for (int a = 0; r->shape[0] && a < 3; a++)
        if (out->rank != 3 || out->shape[a] != r->shape[a])
            return false;
    return true;
}

static bool values_agree(const seed_row *r, const drive *d)
{
    double largest = 0;
    for (int i = 0; i < r->outputs; i++)
        largest = fmax(largest, fabs(r->output[i]));
    for (int i = 0; i < r->outputs; i++)
        if (!(fabs((double)d->outputs[0][i] - r->output[i]) <=
              allowed(r->unit, largest)))
            return false;
    return r->outputs == 0 || d->model->outputs[0].values == r->outputs;
}

static void fill(drive *d, const seed_row *r)
{
    const nn_model *m = d->model;
    for (int i = 0; i < r->inputs; i++)
        ((nn_real *)d->inputs[0])[i] = (nn_real)r->input[i];
    for (int i = 0; r->has_loss && i < m->inputs[1].values; i++)
        if (m->inputs[1].type == NN_F32)
            ((nn_real *)d->inputs[1])[i] = (nn_real)r->target[i];
        else
            ((int32_t *)d->inputs[1])[i] = (int32_t)r->target[i];
}

static bool agrees(drive *d, const seed_row *r)
{
    drive_infer1(d);
    if (!shape_agrees(r, &d->model->outputs[0]) || !values_agree(r, d))
        return false;
    drive_infer(d);
    if (!values_agree(r, d))
        return false;
    return !r->has_loss || (drive_eval(d) && fabs(d->sums[0] - r->loss) <=
                                                 allowed(r->unit, r->loss));
}

static bool run(const golden_case *g, const seed_row *r)
{
    drive d;
    nn_error e = {0};
    drive_open(&d, g->model, 1);
    bool good = nn_init_params(g->model, d.params, 1, &e);
    fill(&d, r);
    good = good && agrees(&d, r);
    printf(good ? "ok %s\n" : "not ok %s: the printed result is missed %s\n",
           r->name, e.text);
    drive_close(&d);
    return good;
}

int main(void)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (const golden_case *g = golden_cases; g->name; g++)
            if (strcmp(g->name, rows[i].name) == 0)
                failed += !run(g, &rows[i]);
    return failed != 0;
}
