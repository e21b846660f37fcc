/* fold_test.c: each rewrite of the tables leaves what it should.
 *
 * A row builds a value from x [4, 6]; behind the name stands the printed graph
 * that folding, cse and dce leave of it. That values stay the same is tested
 * by rewrites_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../support/probe.h"
#include "pass/pass.h"

typedef Node *Build(Graph *g, Node *x);

static Node *number(Graph *g, double v)
{
    return graph_const_shaped(g, v, shape_ones(2), NULL);
}

static Node *turn(Graph *g, Node *x)
{
    return graph_add(g, OP_TRANSPOSE, 1, &x, (Attr){.perm = {1, 0}}, NULL);
}

static Node *along(Graph *g, Op op, Node *x, int axis)
{
    return graph_add(g, op, 1, &x, (Attr){.axis = axis}, NULL);
}

static Node *pad(Graph *g, Node *x, int64_t begin, int64_t size)
{
    Attr attr = {.part = {.axis = 1, .begin = begin, .size = size}};

    return graph_add(g, OP_PAD, 1, &x, attr, NULL);
}

static Shape shape(int64_t a, int64_t b)
{
    return shape_of(2, a, b);
}

static Node *add_zero(Graph *g, Node *x)
{
    return graph_binary(g, OP_ADD, number(g, 0),
                        graph_binary(g, OP_SUB, x, number(g, 0)));
}

static Node *mul_one(Graph *g, Node *x)
{
    return graph_binary(g, OP_DIV, graph_binary(g, OP_MUL, x, number(g, 1)),
                        number(g, 1));
}

static Node *mul_zero(Graph *g, Node *x)
{
    return graph_binary(g, OP_ADD, x, graph_binary(g, OP_MUL, x, number(g, 0)));
}

/* -(0 - -(-x)) = x */
static Node *neg_neg(Graph *g, Node *x)
{
    Node *minus = graph_binary(g, OP_MUL, x, number(g, -1));

    return graph_unary(
        g, OP_NEG,
        graph_binary(g, OP_SUB, number(g, 0), graph_unary(g, OP_NEG, minus)));
}

static Node *constants(Graph *g, Node *x)
{
    Node *c = graph_binary(g, OP_DIV, number(g, 3), number(g, 4));

    c = graph_binary(g, OP_MUL, graph_unary(g, OP_SQRT, number(g, 4)), c);
    c = graph_broadcast(g, c, x->shape);
    return graph_binary(g, OP_MUL, graph_binary(g, OP_MUL, x, number(g, 2)), c);
}

static Node *divide(Graph *g, Node *x)
{
    return graph_binary(g, OP_DIV, x, number(g, 4));
}

static Node *spread(Graph *g, Node *x)
{
    Node *sum = graph_sum(g, x, 2);

    return graph_binary(g, OP_SUB, x, graph_broadcast(g, sum, x->shape));
}

static Node *choose(Graph *g, Node *x)
{
    return graph_add(g, OP_SELECT, 3, (Node *[]){number(g, 1), x, number(g, 0)},
                     (Attr){0}, NULL);
}

static Node *reshapes_meet(Graph *g, Node *x)
{
    x = graph_reshape(g, x, shape(3, 8));
    return graph_reshape(g, graph_reshape(g, x, shape(2, 12)), shape(4, 6));
}

static Node *transposes_meet(Graph *g, Node *x)
{
    return turn(g, turn(g, x));
}

static Node *turned_row(Graph *g, Node *x)
{
    return turn(g, graph_sum(g, x, 1));
}

static Node *turned_product(Graph *g, Node *x)
{
    return graph_matmul(g, turn(g, x), turn(g, x), false, true);
}

static Node *slices(Graph *g, Node *x)
{
    return graph_slice(g, graph_slice(g, x, 1, 1, 4), 1, 2, 2);
}

static Node *slice_concat(Graph *g, Node *x)
{
    Node *both = graph_concat(g, 2, (Node *[]){turn(g, x), turn(g, x)}, 1);

    return turn(g, graph_slice(g, both, 1, 4, 4));
}

static Node *slice_pad(Graph *g, Node *x)
{
    Node *wide = pad(g, pad(g, x, 1, 8), 1, 10);

    return graph_binary(
        g, OP_ADD, graph_slice(g, wide, 1, 2, 6),
        graph_broadcast(g, graph_slice(g, wide, 1, 0, 1), x->shape));
}

