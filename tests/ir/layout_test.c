/* layout_test.c: layouts of views against the places of their elements. */
#include "ir/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A view of a [2, 6, 4] value that lies as `from`, and whether a layout can
 * describe it. */
typedef struct Case {
    const char *what;
    Node view;
    bool blocked; /* the middle axis lies in panels of 3, innermost */
    bool possible;
} Case;

static const Case cases[] = {
    {"flattened", {.op = OP_RESHAPE, .shape = {2, {2, 24}}}, false, true},
    {"cut finer", {.op = OP_RESHAPE, .shape = {4, {2, 2, 3, 4}}}, true, true},
    {"cut across the panels",
     {.op = OP_RESHAPE, .shape = {4, {2, 3, 2, 4}}},
     true,
     false},
    {"rows of another length",
     {.op = OP_RESHAPE, .shape = {2, {16, 3}}},
     false,
     true},
    {"panels joined", {.op = OP_RESHAPE, .shape = {2, {2, 24}}}, true, true},
    {"axes swapped",
     {.op = OP_TRANSPOSE, .shape = {3, {4, 2, 6}}, .attr.perm = {2, 0, 1}},
     true,
     true},
    {"second panel",
     {.op = OP_SLICE,
      .shape = {3, {2, 3, 4}},
      .attr.part = {.axis = 1, .begin = 3, .size = 3}},
     true,
     true},
    {"inside one panel",
     {.op = OP_SLICE,
      .shape = {3, {2, 2, 4}},
      .attr.part = {.axis = 1, .begin = 4, .size = 2}},
     true,
     true},
    {"across two panels",
     {.op = OP_SLICE,
      .shape = {3, {2, 2, 4}},
      .attr.part = {.axis = 1, .begin = 2, .size = 2}},
     true,
     false},
    {"last to first",
     {.op = OP_REVERSE, .shape = {3, {2, 6, 4}}, .attr.axis = 2},
     false,
     true},
    {"windows of plain rows",
     {.op = OP_WINDOWS,
      .shape = {4, {2, 2, 4, 3}},
      .attr.slide = {.size = 3, .stride = 1, .apart = 2, .axis = 1}},
     false,
     true},
    {"windows of panels",
     {.op = OP_WINDOWS,
      .shape = {4, {2, 2, 4, 3}},
      .attr.slide = {.size = 3, .stride = 1, .apart = 2, .axis = 1}},
     true,
     false},
    {"panels last to first",
     {.op = OP_REVERSE, .shape = {3, {2, 6, 4}}, .attr.axis = 1},
     true,
     false},
};

static const Shape whole = {3, {2, 6, 4}};

static Layout layout_from(bool blocked)
{
    Layout l = layout_dense(&whole);
    if (blocked) {
        l.axis[1] = (AxisLayout){2, {{2, 12}, {3, 1}}};
        l.axis[2].piece[0].stride = 3;
    }
    return l;
}

static void unfold(const Shape *s, int64_t i, int64_t *index)
{
    for (int a = s->rank - 1; a >= 0; a--) {
        index[a] = i % s->dim[a];
        i /= s->dim[a];
    }
}

/* The element of the whole value that the view shows at an index. */
static void shown(const Node *n, int64_t i, int64_t *index)
{
    int64_t at[MAX_RANK];
    unfold(&n->shape, i, at);
    if (n->op == OP_RESHAPE)
        unfold(&whole, i, index);
    for (int a = 0; a < whole.rank && n->op != OP_RESHAPE; a++)
        index[n->op == OP_TRANSPOSE ? n->attr.perm[a] : a] = at[a];
    if (n->op == OP_SLICE)
        index[n->attr.part.axis] += n->attr.part.begin;
    if (n->op == OP_WINDOWS)
        index[1] = at[1] * n->attr.slide.stride + at[3] * n->attr.slide.apart;
    if (n->op == OP_REVERSE)
        index[n->attr.axis] = whole.dim[n->attr.axis] - 1 - index[n->attr.axis];
}

static void test_views(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        Node from = {.shape = whole}, *in = &from, n = cases[c].view;
        Layout l = layout_from(cases[c].blocked), view;
        n.n_in = 1;
        n.in = &in;
        if (layout_view(&n, &l, &view) != cases[c].possible)
            fail_msg("%s", cases[c].what);
        for (int64_t i = 0; cases[c].possible && i < shape_count(&n.shape);
             i++) {
            int64_t to[MAX_RANK], of[MAX_RANK];
            unfold(&n.shape, i, to);
            shown(&n, i, of);
            if (layout_place(&view, to) != layout_place(&l, of))
                fail_msg("%s: element %d", cases[c].what, (int)i);
        }
    }
}

/* What a view's input must look like leads back to the view. */
static void test_unviews(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        Node from = {.shape = whole}, *in = &from, n = cases[c].view;
        Layout view = layout_dense(&n.shape), l, again;
        n.n_in = 1;
        n.in = &in;
        bool keeps = n.op != OP_SLICE && n.op != OP_WINDOWS;
        assert_int_equal(layout_unview(&n, &view, &l), keeps);
        if (keeps) {
            assert_true(layout_view(&n, &l, &again));
            assert_true(layout_equal(&view, &again));
            assert_int_equal(view.offset, again.offset);
            assert_true(layout_unview(&n, &view, &view));
            assert_true(layout_equal(&view, &l));
        }
    }
}

/* Layouts differ in the stride of an axis of two elements, not of one. */
static void test_equality(void **state)
{
    (void)state;
    for (int64_t size = 1; size <= 3; size++) {
        Layout a = {.rank = 1, .axis = {{1, {{size, 1}}}}};
        Layout b = {.rank = 1, .axis = {{1, {{size, 5}}}}};
        assert_true(layout_equal(&a, &a));
        assert_int_equal(layout_equal(&a, &b), size == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_unviews),
        cmocka_unit_test(test_equality),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
