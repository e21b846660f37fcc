/* page.c: stands behind the C of a model in a page. A session has no files and
 * no threads there: the page hands it the bytes of a weights file and takes those
 * of another, texts are at hand, and the caller works alone. What a page asks
 * beyond nn_session.h follows. */
#include <stdlib.h>

#include "nn_file.h"
#include "nn_session_own.h"
#include "nn_textfile.h"
#include "nn_writer.h"

static struct {
    unsigned char *bytes;
    size_t size;
} given;           /* what nn_open reads next; malloc'ed */
static char *made; /* what nn_save has written */
static size_t made_size;

#pragma GCC visibility push(default)

/* The bytes are the file that nn_open reads, and belong to it. */
void nn_page_give(unsigned char *bytes, size_t size)
{
    given.bytes = bytes;
    given.size = size;
}

const char *nn_page_made(void)
{
    return made;
}

size_t nn_page_made_size(void)
{
    return made_size;
}

void nn_page_rate(nn_session *s, double rate)
{
    s->rate = rate;
}

/* The number of a column that is 0 in the network, and how far it is from there
 * to 1. */
double nn_page_zero(const nn_session *s, int input, int i)
{
    const nn_prep *p = &s->preps[input];
    return p->scale != NULL ? -p->shift[i % p->period] / p->scale[i % p->period] : 0;
}

double nn_page_unit(const nn_session *s, int input, int i)
{
    const nn_prep *p = &s->preps[input];
    return p->scale != NULL ? 1 / p->scale[i % p->period] : 1;
}

/* The name, or else the number, that column `i` of the training file had. */
const char *nn_page_column(const nn_session *s, int input, int i)
{
    const nn_prep *p = &s->preps[input];
    return i < p->name_count ? p->names[i] : NULL;
}

double nn_page_column_number(const nn_session *s, int input, int i)
{
    const nn_prep *p = &s->preps[input];
    return i < p->column_count ? (double)p->columns[i] + 1 : 0;
}

static nn_label whole(void *text, int64_t record, int64_t column, uint32_t *line)
{
    (void)record, (void)column;
    *line = 1;
    return (nn_label){text, strlen(text)};
}

/* The ids of a text as of a field of the data file, valid until the session is
 * called again; NULL: see nn_reason. */
const int32_t *nn_page_ids(nn_session *s, int input, char *text)
{
    const nn_prep *p = &s->preps[input];
    char path[] = "this text";
    nn_table table = {.rows = 1, .width = 1, .cell = NN_CELL_LABEL, .path = path,
        .text = text, .label = whole};
    bool good = p->spelling->check(p->speller, &table, &s->error) &&
        p->spelling->row(p->speller, &table, 0, s->buffers[input], &s->error);
    return good ? s->buffers[input] : NULL;
}

#pragma GCC visibility pop

bool nn_file_load(nn_file *f, const char *path, nn_error *e)
{
    if (given.size == 0)
        return nn_fail(e, "%s is empty", path);
    *f = (nn_file){.bytes = given.bytes, .size = given.size};
    given.size = 0;
    return true;
}

void nn_file_close(nn_file *f)
{
    free((void *)f->bytes);
    *f = (nn_file){0};
}

char *nn_file_join(const char *folder, const char *path)
{
    (void)folder;
    return strdup(path);
}

static bool no_files(const char *path, nn_error *e)
{
    return nn_fail(e, "%s: a page has no files", path);
}

bool nn_textfile_open(nn_textfile *f, const char *path, const nn_unpacker *unpacker,
    nn_charset charset, nn_error *e)
{
    (void)f, (void)unpacker, (void)charset;
    return no_files(path, e);
}

bool nn_textfile_over(nn_textfile *f, const nn_file *file, const char *path,
    nn_charset charset, nn_error *e)
{
    (void)f, (void)file, (void)charset;
    return no_files(path, e);
}

void nn_textfile_close(nn_textfile *f)
{
    (void)f;
}

bool nn_textfile_read(const nn_textfile *f, uint64_t at, char *room, size_t n,
    size_t *got, nn_error *e)
{
    (void)at, (void)room, (void)n, (void)got;
    return no_files(f->path, e);
}

bool nn_writer_open(nn_writer *w, const char *path, nn_error *e)
{
    *w = (nn_writer){.path = strdup(path)};
    free(made);
    made = NULL;
    w->stream = w->path != NULL ? open_memstream(&made, &made_size) : NULL;
    if (w->stream != NULL)
        return true;
    nn_writer_cancel(w);
    return nn_fail(e, "no memory");
}

bool nn_writer_finish(nn_writer *w, nn_error *e)
{
    bool good = ferror(w->stream) == 0 && fflush(w->stream) == 0;
    nn_writer_cancel(w);
    return good || nn_fail(e, "no memory");
}

void nn_writer_cancel(nn_writer *w)
{
    if (w->stream != NULL)
        fclose(w->stream);
    free(w->path);
    *w = (nn_writer){0};
}

struct nn_pool {
    int threads;
};

nn_pool *nn_pool_open(int threads, nn_error *e)
{
    static nn_pool alone = {1};
    (void)threads, (void)e;
    return &alone;
}

void nn_pool_close(nn_pool *pool)
{
    (void)pool;
}

void nn_pool_run(void *pool, int parts, nn_task *task, void *context)
{
    (void)pool;
    for (int part = 0; part < parts; part++)
        task(context, part);
}

void nn_thread_flush_denormals(void) {}
