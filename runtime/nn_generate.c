/* Each token is read once, by the entry that goes on from what the call before
 * handed on; what it says of the next one is drawn from at once, or the most
 * probable texts are held side by side. What other inputs tell is read first,
 * once for a text. */
#include "nn_generate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn_beam.h"
#include "nn_cursor.h"
#include "nn_entry.h"
#include "nn_init.h"
#include "nn_mem.h"
#include "nn_rng.h"
#include "nn_say.h"
#include "nn_states.h"

enum { USUAL_LENGTH = 200 };

typedef struct {
    nn_inference *f;
    const nn_generation *how;
    const nn_writing *what;
    const nn_prep *prep; /* of the tokens */
    const nn_entry *encode, *next;
    int64_t length, read; /* tokens: to write; that were read */
    int beam;             /* 0: tokens are drawn */
    nn_real *logits;      /* of each text that is held */
    nn_candidate *candidates;
    nn_states states;
    nn_real *kept[2];    /* those of the texts held, and of those before */
    nn_inference others; /* the inputs that are not written */
} writer;

static bool call(writer *w, const nn_entry *n, int rows, nn_real *logits,
                 nn_error *e)
{
    nn_inference *f = w->f;
    nn_real *outputs[1] = {logits};
    int status = n->run(f->own, f->own, f->workspace,
                        (const void *const *)f->buffers, outputs, NULL, rows,
                        NULL, f->pool != NULL ? nn_pool_run : NULL, f->pool);
    return status == 0 ||
           nn_fail(e, "bug: %s of %s was not run", n->name, f->model->name);
}

/* Whether it may be written: a word of the text, not what stands for none. */
static bool is_allowed(const void *context, int32_t id)
{
    const writer *w = context;
    const nn_prep *p = w->prep;
    return id == w->how->stop || p->spelling == NULL ||
           (id >= NN_ID_WORDS && nn_prep_name(p, id) != NULL);
}

/* One that is minus infinity is a token that cannot be; not all may be so. */
static bool check_logits(const writer *w, const nn_real *logits, nn_error *e)
{
    int64_t classes = w->prep->tensor->classes, possible = 0;
    for (int32_t id = 0; id < classes; id++) {
        double x = (double)logits[id];
        if (isnan(x) || x == INFINITY)
            return nn_fail(e,
                           "what the network says of the next token is no "
                           "number: the logit of token %d is %s",
                           id, isnan(x) ? "NaN" : "infinite");
        possible += x > -INFINITY && is_allowed(w, id);
    }
    return possible > 0 ||
           nn_fail(e, "the network says that no token can be the next one: "
                      "all logits are minus infinity");
}

