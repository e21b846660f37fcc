/* The csv file is appended to epoch by epoch, so that it can be followed; a
 * resumed run reads it back and goes on where its checkpoint was. A last line
 * without an end is what a killed run was about to write. */
#include "nn_history.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nn_file.h"
#include "nn_mem.h"
#include "nn_records.h"
#include "nn_writer.h"

int nn_history_column(const nn_history *h, nn_part part, int figure)
{
    return NN_HISTORY_FIXED + (int)part * h->figures + figure;
}

static bool cannot_write(const char *path, nn_error *e)
{
    return nn_fail(e, "cannot write %s: %s", path, strerror(errno));
}

static bool add_row(nn_history *h, const double *row, nn_error *e)
{
    size_t columns = (size_t)h->columns;
    if (!nn_grow(&h->cells, &h->room, (h->count + 1) * columns,
                 sizeof *h->cells, e))
        return false;
    memcpy(h->cells + h->count++ * columns, row, columns * sizeof *row);
    return true;
}

static bool keep_row(nn_history *h, const nn_records *r, int64_t resumed,
                     nn_error *e)
{
    double row[NN_HISTORY_FIXED + NN_PARTS * NN_MAX_FIGURES];
    if (r->count != (size_t)h->columns)
        return nn_fail(e, "%s:%u: not a log of this model: move it away",
                       r->path, r->line);
    for (size_t i = 0; i < r->count; i++)
        if (!nn_records_is_number(&r->fields[i], &row[i]))
            row[i] = NAN;
    return !(row[0] <= (double)resumed) || add_row(h, row, e);
}

static void write_header(const nn_history *h, FILE *stream)
{
    static const char *const parts[] = {"train", "validation", "test"};
    fputs(NN_HISTORY_HEAD, stream);
    for (int part = 0; part < NN_PARTS; part++) {
        fprintf(stream, ",%s_loss", parts[part]);
        for (int i = 0; i < h->model->metric_count; i++)
            fprintf(stream, ",%s_%s", parts[part], h->model->metrics[i].name);
    }
    fprintf(stream, "\n");
}

/* Whether the file begins as this model's table does. */
static bool check_header(const nn_history *h, const nn_file *file, nn_error *e)
{
    char *head = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&head, &size);
    if (stream == NULL)
        return nn_fail(e, "%s: no memory", h->path);
    write_header(h, stream);
    bool good = fclose(stream) == 0 || nn_fail(e, "%s: no memory", h->path);
    if (good && (file->size < size || memcmp(file->bytes, head, size) != 0))
        good =
            nn_fail(e, "%s:1: not a log of this model: move it away", h->path);
    free(head);
    return good;
}

static bool read_old(nn_history *h, int64_t resumed, nn_error *e)
{
    nn_file file, lines;
    nn_records r = {0};
    bool more = true;
    if (nn_stamp_of(h->path).size == 0)
        return true;
    if (!nn_file_read(&file, h->path, NULL, e))
        return false;
    lines = file;
    while (lines.size > 0 && lines.bytes[lines.size - 1] != '\n')
        lines.size--;
    bool good = (lines.size == 0 || check_header(h, &lines, e)) &&
                nn_records_open(&r, &lines, h->path, ',', true, e) &&
                nn_records_next(&r, &more, e) &&
                (!more || nn_records_next(&r, &more, e));
    while (good && more)
        good = keep_row(h, &r, resumed, e) && nn_records_next(&r, &more, e);
    nn_records_close(&r);
    nn_file_close(&file);
    return good;
}

static void write_row(const nn_history *h, size_t row, FILE *stream)
{
    const double *x = h->cells + row * (size_t)h->columns;
    for (int i = 0; i < h->columns; i++)
        if (isnan(x[i]))
            fprintf(stream, ",");
        else
            fprintf(stream, "%s%.9g", i > 0 ? "," : "", x[i]);
    fprintf(stream, "\n");
}

/* Replaces the file by its header and the rows that stay. */
static bool begin_file(nn_history *h, nn_error *e)
{
    nn_writer w;
    if (!nn_writer_open(&w, h->path, e))
        return false;
    write_header(h, w.stream);
    for (size_t i = 0; i < h->count; i++)
        write_row(h, i, w.stream);
    return nn_writer_finish(&w, e);
}

static bool open_to_append(nn_history *h, nn_error *e)
{
    char *target = nn_writer_target(h->path, e);
    if (target == NULL)
        return false;
    int fd = open(target, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    free(target);
    h->stream = fd >= 0 ? fdopen(fd, "ab") : NULL;
    if (h->stream != NULL)
        return true;
    if (fd >= 0)
        close(fd);
    return cannot_write(h->path, e);
}

bool nn_history_open(nn_history *h, const nn_model *m, const char *path,
                     const char *curve, int64_t resumed, nn_error *e)
{
    int figures = 1 + m->metric_count;
    *h = (nn_history){.model = m,
                      .figures = figures,
                      .columns = NN_HISTORY_FIXED + NN_PARTS * figures,
                      .path = path,
                      .curve = curve};
    if (path == NULL)
        return true;
    return (resumed == 0 || read_old(h, resumed, e)) && begin_file(h, e) &&
           open_to_append(h, e);
}

bool nn_history_add(nn_history *h, int64_t epoch, uint64_t step, double rate,
                    double seconds, const nn_figures figures[NN_PARTS],
                    nn_error *e)
{
    double row[NN_HISTORY_FIXED + NN_PARTS * NN_MAX_FIGURES] = {
        (double)epoch, (double)step, rate, seconds};
    if (h->path == NULL)
        return true;
    for (int part = 0; part < NN_PARTS; part++)
        for (int i = 0; i < h->figures; i++)
            row[nn_history_column(h, (nn_part)part, i)] =
                figures[part].seen == 0
                    ? NAN
                    : nn_metric_figure(&figures[part], h->model, i);
    if (!add_row(h, row, e))
        return false;
    write_row(h, h->count - 1, h->stream);
    return fflush(h->stream) == 0 || cannot_write(h->path, e);
}

void nn_history_close(nn_history *h)
{
    if (h->stream != NULL)
        fclose(h->stream);
    free(h->cells);
    *h = (nn_history){0};
}
