/* Each token is read once, by the entry that goes on from what the call before
 * handed on; what it says of the next one is drawn from at once. */
#include "nn_generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn_cursor.h"
#include "nn_entry.h"
#include "nn_init.h"
#include "nn_mem.h"
#include "nn_rng.h"
#include "nn_say.h"

typedef struct {
    nn_inference *f;
    const nn_generation *how;
    const nn_writing *what;
    const nn_prep *prep; /* of the tokens */
    const nn_entry *next;
    int64_t read; /* tokens */
    nn_real *logits;
    nn_candidate *candidates;
} writer;

/* States are as at the beginning of a row. */
static bool begin(writer *w, nn_error *e)
{
    const nn_model *m = w->f->model;
    for (int i = 0; i < m->param_count; i++)
        if (m->params[i].kind == NN_CARRIED &&
            !nn_init_param(m, i, w->f->params, 1, e))
            return false;
    return true;
}

/* Whether no further token has a place. */
static bool is_full(const writer *w)
{
    return w->how->limit > 0 && w->read >= w->how->limit;
}

static bool read_token(writer *w, int32_t id, nn_error *e)
{
    if (is_full(w))
        return nn_fail(e,
                       "--prompt is too long: the model has places for %lld "
                       "tokens",
                       (long long)w->how->limit);
    nn_inference *f = w->f;
    nn_real *outputs[1] = {w->logits};
    *(int32_t *)f->buffers[w->how->input] = id;
    w->read++;
    int status = w->next->run(
        f->params, f->params, f->workspace, (const void *const *)f->buffers,
        outputs, NULL, 1, NULL, f->pool != NULL ? nn_pool_run : NULL, f->pool);
    return status == 0 || nn_fail(e, "bug: token %lld of %s was not read",
                                  (long long)w->read, f->model->name);
}

/* Ids, of tokens without a text. */
static bool read_ids(writer *w, const char *text, nn_error *e)
{
    int64_t classes = w->prep->tensor->classes;
    char *end;
    for (const char *at = text + strspn(text, " "); *at != 0;
         at = end + strspn(end, " ")) {
        long long id = strtoll(at, &end, 10);
        if (end == at || (*end != ' ' && *end != 0) || id < 0 || id >= classes)
            return nn_fail(e,
                           "--prompt: '%.40s' does not begin with a token: "
                           "they are numbers from 0 to %lld",
                           at, (long long)classes - 1);
        if (!read_token(w, (int32_t)id, e))
            return false;
    }
    return true;
}

static bool check_text(const char *text, nn_error *e)
{
    size_t size, left = strlen(text);
    for (const char *at = text; left > 0; at += size, left -= size) {
        size = nn_utf8(at, left);
        if (size == 0)
            return nn_fail(e, "--prompt: byte %lld, 0x%02x, is not UTF-8",
                           (long long)(at - text) + 1, (unsigned char)*at);
    }
    return true;
}

static bool read_text(writer *w, const char *text, nn_error *e)
{
    const nn_prep *p = w->prep;
    if (!check_text(text, e))
        return false;
    nn_cursor c = nn_cursor_over(text, strlen(text));
    bool more;
    for (;;) {
        int32_t id = 0;
        if (!p->spelling->next(p->speller, &c, &id, &more, e))
            return nn_fail_in(e, "--prompt");
        if (!more)
            return true;
        if (!read_token(w, id, e))
            return false;
    }
}

static bool read_prompt(writer *w, nn_error *e)
{
    const char *text = w->what->prompt != NULL ? w->what->prompt : "";
    if (w->how->start >= 0 && !read_token(w, w->how->start, e))
        return false;
    if (w->prep->spelling != NULL ? !read_text(w, text, e)
                                  : !read_ids(w, text, e))
        return false;
    if (w->read > 0)
        return true;
    return nn_fail(e, "there is nothing to begin with: give --prompt TEXT");
}

/* Whether it may be written: a word of the text, not what stands for none. */
static bool is_word(const writer *w, int32_t id)
{
    const nn_prep *p = w->prep;
    return p->spelling == NULL ||
           (id >= NN_ID_WORDS && nn_prep_name(p, id) != NULL);
}

static int32_t draw(writer *w, int64_t n)
{
    nn_stream s = {(uint64_t)w->what->seed, NN_FOR_TEXT, 0};
    int64_t classes = w->prep->tensor->classes, count = 0;
    for (int32_t id = 0; id < classes; id++)
        if (id == w->how->stop || is_word(w, id))
            w->candidates[count++] = (nn_candidate){(double)w->logits[id], id};
    return nn_sample(&w->what->sampling, w->candidates, count,
                     nn_rng_uniform(s, (uint64_t)n));
}

static void print_token(const writer *w, int32_t id, bool first)
{
    const nn_prep *p = w->prep;
    const char *between =
        p->spelling != NULL ? p->spelling->between(p->speller) : " ";
    const char *before = first ? "" : between;
    if (p->spelling != NULL)
        printf("%s%s", before, nn_prep_name(p, id));
    else
        printf("%s%d", before, id);
    fflush(stdout);
}

static bool write_tokens(writer *w, nn_error *e)
{
    const char *prompt = w->what->prompt;
    bool empty = prompt == NULL || *prompt == 0;
    int32_t id = 0;
    if (!empty)
        printf("%s", prompt);
    for (int64_t n = 0; n < w->what->length; n++) {
        if (n > 0 && is_full(w))
            break;
        if (n > 0 && !read_token(w, id, e))
            return false;
        id = draw(w, n);
        if (id == w->how->stop)
            break;
        print_token(w, id, n == 0 && empty);
    }
    printf("\n");
    return true;
}

bool nn_generate(nn_inference *f, const nn_writing *what, nn_error *e)
{
    writer w = {.f = f, .how = f->program->generation, .what = what};
    w.prep = &f->preps[w.how->input];
    w.next = nn_entry_find(f->model, NN_NEXT, 1);
    size_t classes = (size_t)w.prep->tensor->classes;
    bool good =
        nn_alloc(&w.logits, classes, sizeof *w.logits, "logits", e) &&
        nn_alloc(&w.candidates, classes, sizeof *w.candidates, "logits", e) &&
        begin(&w, e) && read_prompt(&w, e) && write_tokens(&w, e);
    free(w.logits);
    free(w.candidates);
    return good;
}
