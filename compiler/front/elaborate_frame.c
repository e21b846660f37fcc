/* elaborate_frame.c: names, places and layers of the walk.
 *
 * A layer's number follows the text, not the order of evaluation, so names of
 * layers, parameters and nodes are settled when the walk is over. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "front/elab.h"
#include "ir/ast_print.h"

Span elab_place(const Elab *e, Span span)
{
    if (span.source && span.source->prelude && e->frame)
        return e->frame->call;
    return span;
}

const Def *elab_in_prelude(const Elab *e)
{
    const Def *outer = NULL;

    for (const Frame *f = e->frame; f; f = f->up) {
        if (!f->def->span.source->prelude)
            break;
        outer = f->def;
    }
    return outer;
}

static Message *report(Elab *e, Span span, const char *format, va_list args)
{
    const Def *def =
        span.source && span.source->prelude ? elab_in_prelude(e) : NULL;
    Text text = {.arena = e->arena};

    text_vprintf(&text, format, args);
    if (def)
        text_printf(&text, ", in `%s`", def->name.text);
    return diag_error(e->diag, elab_place(e, span), "%s", text_str(&text));
}

Message *elab_error(Elab *e, Span span, const char *format, ...)
{
    Message *m;
    va_list args;

    va_start(args, format);
    m = report(e, span, format, args);
    va_end(args);
    return m;
}

Message *elab_wrong(Elab *e, Span span, const Value *v, const char *format, ...)
{
    Message *m;
    va_list args;

    va_start(args, format);
    m = report(e, span, format, args);
    va_end(args);
    diag_note(m, "this is %s", value_what(e->arena, v));
    return m;
}

Value *elab_poison(Elab *e, Span span, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report(e, span, format, args);
    va_end(args);
    return e->poison;
}

void elab_note(Elab *e, Message *m, const char *name, const Value *v)
{
    const char *what = value_what(e->arena, v);

    if (v->kind == VAL_TENSOR && v->origin)
        diag_note(m, "%s is %s   from %s", name, what, v->origin);
    else
        diag_note(m, "%s is %s", name, what);
}

void elab_mark(Message *m, Span span)
{
    if (span.source && !span.source->prelude)
        diag_mark(m, span);
}

const char *elab_text(Elab *e, const Expr *x, const char *otherwise)
{
    Text text = {.arena = e->arena};

    if (x->span.source && x->span.source->prelude && x->kind != EXPR_IN)
        return otherwise;
    ast_print_expr(&text, x);
    return text.n > 0 && text.n <= 24 ? text_str(&text) : otherwise;
}

static void bind(Elab *e, Binding b)
{
    Frame *f = e->frame;
    Map *place = &f->place[b.primed];

    place->arena = e->arena;
    b.before = map_get(place, b.name);
    map_set(place, b.name, f->names.n);
    vec_push(e->arena, &f->names, b);
}

void elab_bind(Elab *e, const char *name, bool primed, Value *value)
{
    bind(e, (Binding){.name = name, .primed = primed, .value = value});
}

void elab_bind_as(Elab *e, const char *name, Value *value)
{
    bind(e, (Binding){.name = name, .value = value, .as = e->frame->loops > 0});
}

void elab_unbind(Elab *e, int n)
{
    Frame *f = e->frame;

    for (; f->names.n > n; f->names.n--) {
        const Binding *b = &f->names.at[f->names.n - 1];

        map_set(&f->place[b->primed], b->name, b->before);
    }
}

Value *elab_lookup(const Elab *e, const char *name, bool primed)
{
    int i = map_get(&e->frame->place[primed], name);

    return i < 0 ? NULL : e->frame->names.at[i].value;
}

/* The kid that was made when `up` was applied before, or NULL at first. */
static Layer *made_before(Elab *e, Layer *up, const char *kind, Span span)
{
    Layer *kid;

    if (up->applied < 2)
        return NULL;
    kid = up->next < up->kids.n ? up->kids.at[up->next++] : NULL;
    if (!kid || strcmp(kid->kind, kind) != 0) {
        elab_error(e, span,
                   "a layer that is used again must do the same again");
        return NULL;
    }
    return kid;
}

Layer *elab_layer(Elab *e, Layer *up, const Def *def, const char *kind,
                  const Site *site)
{
    Layer *layer = made_before(e, up, kind, site->span);

    if (layer)
        return layer;
    layer = NEW(e->arena, Layer);
    layer->up = up;
    layer->def = def;
    layer->kind = kind;
    layer->given = site->given;
    layer->in_for = e->frame && e->frame->loops > 0;
    layer->place = site->place;
    vec_push(e->arena, &up->kids, layer);
    return layer;
}

void elab_layer_begin(Elab *e, Layer *layer)
{
    (void)e;
    layer->applied++;
    layer->next = 0;
}