static Node *join_slices(Graph *g, Node *x)
{
    Node *in[] = {graph_slice(g, x, 1, 0, 2), graph_slice(g, x, 1, 2, 3),
                  graph_slice(g, x, 1, 5, 1)};

    return graph_concat(g, 3, in, 1);
}

static Node *concats(Graph *g, Node *x)
{
    Node *two = graph_concat(g, 2, (Node *[]){x, x}, 0);

    return graph_concat(g, 2, (Node *[]){two, x}, 0);
}

static Node *reverses(Graph *g, Node *x)
{
    return along(g, OP_REVERSE, along(g, OP_REVERSE, x, 1), 1);
}

static Node *sums(Graph *g, Node *x)
{
    return graph_sum(g, graph_sum(g, x, 1), 3);
}

/* The largest of a row; then of what is one number a row. */
static Node *largest_of_one(Graph *g, Node *x)
{
    Node *most = graph_add(g, OP_RMAX, 1, &x, (Attr){.axes = 2}, NULL);

    return graph_add(g, OP_RMAX, 1, &most, (Attr){.axes = 2}, NULL);
}

static Node *sum_repeated(Graph *g, Node *x)
{
    Node *sum = graph_sum(g, x, 1);

    return graph_sum(g, graph_broadcast(g, sum, shape(5, 6)), 1);
}

static Node *zero_product(Graph *g, Node *x)
{
    Node *zeros = graph_const_shaped(g, 0, shape(6, 3), NULL);

    return graph_matmul(g, x, zeros, false, false);
}

static Node *masks(Graph *g, Node *x)
{
    return along(g, OP_ROWS_MASK, along(g, OP_ROWS_MASK, x, 0), 0);
}

static Node *relus(Graph *g, Node *x)
{
    return graph_unary(g, OP_RELU, graph_unary(g, OP_RELU, x));
}

static Node *pooled(Graph *g, Op op, Node *x, Shape image, Window w)
{
    Attr attr = {.window = w};
    Node *in = graph_reshape(g, x, image);

    return graph_add(g, op, 1, &in, attr, NULL);
}

static Node *pool_windows_of_one(Graph *g, Node *x)
{
    Window w = {.kernel = {1, 1}, .stride = {1, 1}};
    Shape image = shape_of(4, 1, 2, 3, 4);

    return graph_reshape(
        g, graph_unary(g, OP_NEG, pooled(g, OP_AVGPOOL, x, image, w)),
        shape(4, 6));
}

static Node *pool_images_of_one(Graph *g, Node *x)
{
    Window w = {.kernel = {2, 3}, .stride = {1, 1}, .pad = {1, 1, 1, 1}};
    Shape image = shape_of(4, 4, 6, 1, 1);

    return pooled(g, OP_MAXPOOL, x, image, w);
}

/* Of an image of 2 x 3, taken apart into rows of x, by a kernel of 1 x 2. */
static Node *convolved(Graph *g, Node *x, Window w)
{
    Node *in[] = {graph_reshape(g, x, shape_of(4, 1, 4, 2, 3)),
                  graph_const_shaped(g, 2, shape_of(4, 1, 4, 1, 2), NULL)};

    return graph_add(g, OP_CONV, 2, in, (Attr){.window = w}, NULL);
}

static Node *conv_beside(Graph *g, Node *x)
{
    Window w = {.kernel = {1, 2}, .stride = {3, 5}, .pad = {1, 2, 4, 2}};

    return convolved(g, x, w);
}

/* Of the windows at rows -1 and 1 and columns -2 and 1, the last is inside. */
static Node *conv_at_the_corner(Graph *g, Node *x)
{
    Window w = {.kernel = {1, 2}, .stride = {2, 3}, .pad = {1, 2, 0, 0}};

    return convolved(g, x, w);
}

#define X "%0 = TENSOR real[4, 6] #0\n"

