/* First values by their moments, orthogonality, and layouts with padding and
 * blocks. */
#include "check.h"

#include <math.h>

#include "nn_init.h"
#include "nn_layout.h"

enum { R = 20, C = 30, COUNT = R * C };

static const double given[COUNT] = {1.5, -2.25};

static nn_param param(nn_init init, double scale)
{
    return (nn_param){.name = "p",
                      .rank = 2,
                      .shape = {R, C},
                      .size = COUNT,
                      .init = init,
                      .scale = scale,
                      .literal = given};
}

static void init(nn_param *p, nn_real *values)
{
    nn_model m = {.params = p, .param_count = 1, .reals = COUNT};
    nn_error e;
    assert_true(nn_init_params(&m, values, 3, &e));
}

static void moments(void **state)
{
    static const struct {
        nn_init init;
        double scale, deviation, most;
    } rows[] = {
        {NN_INIT_UNIFORM, 0.3, 0.173, 0.3}, {NN_INIT_NORMAL, 2, 2, 12},
        {NN_INIT_HE, 0, 0.2582, 2},         {NN_INIT_GLOROT, 0, 0.2, 0.3465},
        {NN_INIT_CONSTANT, 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_param p = param(rows[i].init, rows[i].scale);
        nn_real x[COUNT] = {0};
        double squares = 0;
        init(&p, x);
        for (int k = 0; k < COUNT; k++) {
            squares += (double)(x[k] * x[k]);
            assert_true(fabs((double)x[k]) <= rows[i].most);
        }
        double deviation = sqrt(squares / COUNT), want = rows[i].deviation;
        assert_true(fabs(deviation - want) <= 0.08 * want);
    }
}

/* Fans of a convolution's weight [4, 3, 5, 10]: 150 in, 4 * 50 out. */
static void kernels_count_as_fans(void **state)
{
    static const nn_init kinds[] = {NN_INIT_HE, NN_INIT_GLOROT};
    static const double deviation[] = {0.11547, 0.075593};
    (void)state;
    for (int i = 0; i < 2; i++) {
        nn_param p = param(kinds[i], 0);
        nn_real x[COUNT] = {0};
        double squares = 0;
        p.rank = 4;
        memcpy(p.shape, (int64_t[]){4, 3, 5, 10}, 4 * sizeof *p.shape);
        init(&p, x);
        for (int k = 0; k < COUNT; k++)
            squares += (double)(x[k] * x[k]);
        assert_true(fabs(sqrt(squares / COUNT) / deviation[i] - 1) < 0.08);
    }
}

static void literals(void **state)
{
    nn_param p = param(NN_INIT_LITERAL, 0);
    nn_real x[COUNT] = {0};
    nn_model m = {.params = &p, .param_count = 1};
    (void)state;
    init(&p, x);
    assert_true(x[0] == (nn_real)1.5 && x[1] == (nn_real)-2.25 && x[2] == 0);
    assert_true(nn_init_is_given(&m));
    p.init = NN_INIT_UNIFORM;
    assert_false(nn_init_is_given(&m));
}

/* Rows of a wide matrix, columns of a tall one. */
static void orthogonal(void **state)
{
    nn_real x[COUNT];
    (void)state;
    for (int tall = 0; tall < 2; tall++) {
        nn_param p = param(NN_INIT_ORTHOGONAL, 1);
        p.shape[0] = tall ? C : R;
        p.shape[1] = tall ? R : C;
        init(&p, x);
        for (int a = 0; a < R; a++)
            for (int b = 0; b <= a; b++) {
                double dot = 0;
                for (int k = 0; k < C; k++)
                    dot += tall ? (double)(x[k * R + a] * x[k * R + b])
                                : (double)(x[a * C + k] * x[b * C + k]);
                assert_true(fabs(dot - (a == b)) < 1e-5);
            }
    }
}

/* Blocks of 16 outputs, each [in][16], with the last block padded: output o
 * and input i of [20, 30] at (o / 16) * 480 + i * 16 + o % 16. */
static void packs_blocks(void **state)
{
    nn_param p = param(NN_INIT_UNIFORM, 1);
    nn_real file[COUNT], packed[2 * 16 * C] = {0}, back[COUNT];
    nn_error e;
    (void)state;
    p.size = 2 * 16 * C;
    p.piece_count = 3;
    p.pieces[0] = (nn_piece){0, 16, 2, 16 * C};
    p.pieces[1] = (nn_piece){1, 1, C, 16};
    p.pieces[2] = (nn_piece){0, 1, 16, 1};
    for (int i = 0; i < COUNT; i++)
        file[i] = (nn_real)(i + 1);
    assert_true(nn_layout_from_file(&p, file, packed, &e));
    for (int o = 0; o < 32; o++)
        for (int i = 0; i < C; i++) {
            nn_real want = o < R ? (nn_real)(o * C + i + 1) : 0;
            assert_true(packed[o / 16 * 480 + i * 16 + o % 16] == want);
        }
    assert_true(nn_layout_to_file(&p, packed, back, &e));
    assert_memory_equal(file, back, sizeof file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments),      cmocka_unit_test(kernels_count_as_fans),
        cmocka_unit_test(literals),     cmocka_unit_test(orthogonal),
        cmocka_unit_test(packs_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
