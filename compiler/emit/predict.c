/* predict.c: the functions of a model that has its weights in its text.
 *
 * For one row, with what `data` does to numbers before the network sees them,
 * and back for those that come out:
 *
 *     int digits_predict(const float image[64], float output[10]);
 *     int digits_predict_in(void *workspace, const float image[64],
 *                           float output[10]);
 *     const char *digits_classify(const float image[64]); */
#include "emit/predict.h"

#include <limits.h>
#include <string.h>

#include "base/quote.h"
#include "emit/weights.h"
#include "nn_unit.h"

enum { ALIGNMENT = 64 };

typedef struct Predict {
    Emit *e;
    const Program *p;
    const Plan *plan;
    const nn_prep *preps;
    VEC(const char *) in; /* the arguments' names in the function written */
    VEC(const char *) out;
    const char *workspace;
} Predict;

static Predict begin(Emit *e, const Plan *plan)
{
    const Program *p = e->program;
    return (Predict){.e = e, .p = p, .plan = plan, .preps = p->weights->preps};
}

static bool is_ids(const Predict *w, int i)
{
    return w->p->inputs.at[i].type == TYPE_INT;
}

/* Whether the network gets other numbers than the caller gives. */
static bool changes(const Predict *w, int i)
{
    const nn_prep *prep = &w->preps[i];
    return !is_ids(w, i) && (prep->scale || prep->fill);
}

static int64_t input_count(const Predict *w, int i)
{
    return shape_count(&w->p->inputs.at[i].shape);
}

