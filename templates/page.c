/* page.c: stands behind the C of a model in a page. A session has no files and
 * no threads there: the page hands it the bytes of a weights file and takes those
 * of another, and the caller works alone. What a page asks beyond nn_session.h
 * follows. */
#include <stdlib.h>

#include "nn_file.h"
#include "nn_session_own.h"
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
