/* Two passes in double over values that a power of two brings near 1: that
 * rounds nothing, and neither sums nor squares leave the range of double. A
 * pass before them finds that power, and the columns that are constant. */
#include "nn_moments.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "nn_mem.h"

typedef struct {
    double low, high;
    double unit; /* a power of two: the largest value times it is near 1 */
} extent;

static double size_of(const extent *x)
{
    return fmax(fabs(x->low), fabs(x->high));
}

static int64_t find_extents(const nn_table *t, const uint8_t *part_of,
                            extent *x)
{
    int64_t count = 0;
    for (int64_t row = 0; row < t->rows; row++) {
        if (part_of[row] != NN_TRAIN)
            continue;
        for (int64_t j = 0; j < t->width; j++) {
            double value = nn_table_number(t, row, j);
            x[j].low = count == 0 ? value : fmin(x[j].low, value);
            x[j].high = count == 0 ? value : fmax(x[j].high, value);
        }
        count++;
    }
    return count;
}

/* The inverse of a subnormal number would be infinite. */
static void find_units(extent *x, int64_t width)
{
    for (int64_t j = 0; j < width; j++) {
        int exponent = 0;
        frexp(size_of(&x[j]), &exponent);
        exponent = exponent < -1000 ? -1000 : exponent;
        x[j].unit = ldexp(1, -exponent);
    }
}

/* Adds each training row's x, or the square of x - mean, to sum. */
static void accumulate(const nn_table *t, const uint8_t *part_of,
                       const extent *x, const double *mean, double *sum)
{
    for (int64_t row = 0; row < t->rows; row++) {
        if (part_of[row] != NN_TRAIN)
            continue;
        for (int64_t j = 0; j < t->width; j++) {
            double value = nn_table_number(t, row, j) * x[j].unit;
            double apart = mean == NULL ? 0 : value - mean[j];
            sum[j] += mean == NULL ? value : apart * apart;
        }
    }
}

/* From sums over `count` scaled values to figures of the values themselves. */
static void conclude(const extent *x, int64_t count, double *mean,
                     double *deviation)
{
    double d = sqrt(*deviation / (double)count) / x->unit;
    double noise = 4 * DBL_EPSILON * size_of(x);
    *mean = x->low == x->high ? x->low : *mean / x->unit;
    *deviation = x->low == x->high || d <= noise ? 0 : d;
}

bool nn_moments(const nn_table *t, const uint8_t *part_of, double *mean,
                double *deviation, nn_error *e)
{
    extent *x;
    if (!nn_alloc(&x, (size_t)t->width, sizeof *x, "means", e))
        return false;
    int64_t count = find_extents(t, part_of, x);
    find_units(x, t->width);
    for (int64_t j = 0; j < t->width; j++)
        mean[j] = deviation[j] = 0;
    accumulate(t, part_of, x, NULL, mean);
    for (int64_t j = 0; j < t->width; j++)
        mean[j] /= (double)count;
    accumulate(t, part_of, x, mean, deviation);
    for (int64_t j = 0; j < t->width; j++)
        conclude(&x[j], count, &mean[j], &deviation[j]);
    free(x);
    return count > 0 ||
           nn_fail(e, "%s: no training rows to learn from", t->path);
}
