/* The csv file is appended to epoch by epoch, so that it can be followed; a
 * resumed run reads it back and goes on where its checkpoint was. */
#include "nn_history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_file.h"
#include "nn_mem.h"
#include "nn_records.h"

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

static bool read_old(nn_history *h, int64_t resumed, nn_error *e)
{
    nn_file file;
    nn_records r;
    bool more = true;
    FILE *there = fopen(h->path, "rb");
    if (there == NULL)
        return true;
    fclose(there);
    if (!nn_file_read(&file, h->path, NULL, e))
        return false;
    bool good = nn_records_open(&r, &file, h->path, ',', true, e) &&
                nn_records_next(&r, &more, e) && nn_records_next(&r, &more, e);
    while (good && more)
        good = keep_row(h, &r, resumed, e) && nn_records_next(&r, &more, e);
    nn_records_close(&r);
    nn_file_close(&file);
    return good;
}

static void write_header(const nn_history *h)
{
    static const char *const parts[] = {"train", "validation", "test"};
    fprintf(h->stream, "epoch,step,rate,seconds");
    for (int part = 0; part < NN_PARTS; part++) {
        fprintf(h->stream, ",%s_loss", parts[part]);
        for (int i = 0; i < h->model->metric_count; i++)
            fprintf(h->stream, ",%s_%s", parts[part],
                    h->model->metrics[i].name);
    }
    fprintf(h->stream, "\n");
}

static void write_row(const nn_history *h, size_t row)
{
    const double *x = h->cells + row * (size_t)h->columns;
    for (int i = 0; i < h->columns; i++)
        if (isnan(x[i]))
            fprintf(h->stream, ",");
        else
            fprintf(h->stream, "%s%.9g", i > 0 ? "," : "", x[i]);
    fprintf(h->stream, "\n");
}

/* FILE.csv to FILE.svg. */
static char *curve_path(const char *path)
{
    size_t length = strlen(path);
    bool csv = length > 4 && strcmp(path + length - 4, ".csv") == 0;
    char *curve = malloc(length + 5);
    if (curve == NULL)
        return NULL;
    memcpy(curve, path, length);
    memcpy(curve + length - (csv ? 4 : 0), ".svg", 5);
    return curve;
}

bool nn_history_open(nn_history *h, const nn_model *m, const char *path,
                     int64_t resumed, nn_error *e)
{
    int figures = 1 + m->metric_count;
    *h = (nn_history){.model = m,
                      .figures = figures,
                      .columns = NN_HISTORY_FIXED + NN_PARTS * figures};
    if (path == NULL)
        return true;
    h->path = nn_file_join(NULL, path);
    h->curve = curve_path(path);
    if (h->path == NULL || h->curve == NULL)
        return nn_fail(e, "no memory");
    if (resumed > 0 && !read_old(h, resumed, e))
        return false;
    h->stream = fopen(path, "wb");
    if (h->stream == NULL)
        return cannot_write(path, e);
    write_header(h);
    for (size_t i = 0; i < h->count; i++)
        write_row(h, i);
    return fflush(h->stream) == 0 || cannot_write(path, e);
}

bool nn_history_add(nn_history *h, int64_t epoch, uint64_t step, double rate,
                    double seconds, const nn_figures figures[NN_PARTS],
                    const nn_prep *preps, nn_error *e)
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
                    : nn_metric_figure(&figures[part], h->model, preps, i);
    if (!add_row(h, row, e))
        return false;
    write_row(h, h->count - 1);
    return fflush(h->stream) == 0 || cannot_write(h->path, e);
}

bool nn_history_draw(const nn_history *h, nn_error *e)
{
    nn_writer w;
    if (h->path == NULL || h->count == 0)
        return true;
    if (!nn_writer_open(&w, h->curve, e))
        return false;
    nn_curve_write(h, w.stream);
    return nn_writer_finish(&w, e);
}

void nn_history_close(nn_history *h)
{
    if (h->stream != NULL)
        fclose(h->stream);
    free(h->cells);
    free(h->path);
    free(h->curve);
    *h = (nn_history){0};
}
