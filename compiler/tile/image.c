/* image.c: layouts of images, and the C that copies between them and clears
 * their halos. In: descriptions; out: text from templates/image.c. What must
 * hold: no two values of an image share a place. */
#include "tile/image.h"

#include <limits.h>

#include "base/diag.h"
#include "base/pack.h"
#include "tile/template.h"

enum { MAX_HOLES = 24 };

static const char path[] = "templates/image.c";

Image image_make(int channels, int height, int width, int block,
                 const int *halo, int columns)
{
    Image m = {.channels = channels, .height = height, .width = width};
    for (int i = 0; halo != NULL && i < 4; i++) {
        m.halo[i] = halo[i];
    }
    int across = width + m.halo[LEFT] + m.halo[RIGHT];
    int down = height + m.halo[TOP] + m.halo[BOTTOM];
    m.block = block;
    m.column = block;
    m.row = m.column * (across > columns ? across : columns);
    m.group = m.row * down;
    m.origin = m.halo[TOP] * m.row + m.halo[LEFT] * m.column;
    int64_t groups = (channels + block - 1) / block;
    m.size = m.group * groups;
    if (groups > INT_MAX / m.group) {
        nnc_bug("an image of %d x %d x %d is too large", channels, height,
                width);
    }
    return m;
}

Image image_rows(int channels, int height, int width)
{
    return image_make(channels, height, width, 1, NULL, 0);
}

bool image_serves(const Image *a, const Image *b)
{
    bool same = a->channels == b->channels && a->height == b->height &&
                a->width == b->width && a->row == b->row &&
                a->column == b->column;
    bool grouped = a->channels > a->block || b->channels > b->block;
    same = same && (!grouped || (a->block == b->block && a->group == b->group));
    for (int i = 0; i < 4; i++) {
        same = same && a->halo[i] >= b->halo[i];
    }
    return same && a->slack >= b->slack;
}

bool image_has_halo(const Image *m)
{
    return m->halo[TOP] + m->halo[LEFT] + m->halo[BOTTOM] + m->halo[RIGHT] > 0;
}

const char *image_channel(Arena *arena, const Image *m, const char *c,
                          int limit)
{
    if (limit <= m->block) {
        return c;
    }
    if (m->block == 1) {
        return arena_printf(arena, "(%s) * %d", c, (int)m->group);
    }
    return arena_printf(arena, "(%s) / %d * %d + (%s) %% %d", c, m->block,
                        (int)m->group, c, m->block);
}

/* Whether the pixels of a row lie side by side without gaps. */
static bool dense_rows(const Image *m)
{
    return m->channels <= m->block && m->column == m->channels;
}

/* Copies run along what both sides have side by side, else along what the
 * target has, since stores cost more than loads. */
static const char *copy_section(const Image *from, const Image *to)
{
    if (dense_rows(from) && dense_rows(to)) {
        return "lines";
    }
    return to->column == 1 || to->channels == 1 ? "rows" : "pixels";
}

void image_copy_emit(Text *out, const Image *from, const Image *to,
                     const char *name)
{
    Arena *a = out->arena;
    int c = to->channels;
    Hole holes[MAX_HOLES] = {
        hole_int(a, "C", c),
        hole_int(a, "H", to->height),
        hole_int(a, "W", to->width),
        hole_int(a, "LENGTH", to->width * to->column),
        hole_int(a, "FX", from->column),
        hole_int(a, "FY", from->row),
        hole_int(a, "TX", to->column),
        hole_int(a, "TY", to->row),
        hole_int(a, "F0", from->origin),
        hole_int(a, "T0", to->origin),
        hole_hook("FC", "c", image_channel(a, from, "$c", c)),
        hole_hook("TC", "c", image_channel(a, to, "$c", c)),
    };
    text_printf(out,
                "static void %s(const float *restrict x, float *restrict y)\n"
                "{\n",
                name);
    template_fill(out, path, pack_find(path), copy_section(from, to), holes, 12,
                  1);
    text_add(out, "}\n\n");
}

void image_halo_emit(Text *out, const Image *m, const char *name)
{
    Arena *a = out->arena;
    int64_t corner = m->halo[TOP] * m->row + m->halo[LEFT] * m->column;
    int64_t across = m->halo[LEFT] + m->width + m->halo[RIGHT];
    int64_t groups = (m->channels + m->block - 1) / m->block;
    Hole holes[MAX_HOLES] = {
        hole_int(a, "GROUPS", groups),
        hole_int(a, "GROUP", m->group),
        hole_int(a, "START", m->origin - corner),
        hole_int(a, "ROW", m->row),
        hole_int(a, "LINE", across * m->column),
        hole_int(a, "TOP", m->halo[TOP]),
        hole_int(a, "BOTTOM", m->halo[BOTTOM]),
        hole_int(a, "LEFT", m->halo[LEFT] * m->column),
        hole_int(a, "RIGHT", m->halo[RIGHT] * m->column),
        hole_int(a, "BODY", (m->halo[LEFT] + m->width) * m->column),
        hole_int(a, "H", m->height),
    };
    text_printf(out, "static void %s(float *y)\n{\n", name);
    template_fill(out, path, pack_find(path), "halo", holes, 11, 1);
    text_add(out, "}\n\n");
}