/* Text order, then order of application. */
static int by_place(const void *left, const void *right)
{
    const Layer *a = *(Layer *const *)left, *b = *(Layer *const *)right;

    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* What stands behind the names of its weights, which are those of the layer
 * that it is in: of `as _NAME` "_NAME", of `as _` "". NULL of any other. */
static const char *behind(const Layer *layer)
{
    if (!layer->given || layer->given[0] != '_')
        return NULL;
    return layer->given[1] ? layer->given : "";
}

/* What a layer is named after: its kind, or that of what it consists in. */
static const char *kind_of(const Layer *layer)
{
    for (int i = 0; i < layer->kids.n; i++)
        if (behind(layer->kids.at[i]))
            return kind_of(layer->kids.at[i]);
    return layer->kind;
}

/* How many before this kid are called alike: unnamed of its kind, or named. */
static int count_before(Map counts[2], const Layer *kid)
{
    const char *name = kid->given ? kid->given : kind_of(kid);
    Map *map = &counts[kid->given != NULL];
    int count = map_get(map, name) < 0 ? 0 : map_get(map, name);

    map_set(map, name, count + 1);
    return count;
}

static void settle_labels(Elab *e, Layer *layer)
{
    int n = layer->kids.n;
    Layer **kids = NEWN(e->arena, Layer *, n ? n : 1);
    Map counts[2] = {{.arena = e->arena}, {.arena = e->arena}};

    for (int i = 0; i < n; i++) {
        kids[i] = layer->kids.at[i];
        kids[i]->number = i;
    }
    qsort(kids, (size_t)n, sizeof *kids, by_place);
    for (int i = 0; i < n; i++) {
        Layer *kid = kids[i];
        int before = count_before(counts, kid);

        if (!kid->given)
            kid->label =
                arena_printf(e->arena, "%s%d", kind_of(kid), before + 1);
        else if (kid->in_for)
            kid->label = arena_printf(e->arena, "%s.%d", kid->given, before);
        else
            kid->label = kid->given;
        settle_labels(e, kid);
    }
}

Layer *elab_layer_kid(Elab *e, Layer *layer, const char *label)
{
    settle_labels(e, layer);
    for (int i = 0; i < layer->kids.n; i++)
        if (strcmp(layer->kids.at[i]->label, label) == 0)
            return layer->kids.at[i];
    return NULL;
}

Value *elab_layer_weight(Elab *e, const Layer *layer, const char *name)
{
    Value *v = NULL;

    for (int i = 0; i < layer->params.n; i++)
        if (strcmp(layer->params.at[i], name) == 0)
            return layer->values.at[i];
    for (int i = 0; i < layer->kids.n && !v; i++) {
        const Layer *kid = layer->kids.at[i];
        size_t n = strlen(name), end = behind(kid) ? strlen(behind(kid)) : n;

        if (end < n && strcmp(name + n - end, behind(kid)) == 0)
            v = elab_layer_weight(e, kid, arena_copy(e->arena, name, n - end));
    }
    return v;
}

/* "residual1.conv2.weight"; local may be NULL. What `as _NAME` names puts
 * nothing in front but _NAME behind, unless that is `_`. */
static const char *path_of(Elab *e, const Layer *layer, const char *local)
{
    const char *text = local, *end = "";

    for (; layer && layer->up; layer = layer->up)
        if (behind(layer))
            end = arena_printf(e->arena, "%s%s", end, behind(layer));
        else
            text = text ? arena_printf(e->arena, "%s.%s", layer->label, text)
                        : layer->label;
    return text && *end ? arena_printf(e->arena, "%s%s", text, end) : text;
}

/* An explicit name wins over a layer's, and the last explicit one wins. */
static void settle_nodes(Elab *e)
{
    for (int i = 0; i < e->named.n; i++) {
        const Named *n = &e->named.at[i];

        if (n->local || !n->node->name)
            n->node->name = path_of(e, n->layer, n->local);
    }
}

/* Reports, where all else is right, that an entry has other weights than the
 * first. */
static void tensors_differ(Elab *e, Span span, const char *what)
{
    if (diag_errors(e->diag) == 0)
        diag_error(e->diag, span, "%s cannot depend on `training`", what);
}

static const char which[] = "which weights there are, and of which shape,";

static bool same_start(const Init *a, const Init *b, int64_t count)
{
    if (a->kind != b->kind || a->a != b->a)
        return false;
    for (int64_t i = 0; a->kind == INIT_LITERAL && i < count; i++)
        if (a->literal[i] != b->literal[i])
            return false;
    return true;
}

/* What a later walk found where the first has entered `old`. */
static void compare_tensors(Elab *e, const Tensor *old, const Tensor *t)
{
    if (!shape_equal(&old->shape, &t->shape))
        tensors_differ(e, t->span, which);
    else if (old->frozen != t->frozen || old->l1 != t->l1 || old->l2 != t->l2 ||
             !same_start(&old->init, &t->init, shape_count(&t->shape)))
        tensors_differ(e, t->span,
                       "how a weight begins, and whether it is learned,");
}

/* Parts without names of their own are told apart by what stands behind their
 * weights' names, which is the same where one is in another of its kind. */
static void named_alike(Elab *e, const Tensor *t, const Layer *layer)
{
    Message *m = diag_error(e->diag, t->span,
                            "two weights would be called `%s`", t->name);

    if (layer && layer->up && behind(layer) && behind(layer->up))
        diag_help(m, "apply one layer after the other instead of one in "
                     "the other: x -> f(...) -> f(...)");
    else
        diag_help(m, "name one of the layers with `as`");
}

/* The first walk enters weights into the program's table, later ones find them
 * there by their names. */
static void settle_weight(Elab *e, const TensorLeaf *leaf)
{
    Program *p = e->program;
    Tensor t = leaf->tensor;
    int index;

    t.name = arena_name(e->arena, path_of(e, leaf->layer, leaf->local));
    index = program_find(p, t.name);
    if (e->first && index >= 0)
        named_alike(e, &t, leaf->layer);
    else if (e->first)
        index = program_tensor(p, t);
    else if (index < 0)
        tensors_differ(e, t.span, which);
    else
        compare_tensors(e, &p->tensors.at[index], &t);
    leaf->node->attr.index = index;
    leaf->node->name = t.name;
}

/* Whether a later walk met all tensors of the first; what an entry carries is
 * its own. */
static void check_met(Elab *e)
{
    const Program *p = e->program;
    bool *met = NEWN(e->arena, bool, p->tensors.n + 1);

    for (int i = 0; i < e->leaves.n; i++)
        if (e->leaves.at[i].local && e->leaves.at[i].node->attr.index >= 0)
            met[e->leaves.at[i].node->attr.index] = true;
    for (int i = 0; i < p->tensors.n; i++)
        if (!met[i] && p->tensors.at[i].kind != TENSOR_CONSTANT &&
            p->tensors.at[i].kind != TENSOR_CARRIED)
            tensors_differ(e, p->tensors.at[i].span, which);
}

static void settle_named(Elab *e, bool carried)
{
    for (int i = 0; i < e->leaves.n; i++) {
        const TensorLeaf *leaf = &e->leaves.at[i];

        if (leaf->local && carried == (leaf->tensor.kind == TENSOR_CARRIED))
            settle_weight(e, leaf);
    }
}

/* Weights first: what is carried or constant does not move their places, on
 * which depends how they begin. */
static void settle_leaves(Elab *e)
{
    settle_named(e, false);
    settle_named(e, true);
    check_met(e);
    for (int i = 0; i < e->leaves.n; i++)
        if (!e->leaves.at[i].local)
            e->leaves.at[i].node->attr.index =
                program_constant(e->program, e->leaves.at[i].tensor);
    for (int i = 0; i < e->top->roots.n; i++) {
        Root *root = &e->top->roots.at[i];

        if (root->role == ROOT_TENSOR)
            root->index = e->leaves.at[root->index].node->attr.index;
    }
}

void elab_settle(Elab *e, Layer *root)
{
    settle_labels(e, root);
    settle_nodes(e);
    for (int i = 0; i < e->applied.n; i++) {
        const Named *n = &e->applied_names.at[i];

        if (n->layer)
            e->applied.at[i].name = path_of(e, n->layer, n->local);
    }
    settle_leaves(e);
}

void elab_name(Elab *e, const Value *v, const char *local)
{
    Named named = {.node = v->node, .layer = e->frame->layer, .local = local};

    if (v->kind != VAL_TENSOR || op_table[v->node->op].class == CLASS_LEAF)
        return;
    vec_push(e->arena, &e->named, named);
}

bool elab_made(const Elab *e, const Value *v, int mark)
{
    return v->kind == VAL_TENSOR && v->graph == e->graph && v->node->id >= mark;
}

Value *elab_from(Elab *e, Value *v, const Value *in, const char *what,
                 Site site)
{
    Value *copy;
    Shape now, before;

    if (v->kind != VAL_TENSOR)
        return v;
    copy = NEW(e->arena, Value);
    *copy = *v;
    if (in && in->kind == VAL_TENSOR && in->origin) {
        now = value_shape(v);
        before = value_shape(in);
        if (shape_equal(&now, &before)) {
            copy->origin = in->origin;
            return copy;
        }
    }
    if (!site.span.source || !site.span.source->prelude)
        copy->origin =
            arena_printf(e->arena, "%s at line %d", what, site.span.line);
    return copy;
}
