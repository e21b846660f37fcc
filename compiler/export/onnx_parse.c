/* onnx_parse.c: expressions of ONNX's operators as nodes; see onnx_form.h. They
 * are nnc's own, so that a mistake in one is a bug. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "export/onnx_graph.h"
#include "export/term.h"

typedef struct Parse {
    OnnxGraph *g;
    const char *text, *at;
    int n;
    const Value *in;
} Parse;

/* A call that was read: its node comes once its outputs have names. */
typedef struct Call {
    const char *op, *attributes; /* the text between < > */
    VEC(Value) in;
    int depth;
} Call;

static Value read_value(Parse *p, const char *name, bool exact);

_Noreturn static void wrong(const Parse *p)
{
    nnc_bug("this is no form of ONNX at `%s`: %s", p->at, p->text);
}

static bool skip(Parse *p, const char *word)
{
    while (*p->at == ' ')
        p->at++;
    if (strncmp(p->at, word, strlen(word)) != 0)
        return false;
    p->at += strlen(word);
    return true;
}

static void need(Parse *p, const char *word)
{
    if (!skip(p, word))
        wrong(p);
}

typedef VEC(int64_t) Longs;

/* "[1, 2]" or "[[1, 2], [3, 4]]": numbers, and their shape. */
static void read_longs(Parse *p, Longs *all, Shape *shape, int axis)
{
    int64_t count = 0;

    need(p, "[");
    if (axis >= shape->rank)
        shape->rank = axis + 1;
    while (!skip(p, "]")) {
        char *end;

        if (skip(p, "["))
            p->at--, read_longs(p, all, shape, axis + 1);
        else {
            vec_push(p->g->arena, all, strtoll(p->at, &end, 10));
            if (end == p->at)
                wrong(p);
            p->at = end;
        }
        count++;
        skip(p, ",");
    }
    shape->dim[axis] = count;
}

/* A value that is known under a key, or NULL. */
static const Value *known(const OnnxGraph *g, const char *key)
{
    int place = map_get(&g->made, key);

    return place < 0 ? NULL : &g->values.at[place];
}

static Value keep(OnnxGraph *g, const char *key, Value v)
{
    map_set(&g->made, key, g->values.n);
    vec_push(g->arena, &g->values, v);
    return v;
}

static Onnx__TensorProto *last_tensor(const OnnxGraph *g)
{
    return g->tensors.at[g->tensors.n - 1];
}

/* A tensor of whole numbers, called by its text while that is short. */
static Value whole(Parse *p)
{
    const char *from = p->at, *key;
    Longs all = {0};
    Shape shape = {0};
    const Value *there;
    Onnx__TensorProto *t;
    Value v;

    read_longs(p, &all, &shape, 0);
    key = arena_copy(p->g->arena, from, (size_t)(p->at - from));
    there = known(p->g, key);
    if (there)
        return *there;
    v = onnx_floats(p->g, onnx_take(p->g, strlen(key) < 40 ? key : "index"),
                    &shape, NULL);
    t = last_tensor(p->g);
    t->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__INT64;
    t->n_float_data = 0;
    t->n_int64_data = (size_t)all.n;
    t->int64_data = all.at;
    return keep(p->g, key, v);
}

/* A real number. */
static Value real(Parse *p)
{
    static const Shape one = {.rank = 0};
    const char *from = p->at, *key;
    char *end;
    float *x = NEW(p->g->arena, float);
    const Value *there;

    *x = (float)strtod(from, &end);
    if (end == from)
        wrong(p);
    p->at = end;
    key = arena_copy(p->g->arena, from, (size_t)(end - from));
    there = known(p->g, key);
    return there ? *there
                 : keep(p->g, key,
                        onnx_floats(p->g, onnx_take(p->g, key), &one, x));
}

/* How many rows the batch has, as a tensor of one number. */
static Value rows(OnnxGraph *g)
{
    Value batch = {g->batch, 0};

    return onnx_value(g, "Shape<start=0, end=1>($a)", 1, &batch, "rows", false);
}

static void set_strings(OnnxGraph *g, Onnx__AttributeProto *a, Parse *p)
{
    a->strings = NEWN(g->arena, ProtobufCBinaryData, 8);
    while (!skip(p, "]")) {
        size_t n;

        need(p, "\"");
        n = strcspn(p->at, "\"");
        a->strings[a->n_strings++] =
            (ProtobufCBinaryData){n, (uint8_t *)arena_copy(g->arena, p->at, n)};
        p->at += n + 1;
        skip(p, ",");
    }
}

