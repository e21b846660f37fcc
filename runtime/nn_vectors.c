/* Vectors of words as word2vec and GloVe write them as text: a line a word,
 * the word and its numbers with blanks between; word2vec has a first line with
 * the counts of both. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_layout.h"
#include "nn_mem.h"
#include "nn_records.h"
#include "nn_say.h"
#include "nn_trainer.h"

typedef struct {
    const char *text;
    int64_t id;
    uint32_t line; /* of its vector in the file, or 0 */
} named;

typedef struct {
    const nn_param *param;
    nn_real *packed;
    named *names; /* in order */
    int64_t count, found, width;
    int64_t promised, read; /* words, by word2vec's first line or -1 */
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
            f->names[f->count++] = (named){text, id, 0};
    }
    qsort(f->names, (size_t)f->count, sizeof *f->names, by_text);
    return true;
}

/* Our name for a word of the file, or NULL. */
static named *find(const filling *f, nn_label word)
{
    int64_t low = 0, high = f->count;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        const char *text = f->names[middle].text;
        int order = strncmp(text, word.bytes, word.length);
        if (order == 0 && text[word.length] == '\0')
            return &f->names[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The counts in word2vec's first line. */
static bool is_header(const filling *f, const nn_records *r)
{
    double x;
    return r->line == 1 && r->count == 2 && f->width != 1 &&
           nn_records_is_number(&r->fields[0], &x) &&
           nn_records_is_number(&r->fields[1], &x);
}

static bool take_number(filling *f, const nn_records *r, int64_t at, int64_t k,
                        nn_error *e)
{
    const nn_label *field = &r->fields[k + 1];
    double x;
    if (!nn_records_number(r, (size_t)k + 1, (nn_label){0}, &x, e))
        return false;
    f->packed[nn_layout_place(f->param, at)] = (nn_real)x;
    return isfinite((float)x) ||
           nn_fail(e,
                   "%s:%u: column %lld is %.*s, which does not fit a 32-bit "
                   "float",
                   r->path, r->line, (long long)k + 2, nn_label_shown(*field),
                   field->bytes);
}

/* The vector of the record at hand, where its word is one of ours. A word of
 * the file with blanks in it is none. */
static bool take(filling *f, const nn_records *r, nn_error *e)
{
    double x;
    named *n = r->count > 0 ? find(f, r->fields[0]) : NULL;
    if (n == NULL || (r->count > 1 && !nn_records_is_number(&r->fields[1], &x)))
        return true;
    if ((int64_t)r->count - 1 != f->width)
        return nn_fail(e, "%s:%u: %lld numbers; %s takes %lld a word", r->path,
                       r->line, (long long)r->count - 1, f->param->name,
                       (long long)f->width);
    if (n->line > 0)
        return nn_fail(e,
                       "%s:%u: '%s' has a vector in line %u already: drop "
                       "one of both",
                       r->path, r->line, n->text, n->line);
    for (int64_t k = 0; k < f->width; k++)
        if (!take_number(f, r, n->id * f->width + k, k, e))
            return false;
    n->line = r->line;
    f->found++;
    return true;
}

/* A record that is no header. */
static bool take_word(filling *f, const nn_records *r, nn_error *e)
{
    double words = 0;
    if (is_header(f, r)) {
        nn_records_is_number(&r->fields[0], &words);
        f->promised = (int64_t)words;
        return true;
    }
    f->read++;
    return take(f, r, e);
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
            good = take_word(f, &r, e);
    }
    nn_records_close(&r);
    nn_file_close(&file);
    return good;
}

static bool fill(nn_trainer *r, const nn_vectors *v, const char *path,
                 nn_error *e)
{
    const nn_param *p = &r->model->params[v->param];
    const nn_prep *prep = &r->data.preps[v->tensor];
    filling f = {.param = p,
                 .packed = r->params + p->offset,
                 .width = p->shape[1],
                 .promised = -1};
    bool good =
        sort_names(&f, prep, e) && read_file(&f, path, r->program->unpacker, e);
    if (good && f.promised >= 0 && f.promised != f.read)
        good = nn_fail(e, "%s:1: it promises %lld words, and has %lld", path,
                       (long long)f.promised, (long long)f.read);
    if (good && f.found == 0)
        good = nn_fail(e, "%s has a vector for none of the %lld words of %s",
                       path, (long long)f.count, prep->tensor->name);
    if (good && !r->options.quiet)
        nn_say(stdout, "%s: vectors for %lld of %lld words, from %s\n", p->name,
               (long long)f.found, (long long)f.count, path);
    free(f.names);
    return good;
}

bool nn_vectors_fill(nn_trainer *r, nn_error *e)
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
