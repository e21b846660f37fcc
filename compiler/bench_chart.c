/* bench_chart.c: the chart of --svg: a group of bars for each piece of work,
 * the fastest first; see bench.h. A bar is as long as the time, but no longer
 * than the widest times the shortest: a cut one has a gap. */
#include <math.h>

#include "base/quote.h"
#include "bench.h"

enum {
    WIDTH = 760,
    NAMES = 150,   /* where bars begin */
    LONGEST = 400, /* of a bar */
    ROW = 24,
    BAR = 16,
    HEAD = 78,    /* above the first group */
    TITLE = 34,   /* of a group */
    BETWEEN = 20, /* groups */
    FOOT = 30
};

static const double widest = 12; /* times our own */

static const char ours[] = "#0b7285", theirs[] = "#adb5bd", dark[] = "#212529",
                  light[] = "#6c757d", lost[] = "#c92a2a";

/* Text of the user in a text of XML. */
static void quote_xml(Text *out, const char *s)
{
    for (; *s; s++)
        switch (*s) {
        case '&':
            text_add(out, "&amp;");
            break;
        case '<':
            text_add(out, "&lt;");
            break;
        case '>':
            text_add(out, "&gt;");
            break;
        default:
            text_printf(out, "%c", (unsigned char)*s < ' ' ? '?' : *s);
        }
}

static void text_at(Text *out, int x, int y, int size, const char *colour,
                    const char *style, const char *s)
{
    text_printf(out, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" fill=\"%s\"%s>",
                x, y, size, colour, style);
    quote_xml(out, s);
    text_add(out, "</text>\n");
}

/* Entrants that were timed, the fastest first. */
typedef struct Order {
    int n, *at;
    Text missing; /* the names of the others */
} Order;

static Order order_of(const Bench *b, const Heat *h)
{
    Order o = {.at = NEWN(b->arena, int, b->n), .missing = {.arena = b->arena}};

    for (int i = 0; i < b->n; i++) {
        int k = o.n;

        if (h->whys[i]) {
            text_printf(&o.missing, "%s%s", o.missing.n ? ", " : "not timed: ",
                        b->entrants[i].name);
            continue;
        }
        for (; k > 0 && h->scores[o.at[k - 1]].best > h->scores[i].best; k--)
            o.at[k] = o.at[k - 1];
        o.at[k] = i;
        o.n++;
    }
    return o;
}

static void bar(const Bench *b, Text *out, const Heat *h, int i, double most,
                int y)
{
    double t = h->scores[i].best;
    bool cut = t > most;
    int length = (int)lround(LONGEST * (cut ? 1 : t / most));
    int at = NAMES + (length < 2 ? 2 : length);
    const char *ratio = arena_printf(b->arena, "%.2f x", h->scores[i].ratio);
    const char *time = bench_time(b->arena, t);

    text_at(out, NAMES - 10, y + 13, 13, dark,
            i == 0 ? " text-anchor=\"end\" font-weight=\"bold\""
                   : " text-anchor=\"end\"",
            b->entrants[i].name);
    text_printf(out,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\" "
                "fill=\"%s\"/>\n",
                NAMES, y, at - NAMES, BAR, i == 0 ? ours : theirs);
    if (cut)
        text_printf(out,
                    "<path d=\"M%d %d l-6 %d h5 l6 %d z\" fill=\"white\"/>\n",
                    at - 24, y - 2, BAR + 4, -BAR - 4);
    text_at(out, at + 8, y + 13, 13, dark,
            i == 0 ? " font-weight=\"bold\"" : "", time);
    if (i > 0)
        text_at(out, WIDTH - 20, y + 13, 13,
                h->scores[i].ratio < 1 ? lost : light, " text-anchor=\"end\"",
                ratio);
}

static int group(const Bench *b, Text *out, const Heat *h, int y)
{
    Order o = order_of(b, h);
    double slowest = h->scores[o.at[o.n - 1]].best;
    double most = fmin(slowest, widest * h->scores[0].best);

    text_at(out, 20, y + 18, 14, dark, " font-weight=\"bold\"",
            bench_title(b, h));
    y += TITLE;
    for (int i = 0; i < o.n; i++, y += ROW)
        bar(b, out, h, o.at[i], most, y);
    if (o.missing.n)
        text_at(out, NAMES, y + 10, 11, light, "", text_str(&o.missing));
    return y + BETWEEN;
}

static int height(const Bench *b)
{
    int y = HEAD + FOOT;

    for (int i = 0; i < b->heats.n; i++)
        y += TITLE + BETWEEN + ROW * order_of(b, &b->heats.at[i]).n;
    return y;
}

void bench_write_svg(FILE *stream, const void *bench)
{
    const Bench *b = bench;
    Text out = {.arena = b->arena};
    int h = height(b), y = HEAD;

    text_printf(&out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
                "height=\"%d\" viewBox=\"0 0 %d %d\" "
                "font-family=\"Helvetica, Arial, sans-serif\">\n"
                "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n",
                WIDTH, h, WIDTH, h, WIDTH, h);
    text_at(&out, 20, 34, 20, dark, " font-weight=\"bold\"", b->model);
    text_at(&out, 20, 56, 13, light, "",
            arena_printf(b->arena, "time of one batch, shorter is better; %s%s",
                         b->target,
                         b->n > 1 ? "; right: that time over nnc's" : ""));
    for (int i = 0; i < b->heats.n; i++)
        y = group(b, &out, &b->heats.at[i], y);
    text_at(&out, 20, h - 12, 11, light, "",
            arena_printf(b->arena, "nnc %s bench", b->entrants[0].version));
    text_add(&out, "</svg>\n");
    fputs(text_str(&out), stream);
}
