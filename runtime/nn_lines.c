/* The sources `lines` and `text`. Marks say at which offset which line or
 * token begins; from there to the one wanted the text is read. A row that
 * follows the one before it costs no jump. */
#include "nn_lines.h"

#include <stdlib.h>
#include <string.h>

#include "nn_marks.h"
#include "nn_token.h"

enum { NEAR = 64 };

/* A text and where its items begin. */
typedef struct {
    nn_textfile file;
    nn_cursor cursor;
    nn_token token;
    uint64_t item; /* that the cursor is in, or at */
    nn_marks marks;
    uint64_t items;
    int users;
} text;

static void release(void *kept)
{
    text *x = kept;
    if (--x->users > 0)
        return;
    nn_cursor_close(&x->cursor);
    nn_textfile_close(&x->file);
    nn_token_close(&x->token);
    free(x->marks.list);
    free(x);
}

static bool add_mark(text *x, uint64_t offset, nn_error *e)
{
    return nn_marks_add(&x->marks, (nn_mark){x->items, offset, 0}, e) ||
           nn_fail_in(e, x->file.path);
}

/* Counts lines; the last one may lack its end. */
static bool mark_lines(text *x, nn_error *e)
{
    uint64_t offset = x->file.begin;
    if (!nn_cursor_go(&x->cursor, offset, false, e))
        return false;
    for (; offset < x->file.size; x->items++) {
        if (!add_mark(x, offset, e) || !nn_cursor_skip(&x->cursor, 1, e))
            return false;
        offset = nn_cursor_offset(&x->cursor);
    }
    return true;
}

/* What goes wrong behind so many bytes. */
static bool in_byte(const text *x, uint64_t offset, nn_error *e)
{
    char where[340];
    snprintf(where, sizeof where, "%s: behind byte %llu", x->file.path,
             (unsigned long long)offset);
    return nn_fail_in(e, where);
}

/* Counts tokens. */
static bool mark_tokens(text *x, const nn_transform *how, nn_error *e)
{
    bool more = true;
    if (!nn_cursor_go(&x->cursor, x->file.begin, false, e))
        return false;
    for (;; x->items++) {
        uint64_t offset = nn_cursor_offset(&x->cursor);
        if (!how->splitter->next(how, &x->cursor, &x->token, &more, e))
            return in_byte(x, offset, e);
        if (!more)
            return true;
        if (!add_mark(x, offset, e))
            return false;
    }
}

static bool jump(text *x, uint64_t item, nn_error *e)
{
    const nn_mark *m = nn_marks_before(&x->marks, item);
    if (!nn_cursor_go(&x->cursor, m->offset, false, e))
        return false;
    x->item = m->item;
    return true;
}

/* Rows in order are read as they come: from a line the cursor goes to the next
 * one, whatever of it was read. */
static bool go_to_line(text *x, uint64_t line, nn_error *e)
{
    x->cursor.line = false;
    if (line != x->item + 1 && !jump(x, line, e))
        return false;
    if (!nn_cursor_skip(&x->cursor, line - x->item, e))
        return false;
    x->item = line;
    return nn_cursor_go(&x->cursor, nn_cursor_offset(&x->cursor), true, e);
}

static bool go_to_token(text *x, const nn_transform *how, uint64_t token,
                        nn_error *e)
{
    bool more;
    if ((token < x->item || token - x->item > NEAR) && !jump(x, token, e))
        return false;
    for (; x->item < token; x->item++)
        if (!how->splitter->next(how, &x->cursor, &x->token, &more, e))
            return false;
    return true;
}

/* The token with which window `row` of the flow begins. */
static uint64_t first_token(const nn_table *t, const nn_flow *f, int64_t row)
{
    const nn_transform *w = nn_flow_transform(f, NN_WINDOWS);
    int64_t at = row * w->stride;
    if (f->ahead)
        at += t->one ? w->length - 1 + w->ahead : w->ahead;
    return (uint64_t)at;
}

