/* The step back is taken in double: 1000 + 500 x must not lose what a float
 * near 1000 cannot hold. */
#include "nn_unit.h"

#include <math.h>

nn_way nn_unit_way(const nn_unit *run, int64_t k, const nn_prep *preps)
{
    const nn_prep *p = run->tensor > 0 ? &preps[run->tensor - 1] : NULL;
    if (p == NULL || p->scale == NULL)
        return (nn_way){1, 0};
    int64_t column = (run->first + k * run->step) % p->period;
    return (nn_way){p->scale[column], p->shift[column]};
}

void nn_unit_ways(nn_way *ways, int64_t n, const nn_unit *units, int count,
                  const nn_prep *preps)
{
    int64_t at = 0;
    for (int i = 0; i < count; i++)
        for (int64_t k = 0; k < units[i].count && at < n; k++)
            ways[at++] = nn_unit_way(&units[i], k, preps);
    for (; at < n; at++)
        ways[at] = (nn_way){1, 0};
}

double nn_unit_undo(nn_way w, double x)
{
    return (x - w.shift) / w.scale;
}

int nn_unit_digits(nn_way w, double own)
{
    enum { FLOAT = 9, MOST = 17 }; /* what floats and doubles need */
    if (sizeof(nn_real) != sizeof(float))
        return MOST;
    if (w.shift == 0 || own == 0 || !isfinite(own))
        return FLOAT;
    double computed = fmax(fabs(own * w.scale + w.shift), 1);
    double step = computed * 0x1p-24 / fabs(w.scale);
    double digits = floor(log10(fabs(own))) + 1 + ceil(-log10(step));
    return digits < 1 ? 1 : digits > MOST ? MOST : (int)digits;
}
