/* gemm.c: the layouts of matrix products, and the copy between them.
 *
 * In: a layout and sizes. Out: places and sizes in reals, or the C function
 * that transposes panels. */
#include "tile/gemm.h"

#include "base/diag.h"
#include "base/pack.h"
#include "tile/template.h"

static int64_t round_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b * b;
}

Panels gemm_rows(int64_t row)
{
    return (Panels){.row = row};
}

int64_t gemm_size(const Panels *panels, int64_t rows, int64_t n, int gates,
                  const Target *target)
{
    int64_t columns = round_up(n, target->lanes) * (gates > 1 ? gates : 1);
    if (panels->width == 0) {
        return rows * panels->row;
    }
    return round_up(columns, panels->width) / panels->width * panels->panel;
}

int64_t gemm_place(const Panels *panels, int64_t r, int64_t column, int gate,
                   int gates, const Target *target)
{
    int64_t w = target->lanes;
    int64_t v = (column / w * (gates > 1 ? gates : 1) + gate) * w + column % w;
    if (panels->width == 0) {
        return r * panels->row + v;
    }
    return v / panels->width * panels->panel + r * panels->row +
           v % panels->width;
}

/* C text for the place of row or column `v` (an expression) in one layout. */
static const char *column_place(Arena *arena, const Panels *p, const char *v)
{
    if (p->width == 0) {
        return v;
    }
    return arena_printf(arena, "%s / %d * %lld + %s %% %d", v, p->width,
                        (long long)p->panel, v, p->width);
}

/* The statements that fill row v of t's panel `unit` (plain: `unit` is a
 * block of as many columns): lane l gets w's row unit * width + l. */
static const char *copy_text(Arena *arena, const Panels *from, int width,
                             int64_t rows, bool pads)
{
    Text text = {.arena = arena};
    int64_t units = (rows + width - 1) / width;
    int64_t last = rows - (units - 1) * width;
    const char *count = arena_printf(arena, "%d", width);
    if (last < width) {
        text_printf(&text, "const ptrdiff_t n = unit < %lld ? %d : %lld;\n",
                    (long long)units - 1, width, (long long)last);
        count = "n";
    }
    text_printf(&text,
                "for (ptrdiff_t r = 0; r < %s; r++) {\n"
                "y[r] = x[r * %lld];\n}\n",
                count, (long long)from->row);
    if (last < width && pads) {
        text_printf(&text,
                    "for (ptrdiff_t r = n; r < %d; r++) {\ny[r] = 0.0f;\n}\n",
                    width);
    }
    return text_str(&text);
}

int gemm_transpose_emit(Text *out, const Panels *from, const Panels *to,
                        int64_t rows, int64_t columns, const Target *target,
                        const char *name)
{
    Arena *arena = out->arena;
    int width = to->width > 0 ? to->width : target->lanes;
    int64_t units = (rows + width - 1) / width;
    int64_t step = to->width > 0 ? to->panel : width;
    const char *path = "templates/transpose.c";
    const char *text = pack_find(path);
    if (text == NULL) {
        nnc_bug("%s is not packed into nnc", path);
    }
    Hole holes[] = {
        hole_text("NAME", name),
        hole_int(arena, "WIDTH", width),
        hole_int(arena, "COLUMNS", columns),
        hole_text("FROM_V", arena_printf(arena, "unit * %lld + %s",
                                         (long long)(width * from->row),
                                         column_place(arena, from, "v"))),
        hole_text("TO_V", arena_printf(arena, "unit * %lld + v * %lld",
                                       (long long)step, (long long)to->row)),
        hole_hook("COPY", "",
                  copy_text(arena, from, width, rows, to->width > 0)),
    };
    template_fill(out, path, text, "transpose", holes,
                  (int)(sizeof holes / sizeof *holes), 0);
    return (int)units;
}
