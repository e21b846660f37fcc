/* intro.c: the comment at the head of model.c, by which it introduces itself:
 * where it comes from, its layers with their shapes, what they cost, and the
 * options that shaped the text. No dates and no places, so that the same
 * input gives the same bytes. */
#include <string.h>

#include "base/quote.h"
#include "base/version.h"
#include "emit/emit.h"

enum { LAYERS = 40, COLUMNS = 90 };

static void shape(Text *out, const Shape *s)
{
    text_add(out, "[");
    for (int a = 0; a < s->rank; a++)
        text_printf(out, "%s%lld", a ? ", " : "", (long long)s->dim[a]);
    text_add(out, "]");
}

static void write_options(Emit *e)
{
    const CodeOptions *o = e->options;

    if (o->plain)
        text_add(e->out, "plain");
    else if (o->unroll == UNROLL_AUTO)
        text_printf(e->out, "for %s", o->target);
    else if (o->unroll == UNROLL_FULL)
        text_printf(e->out, "for %s, --unroll=full", o->target);
    else if (o->unroll == UNROLL_NONE)
        text_printf(e->out, "for %s, --unroll=none", o->target);
    else
        text_printf(e->out, "for %s, --unroll=%d", o->target, o->unroll);
}

static void write_tensors(Emit *e)
{
    const Program *p = e->program;

    for (int i = 0; i < p->inputs.n; i++) {
        const Input *in = &p->inputs.at[i];

        text_printf(e->out, " * %s %s ", in->target ? "target" : "input",
                    in->name);
        if (in->classes)
            text_printf(e->out, "%s(%lld)", in->token ? "token" : "class",
                        (long long)in->classes);
        if (!in->classes || shape_count(&in->shape) > 1)
            shape(e->out, &in->shape);
        text_add(e->out, "\n");
    }
    for (int i = 0; i < p->outputs.n; i++) {
        text_printf(e->out, " * output %s ", p->outputs.at[i].name);
        shape(e->out, &p->outputs.at[i].shape);
        text_add(e->out, "\n");
    }
}

/* Bytes of a parameter's name that name its layer. */
static int layer_size(const Tensor *t)
{
    const char *dot = strrchr(t->name, '.');

    return dot ? (int)(dot - t->name) : (int)strlen(t->name);
}

/* One line: the parameters from i on that belong to one layer; returns the
 * one after them. */
static int write_layer(Emit *e, int i)
{
    const Program *p = e->program;
    const char *layer = p->tensors.at[i].name;
    int size = layer_size(&p->tensors.at[i]), first = i, n = program_kept(p);
    Text line = {.arena = e->arena};

    text_printf(&line, " *   %.*s:", size, layer);
    for (; i < n; i++) {
        const Tensor *t = &p->tensors.at[i];
        const char *rest = t->name + layer_size(t);
        Text item = {.arena = e->arena};

        text_printf(&item, "%s%s%s ", i > first ? ", " : " ",
                    *rest == '.' ? rest + 1 : "", t->frozen ? " frozen" : "");
        shape(&item, &t->shape);
        if (layer_size(t) != size ||
            memcmp(t->name, layer, (size_t)size) != 0 ||
            (i > first && line.n + item.n > COLUMNS))
            break;
        text_add(&line, text_str(&item));
    }
    text_printf(e->out, "%s\n", text_str(&line));
    return i;
}

static void write_layers(Emit *e)
{
    const Program *p = e->program;
    int64_t numbers = program_weights(p);
    int i = 0, n = program_kept(p);

    text_printf(e->out, " * %s parameter%s, %s bytes of weights\n",
                str_commas(e->arena, numbers), str_s(numbers),
                str_commas(e->arena, 4 * program_reals(p, n)));
    for (int lines = 0; i < n && lines < LAYERS; lines++)
        i = write_layer(e, i);
    if (i < n)
        text_printf(e->out, " *   and %d more parameter%s\n", n - i,
                    str_s(n - i));
}

void emit_header(Emit *e, Plan *const *plans, int n)
{
    const Program *p = e->program;
    const char *file = str_base_name(p->path);

    text_printf(e->out, "/* %s, from ", p->name);
    quote_comment(e->out, file, strlen(file));
    text_printf(e->out, " by nnc %s, ", NNC_VERSION);
    write_options(e);
    text_add(e->out, "\n *\n");
    write_tensors(e);
    write_layers(e);
    for (int i = 0; i < n; i++) {
        int64_t flops = plan_flops(plans[i]), batch = plans[i]->entry->batch;

        text_printf(e->out,
                    " * %s of %lld row%s: %s operation%s a row, %s "
                    "bytes of workspace\n",
                    plans[i]->entry->name, (long long)batch, str_s(batch),
                    str_commas(e->arena, flops / batch), str_s(flops / batch),
                    str_commas(e->arena, plans[i]->workspace));
    }
    text_add(e->out, " */\n");
}
