/* loops_test.c: element-wise kernels and reductions as loops, and the nodes
 * behind a tile on vectors: which loops, loads and stores are written. */
#include "emit/loops.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../support/planned.h"
#include "emit/lanes.h"

#define SHAPE(a, b) shape_of(2, (int64_t)(a), (int64_t)(b))

static const char *places[] = {"net_w", "net_b"};

static Emit emit_for(const Probe *p, const char *target)
{
    const Target *t = target ? target_find(target) : NULL;

    return (Emit){.arena = p->arena,
                  .program = p->p,
                  .target = t,
                  .lanes = t ? t->lanes : 1,
                  .tensor_place = places};
}

static int count(const char *text, const char *word)
{
    int n = 0;

    for (const char *c = strstr(text, word); c; c = strstr(c + 1, word))
        n++;
    return n;
}

/* The body of the one kernel of the probe's graph, in the plain form. */
static const char *body_of(Probe *p, const Node *n, int parts)
{
    Plan *plan = planned(p, p->g, MODE_EVAL, NULL, UPTO_MEMPLAN);
    CodeOptions options = planned_options(NULL);
    Emit *e = NEW(p->arena, Emit);
    Kernel *k = planned_kernel(plan, n);
    Scope s;

    *e = emit_for(p, NULL);
    e->options = &options;
    k->parts = parts;
    s = scope_new(e, plan, k);
    if (k->kind == KERNEL_REDUCE)
        emit_reduce(&s);
    else
        emit_map(&s);
    return text_str(&s.body);
}

static Node *loss(Probe *p, Node *n)
{
    graph_root(p->g, n, ROOT_LOSS, 0);
    return n;
}

/* Equal layouts are one loop over all elements. */
static void equal_layouts_are_one_loop(void **state)
{
    Probe p = probe_new(3);
    Node *x = probe_param(&p, SHAPE(3, 4));
    const char *body = body_of(&p, loss(&p, graph_unary(p.g, OP_TANH, x)), 1);

    (void)state;
    assert_int_equal(count(body, "for ("), 1);
    assert_non_null(strstr(body, "for (size_t i = 0; i < 12; i++) {"));
    probe_free(&p);
}

static void repeated_rows_are_two_loops(void **state)
{
    Probe p = probe_new(3);
    Node *x = probe_param(&p, SHAPE(3, 4)), *b = probe_param(&p, SHAPE(1, 4));
    Node *y = loss(&p, graph_binary(p.g, OP_ADD, x, b));
    const char *body = body_of(&p, y, 1);

    (void)state;
    assert_int_equal(count(body, "for ("), 2);
    assert_non_null(strstr(body, "i < 3;"));
    assert_non_null(strstr(body, "j < 4;"));
    assert_int_equal(count(body, "{"), count(body, "}"));
    probe_free(&p);
}

/* Each part does its share of the outermost loop. */
static void parts_share_the_loop(void **state)
{
    Probe p = probe_new(3);
    Node *x = probe_param(&p, SHAPE(30, 40));
    const char *body = body_of(&p, loss(&p, graph_unary(p.g, OP_NEG, x)), 5);

    (void)state;
    assert_non_null(strstr(body, "i = (size_t)part * 1200 / 5; "
                                 "i < ((size_t)part + 1) * 1200 / 5;"));
    probe_free(&p);
}

/* The summed axis is the inner loop, its sum a double. */
static void sums_are_in_double(void **state)
{
    Probe p = probe_new(3);
    Node *x = probe_param(&p, SHAPE(3, 4));
    const char *body = body_of(&p, loss(&p, graph_sum(p.g, x, 2)), 1);

    (void)state;
    assert_int_equal(count(body, "for ("), 2);
    assert_true(strstr(body, "i < 3;") < strstr(body, "double "));
    assert_true(strstr(body, "double ") < strstr(body, "j < 4;"));
    probe_free(&p);
}

/* However long a line is, and indented as deep as its loops. */
static void no_line_is_cut(void **state)
{
    Probe p = probe_new(3);
    Emit e = emit_for(&p, NULL);
    Scope s = scope_new(&e, NULL, NULL);
    Shape shape = SHAPE(3, 4);
    Loops l = loops_over(&s, &shape);
    char word[3000] = "";

    (void)state;
    memset(word, 'a', sizeof word - 1);
    l.indent = 2;
    loops_line(&l, "%s;", word);
    assert_int_equal(s.body.n, 8 + sizeof word - 1 + 2);
    loops_close(&l, 1);
    assert_string_equal(text_str(&s.body) + 8 + sizeof word + 1, "    }\n");
    probe_free(&p);
}

