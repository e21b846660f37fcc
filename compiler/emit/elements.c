/* elements.c: writes straight-line code in scalars or on vectors; see
 * elements.h.
 *
 * An input that ends within a vector is put together from its elements: what
 * copies a part of a vector makes gcc wait for its own store. */
#include "emit/elements.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Chunk elements_chunk(const Elements *s, int64_t from, int64_t n)
{
    Chunk c = {.from = from, .lanes = s->e->target->lanes};
    while (c.lanes / 2 >= n - from && c.lanes / 2 >= TARGET_NARROWEST)
        c.lanes /= 2;
    c.n = n - from < c.lanes ? n - from : c.lanes;
    return c;
}

Chunk elements_behind(const Elements *s, const Chunk *c, int64_t n)
{
    return elements_chunk(s, c->from + c->n, n);
}

const char *elements_prefix(const Elements *s, int lanes)
{
    return target_prefix(s->e->arena, s->e->target, lanes);
}

Element element_number(const Elements *s, double value)
{
    return (Element){.kind = ELEMENT_NUMBER,
                     .text = emit_real(s->e->arena, value),
                     .value = value};
}

Element element_stored(const Elements *s, ElementKind kind, const char *base,
                       int64_t at)
{
    Arena *arena = s->e->arena;
    Element x = {.kind = kind, .base = base, .at = at};
    if (kind == ELEMENT_PARAM && at == 0)
        x.text = arena_printf(arena, "params[%s]", base);
    else if (kind == ELEMENT_PARAM)
        x.text = arena_printf(arena, "params[%s + %lld]", base, (long long)at);
    else
        x.text = arena_printf(arena, "%s[%lld]", base, (long long)at);
    return x;
}

/* One statement, whose name is returned. */
static const char *statement(Elements *s, const char *type, const char *wish,
                             const char *expression)
{
    Arena *arena = s->e->arena;
    const char *name = scope_name(&s->scope, wish);
    Statement line = {
        name, arena_printf(arena, "const %s %s = %s", type, name, expression)};
    vec_push(arena, &s->body, line);
    return name;
}

/* What element i of a row, or what begins with it, would be called. */
static const char *wish(const Elements *s, const Row *to, int64_t i)
{
    return arena_printf(s->e->arena, "%s_%lld", to->name ? to->name : "z",
                        (long long)(to->first + i));
}

void element_scalar(Elements *s, const Row *to, int64_t i,
                    const char *expression)
{
    const char *name = statement(s, "nn_real", wish(s, to, i), expression);
    to->at[i] = (Element){.kind = ELEMENT_SCALAR, .text = name};
}

void elements_lanes(Elements *s, const Row *to, const Chunk *c,
                    const char *expression)
{
    bool whole = to->first == 0 && c->n == to->n;
    const char *type =
        arena_printf(s->e->arena, "%svec", elements_prefix(s, c->lanes));
    const char *name =
        statement(s, type, whole ? to->name : wish(s, to, c->from), expression);
    for (int64_t i = 0; i < c->n; i++) {
        Element *x = &to->at[c->from + i];
        *x = element_stored(s, ELEMENT_LANE, name, i);
        x->lanes = c->lanes;
    }
}

/* Whether the n elements lie side by side. */
static bool together(const Element *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!x[i].base || x[i].kind != x->kind || x[i].at != x->at + i ||
            strcmp(x[i].base, x->base) != 0)
            return false;
    return true;
}

/* Whether a vector holds them already. */
static bool held(const Element *x, const Chunk *c)
{
    return x->kind == ELEMENT_LANE && x->at == 0 && x->lanes == c->lanes &&
           together(x, c->n);
}

static bool literals(const Element *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (x[i].kind != ELEMENT_NUMBER)
            return false;
    return true;
}

static bool the_same(const Element *x, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        if (strcmp(x[i].text, x->text) != 0)
            return false;
    return true;
}

/* Whether a vector can be loaded with the chunk. */
static bool loads(const Element *x, const Chunk *c)
{
    return (x->kind == ELEMENT_PARAM ||
            (x->kind == ELEMENT_INPUT && c->n == c->lanes)) &&
           together(x, c->n);
}

int64_t elements_vector_price(const Element *x, const Chunk *c)
{
    if (held(x, c) || literals(x, c->n))
        return 0;
    if (the_same(x, c->n))
        return 1;
    return loads(x, c) ? 0 : c->n;
}

int64_t elements_scalar_price(const Element *x, int64_t n)
{
    int64_t price = 0;
    for (int64_t i = 0; i < n; i++)
        price += x[i].kind == ELEMENT_LANE;
    return price;
}

