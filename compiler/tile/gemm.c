/* gemm.c: the layouts of matrix products. In: a layout and numbers of rows and
 * columns. Out: sizes in reals. */
#include "tile/gemm.h"

static int64_t round_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b * b;
}

int64_t gemm_size(const Panels *panels, int64_t rows, int64_t n,
                  const Target *target)
{
    int64_t columns = round_up(n, target->lanes);
    if (panels->width == 0) {
        return rows * panels->row;
    }
    return round_up(columns, panels->width) / panels->width * panels->panel;
}
