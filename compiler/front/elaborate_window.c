/* elaborate_window.c: products of matrices, convolution and pooling.
 *
 * Padding `same` is (K - 1) / 2 on every side, also with a stride; an even K
 * puts the odd row at the bottom and right, with stride 1 only. `full` is K - 1
 * and `valid` 0. Sizes floor; with `exact` a rest is a mistake. */
#include <string.h>

#include "front/elab.h"

static void two_sizes(const Value *v, int64_t *out)
{
    for (int i = 0; i < 2; i++)
        out[i] = (int64_t)(v->kind == VAL_LIST ? v->at[i] : v)->number;
}

static bool same_padding(Elab *e, const Call *call, int arg, Window *w)
{
    for (int i = 0; i < 2; i++) {
        int64_t whole = w->kernel[i] - 1;

        if (w->kernel[i] % 2 == 0 && w->stride[i] != 1) {
            elab_error(e, call->arg.span[arg],
                       "`same` with an even size of %lld needs stride 1",
                       (long long)w->kernel[i]);
            return false;
        }
        w->pad[i] = whole / 2;
        w->pad[2 + i] = whole - whole / 2;
    }
    return true;
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

/* Whether tiles can count the places of an image with its padding, which are
 * copied with all lanes of a vector. */
static bool countable(const Window *w, const Shape *image)
{
    enum { LANES = 16 };
    int64_t places = (image->dim[0] + LANES - 1) / LANES * LANES;

    if (!w->pad[0] && !w->pad[1] && !w->pad[2] && !w->pad[3])
        return true;
    for (int i = 0; i < 2; i++)
        if (__builtin_mul_overflow(
                places, image->dim[1 + i] + w->pad[i] + w->pad[2 + i], &places))
            return false;
    return places <= INT32_MAX;
}

/* Tiles count in ints: sums of sizes beyond this would not fit. */
static bool sane(Elab *e, const Call *call, const Window *w, const Shape *image)
{
    const int64_t limit = 1 << 28;
    bool ok = true;

    for (int i = 0; i < 4; i++)
        ok = ok && w->pad[i] < limit && w->kernel[i % 2] < limit &&
             w->stride[i % 2] < limit;
    if (!ok)
        elab_error(e, call->site.span, "this window is too large");
    else if (!(ok = countable(w, image)))
        elab_note(e,
                  elab_error(e, call->site.span,
                             "the image with this padding is too large"),
                  "the value", call->in[0]);
    return ok;
}

static bool divides(Elab *e, const Call *call, const Window *w,
                    const Shape *image)
{
    static const char *const axes[] = {"height", "width"};

    for (int i = 0; i < 2; i++) {
        int64_t size = image->dim[1 + i] + w->pad[i] + w->pad[2 + i];
        int64_t rest = (size - w->kernel[i]) % w->stride[i];

        if (size >= w->kernel[i] && rest != 0) {
            Message *m =
                elab_error(e, call->site.span,
                           "the windows do not fill the %s exactly", axes[i]);

            diag_note(m,
                      "%lld with padding, window %lld, stride %lld: %lld "
                      "left over",
                      (long long)size, (long long)w->kernel[i],
                      (long long)w->stride[i], (long long)rest);
            return false;
        }
    }
    return true;
}

/* Where only one window fits, any stride beyond the image is the same. */
static void shorten_strides(Window *w, const Shape *image)
{
    for (int i = 0; i < 2; i++) {
        int64_t size = image->dim[1 + i] + w->pad[i] + w->pad[2 + i];

        if (size >= w->kernel[i] && size - w->kernel[i] < w->stride[i])
            w->stride[i] = size - w->kernel[i] + 1;
    }
}

/* The rest of a window whose kernel is set, and the node. */
static Value *slide(Elab *e, Call *call, Window *w, int n_in)
{
    int stride = find_arg(call, "stride"), pad = find_arg(call, "pad");
    int exact = find_arg(call, "exact");
    Shape image = value_shape(call->in[0]);
    Node *in[2] = {0}, *node;
    const char *why;

    two_sizes(call->arg.at[stride], w->stride);
    if (!set_padding(e, call, pad, w) ||
        (call->arg.at[exact]->number != 0 && !divides(e, call, w, &image)))
        return e->poison;
    shorten_strides(w, &image);
    if (!sane(e, call, w, &image))
        return e->poison;
    for (int i = 0; i < n_in; i++)
        in[i] = elab_node(e, call->in[i]);
    node = graph_try(e->graph, (Op)(call->op - op_table), n_in, in,
                     (Attr){.window = *w}, call->site.span, &why);
    if (!node) {
        Message *m = elab_error(e, call->site.span, "%s", why);

        elab_note(e, m, "the value", call->in[0]);
        return e->poison;
    }
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

/* One product of two matrices, or of a batch of them. */
static Node *product(Elab *e, const Call *call, Node *x, Node *w, bool rows)
{
    bool tb = call->arg.at[0]->number != 0;
    int64_t features = w->shape.dim[w->shape.rank - (tb ? 2 : 1)];
    Shape shape = x->shape;
    Node *y;

    if (rows) { /* [B, T, K] by [B, K, N]; a vector is one step */
        if (shape.rank == 2)
            x = graph_reshape(
                e->graph, x,
                shape_of(3, shape.dim[0], (int64_t)1, shape.dim[1]));
    } else if (shape.rank == 3) { /* all steps of all rows by one matrix */
        x = graph_reshape(
            e->graph, x,
            shape_of(2, shape.dim[0] * shape.dim[1], shape.dim[2]));
    } else if (shape.rank == 1) {
        x = graph_reshape(e->graph, x, shape_prepend(1, &shape));
    }
    y = graph_matmul(e->graph, x, w, false, tb);
    shape.dim[shape.rank - 1] = features;
    return graph_reshape(e->graph, y, shape);
}

static Value *no_product(Elab *e, const Call *call)
{
    Message *m =
        elab_error(e, call->site.span, "these two shapes cannot be multiplied");

    elab_note(e, m, "the first", call->in[0]);
    elab_note(e, m, "the second", call->in[1]);
    return e->poison;
}

/* Contracts the feature axis of x with the first axis of w, or with its last
 * where `transposed`. */
Value *lower_matmul(Elab *e, Call *call)
{
    Value *x = call->in[0], *w = call->in[1];
    Shape sx, sw;
    Node *node;

    if (!elab_real(e, call, 0) || !elab_real(e, call, 1))
        return e->poison;
    sx = value_shape(x);
    sw = value_shape(w);
    if (axes_features(&x->axes) != sx.rank - 1) {
        Message *m =
            elab_error(e, call->site.span,
                       "`%s` takes [features] or [time, features]", call->name);

        elab_note(e, m, "the value", x);
        diag_help(m, "flatten first: x -> flatten -> ...");
        return e->poison;
    }
    if (sw.rank != 2 ||
        sx.dim[sx.rank - 1] != sw.dim[call->arg.at[0]->number != 0 ? 1 : 0])
        return no_product(e, call);
    sx.dim[sx.rank - 1] = sw.dim[call->arg.at[0]->number != 0 ? 0 : 1];
    if (!elab_fits(e, call->site.span, &sx))
        return e->poison;
    node = w->rows ? elab_rows(e, x) : elab_node(e, x);
    node = product(e, call, node, elab_node(e, w), w->rows);
    return elab_tensor(e, node, x->rows || w->rows, x->axes);
}
