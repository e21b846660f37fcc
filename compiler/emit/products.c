/* products.c: sums and products of straight-line code; see products.h. Each
 * has several ways, of which the one with the least price is taken. */
#include "emit/products.h"

/* The price of adding n elements once vectors hold them: the chunks of one
 * width are added up, then the lanes of what comes out, in halves. */
static int64_t sum_of_lanes(const Elements *s, int64_t n)
{
    int64_t price = 0;
    int width = 0;
    for (Chunk c = elements_chunk(s, 0, n); c.n > 0;
         c = elements_behind(s, &c, n)) {
        price += 1 + (c.n < c.lanes);
        for (int half = c.lanes / 2; c.lanes != width && half > 0; half /= 2)
            price += 2;
        width = c.lanes;
    }
    return price;
}

static int64_t sum_on_vectors(const Elements *s, const Element *x, int64_t n)
{
    int64_t price = sum_of_lanes(s, n);
    for (Chunk c = elements_chunk(s, 0, n); c.n > 0;
         c = elements_behind(s, &c, n))
        price += elements_vector_price(x + c.from, &c);
    return price;
}

/* The lanes behind the last hold anything, so zeros take their place. */
static const char *clean(const Elements *s, const Element *x, const Chunk *c)
{
    const char *all = elements_vector(s, x, c),
               *nn = elements_prefix(s, c->lanes);
    Text mask = {.arena = s->e->arena};
    for (int64_t i = 0; i < c->n; i++)
        text_add(&mask, i ? ", -1" : "-1");
    return c->n == c->lanes
               ? all
               : arena_printf(mask.arena, "%svif((%sint){%s}, %s, %svset(0))",
                              nn, nn, text_str(&mask), all, nn);
}

static const char *sum_text(const Elements *s, const Element *x, int64_t n)
{
    Text out = {.arena = s->e->arena};
    int width = 0;
    for (Chunk c = elements_chunk(s, 0, n); c.n > 0;
         c = elements_behind(s, &c, n)) {
        if (c.lanes == width)
            text_add(&out, " + ");
        else
            text_printf(&out, "%s%svsum(", width ? ") + " : "",
                        elements_prefix(s, c.lanes));
        text_add(&out, clean(s, x + c.from, &c));
        width = c.lanes;
    }
    text_add(&out, ")");
    return text_str(&out);
}

void product_sum(Elements *s, const Row *to, const Element *from, int64_t n)
{
    Text out = {.arena = s->e->arena};
    if (!s->scalars &&
        sum_on_vectors(s, from, n) < n - 1 + elements_scalar_price(from, n)) {
        element_scalar(s, to, 0, sum_text(s, from, n));
        return;
    }
    for (int64_t i = 0; i < n; i++)
        text_printf(&out, "%s%s", i ? " + " : "", from[i].text);
    element_scalar(s, to, 0, text_str(&out));
}

/* The sum of n terms. A sum waits for each addition before it starts the next:
 * where `beside` such sums leave the processor room, each is split. */
static const char *add_up(const Elements *s, const char *const *term, int64_t n,
                          int64_t beside)
{
    const Target *t = s->e->target;
    Text out = {.arena = s->e->arena};
    int64_t sums = t->fmas * t->latency / beside;
    sums = sums > n / 3 ? n / 3 : sums;
    for (int64_t i = 0, sum = 0; i < n; i++) {
        bool begins = i * sums >= sum * n && sums > 1;
        text_printf(&out, "%s%s%s%s", begins && i ? ")" : "", i ? " + " : "",
                    begins ? "(" : "", term[i]);
        sum += begins;
    }
    text_add(&out, sums > 1 ? ")" : "");
    return text_str(&out);
}

/* Column j of a matrix with n columns. */
static const Element *column(const Elements *s, const Element *b, int64_t inner,
                             int64_t n, int64_t j)
{
    Element *x = NEWN(s->e->arena, Element, inner);
    for (int64_t k = 0; k < inner; k++)
        x[k] = b[k * n + j];
    return x;
}

/* The three ways of a product. In scalars, each of its elements is a sum of
 * its own. */
static int64_t product_in_scalars(const Element *a, const Element *b,
                                  int64_t inner, int64_t n)
{
    return inner * n + elements_scalar_price(a, inner) +
           elements_scalar_price(b, inner * n);
}

static void in_scalars(Elements *s, const Row *to, const Element *a,
                       const Element *b, int64_t inner)
{
    Arena *arena = s->e->arena;
    const char **term = NEWN(arena, const char *, inner);
    for (int64_t j = 0; j < to->n; j++) {
        for (int64_t k = 0; k < inner; k++)
            term[k] = arena_printf(arena, "%s * %s", a[k].text,
                                   b[k * to->n + j].text);
        element_scalar(s, to, j, add_up(s, term, inner, to->n));
    }
}

/* Across: its elements are lanes, and each a[k] fills a vector. */
static int64_t product_across(const Elements *s, const Element *b,
                              int64_t inner, int64_t n)
{
    int64_t price = inner;
    for (Chunk c = elements_chunk(s, 0, n); c.n > 0;
         c = elements_behind(s, &c, n))
        for (int64_t k = 0; k < inner; k++)
            price += 1 + elements_vector_price(b + k * n + c.from, &c);
    return price;
}

static void across(Elements *s, const Row *to, const Element *a,
                   const Element *b, int64_t inner)
{
    Arena *arena = s->e->arena;
    const char **term = NEWN(arena, const char *, inner);
    int64_t n = to->n, chunks = 1 + (n - 1) / s->e->target->lanes;
    for (Chunk c = elements_chunk(s, 0, n); c.n > 0;
         c = elements_behind(s, &c, n)) {
        for (int64_t k = 0; k < inner; k++)
            term[k] = arena_printf(arena, "%svset(%s) * %s",
                                   elements_prefix(s, c.lanes), a[k].text,
                                   elements_vector(s, b + k * n + c.from, &c));
        elements_lanes(s, to, &c, add_up(s, term, inner, chunks));
    }
}

/* Down: a is in lanes, times a column of b, and the lanes are added up. */
static int64_t product_down(const Elements *s, const Element *a,
                            const Element *b, int64_t inner, int64_t n)
{
    int64_t price = n * sum_of_lanes(s, inner);
    for (int64_t j = 0; j < n; j++) {
        const Element *in[] = {a, column(s, b, inner, n, j)};
        price += elements_map_price(s, OP_MUL, in, inner);
    }
    return price;
}

static void down(Elements *s, const Row *to, const Element *a, const Element *b,
                 int64_t inner)
{
    for (int64_t j = 0; j < to->n; j++) {
        const Element *in[] = {a, column(s, b, inner, to->n, j)};
        Row all = {.at = NEWN(s->e->arena, Element, inner), .n = inner};
        Row sum = {to->name, to->first + j, to->at + j, 1};
        elements_map(s, &all, OP_MUL, in);
        product_sum(s, &sum, all.at, inner);
    }
}

void product_write(Elements *s, const Row *to, const Element *a,
                   const Element *b, int64_t inner)
{
    int64_t scalars = product_in_scalars(a, b, inner, to->n);
    int64_t lanes_across = product_across(s, b, inner, to->n);
    int64_t lanes_down = product_down(s, a, b, inner, to->n);
    if (s->scalars || (scalars <= lanes_across && scalars <= lanes_down))
        in_scalars(s, to, a, b, inner);
    else if (lanes_across <= lanes_down)
        across(s, to, a, b, inner);
    else
        down(s, to, a, b, inner);
}
