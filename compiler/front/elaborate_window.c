/* elaborate_window.c: products of matrices, windows over images and series.
 *
 * Padding `same` is (K - 1) / 2 on every side, also with a stride; an even K
 * puts the odd row at the bottom and right, with stride 1 only. `full` is K - 1
 * and `valid` 0. Sizes floor; with `exact` a rest is a mistake. */
#include <float.h>
#include <string.h>

#include "front/extent.h"

static void two_sizes(const Value *v, int64_t *out)
{
    for (int i = 0; i < 2; i++)
        out[i] = (int64_t)(v->kind == VAL_LIST ? v->at[i] : v)->number;
}

static bool same_padding(Elab *e, const Call *call, int arg, Window *w)
{
    const char *why = make_same_padding(e->arena, w);

    if (why)
        elab_error(e, call->arg.span[arg], "%s", why);
    return !why;
}

static bool set_padding(Elab *e, const Call *call, int arg, Window *w)
{
    const Value *v = call->arg.at[arg];

    if (v->kind == VAL_WORD && strcmp(v->text, "same") == 0)
        return same_padding(e, call, arg, w);
    for (int i = 0; i < 4; i++) {
        if (v->kind == VAL_NUMBER)
            w->pad[i] = (int64_t)v->number;
        else if (v->kind == VAL_LIST)
            w->pad[i] = (int64_t)v->at[v->n == 4 ? i : i % 2]->number;
        else
            w->pad[i] = strcmp(v->text, "full") == 0 ? w->kernel[i % 2] - 1 : 0;
    }
    return true;
}

static int find_arg(const Call *call, const char *name)
{
    for (int i = 0; i < call->arg.n; i++)
        if (strcmp(call->arg.name[i], name) == 0)
            return i;
    nnc_bug("`%s` has no argument `%s`", call->name, name);
}

/* The rest of a window whose kernel is set, and the node. */
static Value *slide(Elab *e, Call *call, Window *w, int n_in)
{
    int stride = find_arg(call, "stride"), pad = find_arg(call, "pad");
    int exact = find_arg(call, "exact");
    Node *in[2] = {0}, *node;
    const char *why;

    two_sizes(call->arg.at[stride], w->stride);
    if (!set_padding(e, call, pad, w))
        return e->poison;
    for (int i = 0; i < n_in; i++)
        in[i] = elab_node(e, call->in[i]);
    node = make_window(e->graph, call->form->op, n_in, in, *w,
                       call->arg.at[exact]->number != 0, &why);
    if (!node)
        return elab_refused(e, call, call->site.span, why);
    return elab_like(e, node, call->in[0]);
}

static bool is_image(Elab *e, const Call *call)
{
    const Value *v = call->in[0];

    if (!elab_real(e, call, 0))
        return false;
    if (v->rows && axes_image(&v->axes))
        return true;
    elab_misfit(e, call, "an image [channels, height, width]");
    return false;
}

Value *lower_pool(Elab *e, Call *call)
{
    Window w = {{0}, {0}, {0}};

    if (!is_image(e, call))
        return e->poison;
    two_sizes(call->arg.at[find_arg(call, "window")], w.kernel);
    return slide(e, call, &w, 1);
}

Value *lower_conv2d(Elab *e, Call *call)
{
    Window w = {{0}, {0}, {0}};
    const Value *weight = call->in[1];
    Shape shape;

    if (!is_image(e, call) || !elab_real(e, call, 1))
        return e->poison;
    shape = value_shape(weight);
    if (weight->rows || shape.rank != 4)
        return elab_misfit(e, call,
                           "an image and a weight [out, in, height, width]");
    w.kernel[0] = shape.dim[2];
    w.kernel[1] = shape.dim[3];
    return slide(e, call, &w, 2);
}

static bool is_series(Elab *e, const Call *call)
{
    const Value *v = call->in[0];

    if (!elab_real(e, call, 0))
        return false;
    if (axes_over_time(&v->axes))
        return true;
    elab_misfit(e, call, "a value over time [time, features]");
    return false;
}

/* The slide's padding, once the rest of it is set. */
static bool pad_slide(Elab *e, const Call *call, Slide *s)
{
    int arg = find_arg(call, "pad");
    const Value *v = call->arg.at[arg];
    int64_t whole = (s->size - 1) * s->apart;
    const char *why = NULL;

    if (v->kind == VAL_NUMBER)
        s->front = s->behind = (int64_t)v->number;
    else if (v->kind == VAL_LIST)
        s->front = (int64_t)v->at[0]->number,
        s->behind = (int64_t)v->at[1]->number;
    else if (strcmp(v->text, "same") == 0)
        why = make_slide_same(e->arena, s);
    else if (strcmp(v->text, "full") == 0)
        s->front = s->behind = whole;
    else if (strcmp(v->text, "causal") == 0)
        s->front = whole;
    if (why)
        elab_error(e, call->arg.span[arg], "%s", why);
    return !why;
}

