/* numbers.c: the array of weights as C or as bytes; see weights.h.
 *
 * It holds the tensors that are read, each from a multiple of 64 bytes on, and
 * behind them what is prepared; between and behind them are zeros, which
 * vectors may read. */
#include <math.h>
#include <string.h>

#include "base/quote.h"
#include "emit/emit.h"
#include "emit/record.h"
#include "emit/weights.h"
#include "ir/layout.h"

/* A float needs no more digits; what follows from it is exact enough. */
enum { DIGITS = 9, POWERS = 60, COLUMNS = 96 };

/* Numbers that lie side by side, and what they are. */
typedef void Visit(void *context, const char *what, const float *at, int64_t n);

static const char *describe(const Tensor *t, Arena *arena)
{
    Text out = {.arena = arena};
    quote_comment(&out, t->name, strlen(t->name));
    text_add(&out, " [");
    for (int a = 0; a < t->shape.rank; a++)
        text_printf(&out, "%s%lld", a ? ", " : "", (long long)t->shape.dim[a]);
    text_add(&out, "]");
    return text_str(&out);
}

static void visit_all(const Weights *w, Visit *visit, void *context)
{
    static const float zeros[RECORD_VECTOR];
    const Program *p = w->program;
    int shown = weights_shown(w);
    for (int i = 0; i < shown; i++) {
        const Tensor *t = &p->tensors.at[i];
        if (!t->absent)
            visit(context, describe(t, p->arena), w->loaded + w->places[i],
                  record_room(t->layout->extent));
    }
    if (shown == p->tensors.n)
        visit(context, "room for vectors", zeros, RECORD_VECTOR);
    if (w->computes && p->prepared)
        visit(context, "made of other weights", w->prepared, p->prepared);
}

static double power_of_ten(int exponent)
{
    static double table[2 * POWERS + 1];
    double *known = &table[exponent + POWERS];
    if (*known == 0)
        *known = pow(10, exponent);
    return *known;
}

/* How many digits x > 0 has before its point, less one. */
static int magnitude(double x)
{
    int two;
    frexp(x, &two);
    int ten = (int)floor((two - 1) * 0.30102999566398120);
    return x >= power_of_ten(ten + 1) ? ten + 1 : ten;
}

/* The digits of x > 0 as a whole number without zeros at its end; x is that
 * times ten to the power of *exponent. */
static int64_t digits_of(double x, int *exponent)
{
    int power = magnitude(x) - DIGITS + 1, two;
    double scaled = x * power_of_ten(-power), unit = 1000;
    /* Anything nearer than half the way to the next float is x again; behind a
     * power of two that is half as far. */
    double half = frexp(x, &two) == 0.5 ? 0.49 : 0.99;
    double near = ldexp(half, two - 25) * power_of_ten(-power);
    int64_t digits = (int64_t)(scaled / unit + 0.5);
    while (unit > 1 && fabs((double)digits * unit - scaled) > near) {
        unit /= 10;
        digits = (int64_t)(scaled / unit + 0.5);
    }
    for (*exponent = power; unit > 1; unit /= 10)
        ++*exponent;
    for (; digits % 10 == 0; digits /= 10)
        ++*exponent;
    return digits;
}

/* Text of a number being made. */
typedef struct Spelling {
    char *to;
    int n;
} Spelling;

static void spell(Spelling *s, const char *text, int n)
{
    for (int i = 0; i < n; i++)
        s->to[s->n++] = text[i];
}

/* Digits with a point behind the first `whole` of them. */
static void spell_pointed(Spelling *s, const char *digits, int n, int whole)
{
    spell(s, digits, n < whole ? n : whole);
    for (int i = n; i < whole; i++)
        spell(s, "0", 1);
    spell(s, ".", 1);
    if (n > whole)
        spell(s, digits + whole, n - whole);
}

static void spell_finite(Spelling *s, double x)
{
    char room[24];
    int exponent, n = 0, first = sizeof room;
    for (int64_t d = digits_of(x, &exponent); d > 0; d /= 10, n++)
        room[--first] = (char)('0' + d % 10);
    const char *digits = room + first;
    int whole = n + exponent; /* digits before the point */
    if (whole > DIGITS || whole < -3) {
        spell_pointed(s, digits, n, 1);
        s->n += sprintf(s->to + s->n, "e%d", whole - 1);
    } else if (whole > 0) {
        spell_pointed(s, digits, n, whole);
    } else {
        spell(s, "0.000", 2 - whole);
        spell(s, digits, n);
    }
    spell(s, "f", 1);
}