/* One of "axis=0, perm=[1, 0], epsilon=1e-05". */
static void set_attribute(OnnxGraph *g, Onnx__NodeProto *n, Parse *p)
{
    size_t size = strcspn(p->at, "=");
    const char *name = arena_copy(g->arena, p->at, size);
    size_t digits = strcspn(p->at + size + 1, ",");
    Onnx__AttributeProto *a;
    Longs all = {0};
    Shape shape = {0};

    p->at += size + 1;
    a = onnx_attribute(g, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    if (p->at[0] == '[' && p->at[1] == '"') {
        p->at++;
        a->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS;
        set_strings(g, a, p);
    } else if (*p->at == '[') {
        read_longs(p, &all, &shape, 0);
        a->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
        a->n_ints = (size_t)all.n;
        a->ints = all.at;
    } else if (strcspn(p->at, ".e") < digits) {
        a->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
        a->has_f = true;
        a->f = strtof(p->at, NULL);
        p->at += digits;
    } else {
        a->has_i = true;
        a->i = strtoll(p->at, NULL, 10);
        p->at += digits;
    }
}

static void set_attributes(OnnxGraph *g, Onnx__NodeProto *n, const char *text)
{
    Parse p = {.g = g, .text = text, .at = text};

    while (*p.at) {
        set_attribute(g, n, &p);
        skip(&p, ",");
        skip(&p, "");
    }
}

static void read_call(Parse *p, Call *c)
{
    size_t n = strcspn(p->at, "<(");

    *c = (Call){.op = arena_copy(p->g->arena, p->at, n), .attributes = ""};
    p->at += n;
    if (skip(p, "<")) {
        n = strcspn(p->at, ">");
        c->attributes = arena_copy(p->g->arena, p->at, n);
        p->at += n + 1;
    }
    need(p, "(");
    while (!skip(p, ")")) {
        Value v = {"", 0};

        if (!skip(p, ",")) {
            v = read_value(p, NULL, false);
            skip(p, ",");
        }
        vec_push(p->g->arena, &c->in, v);
        if (v.depth > c->depth)
            c->depth = v.depth;
    }
}

static const char *call_key(Arena *arena, const Call *c)
{
    Text key = {.arena = arena};

    text_printf(&key, "%s<%s>", c->op, c->attributes);
    for (int i = 0; i < c->in.n; i++)
        text_printf(&key, "(%s)", c->in.at[i].name);
    return text_str(&key);
}

static const char *lower(Arena *arena, const char *op)
{
    char *name = arena_printf(arena, "%s", op);

    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return name;
}

static Value call(Parse *p, const char *name, bool exact)
{
    Call c;
    const char *key;
    const Value *there;
    Value out;

    read_call(p, &c);
    key = call_key(p->g->arena, &c);
    there = known(p->g, key);
    if (there)
        return *there;
    name = name ? name : lower(p->g->arena, c.op);
    out = (Value){exact ? name : onnx_take(p->g, name), c.depth};
    set_attributes(p->g,
                   onnx_node(p->g, c.depth, c.op, c.in.n, c.in.at, 1, &out),
                   c.attributes);
    return keep(p->g, key, out);
}

static Value read_value(Parse *p, const char *name, bool exact)
{
    const char *end;
    int k;

    skip(p, "");
    k = term_hole(p->at, &end);
    if (k >= p->n)
        wrong(p);
    if (k >= 0) {
        p->at = end;
        return p->in[k];
    }
    if (skip(p, "rows"))
        return rows(p->g);
    if (*p->at == '[')
        return whole(p);
    return isupper((unsigned char)*p->at) ? call(p, name, exact) : real(p);
}

Value onnx_value(OnnxGraph *g, const char *text, int n, const Value *in,
                 const char *name, bool exact)
{
    Parse p = {.g = g, .text = text, .at = text, .n = n, .in = in};
    Value v = read_value(&p, name, exact);

    if (*p.at)
        wrong(&p);
    return v;
}

void onnx_values(OnnxGraph *g, const char *text, int n, const Value *in,
                 int n_out, Value *out)
{
    Parse p = {.g = g, .text = text, .at = text, .n = n, .in = in};
    Call c;

    read_call(&p, &c);
    for (int i = 0; i < n_out; i++)
        out[i] = (Value){onnx_take(g, out[i].name), c.depth};
    set_attributes(g, onnx_node(g, c.depth, c.op, c.in.n, c.in.at, n_out, out),
                   c.attributes);
}