static int64_t whole_arg(const Call *call, const char *name)
{
    return (int64_t)call->arg.at[find_arg(call, name)]->number;
}

/* What windows of s see of the call's value: it with this number where it does
 * not hold. NULL once it is said why they do not fit. */
static Value *seen(Elab *e, const Call *call, Slide *s, bool exact,
                   double otherwise)
{
    Value *v = extent_straight(e, call->in[0]);
    const char *why =
        make_slide_misfit(e->arena, s, value_shape(v).dim[0], exact);

    if (why) {
        elab_refused(e, call, call->site.span, why);
        return NULL;
    }
    if (v->extent && s->stride > 1)
        return extent_at_windows(e, v, s, otherwise);
    return elab_like(e, extent_only(e, v, otherwise), v);
}

/* What windows over v gave. */
static Value *slid(Elab *e, const Value *v, const Slide *s, Node *node)
{
    Value *y = elab_like(e, node, v);

    if (v->extent)
        y->extent = extent_slide(e, v->extent, s, value_shape(y).dim[0]);
    return y;
}

Value *lower_unfold(Elab *e, Call *call)
{
    Slide s = {.size = whole_arg(call, "size"),
               .stride = whole_arg(call, "stride"),
               .apart = whole_arg(call, "dilation")};
    Value *v;

    if (!is_series(e, call) || !pad_slide(e, call, &s) ||
        !(v = seen(e, call, &s, false, 0)))
        return e->poison;
    return slid(e, v, &s, make_unfold(e->graph, v->node, &s));
}

/* Windows over padding alone have no largest value. */
Value *lower_pool1d(Elab *e, Call *call)
{
    Slide s = {.size = whole_arg(call, "window"),
               .stride = whole_arg(call, "stride"),
               .apart = 1};
    bool max = call->form->op == OP_MAXPOOL;
    bool exact = call->arg.at[find_arg(call, "exact")]->number != 0;
    const char *why;
    Value *v, *y;
    Node *node;

    if (!is_series(e, call) || !pad_slide(e, call, &s) ||
        !(v = seen(e, call, &s, exact, max ? -FLT_MAX : 0)))
        return e->poison;
    node = make_pool1d(e->graph, call->form->op, v->node, &s, &why);
    if (!node)
        return elab_refused(e, call, call->site.span, why);
    y = slid(e, v, &s, node);
    if (max)
        y->node = extent_only(e, y, 0);
    return y;
}

static Value *no_product(Elab *e, const Call *call)
{
    Message *m =
        elab_error(e, call->site.span, "these two shapes cannot be multiplied");

    elab_note(e, m, "the first", call->in[0]);
    elab_note(e, m, "the second", call->in[1]);
    return e->poison;
}

/* w, of which padding adds nothing where its steps are summed over. */
static Node *contracted(Elab *e, const Value *w, bool rows, bool turned)
{
    if (w->extent && !turned)
        return extent_only(e, w, 0);
    return rows ? elab_rows(e, w) : elab_node(e, w);
}

/* Contracts the feature axis of x with the last axis but one of w, or with its
 * last where `transposed`. */
Value *lower_matmul(Elab *e, Call *call)
{
    Value *x = call->in[0], *w = call->in[1], *y;
    bool turned = call->arg.at[0]->number != 0;
    int rank;
    Node *node;
    const char *why;
    bool rows;

    if (!elab_real(e, call, 0) || !elab_real(e, call, 1))
        return e->poison;
    if (axes_features(&x->axes) != value_shape(x).rank - 1) {
        Message *m =
            elab_error(e, call->site.span,
                       "`%s` takes [features] or [time, features]", call->name);

        elab_note(e, m, "the value", x);
        diag_help(m, "flatten first: x -> flatten -> ...");
        return e->poison;
    }
    w = extent_straight(e, w);
    rank = value_shape(w).rank;
    rows = w->rows || (x->rows && rank > 2);
    node = rows ? elab_rows(e, x) : elab_node(e, x);
    if (rank < 2 ||
        !(node = make_product(e->graph, node, contracted(e, w, rows, turned),
                              turned, &why)))
        return no_product(e, call);
    y = elab_tensor(e, node, rows || x->rows, x->axes);
    y->extent = x->extent;
    y->columns = turned ? w->extent : NULL;
    return y;
}
