/* NEP 1: a magic, two bytes of version, the header's length in 2 bytes (4 from
 * version 2 on), then a dictionary with the keys descr, fortran_order and
 * shape in any order. NumPy reads it as a Python literal, so quotes, white
 * space, prefixes and suffixes are whatever Python allows. */
#include "nn_npy_header.h"

#include <string.h>

#include "nn_kind.h"

typedef struct {
    const char *at, *end;
    const char *wrong; /* what was expected, or NULL */
} literal;

static bool expect(literal *l, const char *what)
{
    if (l->wrong == NULL)
        l->wrong = what;
    l->at = l->end;
    return false;
}

static void skip_space(literal *l)
{
    while (l->at < l->end && *l->at != 0 && strchr(" \t\r\n\f", *l->at) != NULL)
        l->at++;
}

static bool take(literal *l, char c)
{
    skip_space(l);
    if (l->at == l->end || *l->at != c)
        return false;
    l->at++;
    return true;
}

static bool is_one_of(const literal *l, const char *set)
{
    return l->at < l->end && *l->at != 0 && strchr(set, *l->at) != NULL;
}

static bool starts(const literal *l, const char *word, size_t length)
{
    return (size_t)(l->end - l->at) >= length &&
           memcmp(l->at, word, length) == 0;
}

static bool take_word(literal *l, const char *word)
{
    size_t length = strlen(word);
    skip_space(l);
    if (!starts(l, word, length))
        return false;
    l->at += length;
    return true;
}

/* A string into text, cut where it is longer than any that is known. */
static bool read_string(literal *l, char *text, size_t size)
{
    char quotes[3];
    size_t used = 0;
    skip_space(l);
    while (is_one_of(l, "uUbBrR"))
        l->at++;
    if (!is_one_of(l, "'\""))
        return expect(l, "a string");
    memset(quotes, *l->at, sizeof quotes);
    size_t closing = starts(l, quotes, 3) ? 3 : 1;
    for (l->at += closing; !starts(l, quotes, closing); l->at++) {
        if (l->at == l->end || *l->at == '\\')
            return expect(l, "strings that end and hold no escapes");
        if (used + 1 < size)
            text[used++] = *l->at;
    }
    l->at += closing;
    text[used] = 0;
    return true;
}

/* The base that a prefix names, which is passed. */
static int read_base(literal *l)
{
    static const struct {
        char prefix[3];
        int base;
    } rows[] = {{"0x", 16}, {"0X", 16}, {"0o", 8},
                {"0O", 8},  {"0b", 2},  {"0B", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (take_word(l, rows[i].prefix))
            return rows[i].base;
    return 10;
}

/* A whole number: sign, prefix, digits with underscores, and the L that
 * Python 2 wrote behind it. */
static bool read_size(literal *l, int64_t *size)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    bool any = false;
    *size = 0;
    take(l, '+');
    skip_space(l);
    for (int base = read_base(l); l->at < l->end && *l->at != 0; l->at++) {
        const char *at = strchr(digits, *l->at);
        int digit = at == NULL ? base : (int)(at - digits) % 16;
        if (*l->at == '_' && any)
            continue;
        if (digit >= base)
            break;
        if (*size > (INT64_MAX - digit) / base)
            return expect(l, "smaller sizes");
        *size = *size * base + digit;
        any = true;
    }
    if (is_one_of(l, "lL"))
        l->at++;
    return any || expect(l, "whole numbers in its shape");
}

/* A tuple or a list; one number in brackets is a tuple by its comma alone. */
static bool read_shape(literal *l, nn_npy_header *h)
{
    bool list = take(l, '['), comma = true;
    const char close = list ? ']' : ')';
    if (!list && !take(l, '('))
        return expect(l, "a tuple as its shape");
    for (h->rank = 0; !take(l, close); h->rank++) {
        if (!comma)
            return expect(l, "commas in its shape");
        if (h->rank == NN_NPY_MAX_RANK)
            return expect(l, "at most 64 axes");
        if (!read_size(l, &h->shape[h->rank]))
            return false;
        comma = take(l, ',');
    }
    return h->rank != 1 || list || comma || expect(l, "a tuple as its shape");
}

/* A type as a string, or a list of fields, which ends the reading. */
static bool read_descr(literal *l, nn_npy_header *h)
{
    skip_space(l);
    if (!is_one_of(l, "[({"))
        return read_string(l, h->descr, sizeof h->descr);
    return expect(l, "one type: an array with fields cannot be read, save "
                     "each field as an array of its own");
}

static bool read_order(literal *l, nn_npy_header *h)
{
    h->fortran = take_word(l, "True") || take_word(l, "1");
    return h->fortran || take_word(l, "False") || take_word(l, "0") ||
           expect(l, "True or False as its fortran_order");
}

/* One member; seen gets the bit of its key. */
static bool read_member(literal *l, nn_npy_header *h, unsigned *seen)
{
    static const struct {
        const char *key;
        bool (*read)(literal *l, nn_npy_header *h);
    } members[] = {{"descr", read_descr},
                   {"fortran_order", read_order},
                   {"shape", read_shape}};
    char key[24];
    if (!read_string(l, key, sizeof key))
        return false;
    if (!take(l, ':'))
        return expect(l, "a colon behind each key");
    for (unsigned i = 0; i < sizeof members / sizeof *members; i++)
        if (strcmp(key, members[i].key) == 0) {
            *seen |= 1u << i;
            return members[i].read(l, h);
        }
    return expect(l, "the keys descr, fortran_order and shape alone");
}

static bool read_dictionary(literal *l, nn_npy_header *h)
{
    unsigned seen = 0;
    bool comma = true;
    if (!take(l, '{'))
        return expect(l, "a dictionary");
    while (!take(l, '}')) {
        if (!comma)
            return expect(l, "a comma or a closing brace");
        if (!read_member(l, h, &seen))
            return false;
        comma = take(l, ',');
    }
    skip_space(l);
    if (seen != 7)
        return expect(l, "descr, fortran_order and shape");
    return l->at == l->end || expect(l, "nothing behind its dictionary");
}

bool nn_npy_header_read(nn_npy_header *h, const nn_file *file, const char *path,
                        nn_error *e)
{
    const unsigned char *p = file->bytes;
    *h = (nn_npy_header){0};
    if (file->size < 6 || memcmp(p, "\x93NUMPY", 6) != 0)
        return nn_kind_check(file, path, e) &&
               nn_fail(e, "%s is not an npy file: it does not begin as one",
                       path);
    if (file->size < 12)
        return nn_fail(e, "%s is cut short inside its header", path);
    if (p[6] < 1 || p[6] > 3 || p[7] != 0)
        return nn_fail(e, "%s: version %d.%d of npy is not known", path, p[6],
                       p[7]);
    size_t start = p[6] == 1 ? 10 : 12;
    size_t length = p[8] | (size_t)p[9] << 8;
    if (p[6] > 1)
        length |= (size_t)p[10] << 16 | (size_t)p[11] << 24;
    if (length > file->size - start)
        return nn_fail(e, "%s is cut short inside its header", path);
    literal l = {(const char *)p + start, (const char *)p + start + length,
                 NULL};
    h->data = start + length;
    return read_dictionary(&l, h) ||
           nn_fail(e, "%s: its header needs %s", path, l.wrong);
}
