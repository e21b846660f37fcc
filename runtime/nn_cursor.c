/* A window into the file that moves on: what is at hand is kept, what was
 * passed is dropped. The first piece after a jump is small, since rows are
 * short, and pieces grow to the window's size. */
#include "nn_cursor.h"

#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"

enum { FIRST_PIECE = 4096 };

bool nn_cursor_open(nn_cursor *c, const nn_textfile *file, nn_error *e)
{
    *c = (nn_cursor){.file = file, .loaded = file->bytes, .piece = FIRST_PIECE};
    if (file->fd < 0) {
        c->have = file->size;
        return true;
    }
    if (!nn_reserve(&c->room, NN_CURSOR_ROOM, 1, "text", e))
        return false;
    c->loaded = c->room;
    return true;
}

void nn_cursor_close(nn_cursor *c)
{
    free(c->room);
    *c = (nn_cursor){0};
}

nn_cursor nn_cursor_over(const char *text, size_t length)
{
    return (nn_cursor){.at = text, .end = text + length, .last = true};
}

/* Bytes at the end that are the beginning of a character only. */
static size_t cut_off(const char *at, const char *end)
{
    for (size_t n = 1; n <= 3 && at + n <= end; n++) {
        unsigned char b = (unsigned char)end[-(ptrdiff_t)n];
        if ((b & 0xc0) == 0x80)
            continue;
        size_t size = b < 0xc0 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
        return size > n ? n : 0;
    }
    return 0;
}

/* What of that which is loaded is at hand. */
static void settle(nn_cursor *c)
{
    const char *line = NULL;
    c->end = c->loaded + c->have;
    c->last = c->base + c->have >= c->file->size;
    if (c->line)
        line = memchr(c->at, '\n', (size_t)(c->end - c->at));
    if (line != NULL) {
        c->end = line;
        c->last = true;
    }
    if (!c->last)
        c->end -= cut_off(c->at, c->end);
    if (c->line && c->end > c->at && c->end[-1] == '\r')
        c->end--;
}

/* Loads what follows, keeping the bytes from `at` on. */
static bool load(nn_cursor *c, nn_error *e)
{
    size_t passed = (size_t)(c->at - c->loaded), kept = c->have - passed, got;
    if (kept == NN_CURSOR_ROOM)
        return nn_fail(e, "a word of more than %d bytes", NN_CURSOR_ROOM);
    memmove(c->room, c->at, kept);
    c->base += passed;
    c->at = c->room;
    size_t want = NN_CURSOR_ROOM - kept;
    want = want < c->piece ? want : c->piece;
    if (!nn_textfile_read(c->file, c->base + kept, c->room + kept, want, &got,
                          e))
        return false;
    c->have = kept + got;
    c->piece = c->piece < NN_CURSOR_ROOM ? c->piece * 2 : c->piece;
    return got > 0 || nn_fail(e, "%s has been cut short while it was in use",
                              c->file->path);
}

bool nn_cursor_more(nn_cursor *c, nn_error *e)
{
    if (!load(c, e))
        return false;
    settle(c);
    return true;
}

bool nn_cursor_go(nn_cursor *c, uint64_t offset, bool line, nn_error *e)
{
    c->line = line;
    if (offset < c->base || offset > c->base + c->have) {
        c->base = offset;
        c->have = 0;
        c->piece = FIRST_PIECE;
    }
    c->at = c->loaded + (offset - c->base);
    if (c->base + c->have == offset && offset < c->file->size && !load(c, e))
        return false;
    settle(c);
    return true;
}

uint64_t nn_cursor_offset(const nn_cursor *c)
{
    return c->base + (uint64_t)(c->at - c->loaded);
}

bool nn_cursor_skip(nn_cursor *c, uint64_t lines, nn_error *e)
{
    while (lines > 0) {
        const char *stop = c->loaded + c->have;
        const char *line = memchr(c->at, '\n', (size_t)(stop - c->at));
        if (line != NULL) {
            c->at = line + 1;
            lines--;
            continue;
        }
        c->at = stop;
        if (c->base + c->have >= c->file->size)
            break;
        if (!load(c, e))
            return false;
    }
    settle(c);
    return true;
}
