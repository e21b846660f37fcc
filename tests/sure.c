/* sure.c: the cross-entropy of a class that is all but certain, in the first
 * and in the last vector of a row, is log(1 + sum of exp(x - x[t])) to a few
 * units in the last place; and eval runs without outputs. */
#include "sure.h"

#include <math.h>
#include <stdalign.h>
#include <stdio.h>

enum { ROWS = sure_eval_batch, CLASSES = 20 };

static alignas(64) char workspace[sure_eval_workspace];
static alignas(64) float params[sure_reals], x[ROWS * CLASSES];
static int32_t t[ROWS];

/* How far the loss is from what it should be, relatively. */
static double miss(int class, float lead)
{
    double sums[1], others = 0;
    for (int i = 0; i < ROWS * CLASSES; i++)
        x[i] = i % CLASSES == class ? lead : 0.01f * (float)(i % CLASSES);
    for (int r = 0; r < ROWS; r++)
        t[r] = class;
    for (int c = 0; c < CLASSES; c++)
        others += c == class ? 0 : exp((double)x[c] - (double)lead);
    if (sure_eval(params, workspace, x, t, sums, ROWS, NULL, NULL) != 0)
        return 1;
    return fabs(sums[0] / log1p(others) - 1);
}

int main(void)
{
    double worst = 0;
    for (int class = 0; class < CLASSES; class += CLASSES - 1)
        for (float lead = 0; lead < 60; lead += 6)
            worst = fmax(worst, miss(class, lead));
    printf("%g\n", worst);
    return worst > 2e-6;
}
