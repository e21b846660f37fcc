/* make_window.c: windows that slide over images: convolution and pooling. */
#include "ir/make.h"

const char *make_same_padding(Arena *arena, Window *w)
{
    for (int i = 0; i < 2; i++) {
        int64_t whole = w->kernel[i] - 1;

        if (w->kernel[i] % 2 == 0 && w->stride[i] != 1)
            return arena_printf(arena,
                                "`same` with an even size of %lld needs "
                                "stride 1",
                                (long long)w->kernel[i]);
        w->pad[i] = whole / 2;
        w->pad[2 + i] = whole - whole / 2;
    }
    return NULL;
}

/* Height or width with padding. */
static int64_t padded(const Window *w, const Shape *x, int i)
{
    return x->dim[2 + i] + w->pad[i] + w->pad[2 + i];
}

/* Whether tiles can count the places of an image with its padding, which are
 * copied with all lanes of a vector. */
static bool countable(const Window *w, const Shape *x)
{
    enum { LANES = 16 };
    int64_t places = (x->dim[1] + LANES - 1) / LANES * LANES;

    if (!w->pad[0] && !w->pad[1] && !w->pad[2] && !w->pad[3])
        return true;
    for (int i = 0; i < 2; i++)
        if (__builtin_mul_overflow(places, padded(w, x, i), &places))
            return false;
    return places <= INT32_MAX;
}

/* Tiles count in ints: sums of sizes beyond this would not fit. */
static const char *too_large(const Window *w, const Shape *x)
{
    const int64_t limit = 1 << 28;

    for (int i = 0; i < 4; i++)
        if (w->pad[i] >= limit || w->kernel[i % 2] >= limit ||
            w->stride[i % 2] >= limit)
            return "this window is too large";
    return countable(w, x) ? NULL : "the image with this padding is too large";
}

static const char *left_over(Arena *arena, const Window *w, const Shape *x)
{
    static const char *const axes[] = {"height", "width"};

    for (int i = 0; i < 2; i++) {
        int64_t size = padded(w, x, i);
        int64_t rest =
            w->stride[i] < 1 ? 0 : (size - w->kernel[i]) % w->stride[i];

        if (size >= w->kernel[i] && rest != 0)
            return arena_printf(arena,
                                "the windows do not fill the %s exactly\n%lld "
                                "with padding, window %lld, stride %lld: %lld "
                                "left over",
                                axes[i], (long long)size,
                                (long long)w->kernel[i],
                                (long long)w->stride[i], (long long)rest);
    }
    return NULL;
}

/* Where only one window fits, any stride beyond the image is the same. */
static void shorten_strides(Window *w, const Shape *x)
{
    for (int i = 0; i < 2; i++) {
        int64_t size = padded(w, x, i);

        if (size >= w->kernel[i] && size - w->kernel[i] < w->stride[i])
            w->stride[i] = size - w->kernel[i] + 1;
    }
}

Node *make_window(Graph *g, Op op, int n_in, Node *const *in, Window w,
                  bool exact, const char **why)
{
    const Shape *x = &in[0]->shape;

    *why = exact ? left_over(g->arena, &w, x) : NULL;
    shorten_strides(&w, x);
    if (!*why)
        *why = too_large(&w, x);
    return *why ? NULL
                : graph_try(g, op, n_in, in, (Attr){.window = w}, in[0]->span,
                            why);
}