/* States are as at the beginning of a row. */
static bool begin(writer *w, nn_error *e)
{
    const nn_model *m = w->f->model;
    w->read = 0;
    for (int i = 0; i < m->param_count; i++)
        if (m->params[i].kind == NN_CARRIED &&
            !nn_init_param(m, i, w->f->own, 1, e))
            return false;
    return w->encode == NULL || call(w, w->encode, w->encode->batch, NULL, e);
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
    *(int32_t *)w->f->buffers[w->how->input] = id;
    w->read++;
    return call(w, w->next, 1, w->logits, e) && check_logits(w, w->logits, e);
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

static int32_t draw(writer *w, int64_t n)
{
    nn_stream s = {(uint64_t)w->what->seed, NN_FOR_TEXT, 0};
    int64_t classes = w->prep->tensor->classes, count = 0;
    for (int32_t id = 0; id < classes; id++)
        if (is_allowed(w, id))
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

/* Whether the text begins with what is written. */
static bool is_empty(const writer *w)
{
    return w->what->prompt == NULL || *w->what->prompt == 0;
}

static bool write_drawn(writer *w, nn_error *e)
{
    int32_t id = 0;
    for (int64_t n = 0; n < w->length; n++) {
        if (n > 0 && is_full(w))
            break;
        if (n > 0 && !read_token(w, id, e))
            return false;
        id = draw(w, n);
        if (id == w->how->stop)
            break;
        print_token(w, id, n == 0 && is_empty(w));
    }
    return true;
}

/* As many texts at a time as the entry has rows. */
static bool read_texts(void *context, int count, const int *from,
                       const int32_t *ids, nn_real *logits, nn_error *e)
{
    writer *w = context;
    nn_inference *f = w->f;
    int64_t size = w->states.size;
    nn_real *kept = w->kept[1];
    for (int first = 0; first < count; first += w->next->batch) {
        int left = count - first;
        int rows = left < w->next->batch ? left : w->next->batch;
        for (int i = 0; i < rows; i++)
            nn_states_give(&w->states, w->kept[0] + from[first + i] * size, i,
                           f->own);
        memcpy(f->buffers[w->how->input], ids + first,
               (size_t)rows * sizeof *ids);
        if (!call(w, w->next, rows, logits + first * w->prep->tensor->classes,
                  e))
            return false;
        for (int i = 0; i < rows; i++)
            nn_states_keep(&w->states, f->own, i, kept + (first + i) * size);
    }
    w->kept[1] = w->kept[0];
    w->kept[0] = kept;
    for (int i = 0; i < count; i++)
        if (!check_logits(w, logits + i * w->prep->tensor->classes, e))
            return false;
    return true;
}

/* The last token needs no place. */
static bool write_best(writer *w, nn_error *e)
{
    int64_t room = w->how->limit - w->read + 1, count = 0;
    int32_t *ids = NULL;
    nn_beam b = {.width = w->beam,
                 .length =
                     w->how->limit > 0 && room < w->length ? room : w->length,
                 .classes = w->prep->tensor->classes,
                 .stop = w->how->stop,
                 .context = w,
                 .allows = is_allowed,
                 .read = read_texts};
    nn_states_keep(&w->states, w->f->own, 0, w->kept[0]);
    bool good = nn_alloc(&ids, (size_t)b.length, sizeof *ids, "a text", e) &&
                nn_beam_search(&b, w->logits, ids, &count, e);
    for (int64_t i = 0; good && i < count; i++)
        print_token(w, ids[i], i == 0 && is_empty(w));
    free(ids);
    return good;
}

static bool write_text(writer *w, nn_error *e)
{
    if (!begin(w, e) || !read_prompt(w, e))
        return false;
    if (!is_empty(w))
        printf("%s", w->what->prompt);
    if (w->beam > 0 ? !write_best(w, e) : !write_drawn(w, e))
        return false;
    printf("\n");
    return true;
}

/* A text for each row of the other inputs. */
static bool write_rows(void *context, const nn_rows *r, nn_error *e)
{
    writer *w = context;
    for (int64_t row = 0; row < r->rows; row++) {
        bool dropped = nn_rows_dropped_by(r, row) != NULL;
        for (int i = 0; i < w->next->batch; i++)
            nn_rows_fetch(r, w->others.preps, row, i, w->others.buffers);
        if (dropped)
            printf("\n");
        else if (!write_text(w, e))
            return false;
    }
    return true;
}

/* The same model without the input that is written, for those who read rows. */
static bool write_others(writer *w, nn_error *e)
{
    nn_inference *o = &w->others;
    nn_model model = *w->f->model;
    nn_program program = *w->f->program;
    nn_tensor *inputs = NULL;
    size_t n = (size_t)model.input_count;
    *o = *w->f;
    o->preps = NULL;
    o->buffers = NULL;
    bool good = nn_alloc(&inputs, n, sizeof *inputs, "inputs", e) &&
                nn_alloc(&o->preps, n, sizeof *o->preps, "inputs", e) &&
                nn_alloc(&o->buffers, n, sizeof *o->buffers, "inputs", e);
    for (int i = 0, k = 0; good && i < model.input_count; i++)
        if (i != w->how->input) {
            inputs[k] = w->f->model->inputs[i];
            o->preps[k] = w->f->preps[i];
            o->buffers[k++] = w->f->buffers[i];
        }
    model.inputs = inputs;
    model.input_count--;
    program.model = o->model = &model;
    o->program = &program;
    good = good && nn_infer_files(o, w->what->files, w->what->file_count,
                                  write_rows, w, e);
    free(inputs);
    free(o->preps);
    free(o->buffers);
    return good;
}

/* How many texts are held; 0: tokens are drawn. */
static int beam_of(const nn_generation *how, const nn_writing *what)
{
    if (what->beam > 0)
        return (int)what->beam;
    return !what->draws && how->beam > 1 ? how->beam : 0;
}

static int64_t length_of(const writer *w)
{
    if (w->what->length > 0)
        return w->what->length;
    return w->f->model->input_count > 1 ? w->prep->tensor->values
                                        : USUAL_LENGTH;
}

static bool open_writer(writer *w, nn_inference *f, const nn_writing *what,
                        nn_error *e)
{
    const nn_generation *how = f->program->generation;
    *w = (writer){.f = f,
                  .how = how,
                  .what = what,
                  .prep = &f->preps[how->input],
                  .encode = nn_entry_find(f->model, NN_ENCODE, 1),
                  .next = nn_entry_find(f->model, NN_NEXT, 1),
                  .beam = beam_of(how, what)};
    w->length = length_of(w);
    size_t classes = (size_t)w->prep->tensor->classes;
    size_t texts = w->beam > 0 ? (size_t)w->beam : 1;
    bool good =
        nn_alloc(&w->logits, texts * classes, sizeof *w->logits, "logits", e) &&
        nn_alloc(&w->candidates, classes, sizeof *w->candidates, "logits", e);
    if (!good || w->beam == 0)
        return good;
    if (!nn_states_open(&w->states, f->model, w->next->batch, e))
        return false;
    for (int i = 0; good && i < 2; i++)
        good = nn_alloc(&w->kept[i], texts * (size_t)w->states.size,
                        sizeof **w->kept, "states", e);
    return good;
}

static void close_writer(writer *w)
{
    nn_states_close(&w->states);
    free(w->kept[0]);
    free(w->kept[1]);
    free(w->logits);
    free(w->candidates);
}

bool nn_generate(nn_inference *f, const nn_writing *what, nn_error *e)
{
    writer w;
    bool good =
        open_writer(&w, f, what, e) &&
        (f->model->input_count > 1 ? write_others(&w, e) : write_text(&w, e));
    close_writer(&w);
    return good;
}