static const struct {
    const char *name;
    Build *build;
    const char *want;
} rows[] = {
    {"x + 0", add_zero, X "output 0 = %0\n"},
    {"x 1", mul_one, X "output 0 = %0\n"},
    {"x 0", mul_zero, X "output 0 = %0\n"},
    {"----x", neg_neg, X "output 0 = %0\n"},
    {"constants", constants,
     X "%1 = CONST real[1, 1] 3\n%2 = MUL real[4, 6] %0 %1\noutput 0 = %2\n"},
    {"x / 4", divide,
     X "%1 = CONST real[1, 1] 0.25\n%2 = MUL real[4, 6] %0 %1\n"
       "output 0 = %2\n"},
    {"broadcast of an operand", spread,
     X "%1 = SUM real[4, 1] %0 axes=1\n%2 = SUB real[4, 6] %0 %1\n"
       "output 0 = %2\n"},
    {"select", choose, X "output 0 = %0\n"},
    {"reshapes", reshapes_meet, X "output 0 = %0\n"},
    {"transposes", transposes_meet, X "output 0 = %0\n"},
    {"transpose of a row", turned_row,
     X "%1 = SUM real[1, 6] %0 axes=0\n%2 = RESHAPE real[6, 1] %1\n"
       "output 0 = %2\n"},
    {"transposes of operands", turned_product,
     X "%1 = MATMUL real[6, 6] %0 %0 ta\noutput 0 = %1\n"},
    {"slices", slices,
     X "%1 = SLICE real[4, 2] %0 axis=1 begin=3 size=2\noutput 0 = %1\n"},
    {"slice of a concat", slice_concat, X "output 0 = %0\n"},
    {"slice of a pad", slice_pad, X "output 0 = %0\n"},
    {"concat of slices", join_slices, X "output 0 = %0\n"},
    {"concats", concats,
     X "%1 = CONCAT real[12, 6] %0 %0 %0 axis=0\noutput 0 = %1\n"},
    {"reverses", reverses, X "output 0 = %0\n"},
    {"sums", sums, X "%1 = SUM real[1, 1] %0 axes=0,1\noutput 0 = %1\n"},
    {"largest of one", largest_of_one,
     X "%1 = RMAX real[4, 1] %0 axes=1\noutput 0 = %1\n"},
    {"sum of a broadcast", sum_repeated,
     X "%1 = SUM real[1, 6] %0 axes=0\n%2 = CONST real[1, 1] 5\n"
       "%3 = MUL real[1, 6] %1 %2\noutput 0 = %3\n"},
    {"product by zeros", zero_product,
     "%0 = CONST real[4, 3] 0\noutput 0 = %0\n"},
    {"masks", masks, X "%1 = ROWS_MASK real[4, 6] %0 axis=0\noutput 0 = %1\n"},
    {"windows of one place", pool_windows_of_one,
     X "%1 = RESHAPE real[1, 2, 3, 4] %0\n%2 = NEG real[1, 2, 3, 4] %1\n"
       "%3 = RESHAPE real[4, 6] %2\noutput 0 = %3\n"},
    {"images of one place", pool_images_of_one,
     X "%1 = RESHAPE real[4, 6, 1, 1] %0\n"
       "%2 = BROADCAST real[4, 6, 2, 1] %1\noutput 0 = %2\n"},
    {"windows beside the image", conv_beside,
     "%0 = CONST real[1, 1, 3, 2] 0\noutput 0 = %0\n"},
    {"a window inside", conv_at_the_corner,
     X "%1 = RESHAPE real[1, 4, 2, 3] %0\n%2 = CONST real[1, 4, 1, 2] 2\n"
       "%3 = CONV real[1, 1, 2, 2] %1 %2 kernel=1x2 stride=2x3 pad=1,2,0,0\n"
       "output 0 = %3\n"},
    {"relus", relus, X "%1 = RELU real[4, 6] %0\noutput 0 = %1\n"},
};

static void rows_fold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Probe p = probe_new(1);
        Node *x = probe_param(&p, shape(4, 6));
        Text text = {.arena = p.arena};
        Graph *g = p.g;

        graph_root(g, rows[i].build(g, x), ROOT_OUTPUT, 0);
        g = dce(p.p, cse(p.p, fold(p.p, g)));
        graph_check(g, "fold");
        graph_print(&text, g);
        if (strcmp(text_str(&text), rows[i].want) != 0)
            fail_msg("%s: got\n%s", rows[i].name, text_str(&text));
        probe_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_fold)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
