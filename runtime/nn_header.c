/* A file is not guessed at: in line 1 an empty field, `?`, or a number in
 * another notation is the same mistake as in line 2, so that only words make
 * a header. Names are compared as they are, without blanks around them. */
#include "nn_header.h"

#include <ctype.h>
#include <string.h>

#include "nn_field.h"

enum { NAME_ROOM = 64 }; /* longer names are not searched for their like */

bool nn_header_named(const nn_flow *f)
{
    for (int i = 0; i < f->column_count; i++)
        if (f->columns[i].name != NULL)
            return true;
    return false;
}

/* True where one of the flows of this tensor takes its column as text: a part
 * with sources of its own does not repeat that. */
static bool takes_labels(const nn_flow *flows, int count, int tensor)
{
    for (int i = 0; i < count; i++)
        for (int k = 0; k < flows[i].transform_count; k++)
            if (flows[i].tensor == tensor &&
                (flows[i].transforms[k].kind == NN_CATEGORY ||
                 flows[i].transforms[k].kind == NN_SPLIT))
                return true;
    return false;
}

/* Whether words stand for all numbers that the flow takes by number. */
static nn_line judge(const nn_records *r, const nn_flow *f)
{
    nn_columns all = {.from = 1, .to = (int)r->count};
    const nn_columns *columns = f->column_count > 0 ? f->columns : &all;
    int count = f->column_count > 0 ? f->column_count : 1;
    nn_line line = NN_LINE_OPEN;
    for (int i = 0; i < count; i++)
        for (int j = columns[i].from; j <= columns[i].to; j++) {
            if (j > (int)r->count)
                break;
            if (!nn_field_is_word(&r->fields[j - 1]))
                return NN_LINE_ROW;
            line = NN_LINE_HEADER;
        }
    return line;
}

nn_line nn_header_judge(const nn_records *r, const nn_flow *flows, int count,
                        const char *path)
{
    nn_line line = NN_LINE_OPEN;
    bool named = false;
    for (int i = 0; i < count; i++) {
        const nn_flow *f = &flows[i];
        if (f->path == NULL || strcmp(f->path, path) != 0)
            continue;
        if (f->header != NN_HEADER_JUDGE)
            return f->header == NN_HEADER_YES ? NN_LINE_HEADER : NN_LINE_ROW;
        named = named || nn_header_named(f);
        if (nn_header_named(f) || takes_labels(flows, count, f->tensor))
            continue;
        nn_line says = judge(r, f);
        if (line != NN_LINE_ROW && says != NN_LINE_OPEN)
            line = says;
    }
    return named ? NN_LINE_HEADER : line;
}

/* Letters that must change to make a out of b, without regard to case; a
 * sign between words counts as any other. */
static int distance(const char *a, size_t n, const char *b, size_t m)
{
    int row[NAME_ROOM + 1];
    for (size_t j = 0; j <= m; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int corner = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int x = tolower((unsigned char)a[i - 1]);
            int y = tolower((unsigned char)b[j - 1]);
            bool same =
                x == y || (!isalnum(x) && !isalnum(y) && x < 128 && y < 128);
            int best = corner + !same;
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            corner = row[j];
            row[j] = best;
        }
    }
    return row[m];
}

static const nn_label *nearest(const nn_label *fields, size_t count,
                               const char *name)
{
    size_t n = strlen(name);
    const nn_label *best = NULL;
    int least = (int)n / 3 + 1;
    for (size_t i = 0; n <= NAME_ROOM && i < count; i++) {
        const nn_label *f = &fields[i];
        if (f->length == 0 || f->length > NAME_ROOM)
            continue;
        int d = distance(name, n, f->bytes, f->length);
        if (d <= least && d < (int)f->length) {
            best = f;
            least = d - 1;
        }
    }
    return best;
}

static int64_t not_found(const nn_label *fields, size_t count, const char *name,
                         const char *path, nn_error *e)
{
    const nn_label *near = nearest(fields, count, name);
    nn_fail(e, "%s has no column \"%s\"", path, name);
    if (near != NULL)
        nn_fail_also(e, "; did you mean \"%.*s\"?", (int)near->length,
                     near->bytes);
    nn_fail_also(e, "%s its header says:", near != NULL ? "" : ";");
    for (size_t i = 0; i < count && i < 12; i++)
        nn_fail_also(e, "%s %.*s", i > 0 ? "," : "", nn_label_shown(fields[i]),
                     fields[i].bytes);
    if (count > 12)
        nn_fail_also(e, " and %zu more", count - 12);
    return -1;
}

int64_t nn_header_find(const nn_label *fields, size_t count, const char *name,
                       const char *path, nn_error *e)
{
    int64_t found = -1;
    for (size_t i = 0; i < count; i++) {
        if (strlen(name) != fields[i].length ||
            memcmp(name, fields[i].bytes, fields[i].length) != 0)
            continue;
        if (found >= 0) {
            nn_fail(e,
                    "%s: the name \"%s\" stands twice in the header, over "
                    "columns %lld and %zu: take the column by its number, or "
                    "rename one",
                    path, name, (long long)found + 1, i + 1);
            return -1;
        }
        found = (int64_t)i;
    }
    return found >= 0 ? found : not_found(fields, count, name, path, e);
}