int weights_number(char *to, float x)
{
    Spelling s = {to, 0};
    if (!isfinite(x))
        return sprintf(to, isnan(x) ? "__builtin_nanf(\"\")"
                           : x < 0  ? "-__builtin_inff()"
                                    : "__builtin_inff()");
    if (signbit(x))
        spell(&s, "-", 1);
    if (x == 0)
        spell(&s, "0.f", signbit(x) ? 3 : 1);
    else
        spell_finite(&s, fabs((double)x));
    to[s.n] = 0;
    return s.n;
}

typedef struct Writing {
    WeightsPut *put;
    void *to;
    char line[COLUMNS + WEIGHTS_DIGITS];
    int n;
} Writing;

static void end_line(Writing *g)
{
    if (g->n > 0) {
        g->line[g->n++] = '\n';
        g->put(g->to, g->line, (size_t)g->n);
    }
    g->n = 0;
}

static void add(Writing *g, const char *text, int n)
{
    if (g->n + n + 2 > COLUMNS)
        end_line(g);
    if (g->n == 0)
        g->n = sprintf(g->line, "   ");
    g->line[g->n++] = ' ';
    memcpy(g->line + g->n, text, (size_t)n);
    g->n += n;
    g->line[g->n++] = ',';
}

static void write_part(void *context, const char *what, const float *at,
                       int64_t n)
{
    Writing *g = context;
    char number[WEIGHTS_DIGITS];
    end_line(g);
    g->put(g->to, "    /* ", 7);
    g->put(g->to, what, strlen(what));
    g->put(g->to, " */\n", 4);
    for (int64_t i = 0; i < n; i++)
        add(g, number, weights_number(number, at[i]));
    end_line(g);
}

void weights_write(const Weights *w, WeightsPut *put, void *to)
{
    Writing g = {.put = put, .to = to};
    Text head = {.arena = w->program->arena};
    text_printf(&head, "\n/* All weights, as the kernels read them. */\n");
    if (w->outside)
        text_printf(&head, "extern const float %s[%lld];\n", w->name,
                    (long long)weights_count(w));
    text_printf(&head, "%sconst _Alignas(64) float %s[%lld] = {\n",
                w->outside || w->starts ? "" : "static ", w->name,
                (long long)weights_count(w));
    put(to, text_str(&head), head.n);
    visit_all(w, write_part, &g);
    put(to, "};\n", 3);
}

static void write_bytes(void *context, const char *what, const float *at,
                        int64_t n)
{
    (void)what;
    fwrite(at, sizeof *at, (size_t)n, context);
}

void weights_write_bytes(FILE *stream, const void *weights)
{
    visit_all(weights, write_bytes, stream);
}

void weights_put_text(void *text, const char *s, size_t n)
{
    text_add_n(text, s, n);
}

void weights_put_stream(void *stream, const char *s, size_t n)
{
    fwrite(s, 1, n, stream);
}

/* The array is in a section that is only read; its name is known to the linker
 * and, where several files of a program have one, to nobody else. */
static void declare_bytes(const Weights *w, Text *out)
{
    text_printf(out,
                "\n#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__\n"
                "#error \"%s holds little-endian numbers\"\n#endif\n"
                "/* All weights, as the kernels read them: the assembler takes "
                "them from %s\n * (digest %s), in this folder or one of -I. "
                "*/\n"
                "__asm__(\".pushsection .rodata\\n\"\n"
                "        \".balign 64\\n\"\n"
                "        \".globl %s\\n\"\n"
                "        \".hidden %s\\n\"\n"
                "        \"%s:\\n\"\n"
                "        \".incbin \\\"%s\\\"\\n\"\n"
                "        \".popsection\");\n",
                w->bytes, w->bytes, weights_digest(w), w->name, w->name,
                w->name, w->bytes);
}

void weights_declare(const Weights *w, Text *out)
{
    if (w->bytes)
        declare_bytes(w, out);
    if (w->starts)
        return;
    text_printf(out, "\n%sconst%s float %s[%lld];\n",
                w->bytes || w->outside ? "extern " : "static ",
                w->bytes || w->outside ? "" : " _Alignas(64)", w->name,
                (long long)weights_count(w));
}
