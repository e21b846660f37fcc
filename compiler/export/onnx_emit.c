/* onnx_emit.c: see onnx_emit.h. */
#include "export/onnx_emit.h"

#include <stdlib.h>
#include <string.h>

int emission_inputs(const Export *e)
{
    return e->loss ? e->a->inputs.n : e->a->n_inputs;
}

Emission *emission_new(const Export *e, const Terms *terms)
{
    Emission *m = NEW(e->arena, Emission);
    const Program *p = e->a;

    m->arena = e->arena;
    m->e = e;
    m->graph = onnx_graph_new(e->arena);
    m->inputs = NEWN(e->arena, Value, p->inputs.n + 1);
    m->tensors = NEWN(e->arena, Value, p->tensors.n + 1);
    m->bound = NEWN(e->arena, Value, terms->all.n + 1);
    m->out = NEWN(e->arena, Value *, terms->all.n + 1);
    for (int i = 0; i < emission_inputs(e); i++)
        onnx_take(m->graph, p->inputs.at[i].name);
    for (int i = 0; i < p->outputs.n && !e->loss; i++)
        onnx_take(m->graph, p->outputs.at[i].name);
    m->graph->batch = p->inputs.at[0].name;
    return m;
}

/* A weight, or numbers of the text, under its name. */
static Value tensor(Emission *m, int i)
{
    const Tensor *t = &m->e->a->tensors.at[i];
    int64_t n = shape_count(&t->shape);
    const float *x;
    float *own;

    if (m->tensors[i].name)
        return m->tensors[i];
    x = m->e->given->tensors[i];
    if (t->kind == TENSOR_CONSTANT) {
        own = NEWN(m->arena, float, n + 1);
        for (int64_t k = 0; k < n; k++)
            own[k] = (float)t->init.literal[k];
        x = own;
    }
    m->tensors[i] =
        onnx_floats(m->graph, onnx_take(m->graph, t->name), &t->shape, x);
    return m->tensors[i];
}

static Value atom(Emission *m, const Term *t)
{
    const char *index = strchr(t->text, ' ');

    if (!index)
        return onnx_value(m->graph, t->text, 0, NULL, NULL, false);
    return t->text[0] == 'i' ? m->inputs[atoi(index)] : tensor(m, atoi(index));
}

/* What a value is called that has not the user's name. */
static const char *name_of(const Term *t)
{
    return t->name ? t->name : t->hint;
}

static Value computed(Emission *m, const Term *t, const char *exact)
{
    Value *in = NEWN(m->arena, Value, t->n_in + 1);

    for (int i = 0; i < t->n_in; i++)
        in[i] = emission_value(m, t->in[i]);
    return onnx_value(m->graph, t->text, t->n_in, in,
                      exact ? exact : name_of(t), exact != NULL);
}

static Value value(Emission *m, const Term *t, const char *exact)
{
    Value *v = &m->bound[t->id];

    if (v->name)
        return *v;
    if (t->atom)
        *v = atom(m, t);
    else if (t->n_in == 1 && t->in[0]->what && t->what)
        *v = emission_pick(m, t);
    else
        *v = computed(m, t, exact);
    return *v;
}

Value emission_value(Emission *m, const Term *t)
{
    return value(m, t, NULL);
}

void emission_named(Emission *m, Value v, const char *name)
{
    Value out = {name, 0};

    if (strcmp(v.name, name) != 0)
        onnx_node(m->graph, 0, "Identity", 1, &v, 1, &out);
}

void emission_output(Emission *m, const Term *t, const char *name)
{
    emission_named(m, value(m, t, name), name);
}
