/* Word hashing: a row becomes counts of the trigrams of its words, each written
 * between two `#`: cat has #ca, cat and at#. With 27 * 27 * 27 values every
 * trigram of small letters has its own; with other numbers, and for other
 * characters, several may share one. */
#include <stdlib.h>
#include <string.h>

#include "nn_lines.h"
#include "nn_say.h"
#include "nn_token.h"
#include "nn_vocabulary.h"

/* What it is for, and at work on. */
typedef struct {
    const nn_flow *flow;
    const nn_tensor *tensor;
    nn_token token;
    nn_cursor field;
} hashing;

static const nn_transform how = {
    .kind = NN_SPLIT, .lower = 1, .punctuation = NN_PUNCTUATION_DROP};

static bool open_hashing(nn_speller **out, const nn_flow *flow,
                         const nn_tensor *tensor, nn_error *e)
{
    hashing *h = calloc(1, sizeof *h);
    *out = (nn_speller *)h;
    if (h == NULL)
        return nn_fail(e, "no memory");
    h->flow = flow;
    h->tensor = tensor;
    return nn_token_open(&h->token, e);
}

static void close_hashing(nn_speller *s)
{
    hashing *h = (hashing *)s;
    if (h != NULL)
        nn_token_close(&h->token);
    free(h);
}

/* Letters are 1 to 26, `#` is 0, others are -1. */
static int letter(nn_label c)
{
    if (c.length != 1 ||
        (*c.bytes != '#' && (*c.bytes < 'a' || *c.bytes > 'z')))
        return -1;
    return *c.bytes == '#' ? 0 : *c.bytes - 'a' + 1;
}

/* The place of a trigram among n values. */
static uint64_t place(const nn_label c[3], uint64_t n)
{
    uint64_t number = 0, hash = 0;
    bool letters = true;
    for (int i = 0; i < 3; i++) {
        int code = letter(c[i]);
        letters = letters && code >= 0;
        number = number * 27 + (uint64_t)(code >= 0 ? code : 0);
        hash = hash * 31 + nn_vocabulary_hash(c[i].bytes, c[i].length);
    }
    return (letters ? number : hash) % n;
}

static void count_word(const nn_token *t, nn_real *out, uint64_t n)
{
    nn_label c[3] = {{"#", 1}, {"#", 1}, {"#", 1}};
    size_t at = 0, size;
    bool full = false;
    for (;;) {
        bool end = at == t->length;
        size = end ? 0 : nn_utf8(t->bytes + at, t->length - at);
        memmove(c, c + 1, 2 * sizeof *c);
        c[2] = end ? (nn_label){"#", 1} : (nn_label){t->bytes + at, size};
        if (full)
            out[place(c, n)] += 1;
        if (end)
            return;
        full = true;
        at += size;
    }
}

/* Counts the words of a row, and their trigrams where `out` is given. */
static bool count_row(hashing *h, const nn_table *t, int64_t row, nn_real *out,
                      int64_t *words, nn_error *e)
{
    nn_cursor *c;
    char where[340];
    bool more = true;
    bool good = nn_lines_row(t, row, h->flow, &h->field, &c, e);
    for (*words = 0; good && more; *words += more) {
        good = nn_words.next(&how, c, &h->token, &more, e);
        if (good && more && out != NULL)
            count_word(&h->token, out, (uint64_t)h->tensor->values);
    }
    if (good)
        return true;
    nn_table_where(t, row, where, sizeof where);
    return nn_fail_in(e, where);
}

static bool hash_row(nn_speller *s, const nn_table *t, int64_t row,
                     void *values, nn_error *e)
{
    hashing *h = (hashing *)s;
    int64_t words;
    memset(values, 0, (size_t)h->tensor->values * sizeof(nn_real));
    return count_row(h, t, row, values, &words, e);
}

static bool check(nn_speller *s, const nn_table *t, nn_error *e)
{
    hashing *h = (hashing *)s;
    char where[340];
    int64_t words;
    for (int64_t row = 0; row < t->rows; row++) {
        if (t->dropped != NULL && t->dropped[row])
            continue;
        if (!count_row(h, t, row, NULL, &words, e))
            return false;
        if (words > 0)
            continue;
        nn_table_where(t, row, where, sizeof where);
        return nn_fail(e, "%s: %s has no word here", where, h->tensor->name);
    }
    return true;
}

const nn_spelling nn_trigrams = {.open = open_hashing,
                                 .close = close_hashing,
                                 .check = check,
                                 .row = hash_row,
                                 .lines = &nn_lines};

const nn_splitter nn_hashed = {"letter_trigrams", " ", &nn_trigrams, NULL};
