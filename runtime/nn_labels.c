/* Learning sorts a copy of what occurs; finding is a binary search. */
#include "nn_labels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_records.h"

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

/* Digits of a whole number, 0 where the text is none. */
static size_t digits_of(const char *text, size_t length)
{
    size_t digits = 0;
    bool sign = length > 0 && (*text == '-' || *text == '+');
    for (size_t i = sign; i < length; i++)
        digits += text[i] >= '0' && text[i] <= '9';
    return digits == length - sign ? digits : 0;
}

/* By value. Whole numbers that are the same double go by their digits, so
 * that all of int64 and uint64 is in order; the rest by its bytes. */
static int compare_numbers(const char *a, size_t n, const char *b, size_t m)
{
    double x = number_of(a, n), y = number_of(b, m);
    size_t p = digits_of(a, n), q = digits_of(b, m);
    if (x != y)
        return x < y ? -1 : 1;
    if (p != q)
        return (p < q) == (p == 0 || q == 0 || x > 0) ? -1 : 1;
    int order = compare_bytes(a, n, b, m);
    return p > 0 && x < 0 ? -order : order;
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
    return compare_numbers(x, strlen(x), y, strlen(y));
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

/* Takes over the strings. NaN has no place among numbers. */
static void begin(nn_labels *l, char **text, int64_t count)
{
    *l = (nn_labels){.text = text, .count = count, .numbers = true};
    for (int64_t i = 0; l->numbers && i < count; i++) {
        double x;
        nn_label field = {text[i], strlen(text[i])};
        l->numbers = nn_records_is_number(&field, &x) && !isnan(x);
    }
}

bool nn_labels_take(nn_labels *l, char **text, int64_t count, nn_error *e)
{
    begin(l, text, count);
    if (count == 0)
        return nn_fail(e, "there are no labels");
    qsort(text, (size_t)count, sizeof *text, l->numbers ? by_number : by_bytes);
    drop_doubles(l);
    return true;
}

bool nn_labels_restore(nn_labels *l, char **text, int64_t count)
{
    begin(l, text, count);
    for (int64_t i = 1; i < count; i++)
        if ((l->numbers ? by_number : by_bytes)(&text[i - 1], &text[i]) >= 0)
            return false;
    return count > 0;
}

int64_t nn_labels_find(const nn_labels *l, const char *text, size_t length)
{
    int64_t low = 0, high = l->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        const char *m = l->text[middle];
        int order = l->numbers ? compare_numbers(text, length, m, strlen(m))
                               : compare_bytes(text, length, m, strlen(m));
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
    char room[NN_TABLE_TEXT];
    nn_label text = nn_table_text(t, row, column, room);
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
    char room[NN_TABLE_TEXT];
    bool good = true;
    for (int64_t row = 0; good && row < t->rows; row++)
        for (int64_t j = 0; good && j < t->width; j++)
            if (keep == NULL || keep[row] == wanted)
                good = gather(&g, nn_table_text(t, row, j, room), e);
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
