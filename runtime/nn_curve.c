/* The curve of a training run as SVG: one panel for the loss and one for each
 * metric, one line for each part of the data.
 *
 *     60   +--------------------------+  680      y grows downwards; a panel
 *          |  training, test, ...     |           is PANEL high, with room
 *          +--------------------------+           for its title above
 */
#include <math.h>

#include "nn_history.h"
#include "nn_writer.h"

enum { WIDTH = 720, LEFT = 70, RIGHT = 700, PANEL = 230, TOP = 30, BODY = 170 };

static const char *const colours[] = {"#1f6fb4", "#d9822b", "#3c9a4f"};

typedef struct {
    const nn_history *history;
    FILE *out;
    int figure;
    double scale;        /* 100 for shares */
    double x0, x1;       /* epochs */
    double y0, y1, step; /* values at the bottom, the top, between ticks */
    double top;          /* of the panel's body, in pixels */
} panel;

static double cell(const nn_history *h, size_t row, int column)
{
    return h->cells[row * (size_t)h->columns + (size_t)column];
}

static double value(const panel *p, size_t row, int part)
{
    const nn_history *h = p->history;
    int column = nn_history_column(h, (nn_part)part, p->figure);
    return p->scale * cell(h, row, column);
}

/* 1, 2 or 5 times a power of ten, so that about `count` steps make `range`. */
static double nice_step(double range, int count)
{
    double raw = range / count, power = pow(10, floor(log10(raw)));
    double digit = raw / power;
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

static bool find_range(panel *p)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t row = 0; row < p->history->count; row++)
        for (int part = 0; part < NN_PARTS; part++) {
            double y = value(p, row, part);
            low = y < low ? y : low;
            high = y > high ? y : high;
        }
    if (!isfinite(low) || !isfinite(high))
        return false;
    double range = high - low;
    if (range < 1e-9 * (fabs(high) + 1e-12))
        range = fabs(high) > 0 ? fabs(high) : 1;
    p->step = nice_step(range, 4);
    p->y0 = floor(low / p->step) * p->step;
    p->y1 = ceil(high / p->step) * p->step;
    p->y1 = p->y1 > p->y0 ? p->y1 : p->y0 + p->step;
    return true;
}

static double x_pixel(const panel *p, double epoch)
{
    double range = p->x1 > p->x0 ? p->x1 - p->x0 : 1;
    return LEFT + (epoch - p->x0) / range * (RIGHT - LEFT);
}

static double y_pixel(const panel *p, double y)
{
    return p->top + BODY * (p->y1 - y) / (p->y1 - p->y0);
}

static void draw_text(const panel *p, double x, double y, const char *anchor,
                      const char *colour, const char *text)
{
    fprintf(p->out,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s"
            "</text>\n",
            x, y, anchor, colour, text);
}

static void draw_frame(const panel *p)
{
    char words[32];
    int ticks = (int)((p->y1 - p->y0) / p->step + 0.5);
    for (int i = 0; i <= ticks; i++) {
        double y = p->y0 + i * p->step, at = y_pixel(p, y);
        fprintf(p->out,
                "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\" fill=\"none\"/>\n",
                LEFT, at, RIGHT);
        snprintf(words, sizeof words, "%.4g", fabs(y) < 1e-12 ? 0 : y);
        draw_text(p, LEFT - 8, at + 4, "end", "#444", words);
    }
    double step = nice_step(p->x1 > p->x0 ? p->x1 - p->x0 : 1, 8);
    step = step < 1 ? 1 : step;
    for (double x = ceil(p->x0 / step) * step; x <= p->x1; x += step) {
        snprintf(words, sizeof words, "%.0f", x);
        draw_text(p, x_pixel(p, x), p->top + BODY + 18, "middle", "#444",
                  words);
    }
}

/* Where a part has no more than one point, there is no line to see. */
static void draw_point(const panel *p, int part)
{
    size_t row = 0, points = 0;
    for (size_t i = 0; i < p->history->count; i++)
        if (isfinite(value(p, i, part))) {
            row = i;
            points++;
        }
    if (points == 1)
        fprintf(p->out,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n",
                x_pixel(p, cell(p->history, row, 0)),
                y_pixel(p, value(p, row, part)), colours[part]);
}

static void draw_line(const panel *p, int part)
{
    bool pen = false;
    fprintf(p->out,
            "<path fill=\"none\" stroke-width=\"1.5\" stroke=\"%s\" "
            "d=\"",
            colours[part]);
    for (size_t row = 0; row < p->history->count; row++) {
        double y = value(p, row, part);
        if (!isfinite(y))
            continue;
        fprintf(p->out, "%c%.1f %.1f", pen ? 'L' : 'M',
                x_pixel(p, cell(p->history, row, 0)), y_pixel(p, y));
        pen = true;
    }
    fprintf(p->out, "\"/>\n");
}

static bool has_part(const panel *p, int part)
{
    for (size_t row = 0; row < p->history->count; row++)
        if (isfinite(value(p, row, part)))
            return true;
    return false;
}

static void draw_panel(panel *p, const char *title)
{
    double legend = RIGHT;
    if (!find_range(p))
        return;
    draw_text(p, LEFT, p->top - 10, "start", "#111", title);
    draw_frame(p);
    for (int part = NN_PARTS - 1; part >= 0; part--)
        if (has_part(p, part)) {
            draw_line(p, part);
            draw_point(p, part);
            draw_text(p, legend, p->top - 10, "end", colours[part],
                      nn_part_names[part]);
            legend -= 80;
        }
}

static void draw(const nn_history *h, FILE *out)
{
    double last = cell(h, h->count - 1, 0), first = cell(h, 0, 0);
    int height = PANEL * h->figures + 10;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
            "height=\"%d\" font-family=\"sans-serif\" "
            "font-size=\"12\">\n" NN_CURVE_TITLE "\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
            WIDTH, height);
    for (int i = 0; i < h->figures; i++) {
        bool percent = i > 0 && h->model->metrics[i - 1].percent;
        panel p = {.history = h,
                   .out = out,
                   .figure = i,
                   .scale = percent ? 100 : 1,
                   .x0 = first,
                   .x1 = last,
                   .top = TOP + PANEL * i};
        char title[80];
        snprintf(title, sizeof title, "%.60s%s over epochs",
                 i == 0 ? "loss" : h->model->metrics[i - 1].name,
                 percent ? " (%)" : "");
        draw_panel(&p, title);
    }
    fprintf(out, "</svg>\n");
}

bool nn_curve_draw(const nn_history *h, nn_error *e)
{
    nn_writer w;
    if (h->path == NULL || h->count == 0)
        return true;
    if (!nn_writer_open(&w, h->curve, e))
        return false;
    draw(h, w.stream);
    return nn_writer_finish(&w, e);
}
