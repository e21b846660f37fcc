/* vector_check.h: the functions of templates/lanes.h against the C library
 * in double. Included by the program that target_test.c writes, after the
 * prelude, with LANES defined. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Units in the last place between a float and what it should be; results
 * below the smallest normal float may be 0. */
static double ulps(float got, double want)
{
    if (isnan(want)) {
        return isnan(got) ? 0 : HUGE_VAL;
    }
    if (fabs(want) < 1.17549435e-38) {
        return fabs((double)got - want) < 1.2e-38 ? 0 : HUGE_VAL;
    }
    if (isinf((float)want)) {
        return got == (float)want ? 0 : HUGE_VAL;
    }
    int exponent = 0;
    frexp(want, &exponent);
    return fabs((double)got - want) / ldexp(1, exponent - 24);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static int worse(const char *name, float x, double error)
{
    if (error <= 2) {
        return 0;
    }
    printf("%s(%.9g) is off by %.3g ulp\n", name, (double)x, error);
    return 1;
}

/* All six functions on every 4001st float, in vectors and one by one. */
static int check_functions(void)
{
    int bad = 0;
    for (uint64_t b = 0; b < UINT64_C(1) << 32 && bad < 10;
         b += UINT64_C(4001) * LANES) {
        uint32_t bits[LANES];
        nn_vec x;
        for (unsigned i = 0; i < LANES; i++) {
            bits[i] = (uint32_t)(b + UINT64_C(4001) * i);
        }
        memcpy(&x, bits, sizeof x);
        nn_vec e = nn_vexp(x);
        nn_vec l = nn_vlog(x);
        nn_vec t = nn_vtanh(x);
        nn_vec s = nn_vsigmoid(x);
        nn_vec r = nn_verf(x);
        nn_vec p = nn_vsoftplus(x);
        for (int i = 0; i < LANES; i++) {
            float one = NN_LANE(x, i);
            double d = (double)one, above = d > 0 ? d : 0;
            bad += worse("exp", one, ulps(NN_LANE(e, i), exp(d)));
            bad += worse("log", one, ulps(NN_LANE(l, i), log(d)));
            bad += worse("tanh", one, ulps(NN_LANE(t, i), tanh(d)));
            bad += worse("sigmoid", one, ulps(NN_LANE(s, i), sigmoid(d)));
            bad += worse("erf", one, ulps(NN_LANE(r, i), erf(d)));
            bad += worse("softplus", one,
                         ulps(NN_LANE(p, i), above + log1p(exp(-fabs(d)))));
        }
        float one = NN_LANE(x, 0);
        float same[] = {nn_exp(one), nn_tanh(one), nn_sigmoid(one)};
        float all[] = {NN_LANE(e, 0), NN_LANE(t, 0), NN_LANE(s, 0)};
        bad += memcmp(same, all, sizeof same) != 0 && one == one;
    }
    return bad;
}

static int differs(const char *name, float got, float want)
{
    if (got == want || (isnan(got) && isnan(want))) {
        return 0;
    }
    printf("%s gives %g, not %g\n", name, (double)got, (double)want);
    return 1;
}
