/* conv_check.h: checks emitted convolutions and pools against plain loops.
 *
 * A test program is this pair of files, the emitted kernels, and a table of
 * cases. Inputs are small integers, so that every sum is exact in float and
 * results must be equal, ties and all. Whatever a kernel must not read is not
 * a number, and whatever it must not write is looked at afterwards. */
#ifndef NNC_TESTS_EMIT_CONV_CHECK_H
#define NNC_TESTS_EMIT_CONV_CHECK_H

#include <stdint.h>

struct check_image {
    int channels, height, width, block, halo[4];
    int64_t group, row, column, origin, size, slack;
};

struct check_piece {
    int axis;
    int64_t div, size, stride;
};

struct check_weights {
    int64_t offset, size;
    int n;
    struct check_piece piece[10];
};

struct check_args {
    float *x, *w, *y, *scratch, *partial, *dw;
    void *arg;
};

struct check_case {
    const char *name;
    char role; /* f(orward), x, w: gradients; p, q: pool and its gradient */
    int batch, kernel[2], stride[2], pad[4];
    struct check_image x, y, arg; /* arg: as y where channels is 0 */
    char pool;                    /* 0, 'm'aximum, 'a'verage */
    int window[2], argmax, turned, arg_bytes, units;
    int64_t scratch, partial;
    struct check_weights weights, dw;
    void (*run)(struct check_args *, int from, int to);
    void (*finish)(struct check_args *);
};

/* 0 where the kernel is right, else 1 after a message. */
int check_run(const struct check_case *c);

/* Best time of the kernel in seconds. */
double check_time(const struct check_case *c);

#endif