bool nn_lines_row(const nn_table *t, int64_t row, const nn_flow *flow,
                  nn_cursor *field, nn_cursor **c, nn_error *e)
{
    text *x = t->text;
    if (t->cell == NN_CELL_LABEL) {
        char room[NN_TABLE_TEXT];
        nn_label label = nn_table_text(t, row, 0, room);
        *field = nn_cursor_over(label.bytes, label.length);
        *c = field;
        return true;
    }
    *c = &x->cursor;
    if (t->cell == NN_CELL_LINE)
        return go_to_line(x, nn_table_line(t, row) - 1, e);
    return go_to_token(x, nn_flow_transform(flow, NN_SPLIT),
                       first_token(t, flow, row), e);
}

void nn_lines_passed(const nn_table *t, int64_t tokens)
{
    if (t->cell == NN_CELL_WINDOW)
        ((text *)t->text)->item += (uint64_t)tokens;
}

/* A text of its own, or that of another input's table. */
static text *open_text(const nn_request *r, nn_error *e)
{
    text *x = r->like != NULL ? r->like->text : NULL;
    if (x != NULL) {
        x->users++;
        return x;
    }
    x = calloc(1, sizeof *x);
    if (x == NULL) {
        nn_fail(e, "%s: no memory", r->path);
        return NULL;
    }
    x->users = 1;
    x->file.fd = -1;
    bool good =
        nn_token_open(&x->token, e) &&
        (r->given != NULL ? nn_textfile_over(&x->file, r->given, r->path,
                                             r->flow->charset, e)
                          : nn_textfile_open(&x->file, r->path, r->unpacker,
                                             r->flow->charset, e)) &&
        nn_cursor_open(&x->cursor, &x->file, e);
    if (good)
        return x;
    release(x);
    return NULL;
}

static bool open_table(nn_table *t, const nn_request *r, nn_cell cell,
                       nn_error *e)
{
    text *x = open_text(r, e);
    if (x == NULL)
        return false;
    *t = (nn_table){.path = nn_file_join(NULL, r->path),
                    .width = 1,
                    .cell = cell,
                    .stamp = x->file.stamp,
                    .digest = x->file.digest,
                    .text = x,
                    .release = release};
    if (t->path != NULL)
        return true;
    nn_table_close(t);
    return nn_fail(e, "no memory");
}

static bool read_lines(nn_table *t, const nn_request *r, nn_error *e)
{
    if (!open_table(t, r, NN_CELL_LINE, e))
        return false;
    text *x = t->text;
    if (x->marks.count == 0 && !mark_lines(x, e)) {
        nn_table_close(t);
        return false;
    }
    x->item = x->items;
    t->rows = (int64_t)x->items;
    return true;
}

static bool too_short(const text *x, const nn_transform *w, nn_error *e)
{
    nn_fail(e, "%s has %llu token%s; a window takes %lld", x->file.path,
            (unsigned long long)x->items, nn_s((long long)x->items),
            (long long)w->length);
    return w->ahead == 0
               ? false
               : nn_fail_also(e, ", and what lies ahead of it %lld more",
                              (long long)w->ahead);
}

static bool read_series(nn_table *t, const nn_request *r, nn_error *e)
{
    const nn_transform *w = nn_flow_transform(r->flow, NN_WINDOWS);
    if (!open_table(t, r, NN_CELL_WINDOW, e))
        return false;
    text *x = t->text;
    bool good = x->marks.count > 0 ||
                mark_tokens(x, nn_flow_transform(r->flow, NN_SPLIT), e);
    int64_t span = w->length + w->ahead, count = (int64_t)x->items;
    if (good && count < span)
        good = too_short(x, w, e);
    if (good)
        t->rows = (count - span) / w->stride + 1;
    x->item = x->items;
    t->one = r->tensor->values == 1 && w->length > 1;
    if (!good)
        nn_table_close(t);
    return good;
}

const nn_reader nn_lines = {.name = "lines", .read = read_lines};
const nn_reader nn_series = {.name = "text", .read = read_series};
