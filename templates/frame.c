/* frame.c: what the kernels of a generated file share. The generator takes
 * only those sections that the file's kernels use. */

/* section: nn_frame */
/* What a running entry hands to its kernels. */
typedef struct {
    const nn_real *params;
    nn_real *updated; /* the same params, where they may be written */
    char *work;
    const void *const *inputs;
    nn_real *const *outputs;
    const nn_scalars *s;
    size_t rows, t, slot; /* present rows; a scan's time and slot */
    nn_parallel par;
    void *pool;
} nn_frame;
/* end: nn_frame */

/* section: nn_at */
/* A place in the workspace, which is aligned for all that lies there. */
static inline void *nn_at(const nn_frame *f, size_t at)
{
    return f->work + at;
}
/* end: nn_at */

/* section: nn_run_parts */
/* Runs all parts of a kernel. */
static void nn_run_parts(nn_frame *f, nn_task *kernel, int parts)
{
    if (f->par) {
        f->par(f->pool, parts, kernel, f);
    } else {
        for (int part = 0; part < parts; part++)
            kernel(f, part);
    }
}
/* end: nn_run_parts */

/* section: nn_rows */
/* The caller's rows, or where some are absent a copy that ends in zeros. */
static const void *nn_rows(const void *rows, char *copy, int present, size_t all, size_t size)
{
    if ((size_t)present == all)
        return rows;
    memcpy(copy, rows, (size_t)present * size);
    memset(copy + (size_t)present * size, 0, (all - (size_t)present) * size);
    return copy;
}
/* end: nn_rows */

/* section: nn_power */
/* base to the power of n, by squaring. */
static double nn_power(double base, uint64_t n)
{
    double result = 1;
    for (; n > 0; n >>= 1) {
        if (n & 1)
            result *= base;
        base *= base;
    }
    return result;
}
/* end: nn_power */

/* section: nn_drop */
/* Element `index` of a dropout mask: 0 with probability rate, otherwise
 * 1 / (1 - rate). Philox4x32-10 (Salmon et al. 2011) of the seed as key and
 * element, stream and step as counter. */
static nn_real nn_drop(const nn_scalars *s, int stream, size_t index, double rate)
{
    uint32_t k0 = (uint32_t)s->seed, k1 = (uint32_t)(s->seed >> 32) ^ 0x64726f70;
    uint32_t x[4] = {(uint32_t)(index / 4), (uint32_t)stream, (uint32_t)s->step,
        (uint32_t)(s->step >> 32)};
    for (int round = 0; round < 10; round++) {
        const uint64_t a = (uint64_t)x[0] * 0xD2511F53u;
        const uint64_t b = (uint64_t)x[2] * 0xCD9E8D57u;
        const uint32_t y[4] = {(uint32_t)(b >> 32) ^ x[1] ^ k0, (uint32_t)b,
            (uint32_t)(a >> 32) ^ x[3] ^ k1, (uint32_t)a};
        memcpy(x, y, sizeof x);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    const double u = (double)x[index % 4] / 4294967296.0;
    return u < rate ? 0 : (nn_real)(1 / (1 - rate));
}
/* end: nn_drop */

/* section: nn_first_bad */
/* A kernel (NULL: the one above), its row in the table of kernels, and the
 * place and number of values that it stores. */
typedef struct {
    nn_task *run;
    int parts, row;
    size_t at, count;
} nn_trace;

/* Runs the kernels again; the row of the first that stores what is not
 * finite, or of the last. */
static int nn_first_bad(nn_frame *f, const nn_trace *trace, int n)
{
    for (int i = 0; i < n; i++) {
        const nn_real *value = nn_at(f, trace[i].at);
        for (int part = 0; trace[i].run && part < trace[i].parts; part++)
            trace[i].run(f, part);
        for (size_t k = 0; k < trace[i].count; k++)
            if (!(value[k] - value[k] == 0))
                return trace[i].row;
    }
    return trace[n - 1].row;
}
/* end: nn_first_bad */
