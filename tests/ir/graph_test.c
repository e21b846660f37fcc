/* graph_test.c: construction, text and the checker of graphs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ir/scan_edit.h"

static Shape shape(int64_t a, int64_t b)
{
    return shape_of(2, a, b);
}

static Node *param(Graph *g, int index, Shape s)
{
    return graph_add_shaped(g, OP_TENSOR, TYPE_REAL, s, 0, NULL,
                            (Attr){.index = index}, NULL);
}

/* y = relu(x w^T), summed over three steps of a loop. */
static Graph *sample(Arena *arena)
{
    Graph *g = graph_new(arena, 2), *b = graph_new(arena, 2);
    Node *x = param(g, 0, shape_of(3, (int64_t)3, (int64_t)2, (int64_t)4));
    Node *w = param(g, 1, shape(5, 4));
    Node *zero = graph_const_shaped(g, 0, shape(2, 5), NULL), *y, *h;
    OpenScan *s = scan_begin(b, 3, false);

    x = scan_take(s, PORT_SEQUENCE, x, NULL);
    h = scan_take(s, PORT_STATE, zero, NULL);
    w = scan_take(s, PORT_FIXED, w, NULL);
    y = graph_unary(b, OP_RELU, graph_matmul(b, x, w, false, true));
    scan_next(s, h, graph_binary(b, OP_ADD, h, y));
    y = graph_pick(g, scan_close(g, s, NULL), PORT_STATE, 0);
    y->name = "sum";
    graph_root(g, y, ROOT_OUTPUT, 0);
    return g;
}

static void text_is_stable(void **state)
{
    Arena *arena = arena_new();
    Text text = {.arena = arena};

    (void)state;
    graph_print(&text, sample(arena));
    assert_string_equal(
        text_str(&text),
        "%0 = TENSOR real[3, 2, 4] #0\n"
        "%1 = TENSOR real[5, 4] #1\n"
        "%2 = CONST real[2, 5] 0\n"
        "%3 = SCAN none %0 %2 %1 steps=3 sequence=1 state=1 fixed=1 "
        "stack=0\n"
        "    %0 = ARG real[2, 4] sequence #0\n"
        "    %1 = ARG real[2, 5] state #0\n"
        "    %2 = ARG real[5, 4] fixed #0\n"
        "    %3 = MATMUL real[2, 5] %0 %2 tb\n"
        "    %4 = RELU real[2, 5] %3\n"
        "    %5 = ADD real[2, 5] %1 %4\n"
        "    state 0 = %5\n"
        "%4 = PICK real[2, 5] %3 state #0  # sum\n"
        "output 0 = %4\n");
    arena_free(arena);
}

static void dot_quotes_names(void **state)
{
    Arena *arena = arena_new();
    Text text = {.arena = arena};
    Graph *g = sample(arena);

    (void)state;
    g->nodes.at[0]->name = "a\"b";
    graph_dot(&text, g, "t\\t");
    assert_non_null(strstr(text_str(&text), "label=\"t\\\\t\""));
    assert_non_null(strstr(text_str(&text), "a\\\"b"));
    assert_non_null(strstr(text_str(&text), "subgraph cluster_n3"));
    arena_free(arena);
}

static void uses_are_counted(void **state)
{
    Arena *arena = arena_new();
    Graph *g = graph_new(arena, 1);
    Node *x = param(g, 0, shape(1, 2));
    Node *y = graph_binary(g, OP_MUL, x, x);
    int *uses;

    (void)state;
    graph_root(g, y, ROOT_OUTPUT, 0);
    graph_root(g, x, ROOT_OUTPUT, 1);
    uses = graph_uses(g);
    assert_int_equal(uses[x->id], 3);
    assert_int_equal(uses[y->id], 1);
    assert_ptr_equal(graph_find_root(g, ROOT_OUTPUT, 1), x);
    assert_null(graph_find_root(g, ROOT_LOSS, 0));
    arena_free(arena);
}

/* Ways to break a graph. */
static void wrong_shape(Graph *g)
{
    g->nodes.at[4]->shape.dim[0] = 7;
}

static void wrong_order(Graph *g)
{
    Node *first = g->nodes.at[0];

    g->nodes.at[0] = g->nodes.at[3];
    g->nodes.at[3] = first;
}

static void stray_leaf(Graph *g)
{
    g->nodes.at[1]->op = OP_ARG;
}

static void body_shape(Graph *g)
{
    g->nodes.at[3]->attr.scan->body->nodes.at[0]->shape.dim[1] = 9;
}

static void same_root_twice(Graph *g)
{
    graph_root(g, g->nodes.at[0], ROOT_OUTPUT, 0);
}

static void wide_loss(Graph *g)
{
    graph_root(g, g->nodes.at[0], ROOT_LOSS, 0);
}

static void scan_as_value(Graph *g)
{
    g->nodes.at[4]->op = OP_NEG;
}

static void steps_disagree(Graph *g)
{
    g->nodes.at[3]->attr.scan->steps = 4;
}

static int status_of(void (*harm)(Graph *g))
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        Graph *g = sample(arena_new());

        if (harm)
            harm(g);
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        graph_check(g, "test");
        _exit(0);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void checker_finds_what_is_broken(void **state)
{
    static void (*const harms[])(Graph *) = {
        wrong_shape,     wrong_order, stray_leaf,    body_shape,
        same_root_twice, wide_loss,   scan_as_value, steps_disagree};

    (void)state;
    assert_int_equal(status_of(NULL), 0);
    for (size_t i = 0; i < sizeof harms / sizeof *harms; i++)
        if (status_of(harms[i]) != 70)
            fail_msg("harm %zu passes", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_stable),
        cmocka_unit_test(dot_quotes_names),
        cmocka_unit_test(uses_are_counted),
        cmocka_unit_test(checker_finds_what_is_broken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
