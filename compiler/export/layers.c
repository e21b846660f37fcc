/* layers.c: see layers.h. A module is an attribute of the one around it; one
 * whose name nn.Module has itself, such as `half`, or Python, is found by the
 * table of modules or parameters instead. */
#include "export/layers.h"

#include <string.h>

#include "export/form.h"
#include "export/python.h"

bool layers_keep(const Tensor *t)
{
    return t->kind == TENSOR_WEIGHT || t->kind == TENSOR_STATISTIC;
}

/* "self.c1.weight" of "c1.weight"; `table` has what the last part is. */
static const char *path_text(Arena *arena, const char *name, const char *table)
{
    Text out = {.arena = arena};

    text_add(&out, "self");
    for (const char *end; *name; name = *end ? end + 1 : end) {
        const char *part, *kind;

        end = strchr(name, '.');
        kind = end ? "_modules" : table;
        end = end ? end : name + strlen(name);
        part = arena_copy(arena, name, (size_t)(end - name));
        if (!python_attribute(part))
            text_printf(&out, ".%s[\"%s\"]", kind, part);
        else
            text_printf(&out, ".%s", part);
    }
    return text_str(&out);
}

static const char *table_of(const Tensor *t)
{
    return t->kind == TENSOR_WEIGHT ? "_parameters" : "_buffers";
}

static bool is_below(const char *name, const char *layer)
{
    size_t n = strlen(layer);

    return strncmp(name, layer, n) == 0 && name[n] == '.';
}

/* The attribute for numbers of the text: its name, and _ until no tensor or
 * module has it. */
static const char *constant_name(const Layers *w, int tensor)
{
    const char *name = w->program->tensors.at[tensor].name;

    for (int i = 0; i < w->program->tensors.n; i++) {
        const char *other = w->program->tensors.at[i].name;

        if (i == tensor || (strcmp(other, name) != 0 && !is_below(other, name)))
            continue;
        name = arena_printf(w->arena, "%s_", name);
        i = -1;
    }
    return name;
}

const char *layers_text(const Layers *w, int tensor)
{
    const Tensor *t = &w->program->tensors.at[tensor];

    if (t->kind == TENSOR_CONSTANT)
        return arena_printf(w->arena, "self.%s", constant_name(w, tensor));
    return path_text(w->arena, t->name, table_of(t));
}

static int count_below(const Layers *w, const char *layer)
{
    int n = 0;

    for (int i = 0; i < w->program->tensors.n; i++) {
        const Tensor *t = &w->program->tensors.at[i];

        n += layers_keep(t) && is_below(t->name, layer);
    }
    return n;
}

/* What stands before `.weight`, or NULL. */
static const char *before(Arena *arena, const char *name, const char *last)
{
    const char *dot = strrchr(name, '.');

    if (!dot || strcmp(dot + 1, last) != 0)
        return NULL;
    return arena_copy(arena, name, (size_t)(dot - name));
}

static const Layer *layer_of(const Layers *w, const char *tensor)
{
    for (int i = 0; i < w->layers.n; i++)
        if (is_below(tensor, w->layers.at[i].name))
            return &w->layers.at[i];
    return NULL;
}

const char *layers_found(const Layers *w, int tensor, const char *make)
{
    const char *name = w->program->tensors.at[tensor].name;
    const Layer *layer = layer_of(w, name);

    return layer && strncmp(layer->make, make, strlen(make)) == 0
               ? path_text(w->arena, layer->name, "_modules")
               : NULL;
}

const char *layers_module(Layers *w, int n, const int *tensors,
                          const char *const *names, const char *make)
{
    const char *layer = NULL;

    for (int i = 0; i < n; i++) {
        const Tensor *t = &w->program->tensors.at[tensors[i]];
        const char *own = before(w->arena, t->name, names[i]);

        if (!layers_keep(t) || !own || (layer && strcmp(layer, own) != 0))
            return NULL;
        layer = own;
    }
    if (count_below(w, layer) != n)
        return NULL;
    for (int i = 0; i < w->layers.n; i++)
        if (strcmp(w->layers.at[i].name, layer) == 0)
            return strcmp(w->layers.at[i].make, make) == 0
                       ? path_text(w->arena, layer, "_modules")
                       : NULL;
    vec_push(w->arena, &w->layers, ((Layer){layer, make}));
    return path_text(w->arena, layer, "_modules");
}

/* Declares the modules around a name, those that are not there yet. */
static void declare_around(Text *out, Layers *w, Map *there, const char *name)
{
    for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
        const char *part = arena_copy(w->arena, name, (size_t)(dot - name));

        if (map_get(there, part) >= 0)
            continue;
        map_set(there, part, 1);
        text_printf(out, "        %s = nn.Module()\n",
                    path_text(w->arena, part, "_modules"));
    }
}

static const char *leaf_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot ? dot + 1 : name;
}

/* register_buffer refuses a name that nn.Module has itself. */
static void declare_statistic(Text *out, Layers *w, int i)
{
    const char *name = w->program->tensors.at[i].name;
    const char *size = form_sizes(w->arena, &w->program->tensors.at[i].shape);
    const char *leaf = leaf_name(name), *around = before(w->arena, name, leaf);

    if (python_attribute(leaf))
        text_printf(out,
                    "        %s.register_buffer(\"%s\", torch.zeros(%s))\n",
                    around ? path_text(w->arena, around, "_modules") : "self",
                    leaf, size);
    else
        text_printf(out, "        %s = torch.zeros(%s)\n", layers_text(w, i),
                    size);
}

static void declare_tensor(Text *out, Layers *w, Map *there, int i)
{
    const Tensor *t = &w->program->tensors.at[i];

    declare_around(out, w, there, t->name);
    if (t->kind == TENSOR_WEIGHT)
        text_printf(out, "        %s = nn.Parameter(torch.zeros(%s))\n",
                    layers_text(w, i), form_sizes(w->arena, &t->shape));
    else
        declare_statistic(out, w, i);
}

static void declare_layer(Text *out, Layers *w, Map *there, const Layer *l)
{
    if (map_get(there, l->name) >= 0)
        return;
    declare_around(out, w, there, l->name);
    map_set(there, l->name, 1);
    text_printf(out, "        %s = %s\n",
                path_text(w->arena, l->name, "_modules"), l->make);
}

/* Numbers of the text, or of the compiler, are no part of the state. */
static void declare_constant(Text *out, const Layers *w, int i)
{
    const Tensor *t = &w->program->tensors.at[i];

    text_printf(out, "        self.register_buffer(\"%s\", torch.tensor(",
                constant_name(w, i));
    form_list(out, t->init.literal, shape_count(&t->shape), 12);
    text_printf(out, ").reshape(%s), persistent=False)\n",
                form_sizes(out->arena, &t->shape));
}

void layers_declare(Text *out, const Layers *given, const char *text)
{
    Layers w = *given;
    Map there = {.arena = w.arena};

    for (int i = 0; i < w.program->tensors.n; i++) {
        const Tensor *t = &w.program->tensors.at[i];
        const Layer *layer = layer_of(&w, t->name);

        if (t->kind == TENSOR_CONSTANT &&
            str_mentions(text, constant_name(&w, i)))
            declare_constant(out, &w, i);
        if (!layers_keep(t))
            continue;
        if (layer)
            declare_layer(out, &w, &there, layer);
        else
            declare_tensor(out, &w, &there, i);
        if (t->frozen)
            text_printf(out, "        %s.requires_grad_(False)\n",
                        layers_text(&w, i));
    }
}
