/* scan_edit_test.c: loops over time keep their values while ports come and go,
 * and the ports that stay are numbered without gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/planned.h"
#include "pass/rewrite.h"

enum { STEPS = 4 };

static Port port(PortKind kind, int index)
{
    return (Port){kind, index};
}

/* h' = h + x a + 2 x over two sequences, of which both are x; a second state
 * that feeds itself alone; fixed values a, 2, a and one that nobody reads.
 * Stacked are h', h' again and the second state. */
static Probe sample(void)
{
    Probe p = probe_new(3);
    Graph *b = graph_new(p.arena, 3);
    OpenScan *s = scan_begin(b, STEPS, false);
    Shape row = shape_of(2, (int64_t)3, (int64_t)2);
    Node *x = probe_input(&p, shape_prepend(STEPS, &row));
    Node *a = probe_param(&p, row), *scan, *h, *k, *step[2], *next;
    Node *two = graph_const_shaped(p.g, 2, row, NULL);

    for (int i = 0; i < 2; i++)
        step[i] = scan_take(s, PORT_SEQUENCE, x, NULL);
    h = scan_take(s, PORT_STATE, a, NULL);
    k = scan_take(s, PORT_STATE, two, NULL);
    next = scan_take(s, PORT_FIXED, a, NULL);
    next = graph_binary(b, OP_MUL, step[0], next);
    two = scan_take(s, PORT_FIXED, two, NULL);
    next = graph_binary(b, OP_ADD, next, graph_binary(b, OP_MUL, step[1], two));
    scan_next(s, h, graph_binary(b, OP_ADD, h, next));
    scan_next(s, k,
              graph_binary(b, OP_ADD, k, scan_take(s, PORT_FIXED, a, NULL)));
    scan_take(s, PORT_FIXED, x, NULL);
    for (int i = 0; i < 2; i++)
        scan_stack(s, s->ports[PORT_STATE].at[0].inside);
    scan_stack(s, k);
    scan = scan_close(p.g, s, NULL);
    probe_loss(&p, graph_pick(p.g, scan, PORT_STATE, 0));
    probe_loss(&p, graph_pick(p.g, scan, PORT_STACK, 0));
    probe_loss(&p, graph_pick(p.g, scan, PORT_STACK, 1));
    return p;
}

typedef void Edit(Rewriting *r, OpenScan *s);

static void nothing(Rewriting *r, OpenScan *s)
{
    (void)r;
    (void)s;
}

static void drops(Rewriting *r, OpenScan *s)
{
    (void)r;
    scan_drop(s, port(PORT_STACK, 2));
    scan_drop(s, port(PORT_STATE, 1));
    scan_drop(s, port(PORT_FIXED, 2));
    scan_drop(s, port(PORT_FIXED, 3));
}

static void joins(Rewriting *r, OpenScan *s)
{
    (void)r;
    scan_join(s, port(PORT_SEQUENCE, 0), port(PORT_SEQUENCE, 1));
    scan_join(s, port(PORT_STACK, 0), port(PORT_STACK, 1));
    scan_join(s, port(PORT_FIXED, 0), port(PORT_FIXED, 2));
}

static void fills(Rewriting *r, OpenScan *s)
{
    (void)r;
    scan_fill(s, port(PORT_FIXED, 1));
}

/* x a comes from outside. */
static void supplies(Rewriting *r, OpenScan *s)
{
    Node *a = graph_reshape(r->g, s->ports[PORT_FIXED].at[0].outside,
                            shape_of(3, (int64_t)1, (int64_t)3, (int64_t)2));
    Node *x = s->ports[PORT_SEQUENCE].at[0].outside;
    int at = 0;

    while (s->body->nodes.at[at]->op != OP_MUL)
        at++;
    scan_supply(s, s->body->nodes.at[at],
                scan_add(s, PORT_SEQUENCE, graph_binary(r->g, OP_MUL, x, a)));
    scan_drop(s, port(PORT_FIXED, 0));
}

/* Another state, stacked; nobody's number changes. */
static void adds(Rewriting *r, OpenScan *s)
{
    Node *first = s->ports[PORT_FIXED].at[0].outside;
    Node *h = scan_take(s, PORT_STATE, first, first);

    (void)r;
    scan_next(s, h, graph_unary(s->body, OP_NEG, h));
    scan_stack(s, h);
}

typedef struct Row {
    const char *name;
    Edit *edit;
    int n[PORT_KINDS];
} Row;

static const Row rows[] = {
    {"nothing", nothing, {2, 2, 4, 3}},   {"drops", drops, {2, 1, 2, 2}},
    {"joins", joins, {1, 2, 3, 2}},       {"fills", fills, {2, 2, 3, 3}},
    {"supplies", supplies, {3, 2, 3, 3}}, {"adds", adds, {2, 3, 4, 4}},
};

static Node *edit_node(Rewriting *r, const Node *n, Node *const *in)
{
    const Row *row = r->to;

    (void)in;
    if (n->op == OP_SCAN)
        row->edit(r, r->scan);
    return NULL;
}

static Node *scan_of(const Graph *g)
{
    int at = 0;

    while (g->nodes.at[at]->op != OP_SCAN)
        at++;
    return g->nodes.at[at];
}

static void edits_keep_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Probe p = sample();
        Graph *g = rewrite(p.g, edit_node, (void *)&rows[i]);

        graph_check(g, rows[i].name);
        graph_check(p.g, rows[i].name);
        if (probe_compare(&p, p.g, g) > 1e-12)
            fail_msg("%s changes values", rows[i].name);
        for (PortKind kind = 0; kind < PORT_KINDS; kind++)
            if (scan_of(g)->attr.scan->n[kind] != rows[i].n[kind])
                fail_msg("%s leaves %d ports of kind %d", rows[i].name,
                         scan_of(g)->attr.scan->n[kind], (int)kind);
        probe_free(&p);
    }
}

static void drop_what_is_read(void *g)
{
    Node *scan = scan_of(g);
    OpenScan *s = scan_open(scan, scan->in, scan->attr.scan->body);

    scan_drop(s, port(PORT_FIXED, 0));
    scan_close(g, s, NULL);
}

static void what_is_read_cannot_go(void **state)
{
    Probe p = sample();

    (void)state;
    assert_true(refused(drop_what_is_read, p.g, "reads a port that is gone"));
    probe_free(&p);
}

/* A further stack of a scan that others have picked from. */
static void a_stack_is_added_in_place(void **state)
{
    Probe p = sample();
    Graph *before = rewrite(p.g, NULL, NULL);
    Node *scan = scan_of(p.g);
    OpenScan *s = scan_open(scan, scan->in, scan->attr.scan->body);

    (void)state;
    assert_int_equal(scan_stack(s, s->ports[PORT_STATE].at[1].inside).index, 3);
    scan_reclose(scan, s);
    graph_check(p.g, "reclose");
    assert_true(probe_compare(&p, before, p.g) < 1e-12);
    assert_ptr_equal(scan_root(scan->attr.scan, PORT_STACK, 3)->node,
                     scan_root(scan->attr.scan, PORT_STATE, 1)->node);
    probe_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_keep_values),
        cmocka_unit_test(what_is_read_cannot_go),
        cmocka_unit_test(a_stack_is_added_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