static int64_t round_up(int64_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Where in the workspace the numbers for the network lie: behind those of
 * inputs before and what the entry needs; of n_inputs: how large it is. */
static int64_t place_of(const Predict *w, int input)
{
    int64_t at = round_up(w->plan->workspace);
    for (int i = 0; i < input; i++)
        if (changes(w, i))
            at += round_up(input_count(w, i) * 4 + ALIGNMENT);
    return at;
}

/* The names of a new function's arguments. */
static void name_arguments(Predict *w, bool outputs)
{
    const Program *p = w->p;
    Kernel none = {.parts = 1};
    Scope s = scope_new(w->e, w->plan, &none);
    w->in.n = w->out.n = 0;
    w->workspace = scope_name(&s, "workspace");
    for (int i = 0; i < p->n_inputs; i++)
        vec_push(w->e->arena, &w->in, scope_name(&s, p->inputs.at[i].name));
    for (int i = 0; outputs && i < p->outputs.n; i++)
        vec_push(w->e->arena, &w->out, scope_name(&s, p->outputs.at[i].name));
}

static void write_arguments(const Predict *w, bool workspace)
{
    Text *out = w->e->out;
    const Program *p = w->p;
    bool many = w->in.n + w->out.n > 2;
    const char *next = many ? ",\n    " : ", ", *comma = "";
    text_add(out, many ? "(\n    " : "(");
    if (workspace) {
        text_printf(out, "void *%s", w->workspace);
        comma = next;
    }
    for (int i = 0; i < w->in.n; i++, comma = next)
        text_printf(out, "%sconst %s %s[%lld]", comma,
                    is_ids(w, i) ? "int32_t" : "float", w->in.at[i],
                    (long long)input_count(w, i));
    for (int i = 0; i < w->out.n; i++)
        text_printf(out, "%sfloat %s[%lld]", next, w->out.at[i],
                    (long long)shape_count(&p->outputs.at[i].shape));
    text_add(out, ")");
}

/* `int NAME_predict_in(...)` */
static void write_predict(Predict *w, bool workspace)
{
    name_arguments(w, true);
    text_printf(w->e->out, "int %s_predict%s", w->p->name,
                workspace ? "_in" : "");
    write_arguments(w, workspace);
}

/* An output that says how probable each class of a target is, or -1. */
static int next_classes(const Predict *w, int from)
{
    for (int i = from; i < w->p->outputs.n; i++) {
        const Output *o = &w->p->outputs.at[i];
        if (o->target >= 0 &&
            shape_count(&o->shape) == w->p->inputs.at[o->target].classes)
            return i;
    }
    return -1;
}

/* A table beside the functions: of an input its `ways`, `means` and `names`, of
 * an output its `units`. */
static const char *own(const Predict *w, const char *what, const char *of)
{
    return arena_printf(w->e->arena, "%s_%s_%s", w->p->name, of, what);
}

/* The function for one of several outputs; an input may have its name. */
static const char *classify_name(const Program *p, Arena *a, const char *output)
{
    const char *of = "";
    for (int i = 0; i < p->inputs.n; i++)
        if (strcmp(p->inputs.at[i].name, "classify") == 0)
            of = "of_";
    return arena_printf(a, "%s_classify_%s%s", p->name, of, output);
}

/* `const char *NAME_classify(...)`, with the output's name behind it where
 * there are several that have classes. */
static void write_classify(Predict *w, int output)
{
    bool several = next_classes(w, next_classes(w, 0) + 1) >= 0;
    name_arguments(w, false);
    text_printf(w->e->out, "const char *%s",
                several ? classify_name(w->p, w->e->arena,
                                        w->p->outputs.at[output].name)
                        : arena_printf(w->e->arena, "%s_classify", w->p->name));
    write_arguments(w, false);
}

/* Whether the C tells the names of ids: where they go in as words or
 * categories, and where an output is compared with them. */
static bool has_names(const Predict *w, int input)
{
    const Input *in = &w->p->inputs.at[input];
    const nn_prep *prep = &w->preps[input];
    bool named = !in->target && (prep->category || prep->spelling);
    for (int i = 0; i < w->p->outputs.n; i++)
        named = named || w->p->outputs.at[i].target == input;
    return named && in->classes > 0;
}

/* How many: the words that training has; of classes all. */
static int64_t name_count(const Predict *w, int input)
{
    const Input *in = &w->p->inputs.at[input];
    int64_t n = in->token ? 0 : in->classes;
    while (in->token && nn_prep_name(&w->preps[input], n))
        n++;
    return n;
}

/* Whether the `n` ways are one. */
static bool same_ways(const nn_way *ways, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        if (ways[i].scale != ways[0].scale || ways[i].shift != ways[0].shift)
            return false;
    return true;
}

/* A table of `scale, shift`; nothing where all n are the same. */
static void write_ways(Text *out, const char *name, const nn_way *ways,
                       int64_t n)
{
    if (same_ways(ways, n))
        return;
    text_printf(out, "\nstatic const double %s[%lld][2] = {\n", name,
                (long long)n);
    for (int64_t i = 0; i < n; i++)
        text_printf(out, "    {%.17g, %.17g},\n", ways[i].scale, ways[i].shift);
    text_add(out, "};\n");
}

static nn_way *input_ways(const Predict *w, int i)
{
    const nn_prep *prep = &w->preps[i];
    nn_way *ways = NEWN(w->e->arena, nn_way, prep->period + 1);
    for (int64_t j = 0; j < prep->period; j++)
        ways[j] = (nn_way){prep->scale[j], prep->shift[j]};
    return ways;
}

/* How each value of an output goes back to its unit; NULL: none has one. */
static nn_way *output_ways(const Predict *w, int i)
{
    const Output *o = &w->p->outputs.at[i];
    int64_t n = shape_count(&o->shape);
    nn_unit *units = NEWN(w->e->arena, nn_unit, o->units.n + 1);
    nn_way *ways = NEWN(w->e->arena, nn_way, n);
    for (int k = 0; k < o->units.n; k++) {
        const UnitRun *r = &o->units.at[k];
        units[k] = (nn_unit){r->count, r->input + 1, r->first, r->step};
    }
    nn_unit_ways(ways, n, units, o->units.n, w->preps);
    bool plain = same_ways(ways, n) && ways[0].scale == 1 && ways[0].shift == 0;
    return plain ? NULL : ways;
}

static void write_names(const Predict *w, int input)
{
    int64_t n = name_count(w, input);
    Text *out = w->e->out;
    text_printf(out, "\nconst char *const %s[%lld] = {",
                own(w, "names", w->p->inputs.at[input].name), (long long)n);
    for (int64_t i = 0; i < n; i++) {
        const char *name = nn_prep_name(&w->preps[input], i);
        text_add(out, i ? ", " : "");
        quote_c(out,
                name ? name : arena_printf(w->e->arena, "%lld", (long long)i));
    }
    text_add(out, "};\n");
}

/* What the functions read beside weights. */
static void write_tables(const Predict *w)
{
    Text *out = w->e->out;
    for (int i = 0; i < w->p->n_inputs; i++) {
        const nn_prep *prep = &w->preps[i];
        const char *name = w->p->inputs.at[i].name;
        if (changes(w, i) && prep->scale)
            write_ways(out, own(w, "ways", name), input_ways(w, i),
                       prep->period);
        if (!changes(w, i) || !prep->fill)
            continue;
        text_printf(out, "\nstatic const double %s[%lld] = {",
                    own(w, "means", name), (long long)prep->fill_count);
        for (int64_t j = 0; j < prep->fill_count; j++)
            text_printf(out, "%s%.17g", j ? ", " : "", prep->fill[j]);
        text_add(out, "};\n");
    }
    for (int i = 0; i < w->p->outputs.n; i++) {
        nn_way *ways = output_ways(w, i);
        const Output *o = &w->p->outputs.at[i];
        if (ways)
            write_ways(out, own(w, "units", o->name), ways,
                       shape_count(&o->shape));
    }
    for (int i = 0; i < w->p->inputs.n; i++)
        if (has_names(w, i))
            write_names(w, i);
}

static void write_ids_check(const Predict *w, int i)
{
    text_printf(w->e->out,
                "    for (size_t nn_i = 0; nn_i < %lld; nn_i++)\n"
                "        if (%s[nn_i] < 0 || %s[nn_i] >= %lld)\n"
                "            return -1;\n",
                (long long)input_count(w, i), w->in.at[i], w->in.at[i],
                (long long)w->p->inputs.at[i].classes);
}

/* A number as the network gets it: products of floats where that is exact. */
static const char *scaled(const Predict *w, int i, const char *x)
{
    Arena *a = w->e->arena;
    const nn_prep *prep = &w->preps[i];
    const char *ways = own(w, "ways", w->p->inputs.at[i].name);
    if (!prep->scale)
        return arena_printf(a, "(float)(%s)", x);
    nn_way way = {prep->scale[0], prep->shift[0]};
    if (!same_ways(input_ways(w, i), prep->period))
        return arena_printf(a,
                            "(float)((%s) * %s[nn_i %% %lld][0] + "
                            "%s[nn_i %% %lld][1])",
                            x, ways, (long long)prep->period, ways,
                            (long long)prep->period);
    if (way.shift == 0 && (double)(float)way.scale == way.scale && !prep->fill)
        return arena_printf(a, "(%s) * %s", x, emit_real(a, way.scale));
    return arena_printf(a, "(float)((double)(%s) * %.17g + %.17g)", x,
                        way.scale, way.shift);
}

static void write_preparation(const Predict *w, int i)
{
    Arena *a = w->e->arena;
    const nn_prep *prep = &w->preps[i];
    const char *x = arena_printf(a, "%s[nn_i]", w->in.at[i]);
    if (prep->fill)
        x = arena_printf(a, "%s != %s ? %s[nn_i %% %lld] : (double)%s", x, x,
                         own(w, "means", w->p->inputs.at[i].name),
                         (long long)prep->fill_count, x);
    text_printf(w->e->out,
                "    float *nn_in_%d = (float *)(void *)((char *)%s + %lld);\n"
                "    for (size_t nn_i = 0; nn_i < %lld; nn_i++)\n"
                "        nn_in_%d[nn_i] = %s;\n",
                i, w->workspace, (long long)place_of(w, i),
                (long long)input_count(w, i), i, scaled(w, i, x));
}

static void write_units(const Predict *w, int i)
{
    const Output *o = &w->p->outputs.at[i];
    const nn_way *ways = output_ways(w, i);
    int64_t n = shape_count(&o->shape);
    const char *name = w->out.at[i], *table = own(w, "units", o->name);
    if (!ways)
        return;
    bool same = same_ways(ways, n);
    Arena *a = w->e->arena;
    const char *shift = same ? arena_printf(a, "%.17g", ways->shift)
                             : arena_printf(a, "%s[nn_i][1]", table);
    const char *scale = same ? arena_printf(a, "%.17g", ways->scale)
                             : arena_printf(a, "%s[nn_i][0]", table);
    text_printf(w->e->out,
                "    for (size_t nn_i = 0; %s && nn_i < %lld; nn_i++)\n"
                "        %s[nn_i] = (float)(((double)%s[nn_i] - (%s)) / %s);\n",
                name, (long long)n, name, name, shift, scale);
}

static void write_call(const Predict *w)
{
    Text *out = w->e->out;
    const Program *p = w->p;
    text_printf(out, "    const void *const nn_in[%d] = {", p->n_inputs);
    for (int i = 0; i < p->n_inputs; i++) {
        text_add(out, i ? ", " : "");
        if (changes(w, i))
            text_printf(out, "nn_in_%d", i);
        else
            text_add(out, w->in.at[i]);
    }
    text_printf(out, "};\n    float *const nn_out[%d] = {", p->outputs.n);
    for (int i = 0; i < p->outputs.n; i++)
        text_printf(out, "%s%s", i ? ", " : "", w->out.at[i]);
    text_printf(out,
                "};\n    %s_entry(%s, NULL, %s, nn_in, nn_out, NULL, 1, NULL, "
                "NULL, NULL);\n",
                w->plan->prefix, p->weights->name, w->workspace);
}

static void write_predict_in(Predict *w)
{
    text_add(w->e->out, "\n");
    write_predict(w, true);
    text_add(w->e->out, "\n{\n");
    for (int i = 0; i < w->p->n_inputs; i++)
        if (is_ids(w, i))
            write_ids_check(w, i);
        else if (changes(w, i))
            write_preparation(w, i);
    write_call(w);
    for (int i = 0; i < w->p->outputs.n; i++)
        write_units(w, i);
    text_add(w->e->out, "    return 0;\n}\n");
}

/* The names in front of a call's other arguments. */
static void write_inputs(const Predict *w, const char *comma)
{
    for (int i = 0; i < w->in.n; i++, comma = ", ")
        text_printf(w->e->out, "%s%s", comma, w->in.at[i]);
}

static void write_predict_static(Predict *w)
{
    Text *out = w->e->out;
    int64_t bytes = place_of(w, w->p->n_inputs);
    text_add(out, "\n");
    write_predict(w, false);
    text_add(out, "\n{\n");
    if (bytes)
        text_printf(out, "    static _Alignas(%d) char nn_memory[%lld];\n",
                    ALIGNMENT, (long long)bytes);
    text_printf(out, "    return %s_predict_in(%s", w->p->name,
                bytes ? "nn_memory" : "NULL");
    write_inputs(w, ", ");
    for (int i = 0; i < w->out.n; i++)
        text_printf(out, ", %s", w->out.at[i]);
    text_add(out, ");\n}\n");
}

static void write_classify_body(Predict *w, int output)
{
    Text *out = w->e->out;
    const Output *o = &w->p->outputs.at[output];
    const Input *target = &w->p->inputs.at[o->target];
    text_add(out, "\n");
    write_classify(w, output);
    text_printf(out,
                "\n{\n    float nn_values[%lld];\n    size_t nn_best = 0;\n"
                "    if (%s_predict(",
                (long long)target->classes, w->p->name);
    write_inputs(w, "");
    for (int i = 0; i < w->p->outputs.n; i++)
        text_add(out, i == output ? ", nn_values" : ", NULL");
    text_printf(out,
                ") != 0)\n        return NULL;\n"
                "    for (size_t nn_i = 1; nn_i < %lld; nn_i++)\n"
                "        if (nn_values[nn_i] > nn_values[nn_best])\n"
                "            nn_best = nn_i;\n"
                "    return %s[nn_best];\n}\n",
                (long long)target->classes, own(w, "names", target->name));
}

void emit_predict_names(Emit *e)
{
    static const char *const what[] = {"ways", "means", "names"};
    const Program *p = e->program;
    Arena *a = e->arena;
    for (size_t k = 0; k < sizeof what / sizeof *what; k++)
        for (int i = 0; i < p->inputs.n; i++)
            emit_name(e, arena_printf(a, "%s_%s_%s", p->name,
                                      p->inputs.at[i].name, what[k]));
    for (int i = 0; i < p->outputs.n; i++) {
        const char *output = p->outputs.at[i].name;
        emit_name(e, arena_printf(a, "%s_%s_units", p->name, output));
        emit_name(e, classify_name(p, a, output));
    }
}

void emit_predict(Emit *e, const Plan *plan)
{
    Predict w = begin(e, plan);
    size_t start = e->out->n;
    write_tables(&w);
    write_predict_in(&w);
    write_predict_static(&w);
    for (int i = next_classes(&w, 0); i >= 0; i = next_classes(&w, i + 1))
        write_classify_body(&w, i);
    names_settle(e->out, start, &e->names);
    names_forget(&e->names);
}

static void write_shape(Text *out, const Shape *s)
{
    text_add(out, " [");
    for (int a = 0; a < s->rank; a++)
        text_printf(out, "%s%lld", a ? ", " : "", (long long)s->dim[a]);
    text_add(out, "]");
}

/* What becomes of the numbers of an input before the network sees them. */
static void explain_change(const Predict *w, int i)
{
    const nn_prep *prep = &w->preps[i];
    Text *out = w->e->out;
    text_add(out, ": numbers as the data have them");
    if (prep->standardize)
        text_add(out, ", standardized here");
    else if (prep->scale)
        text_printf(out, ", times %.9g here", prep->scale[0]);
    if (prep->fill)
        text_add(out, "; nan becomes the mean");
}

/* What an argument is, in a line of the comment. */
static void explain_input(const Predict *w, int i)
{
    const Input *in = &w->p->inputs.at[i];
    Text *out = w->e->out;
    text_printf(out, " * %s", in->name);
    write_shape(out, &in->shape);
    if (is_ids(w, i))
        text_printf(out, ": ids from 0 to %lld", (long long)in->classes - 1);
    if (has_names(w, i))
        text_printf(out, ", by their place in %s", own(w, "names", in->name));
    if (has_names(w, i) && w->preps[i].spelling)
        text_add(out, "; 0 fills up");
    if (changes(w, i))
        explain_change(w, i);
    text_add(out, "\n");
}

static void explain_output(const Predict *w, int i)
{
    const Output *o = &w->p->outputs.at[i];
    Text *out = w->e->out;
    text_printf(out, " * %s", o->name);
    write_shape(out, &o->shape);
    if (o->classes)
        text_add(out, ": how probable each class is, from 0 to 1");
    if (o->target >= 0 && has_names(w, o->target))
        text_printf(out, "; their names are\n *   %s",
                    own(w, "names", w->p->inputs.at[o->target].name));
    if (output_ways(w, i))
        text_add(out, ": in the units of the data");
    text_add(out, "; may be NULL\n");
}

static void write_contract(const Predict *w)
{
    Text *out = w->e->out;
    int64_t bytes = place_of(w, w->p->n_inputs);
    bool ids = false;
    text_add(out, "/* Values are row-major; no two arrays overlap.\n");
    for (int i = 0; i < w->p->n_inputs; i++) {
        explain_input(w, i);
        ids = ids || is_ids(w, i);
    }
    for (int i = 0; i < w->p->outputs.n; i++)
        explain_output(w, i);
    text_printf(out,
                " * Returns 0%s. Nothing is allocated.\n"
                " * %s_predict has one workspace for all calls, which come "
                "one at a time;\n"
                " * to %s_predict_in the caller gives one: with any contents,\n"
                " * aligned to 64 bytes. */\n",
                ids ? ", or -1 where an id is none of these" : "", w->p->name,
                w->p->name);
    if (bytes > INT_MAX)
        text_printf(out, "#define %s_workspace INT64_C(%lld)\n", w->p->name,
                    (long long)bytes);
    else
        text_printf(out, "enum { %s_workspace = %lld }; /* bytes */\n",
                    w->p->name, (long long)bytes);
}

static void end_prototype(const Predict *w, size_t start)
{
    text_add(w->e->out, ";\n");
    names_settle(w->e->out, start, &w->e->names);
    names_forget(&w->e->names);
}

void emit_predict_prototypes(Emit *e, const Plan *plan)
{
    Predict w = begin(e, plan);
    write_contract(&w);
    for (int workspace = 0; workspace < 2; workspace++) {
        size_t start = e->out->n;
        write_predict(&w, workspace);
        end_prototype(&w, start);
    }
    if (next_classes(&w, 0) >= 0)
        text_printf(e->out,
                    "\n/* The name of the most probable class; NULL where "
                    "%s_predict fails. It uses\n * the same workspace. */\n",
                    w.p->name);
    for (int i = next_classes(&w, 0); i >= 0; i = next_classes(&w, i + 1)) {
        size_t start = e->out->n;
        write_classify(&w, i);
        end_prototype(&w, start);
    }
    for (int i = 0; i < w.p->inputs.n; i++)
        if (has_names(&w, i))
            text_printf(e->out, "extern const char *const %s[%lld];\n",
                        own(&w, "names", w.p->inputs.at[i].name),
                        (long long)name_count(&w, i));
    text_add(e->out, "\n");
}
