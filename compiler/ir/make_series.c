/* make_series.c: windows that slide along time, over values [.., T, F]. */
#include "ir/make.h"

static int64_t reach(const Slide *s)
{
    return (s->size - 1) * s->apart + 1;
}

const char *make_slide_same(Arena *arena, Slide *s)
{
    int64_t whole = reach(s) - 1;

    if (whole % 2 != 0 && s->stride != 1)
        return arena_printf(arena,
                            "`same` with an even size of %lld needs stride 1",
                            (long long)s->size);
    s->front = whole / 2;
    s->behind = whole - whole / 2;
    return NULL;
}

/* Tiles count in ints: sums of sizes beyond this would not fit. */
static bool too_large(const Slide *s)
{
    const int64_t limit = 1 << 28;

    return s->size >= limit || s->apart >= limit || reach(s) >= limit ||
           s->stride >= limit || s->front >= limit || s->behind >= limit;
}

const char *make_slide_misfit(Arena *arena, const Slide *s, int64_t steps,
                              bool exact)
{
    int64_t all = steps + s->front + s->behind;
    const char *with = all > steps ? " with padding" : "";

    if (too_large(s))
        return "this window is too large";
    if (reach(s) > all)
        return arena_printf(
            arena, "a window over %lld step%s does not fit %lld%s",
            (long long)reach(s), str_s(reach(s)), (long long)all, with);
    if (exact && (all - reach(s)) % s->stride != 0)
        return arena_printf(
            arena,
            "the windows do not fill the time exactly\n%lld "
            "step%s%s, window %lld, stride %lld: %lld left over",
            (long long)all, str_s(all), with, (long long)s->size,
            (long long)s->stride, (long long)((all - reach(s)) % s->stride));
    return NULL;
}

/* x with steps of zeros in front and behind. */
static Node *padded(Graph *g, Node *x, const Slide *s, int time)
{
    Attr attr = {0};

    if (s->front + s->behind == 0)
        return x;
    attr.part.axis = time;
    attr.part.begin = s->front;
    attr.part.size = x->shape.dim[time] + s->front + s->behind;
    return graph_add(g, OP_PAD, 1, &x, attr, x);
}

Node *make_unfold(Graph *g, Node *x, const Slide *s)
{
    int time = x->shape.rank - 2;
    Attr attr = {0};
    Shape flat;

    attr.slide.axis = time;
    attr.slide.size = s->size;
    attr.slide.stride = s->stride;
    attr.slide.apart = s->apart;
    x = padded(g, x, s, time);
    x = graph_add(g, OP_WINDOWS, 1, &x, attr, x);
    flat = x->shape;
    flat.dim[time + 1] *= flat.dim[--flat.rank];
    return graph_reshape(g, x, flat);
}

/* As an image one element wide, whose channels are the features. */
Node *make_pool1d(Graph *g, Op op, Node *x, const Slide *s, const char **why)
{
    Shape series = x->shape;
    int time = series.rank - 2;
    Window w = {{s->size, 1}, {s->stride, 1}, {s->front, 0, s->behind, 0}};
    int64_t rows =
        shape_count(&series) / series.dim[time] / series.dim[time + 1];
    Node *y;

    x = graph_reshape(
        g, graph_move(g, x, time, time + 1),
        shape_of(4, rows, series.dim[time + 1], series.dim[time], (int64_t)1));
    y = make_window(g, op, 1, &x, w, false, why);
    if (!y)
        return NULL;
    series.dim[time] = series.dim[time + 1];
    series.dim[time + 1] = y->shape.dim[2];
    return graph_move(g, graph_reshape(g, y, series), time, time + 1);
}
