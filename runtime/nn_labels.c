/* Learning sorts a copy of what occurs; finding is a binary search. */
#include "nn_labels.h"

#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_records.h"

enum { NUMBER_ROOM = 40 };

/* The cell as text; numbers are written into `room`. */
static nn_label cell_text(const nn_table *t, int64_t row, int64_t column,
                          char room[NUMBER_ROOM])
{
    nn_label label;
    if (t->cell == NN_CELL_LABEL) {
        size_t at = (size_t)(row * t->width + column) * sizeof label;
        memcpy(&label, t->cells + at, sizeof label);
        return label;
    }
    int length =
        snprintf(room, NUMBER_ROOM, "%.9g", nn_table_number(t, row, column));
    return (nn_label){room, (size_t)length};
}

static int compare_bytes(const char *a, size_t n, const char *b, size_t m)
{
    int order = memcmp(a, b, n < m ? n : m);
    return order != 0 ? order : (n > m) - (n < m);
}

static double number_of(const char *text, size_t length)
{
    double x = 0;
    nn_label field = {text, length};
    nn_records_is_number(&field, &x);
    return x;
}

/* qsort has no context, so there is one order for each kind. */
static int by_bytes(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    return compare_bytes(x, strlen(x), y, strlen(y));
}

static int by_number(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    double p = number_of(x, strlen(x)), q = number_of(y, strlen(y));
    return p < q ? -1 : p > q ? 1 : by_bytes(a, b);
}

static void drop_doubles(nn_labels *l)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < l->count; i++)
        if (kept > 0 && strcmp(l->text[kept - 1], l->text[i]) == 0)
            free(l->text[i]);
        else
            l->text[kept++] = l->text[i];
    l->count = kept;
}

bool nn_labels_take(nn_labels *l, char **text, int64_t count, nn_error *e)
{
    *l = (nn_labels){.text = text, .count = count, .numbers = true};
    if (count == 0)
        return nn_fail(e, "there are no labels");
    for (int64_t i = 0; i < count; i++) {
        double x;
        nn_label field = {text[i], strlen(text[i])};
        l->numbers = l->numbers && nn_records_is_number(&field, &x);
    }
    qsort(text, (size_t)count, sizeof *text, l->numbers ? by_number : by_bytes);
    drop_doubles(l);
    return true;
}

int64_t nn_labels_find(const nn_labels *l, const char *text, size_t length)
{
    double x = l->numbers ? number_of(text, length) : 0;
    int64_t low = 0, high = l->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        const char *m = l->text[middle];
        double y = l->numbers ? number_of(m, strlen(m)) : 0;
        int order = compare_bytes(text, length, m, strlen(m));
        if (l->numbers && x != y)
            order = x < y ? -1 : 1;
        if (order == 0)
            return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

int64_t nn_labels_of_cell(const nn_labels *l, const nn_table *t, int64_t row,
                          int64_t column)
{
    char room[NUMBER_ROOM];
    nn_label text = cell_text(t, row, column, room);
    return nn_labels_find(l, text.bytes, text.length);
}

/* Collects what occurs; a label met just before is not collected again, and
 * what has gathered is thinned out when it doubles. */
typedef struct {
    char **text;
    size_t count, room, thin_at;
} gathering;

static bool thin_out(gathering *g, nn_error *e)
{
    nn_labels l;
    if (g->count < g->thin_at)
        return true;
    if (!nn_labels_take(&l, g->text, (int64_t)g->count, e))
        return false;
    g->count = (size_t)l.count;
    g->thin_at = g->count * 2 + 1024;
    return true;
}

static bool gather(gathering *g, nn_label label, nn_error *e)
{
    if (g->count > 0) {
        const char *last = g->text[g->count - 1];
        if (compare_bytes(last, strlen(last), label.bytes, label.length) == 0)
            return true;
    }
    if (!nn_grow(&g->text, &g->room, g->count + 1, sizeof *g->text, e))
        return false;
    g->text[g->count] = strndup(label.bytes, label.length);
    if (g->text[g->count] == NULL)
        return nn_fail(e, "no memory for labels");
    g->count++;
    return thin_out(g, e);
}

bool nn_labels_learn(nn_labels *l, const nn_table *t, const uint8_t *keep,
                     uint8_t wanted, nn_error *e)
{
    gathering g = {.thin_at = 1024};
    char room[NUMBER_ROOM];
    bool good = true;
    for (int64_t row = 0; good && row < t->rows; row++)
        for (int64_t j = 0; good && j < t->width; j++)
            if (keep == NULL || keep[row] == wanted)
                good = gather(&g, cell_text(t, row, j, room), e);
    if (good)
        return nn_labels_take(l, g.text, (int64_t)g.count, e);
    *l = (nn_labels){.text = g.text, .count = (int64_t)g.count};
    nn_labels_close(l);
    return false;
}

void nn_labels_close(nn_labels *l)
{
    for (int64_t i = 0; i < l->count; i++)
        free(l->text[i]);
    free(l->text);
    *l = (nn_labels){0};
}
