/* Vectors of words as word2vec and GloVe write them as text: a line a word,
 * the word and its numbers with blanks between; word2vec has a first line with
 * the counts of both. */
#include <stdlib.h>
#include <string.h>

#include "nn_layout.h"
#include "nn_mem.h"
#include "nn_records.h"
#include "nn_run.h"
#include "nn_say.h"

typedef struct {
    const char *text;
    int64_t id;
} named;

typedef struct {
    const nn_param *param;
    nn_real *packed;
    named *names; /* in order */
    int64_t count, found, width;
} filling;

static int by_text(const void *a, const void *b)
{
    return strcmp(((const named *)a)->text, ((const named *)b)->text);
}

static bool sort_names(filling *f, const nn_prep *p, nn_error *e)
{
    int64_t ids = p->tensor->classes;
    if (!nn_alloc(&f->names, (size_t)ids, sizeof *f->names, "words", e))
        return false;
    for (int64_t id = NN_ID_WORDS; id < ids; id++) {
        const char *text = nn_prep_name(p, id);
        if (text != NULL)
            f->names[f->count++] = (named){text, id};
    }
    qsort(f->names, (size_t)f->count, sizeof *f->names, by_text);
    return true;
}

/* The id of a word of the file, or 0. */
static int64_t find(const filling *f, nn_label word)
{
    int64_t low = 0, high = f->count;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        const char *text = f->names[middle].text;
        int order = strncmp(text, word.bytes, word.length);
        if (order == 0 && text[word.length] == '\0')
            return f->names[middle].id;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/* The counts in word2vec's first line. */
static bool is_header(const filling *f, const nn_records *r)
{
    double x;
    return r->line == 1 && r->count == 2 && f->width != 1 &&
           nn_records_is_number(&r->fields[0], &x) &&
           nn_records_is_number(&r->fields[1], &x);
}

/* The vector of the record at hand, where its word is one of ours. A word of
 * the file with blanks in it is none. */
static bool take(filling *f, const nn_records *r, nn_error *e)
{
    double x;
    int64_t id = r->count > 0 ? find(f, r->fields[0]) : 0;
    if (id == 0 || is_header(f, r) ||
        (r->count > 1 && !nn_records_is_number(&r->fields[1], &x)))
        return true;
    if ((int64_t)r->count - 1 != f->width)
        return nn_fail(e, "%s:%u: %lld numbers; %s takes %lld a word", r->path,
                       r->line, (long long)r->count - 1, f->param->name,
                       (long long)f->width);
    for (int64_t k = 0; k < f->width; k++) {
        if (!nn_records_number(r, (size_t)k + 1, (nn_label){0}, &x, e))
            return false;
        f->packed[nn_layout_place(f->param, id * f->width + k)] = (nn_real)x;
    }
    f->found++;
    return true;
}

static bool read_file(filling *f, const char *path, const nn_unpacker *unpacker,
                      nn_error *e)
{
    nn_file file = {0};
    nn_records r = {0};
    bool more = true;
    if (!nn_file_read(&file, path, unpacker, e))
        return false;
    bool good = nn_records_open(&r, &file, path, ' ', false, e);
    while (good && more) {
        good = nn_records_next(&r, &more, e);
        if (good && more)
            good = take(f, &r, e);
    }
    nn_records_close(&r);
    nn_file_close(&file);
    return good;
}

static bool fill(nn_run *r, const nn_vectors *v, const char *path, nn_error *e)
{
    const nn_param *p = &r->model->params[v->param];
    const nn_prep *prep = &r->data.preps[v->tensor];
    filling f = {
        .param = p, .packed = r->params + p->offset, .width = p->shape[1]};
    bool good =
        sort_names(&f, prep, e) && read_file(&f, path, r->program->unpacker, e);
    if (good && f.found == 0)
        good = nn_fail(e, "%s has a vector for none of the %lld words of %s",
                       path, (long long)f.count, prep->tensor->name);
    if (good && !r->options.quiet)
        nn_say(stdout, "%s: vectors for %lld of %lld words, from %s\n", p->name,
               (long long)f.found, (long long)f.count, path);
    free(f.names);
    return good;
}

bool nn_vectors_fill(nn_run *r, nn_error *e)
{
    const nn_program *p = r->program;
    for (int i = 0; i < p->vector_count; i++) {
        char *path = nn_file_join(r->options.data, p->vectors[i].path);
        bool good = path != NULL ? fill(r, &p->vectors[i], path, e)
                                 : nn_fail(e, "no memory");
        free(path);
        if (!good)
            return false;
    }
    if (r->model->prepare != NULL)
        r->model->prepare(r->params);
    return true;
}
