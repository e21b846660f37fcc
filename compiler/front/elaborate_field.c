/* elaborate_field.c: what stands after a dot.
 *
 * `.channels .height .width .length .features` of a value, `.vocab` of tokens
 * or classes, `.count` of one or several, `.state` of a scan and the states in
 * it, `.height .width` of a number or list, the weights of a layer and the
 * layers inside of it. */
#include <string.h>

#include "front/elab.h"

static const struct {
    const char *field, *word;
} fields[] = {{"channels", "channels"},
              {"height", "height"},
              {"width", "width"},
              {"length", "time"},
              {"features", "features"}};

enum { N_FIELDS = sizeof fields / sizeof *fields };

static bool is_axis_field(const char *name, const char **word)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (strcmp(fields[i].field, name) == 0) {
            *word = fields[i].word;
            return true;
        }
    return false;
}

static const char *form_with(const char *word)
{
    if (strcmp(word, "vocab") == 0)
        return "tokens or classes";
    if (strcmp(word, "time") == 0)
        return "a value over time [time, features]";
    if (strcmp(word, "features") == 0)
        return "a value with at most three axes";
    return "an image [channels, height, width]";
}

/* A mistake inside the prelude is about what the user's call was given. */
static Value *no_axis(Elab *e, const Expr *x, const char *word, Value *v)
{
    const Frame *f = e->frame;
    Message *m;

    if (x->span.source->prelude) {
        m = diag_error(e->diag, f->call, "`%s` takes %s", f->def->name.text,
                       form_with(word));
        elab_note(e, m, "the value", v);
        elab_help_tokens(m, v);
    } else {
        m = elab_error(e, x->at, "`.%s` needs %s", x->name, form_with(word));
        elab_note(e, m, elab_text(e, x->kids.at[0], "the value"), v);
    }
    return e->poison;
}

/* A weight of a layer, or a layer inside of it; NULL where there is none. */
static Value *layer_field(Elab *e, Layer *layer, const char *name)
{
    Layer *kid;
    Value *v = elab_layer_weight(e, layer, name);

    if (v && elab_visible(e, v))
        return v;
    kid = elab_layer_kid(e, layer, name);
    if (!kid)
        return NULL;
    v = value_new(e->arena, VAL_RECORD);
    v->layer = kid;
    return v;
}

static Layer *layer_of(const Value *v)
{
    return v->kind == VAL_RECIPE ? v->recipe->shared : v->layer;
}

/* The sizes that a tensor has, and its state. */
static void tensor_words(Elab *e, const Value *v, Words *words)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (axes_find(&v->axes, fields[i].word) >= 0)
            vec_push(e->arena, words, fields[i].field);
    if (v->state)
        vec_push(e->arena, words, "state");
    if (v->node->type == TYPE_INT)
        vec_push(e->arena, words, "vocab");
}

static Value *unknown_field(Elab *e, const Expr *x, const Value *v)
{
    const Layer *layer = layer_of(v);
    const char *base = elab_text(e, x->kids.at[0], "this value");
    Message *m = elab_error(e, x->at, "`%s` has no `%s`", base, x->name);
    const char *near;
    Words words = {0};

    for (int i = 0; layer && i < layer->params.n; i++)
        vec_push(e->arena, &words, layer->params.at[i]);
    for (int i = 0; v->kind == VAL_RECORD && i < v->n; i++)
        vec_push(e->arena, &words, v->keys[i]);
    if (v->kind == VAL_TENSOR)
        tensor_words(e, v, &words);
    near = str_nearest(x->name, words.at, words.n);
    diag_note(m, "it is %s", value_what(e->arena, v));
    if (near)
        diag_help(m, "did you mean `%s`?", near);
    else if (v->kind == VAL_TENSOR && !layer)
        diag_help(m, "only what a layer gives has weights: name it with `as`");
    return e->poison;
}

/* How many different ids there are. */
static Value *vocabulary(Elab *e, const Expr *x, Value *v)
{
    if (v->node->type != TYPE_INT)
        return no_axis(e, x, "vocab", v);
    return value_number(e->arena,
                        (double)e->program->inputs.at[v->input].classes);
}

static Value *tensor_field(Elab *e, const Expr *x, Value *v)
{
    const char *word;
    Shape row = value_shape(v);
    int axis;

    if (strcmp(x->name, "vocab") == 0)
        return vocabulary(e, x, v);
    if (!is_axis_field(x->name, &word))
        return strcmp(x->name, "state") == 0 ? v->state : NULL;
    axis = axes_find(&v->axes, word);
    if (axis < 0)
        return no_axis(e, x, word, v);
    return value_number(e->arena, (double)row.dim[axis]);
}

/* The height and width of a kernel given as a number or a list of two. */
static Value *size_field(Elab *e, const Expr *x, Value *v)
{
    bool height = strcmp(x->name, "height") == 0;
    bool width = strcmp(x->name, "width") == 0;

    if (v->kind == VAL_LIST && strcmp(x->name, "length") == 0)
        return value_number(e->arena, v->n);
    if (!height && !width)
        return NULL;
    if (v->kind == VAL_NUMBER)
        return v;
    if (v->kind == VAL_LIST && v->n == 2)
        return v->at[width];
    return elab_poison(e, x->at,
                       "a size is a number or a list [height, width]");
}

Value *elab_field(Elab *e, const Expr *x)
{
    Value *v = elab_expr(e, x->kids.at[0]), *found = NULL;
    Layer *layer = layer_of(v);

    if (v->kind == VAL_POISON)
        return v;
    if ((v->kind == VAL_TENSOR || v->kind == VAL_TUPLE) &&
        strcmp(x->name, "count") == 0)
        found = value_number(e->arena, v->kind == VAL_TUPLE ? v->n : 1);
    else if (v->kind == VAL_TENSOR)
        found = tensor_field(e, x, v);
    else if (v->kind == VAL_NUMBER || v->kind == VAL_LIST ||
             v->kind == VAL_TUPLE)
        found = size_field(e, x, v);
    else if (v->kind == VAL_RECORD)
        for (int i = 0; i < v->n; i++)
            if (strcmp(v->keys[i], x->name) == 0)
                found = v->at[i];
    if (!found && layer)
        found = layer_field(e, layer, x->name);
    return found ? found : unknown_field(e, x, v);
}