/* A float in the fewest digits that give it. */
static const char *digits(Arena *arena, double value)
{
    char text[40];
    float single = (float)value;
    if (!isfinite(single))
        return emit_real(arena, value);
    for (int n = 1; n <= 9; n++) {
        snprintf(text, sizeof text, "%.*g", n, (double)single);
        if (strtof(text, NULL) == single)
            break;
    }
    return arena_printf(arena, "%s%sf", text, strpbrk(text, ".e") ? "" : ".0");
}

/* The elements one by one in braces; the lanes behind them are 0. */
static const char *list(Arena *arena, const Element *x, int64_t n)
{
    Text out = {.arena = arena};
    for (int64_t i = 0; i < n; i++)
        text_printf(&out, "%s%s", i ? ", " : "{",
                    x[i].kind == ELEMENT_NUMBER ? digits(arena, x[i].value)
                                                : x[i].text);
    text_add(&out, "}");
    return text_str(&out);
}

const char *elements_vector(const Elements *s, const Element *x, const Chunk *c)
{
    Arena *arena = s->e->arena;
    const char *nn = elements_prefix(s, c->lanes);
    if (held(x, c))
        return x->base;
    if (the_same(x, c->n))
        return arena_printf(arena, "%svset(%s)", nn, x->text);
    if (loads(x, c))
        return arena_printf(arena, "%svload(&%s)", nn, x->text);
    return arena_printf(arena, "(%svec)%s", nn, list(arena, x, c->n));
}

/* The C of an operator; arg[j] is that of its input j. */
static const char *fill(Arena *arena, const char *form, const char *const *arg)
{
    Text out = {.arena = arena};
    for (const char *c = form; *c; c++) {
        if (*c == '$')
            text_add(&out, arg[*++c - 'a']);
        else
            text_add_n(&out, c, 1);
    }
    return text_str(&out);
}

int64_t elements_map_price(const Elements *s, Op op, const Element *const *in,
                           int64_t n)
{
    int64_t price = 0;
    for (Chunk c = elements_chunk(s, 0, n); c.n > 0;
         c = elements_behind(s, &c, n)) {
        price += op_table[op].flops;
        for (int j = 0; j < op_table[op].n_in; j++)
            price += elements_vector_price(in[j] + c.from, &c);
    }
    return price;
}

static void map_in_scalars(Elements *s, const Row *to, const OpInfo *op,
                           const Element *const *in)
{
    const char *arg[3];
    for (int64_t i = 0; i < to->n; i++) {
        for (int j = 0; j < op->n_in; j++)
            arg[j] = in[j][i].text;
        element_scalar(s, to, i, fill(s->e->arena, op->scalar, arg));
    }
}

static void map_on_vectors(Elements *s, const Row *to, const OpInfo *op,
                           const Element *const *in)
{
    const char *arg[3];
    for (Chunk c = elements_chunk(s, 0, to->n); c.n > 0;
         c = elements_behind(s, &c, to->n)) {
        const char *form = str_replace(s->e->arena, op->vector, "nn_",
                                       elements_prefix(s, c.lanes));
        for (int j = 0; j < op->n_in; j++)
            arg[j] = elements_vector(s, in[j] + c.from, &c);
        elements_lanes(s, to, &c, fill(s->e->arena, form, arg));
    }
}

void elements_map(Elements *s, const Row *to, Op op, const Element *const *in)
{
    int64_t scalars = to->n * op_table[op].flops;
    for (int j = 0; j < op_table[op].n_in; j++)
        scalars += elements_scalar_price(in[j], to->n);
    if (s->scalars || scalars <= elements_map_price(s, op, in, to->n))
        map_in_scalars(s, to, &op_table[op], in);
    else
        map_on_vectors(s, to, &op_table[op], in);
}

/* Stores a chunk that a vector holds. */
static const char *store_text(const Elements *s, const char *array,
                              const Chunk *c, const char *name)
{
    const char *nn = elements_prefix(s, c->lanes);
    long long at = c->from, n = c->n;
    return n == c->lanes
               ? arena_printf(s->e->arena, "%svstore(&%s[%lld], %s)", nn, array,
                              at, name)
               : arena_printf(s->e->arena, "%svstore_n(&%s[%lld], %s, %lld)",
                              nn, array, at, name, n);
}

void elements_store(Elements *s, const char *array, const Element *from,
                    int64_t n)
{
    for (Chunk c = elements_chunk(s, 0, n); c.n > 0;
         c = elements_behind(s, &c, n)) {
        const Element *x = from + c.from;
        bool whole = held(x, &c);
        for (int64_t i = 0; i < (whole ? 1 : c.n); i++) {
            Statement line = {
                NULL, whole ? store_text(s, array, &c, x->base)
                            : arena_printf(s->e->arena, "%s[%lld] = %s", array,
                                           (long long)(c.from + i), x[i].text)};
            vec_push(s->e->arena, &s->body, line);
        }
    }
}
