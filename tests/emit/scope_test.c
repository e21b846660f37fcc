/* scope_test.c: pointers of a kernel's values, numbers and places as C text.
 * Locals stand under the stand-ins of names.h: a wish, a $ and a number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/planned.h"
#include "emit/emit.h"

#define SHAPE(a, b) shape_of(2, (int64_t)(a), (int64_t)(b))

/* y = tanh(w) + x and w's new value, with the plan's buffers. */
static Plan *two_stores(Probe *p, Node **x, Node **w, Node **y, Node **new)
{
    *x = probe_input(p, SHAPE(3, 4));
    *w = probe_param(p, SHAPE(3, 4));
    *y = graph_binary(p->g, OP_ADD, graph_unary(p->g, OP_TANH, *w), *x);
    *new = graph_binary(p->g, OP_SUB, *w, *y);
    (*x)->name = "x";
    (*w)->name = "weight";
    (*y)->name = "h";
    graph_root(p->g, *new, ROOT_TENSOR, 0);
    graph_root(p->g, graph_sum(p->g, *y, 3), ROOT_METRIC, 0);
    return planned(p, p->g, MODE_STEP, "avx2", UPTO_MEMPLAN);
}

/* A pointer is declared once, with its value's name and place; const where
 * the kernel only reads, restrict where nothing else lies in its place. */
static void pointers(void **state)
{
    static const char *const places[] = {"net_weight"};
    Probe p = probe_new(3);
    Node *x, *w, *y, *new;
    Plan *plan = two_stores(&p, &x, &w, &y, &new);
    Emit e = {.arena = p.arena,
              .program = p.p,
              .tensor_place = (const char **)(void *)places};
    Scope s = scope_new(&e, plan, planned_kernel(plan, y));
    const char *head, *at;

    (void)state;
    assert_ptr_equal(planned_kernel(plan, y), planned_kernel(plan, new));
    assert_string_equal(scope_pointer(&s, x), "x$0");
    assert_string_equal(scope_pointer(&s, w), "weight$1");
    assert_string_equal(scope_pointer(&s, w), "weight$1");
    assert_string_equal(scope_pointer(&s, y), "h$2");
    scope_pointer(&s, new);
    assert_string_equal(scope_load_part(&s, y, "h[4]", 3), "nn_vload(&h[4])");
    assert_string_equal(scope_load_part(&s, x, "x[4]", 3),
                        "nn_vload_n(&x[4], 3)");
    head = text_str(&s.head);
    assert_non_null(strstr(head, "    const nn_real *restrict x$0 = "
                                 "(const nn_real *)f->inputs[0];\n"));
    assert_non_null(strstr(
        head, "    const nn_real *weight$1 = f->params + net_weight;\n"));
    assert_non_null(strstr(head, "    nn_real *restrict h$2 = "
                                 "(nn_real *)nn_at(f, "));
    at = strstr(head, "*weight$1 = ");
    assert_null(strstr(at + 1, "*weight$1 = "));
    probe_free(&p);
}

static void run_pointer(void *arg)
{
    Scope *s = arg;

    scope_pointer(s, s->kernel->nodes.at[0]);
}

/* What lives in registers alone has no address. */
static void no_pointer_without_a_place(void **state)
{
    Probe p = probe_new(3);
    Node *x, *w, *y, *new;
    Plan *plan = two_stores(&p, &x, &w, &y, &new);
    Emit e = {.arena = p.arena, .program = p.p};
    Scope s = scope_new(&e, plan, planned_kernel(plan, y));

    (void)state;
    assert_int_equal(s.kernel->nodes.at[0]->op, OP_TANH);
    assert_true(refused(run_pointer, &s, "read but not stored"));
    probe_free(&p);
}

/* Where a value lies, and what is added as a scan's steps go by. */
static void addresses(void **state)
{
    static const char *const places[] = {"net_w", "net_w_m"};
    Buffer work = {.place = PLACE_WORK, .at = 128};
    Buffer slot = {.place = PLACE_TENSOR, .index = 1};
    const struct {
        Value v;
        Type type;
        bool writes;
        const char *want;
    } cases[] = {
        {{.buffer = &work}, TYPE_REAL, true, "(nn_real *)nn_at(f, 128)"},
        {{.buffer = &work},
         TYPE_BYTE,
         false,
         "(const unsigned char *)nn_at(f, 128)"},
        {{.buffer = &work, .layout.offset = 7},
         TYPE_INT,
         true,
         "(int32_t *)nn_at(f, 128) + 7"},
        {{.buffer = &slot}, TYPE_REAL, true, "f->updated + net_w_m"},
        {{.buffer = &work, .moves = MOVES_TIME, .step = -12},
         TYPE_REAL,
         true,
         "(nn_real *)nn_at(f, 128) - f->t * 12"},
        {{.buffer = &work, .moves = MOVES_NOW, .step = 4},
         TYPE_REAL,
         true,
         "(nn_real *)nn_at(f, 128) + f->slot * 4"},
        {{.buffer = &work, .moves = MOVES_NEXT, .step = 4, .wraps = true},
         TYPE_REAL,
         true,
         "(nn_real *)nn_at(f, 128) + (f->slot + 1) % 2 * 4"},
    };
    Arena *arena = arena_new();
    Program p = {.name = "net"};
    Emit e = {.arena = arena,
              .program = &p,
              .tensor_place = (const char **)(void *)places};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(
            emit_address(&e, &cases[i].v, cases[i].type, cases[i].writes),
            cases[i].want);
    arena_free(arena);
}

/* Every number is read back as the same one, and is no integer in C. */
static void numbers(void **state)
{
    static const double values[] = {
        0, 1, -1, 0.1, 1.0 / 3, 1e-12, -2.5e30, 16777217, 0.30000001192092896};
    Arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const char *text = emit_real(arena, values[i]);
        const char *digits = strstr(text, "(nn_real)");

        assert_non_null(digits);
        digits += strlen("(nn_real)");
        assert_true(strtod(digits, NULL) == values[i]);
        assert_non_null(strpbrk(digits, ".e"));
        assert_int_equal(text[1] == '(', values[i] < 0);
    }
    assert_string_equal(emit_real(arena, 0.1), "(nn_real)0.1");
    arena_free(arena);
}

static void index_of(const Layout *l, const char *a, const char *b,
                     const char *want)
{
    Arena *arena = arena_new();
    const char *index[] = {a, b};

    assert_string_equal(emit_index(arena, l, index), want);
    arena_free(arena);
}

static void indices(void **state)
{
    const Shape shape = SHAPE(6, 4), row = SHAPE(1, 1);
    Layout dense = layout_dense(&shape), panels = dense, back = dense;
    Layout one = layout_dense(&row);

    (void)state;
    index_of(&dense, "i", "j", "i * 4 + j");
    index_of(&one, "i", "j", "0");
    panels.axis[0] = (AxisLayout){2, {{2, 12}, {3, 1}}};
    panels.axis[1].piece[0].stride = 3;
    index_of(&panels, "i", "j", "i % 3 + i / 3 * 12 + j * 3");
    back.axis[1].piece[0].stride = -1;
    index_of(&back, "i", "j", "(ptrdiff_t)(i * 4 - j)");
    dense.axis[0].piece[0].stride = 0;
    index_of(&dense, "i", "j", "j");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pointers),
        cmocka_unit_test(no_pointer_without_a_place),
        cmocka_unit_test(addresses),
        cmocka_unit_test(numbers),
        cmocka_unit_test(indices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