static void counters(void **state)
{
    Shape shape = SHAPE(3, 4);
    Layout row = loops_counter(&shape, 0), column = loops_counter(&shape, 1);
    const int64_t at[] = {2, 3};

    (void)state;
    assert_int_equal(layout_place(&row, at), 2);
    assert_int_equal(layout_place(&column, at), 3);
}

/* relu(x w^T + b) [8, 16], ready to be written. */
typedef struct Layer {
    Probe p;
    Emit e;
    Plan *plan;
    Scope s;
} Layer;

static void layer(Layer *l)
{
    Node *x, *w, *b, *y;

    l->p = probe_new(3);
    w = probe_param(&l->p, SHAPE(16, 5));
    b = probe_param(&l->p, SHAPE(1, 16));
    x = probe_input(&l->p, SHAPE(8, 5));
    y = graph_matmul(l->p.g, x, w, false, true);
    y = graph_unary(l->p.g, OP_RELU, graph_binary(l->p.g, OP_ADD, y, b));
    w->name = "w", b->name = "b", y->name = "y";
    graph_root(l->p.g, y, ROOT_LOSS, 0);
    l->plan = planned(&l->p, l->p.g, MODE_EVAL, "avx2", UPTO_MEMPLAN);
    l->e = emit_for(&l->p, "avx2");
    l->s = scope_new(&l->e, l->plan, planned_kernel(l->plan, y));
}

/* The statements for one vector of the layer: n lanes along an axis, with what
 * the tile stores itself. */
static const char *lanes(Layer *l, const Node *primary, int axis, int n)
{
    LaneWriter w = lane_writer(&l->s, primary);
    LanePoint at = {.index = {"(i)", "(j)"}, .axis = axis, .count = n};
    Text out = {.arena = l->p.arena};

    lane_print(&out, &w, (const char *const[]){"acc"}, &at);
    return text_str(&out);
}

typedef struct LaneCase {
    int axis, count;
    const char *loads, *stores;
    int n_stores;
} LaneCase;

/* Beside each other along the columns, the same or apart along the rows; a
 * vector that is not full reads and writes no more than it has. */
static void loads_and_stores(void **state)
{
    static const LaneCase cases[] = {
        {1, 8, "nn_vload(&b$", "nn_vstore(&y$", 1},
        {1, 3, "nn_vload_n(&b$", "nn_vstore_n(&y$", 1},
        {0, 8, "nn_vset(b$", "] = ", 8},
        {0, 3, "nn_vset(b$", "] = ", 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Layer l;
        const char *text;

        layer(&l);
        text = lanes(&l, NULL, cases[i].axis, cases[i].count);
        if (!strstr(text, cases[i].loads) ||
            count(text, cases[i].stores) != cases[i].n_stores)
            fail_msg("case %d: %s", (int)i, text);
        assert_int_equal(count(text, "const nn_vec "), 2);
        assert_null(strstr(text, "w$"));
        probe_free(&l.p);
    }
}

/* What the tile's function is handed: bias and result, not the operands of
 * the product, which the tile reads itself. */
static void what_lanes_are_handed(void **state)
{
    Layer l;
    LaneWriter w;
    const char *text;

    (void)state;
    layer(&l);
    w = lane_writer(&l.s, NULL);
    assert_int_equal(count(w.params, ", "), 2);
    assert_int_equal(count(w.args, ","), 2);
    assert_non_null(strstr(w.params, ", const float *b$"));
    assert_non_null(strstr(w.params, ", float *y$"));
    assert_false(w.frame);
    w = lane_writer(&l.s, l.s.kernel->stores.at[0]);
    assert_int_equal(count(w.params, ", "), 1);
    text = lanes(&l, l.s.kernel->stores.at[0], 1, 8);
    assert_null(strstr(text, "nn_vstore"));
    assert_non_null(strstr(text, "\nacc = y$"));
    probe_free(&l.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_layouts_are_one_loop),
        cmocka_unit_test(repeated_rows_are_two_loops),
        cmocka_unit_test(parts_share_the_loop),
        cmocka_unit_test(sums_are_in_double),
        cmocka_unit_test(no_line_is_cut),
        cmocka_unit_test(counters),
        cmocka_unit_test(loads_and_stores),
        cmocka_unit_test(what_lanes_are_handed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
