/* onnx_test.c: which operators ONNX has a form for, and what a file holds, as
 * it parses back: the graphs of small models. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "export/export.h"
#include "export/form.h"
#include "front/elaborate.h"
#include "front/parse.h"
#include "onnx.pb-c.h"
#include "support/fixture.h"

static void only_training_has_no_form(void **state)
{
    Text none = {.arena = arena};
    (void)state;

    for (Op op = 0; op < OP_COUNT; op++)
        if (!op_table[op].onnx)
            text_printf(&none, "%s ", op_table[op].id);
    assert_string_equal(
        text_str(&none),
        "RATE STEP POW_STEP OVERLAP DROP_MASK CONV_DX CONV_DW MAXPOOL_AT "
        "MAXPOOL_DX AVGPOOL_DX XENT_DX RMAX_DX MATMUL_AT SCATTER ADD_ROWS ");
}

static const char own[] = "tests/export/models.nn";

static const Program *elaborated(const char *file, const char *model, int rows)
{
    Diag *diag = diag_new(arena);
    ElabOptions options = {.model = model, .batch = rows, .step_batch = rows};
    const Program *p =
        elaborate_program(arena, diag, parse_file(arena, diag, file), &options);

    assert_non_null(p);
    return p;
}

/* Weights 0, 1, 2, ...; the first input standardised, and with names. */
static const Given *given(const Program *p)
{
    static const char *const names[] = {"two\nlines", "back\\slash"};
    Given *g = NEW(arena, Given);
    const float **tensors = NEWN(arena, const float *, p->tensors.n + 1);
    Prepared *inputs = NEWN(arena, Prepared, p->inputs.n + 1);
    Way *ways = NEWN(arena, Way, shape_count(&p->inputs.at[0].shape));

    for (int i = 0; i < p->tensors.n; i++) {
        int64_t n = shape_count(&p->tensors.at[i].shape);
        float *x = NEWN(arena, float, n);

        for (int64_t k = 0; k < n; k++)
            x[k] = (float)k;
        tensors[i] = x;
    }
    for (int64_t k = 0; k < shape_count(&p->inputs.at[0].shape); k++)
        ways[k] = (Way){0.5, -1};
    inputs[0].ways = ways;
    inputs[0].names = names;
    inputs[0].n_names = 2;
    g->tensors = tensors;
    g->inputs = inputs;
    g->outputs = NEWN(arena, const Way *, p->outputs.n + 1);
    return g;
}

static void print_ints(Text *out, size_t n, const int64_t *x)
{
    text_add(out, "[");
    for (size_t i = 0; i < n; i++)
        text_printf(out, "%s%lld", i ? ", " : "", (long long)x[i]);
    text_add(out, "]");
}

static void print_graph(Text *out, const Onnx__GraphProto *g, int indent);

static void print_attribute(Text *out, const Onnx__AttributeProto *a)
{
    text_printf(out, "%s=", a->name);
    if (a->type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS)
        print_ints(out, a->n_ints, a->ints);
    else if (a->type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT)
        text_printf(out, "%g", (double)a->f);
    else if (a->type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT)
        text_printf(out, "%lld", (long long)a->i);
    else
        text_add(out, a->g ? a->g->name : "?");
}

static void print_node(Text *out, const Onnx__NodeProto *n, int indent)
{
    text_printf(out, "%*s", indent, "");
    for (size_t i = 0; i < n->n_output; i++)
        text_printf(out, "%s%s", i ? ", " : "", n->output[i]);
    text_printf(out, " = %s", n->op_type);
    for (size_t i = 0; i < n->n_attribute; i++) {
        text_add(out, i ? ", " : "<");
        print_attribute(out, n->attribute[i]);
    }
    text_add(out, n->n_attribute ? ">(" : "(");
    for (size_t i = 0; i < n->n_input; i++)
        text_printf(out, "%s%s", i ? ", " : "", n->input[i]);
    text_add(out, ")\n");
    for (size_t i = 0; i < n->n_attribute; i++)
        if (n->attribute[i]->g)
            print_graph(out, n->attribute[i]->g, indent + 4);
}

