/* conv.c: writes a C program that times emitted convolutions and their
 * gradients.
 *
 *     build/bench/conv [avx512|avx2|generic] >convolutions.c
 *
 * The program prints each kernel's time for one image, its share of the
 * multiply-add peak measured in the same process (a share above 100 % is a
 * gradient through a maximum, which skips the pixels that lost), and the
 * plan's reasons. bench/conv.sh does all in one. */
#include <stdio.h>

#include "tile/target.h"
#include "support/convcase.h"

typedef struct Row {
    ConvRole role;
    int batch, channels, size, filters, kernel, stride, pad;
    int pool; /* window of a maximum behind it, or 0 */
} Row;

/* clang-format off */
static const Row rows[] = {
    /* LeNet-5 */
    {CONV_FORWARD, 64, 1, 28, 6, 5, 1, 2, 2},
    {CONV_FORWARD, 64, 6, 14, 16, 5, 1, 0, 2},
    {CONV_GRAD_INPUT, 64, 6, 14, 16, 5, 1, 0, 2},
    {CONV_GRAD_WEIGHT, 64, 6, 14, 16, 5, 1, 0, 2},
    {CONV_GRAD_WEIGHT, 64, 1, 28, 6, 5, 1, 2, 2},
    /* Residual networks */
    {CONV_FORWARD, 1, 64, 56, 64, 3, 1, 1, 0},
    {CONV_GRAD_INPUT, 1, 64, 56, 64, 3, 1, 1, 0},
    {CONV_GRAD_WEIGHT, 1, 64, 56, 64, 3, 1, 1, 0},
    {CONV_FORWARD, 1, 512, 14, 512, 3, 1, 1, 0},
    {CONV_FORWARD, 1, 3, 224, 64, 7, 2, 3, 0},
    {CONV_FORWARD, 8, 64, 56, 128, 3, 2, 1, 0},
    {CONV_GRAD_INPUT, 8, 64, 56, 128, 3, 2, 1, 0},
    {CONV_GRAD_WEIGHT, 8, 64, 56, 128, 3, 2, 1, 0},
    /* Odd ones */
    {CONV_FORWARD, 4, 17, 31, 23, 3, 1, 1, 0},
    {CONV_GRAD_INPUT, 4, 17, 31, 23, 3, 1, 1, 0},
    {CONV_GRAD_WEIGHT, 4, 17, 31, 23, 3, 1, 1, 0},
    {CONV_FORWARD, 4, 5, 19, 7, 4, 3, 1, 0},
    {CONV_FORWARD, 2, 40, 9, 100, 1, 1, 0, 0},
    {CONV_FORWARD, 2, 12, 33, 10, 7, 1, 3, 3},
};
/* clang-format on */

static const char begin[] = "#include <stddef.h>\n#include <stdio.h>\n\n"
                            "#include \"conv_check.h\"\n"
                            "#include \"nn_peak.h\"\n\n";

static ConvSpec spec_of(Arena *arena, const Row *r, const Target *t)
{
    ConvSpec s = {.role = r->role, .batch = r->batch, .filters = r->filters};
    for (int i = 0; i < 4; i++) {
        s.pad[i] = r->pad;
    }
    for (int i = 0; i < 2; i++) {
        s.kernel[i] = r->kernel;
        s.stride[i] = r->stride;
        s.window[i] = r->pool;
    }
    s.pool = r->pool > 0 ? POOL_MAX : POOL_NONE;
    s.unroll = -1;
    s.x = image_rows(r->channels, r->size, r->size);
    conv_images(&s, t, &s.x, &s.y);
    if (r->role == CONV_GRAD_WEIGHT) {
        ConvSpec forward = s;
        forward.role = CONV_FORWARD;
        s.dw_layout = conv_plan(arena, &forward, t)->weights;
    }
    return s;
}

static void add(ConvCases *c, const Row *r, Text *calls)
{
    static const char *const names[] = {"forward", "by input", "by weight"};
    Arena *a = c->code.arena;
    ConvSpec s = spec_of(a, r, c->target);
    ConvPlan *p = conv_plan(a, &s, c->target);
    text_printf(calls, "    show(&cases[%d], %.1f, %d, peak, \"%s\");\n", c->n,
                p->flops, r->batch, p->why);
    convcase_conv(c, p,
                  arena_printf(a, "%s %d @ %d -> %d, %d x %d / %d%s, batch %d",
                               names[r->role], r->channels, r->size,
                               r->filters, r->kernel, r->kernel, r->stride,
                               r->pool > 0 ? ", pooled" : "", r->batch));
}

int main(int argc, char **argv)
{
    const Target *t = argc > 1 ? target_find(argv[1]) : target_native();
    if (t == NULL || argc > 2) {
        fprintf(stderr, "usage: conv [avx512|avx2|generic]\n");
        return 2;
    }
    Arena *a = arena_new();
    ConvCases c = {.target = t, .code = {.arena = a}, .table = {.arena = a}};
    Text calls = {.arena = a};
    Text head = {.arena = a};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        add(&c, &rows[i], &calls);
    }
    target_prelude(&head, t, text_str(&c.code));
    printf("%s%s%s", begin, text_str(&head), text_str(&c.code));
    printf("static const struct check_case cases[] = {\n%s};\n\n",
           text_str(&c.table));
    printf("static void show(const struct check_case *c, double flops,\n"
           "    int batch, double peak, const char *why)\n{\n"
           "    double time = check_time(c);\n"
           "    printf(\"%%s: %%.2f us an image, %%.1f GF/s, %%.0f %%%% of "
           "the peak\\n    %%s\\n\",\n        c->name, time / batch * 1e6, "
           "flops / time / 1e9,\n        100 * flops / time / peak, why);\n"
           "}\n\nint main(void)\n{\n"
           "    const double peak = nn_peak_measure(\"%s\");\n"
           "    printf(\"%s, peak %%.1f GF/s\\n\", peak / 1e9);\n%s"
           "    return 0;\n}\n",
           t->name, t->name, text_str(&calls));
    arena_free(a);
    return 0;
}