static void print_info(Text *out, const char *what,
                       const Onnx__ValueInfoProto *v, int indent)
{
    const Onnx__TypeProto__Tensor *t = v->type->tensor_type;

    text_printf(out, "%*s%s %s: %d", indent, "", what, v->name, t->elem_type);
    for (size_t i = 0; t->shape && i < t->shape->n_dim; i++)
        if (t->shape->dim[i]->value_case ==
            ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM)
            text_printf(out, " %s", t->shape->dim[i]->dim_param);
        else
            text_printf(out, " %lld", (long long)t->shape->dim[i]->dim_value);
    text_printf(out, v->doc_string ? "  # %s\n" : "%s\n",
                v->doc_string ? v->doc_string : "");
}

/* Inputs, tensors with their last number, nodes and outputs. */
static void print_graph(Text *out, const Onnx__GraphProto *g, int indent)
{
    for (size_t i = 0; i < g->n_input; i++)
        print_info(out, "input", g->input[i], indent);
    for (size_t i = 0; i < g->n_initializer; i++) {
        const Onnx__TensorProto *t = g->initializer[i];

        if (t->n_float_data == 0 && t->n_double_data == 0)
            continue;
        text_printf(out, "%*s%s: %d ", indent, "", t->name, t->data_type);
        print_ints(out, t->n_dims, t->dims);
        text_printf(out, " ... %g\n",
                    t->n_float_data ? (double)t->float_data[t->n_float_data - 1]
                                    : t->double_data[t->n_double_data - 1]);
    }
    for (size_t i = 0; i < g->n_node; i++)
        print_node(out, g->node[i], indent);
    for (size_t i = 0; i < g->n_output; i++)
        print_info(out, "output", g->output[i], indent);
}

/* A model's file, read back. */
static Onnx__ModelProto *exported(const char *from, const char *model)
{
    Export e = {.arena = arena, .diag = diag_new(arena)};
    size_t size = 0;
    char *bytes = NULL;
    FILE *stream = open_memstream(&bytes, &size);
    Onnx__ModelProto *file;

    e.a = elaborated(from, model, ROWS_A);
    e.b = elaborated(from, model, ROWS_B);
    e.given = given(e.a);
    export_onnx_write(stream, export_onnx(&e));
    fclose(stream);
    file = onnx__model_proto__unpack(NULL, size, (const uint8_t *)bytes);
    free(bytes);
    assert_non_null(file);
    return file;
}

/* The file of a model is what stands beside this test. */
static void holds(const char *from, const char *model)
{
    Text out = {.arena = arena};
    size_t n = 0;
    const char *wanted;
    Onnx__ModelProto *file = exported(from, model);

    assert_int_equal(file->opset_import[0]->version, 17);
    print_graph(&out, file->graph, 0);
    onnx__model_proto__free_unpacked(file, NULL);
    wanted = str_read_file(
        arena, arena_printf(arena, "tests/export/%s_onnx.txt", model), &n);
    assert_non_null(wanted);
    assert_string_equal(text_str(&out), wanted);
}

static void an_image_is_a_graph(void **state)
{
    (void)state;
    holds(own, "image");
}

static void loops_are_operators_or_scans(void **state)
{
    (void)state;
    holds(own, "loops");
}

/* Gers and Schmidhuber's, which PyTorch does not have. */
static void an_lstm_has_peepholes(void **state)
{
    (void)state;
    holds("tests/golden/cells.nn", "peepholes");
}

static void a_name_takes_one_line(void **state)
{
    Onnx__ModelProto *file = exported(own, "image");
    const char *names = NULL;
    (void)state;

    for (size_t i = 0; i < file->n_metadata_props; i++)
        if (strncmp(file->metadata_props[i]->key, "names.", 6) == 0)
            names = file->metadata_props[i]->value;
    assert_non_null(names);
    assert_string_equal(names, "two\\nlines\nback\\\\slash");
    onnx__model_proto__free_unpacked(file, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_training_has_no_form, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(an_image_is_a_graph, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(loops_are_operators_or_scans,
                                        make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(an_lstm_has_peepholes, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(a_name_takes_one_line, make_arena,
                                        drop_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
