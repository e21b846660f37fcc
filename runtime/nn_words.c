/* The splitters: words, characters, and a text as it is.
 *
 * Blanks part words. Where punctuation is split, every sign is a token of its
 * own, but an apostrophe or hyphen between letters (don't, e-mail) and a
 * point, comma or colon between digits (3.14, 9:30) belong to their word. */
#include "nn_lower.h"
#include "nn_say.h"
#include "nn_token.h"

typedef enum { BLANK, SIGN, LETTER, DIGIT } sort;

/* Codes from..to of blanks and signs that are not ASCII, in order. */
static const struct {
    unsigned long from, to;
    sort sort;
} sorts[] = {
    {0x85, 0x85, BLANK},     {0xa0, 0xa0, BLANK},     {0xa1, 0xa9, SIGN},
    {0xab, 0xb1, SIGN},      {0xb4, 0xb4, SIGN},      {0xb6, 0xb8, SIGN},
    {0xbb, 0xbb, SIGN},      {0xbf, 0xbf, SIGN},      {0xd7, 0xd7, SIGN},
    {0xf7, 0xf7, SIGN},      {0x37e, 0x37e, SIGN},    {0x387, 0x387, SIGN},
    {0x55a, 0x55f, SIGN},    {0x589, 0x58a, SIGN},    {0x5be, 0x5be, SIGN},
    {0x60c, 0x60d, SIGN},    {0x61b, 0x61b, SIGN},    {0x61e, 0x61f, SIGN},
    {0x66a, 0x66d, SIGN},    {0x6d4, 0x6d4, SIGN},    {0x964, 0x965, SIGN},
    {0x1680, 0x1680, BLANK}, {0x2000, 0x200a, BLANK}, {0x2010, 0x2018, SIGN},
    {0x201a, 0x2027, SIGN},  {0x2028, 0x2029, BLANK}, {0x202f, 0x202f, BLANK},
    {0x2030, 0x205e, SIGN},  {0x205f, 0x205f, BLANK}, {0x20a0, 0x20c0, SIGN},
    {0x2190, 0x23ff, SIGN},  {0x2500, 0x27bf, SIGN},  {0x2e00, 0x2e5d, SIGN},
    {0x3000, 0x3000, BLANK}, {0x3001, 0x3003, SIGN},  {0x3008, 0x301f, SIGN},
    {0x30fb, 0x30fb, SIGN},  {0xff01, 0xff0f, SIGN},  {0xff1a, 0xff20, SIGN},
    {0xff3b, 0xff40, SIGN},  {0xff5b, 0xff65, SIGN}};

static sort sort_of_ascii(unsigned char c)
{
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        return BLANK;
    if (c >= '0' && c <= '9')
        return DIGIT;
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        return LETTER;
    return c > ' ' && c < 0x7f && c != '_' ? SIGN : LETTER;
}

/* U+2019 is the apostrophe of typography, and is judged as one. */
static sort sort_of(const char *p, size_t size)
{
    if (size == 1)
        return sort_of_ascii((unsigned char)*p);
    unsigned long code = nn_utf8_code(p, size);
    if (code == 0x2019)
        return SIGN;
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        if (code <= sorts[i].to)
            return code >= sorts[i].from ? sorts[i].sort : LETTER;
    return LETTER;
}

static bool is_apostrophe(const char *p, size_t size)
{
    return (size == 1 && (*p == '\'' || *p == '-')) ||
           (size == 3 && nn_utf8_code(p, size) == 0x2019);
}

static size_t size_at(const nn_cursor *c, const char *p)
{
    size_t n = p < c->end ? nn_utf8(p, (size_t)(c->end - p)) : 0;
    return n > 0 || p == c->end ? n : 1;
}

/* Bytes of the character at c->at + offset, 0 at the end. */
static bool peek(nn_cursor *c, size_t offset, size_t *size, nn_error *e)
{
    while ((size_t)(c->end - c->at) == offset && !c->last)
        if (!nn_cursor_more(c, e))
            return false;
    *size = size_at(c, c->at + offset);
    return true;
}

static bool skip_blanks(nn_cursor *c, nn_error *e)
{
    size_t size;
    for (;;) {
        if (!peek(c, 0, &size, e))
            return false;
        if (size == 0 || sort_of(c->at, size) != BLANK)
            return true;
        c->at += size;
    }
}

/* The sort of the character at an offset; BLANK at the end. */
static bool sort_at(nn_cursor *c, size_t offset, sort *s, nn_error *e)
{
    size_t size;
    if (!peek(c, offset, &size, e))
        return false;
    *s = size == 0 ? BLANK : sort_of(c->at + offset, size);
    return true;
}

/* Whether the sign of `size` bytes at n, behind a character of sort `before`,
 * is within a word. */
static bool joins(nn_cursor *c, size_t n, size_t size, sort before,
                  bool *within, nn_error *e)
{
    const char *p = c->at + n;
    sort after, wanted = is_apostrophe(p, size) ? LETTER : DIGIT;
    *within = false;
    if (before != wanted ||
        (wanted == DIGIT &&
         (size > 1 || (*p != '.' && *p != ',' && *p != ':'))))
        return true;
    if (!sort_at(c, n + size, &after, e))
        return false;
    *within = after == wanted;
    return true;
}

/* How many bytes from c->at on, which is no blank, make a word. */
static bool measure(nn_cursor *c, bool keep, size_t *length, nn_error *e)
{
    sort before = BLANK;
    size_t size;
    bool within;
    for (*length = 0;; *length += size) {
        if (!peek(c, *length, &size, e))
            return false;
        sort s = size == 0 ? BLANK : sort_of(c->at + *length, size);
        if (s == BLANK)
            return true;
        if (s == SIGN && !keep) {
            if (!joins(c, *length, size, before, &within, e))
                return false;
            if (!within) {
                *length += *length == 0 ? size : 0;
                return true;
            }
        }
        before = s;
    }
}

static void give(const nn_transform *how, nn_cursor *c, size_t length,
                 nn_token *t)
{
    t->bytes = c->at;
    t->length = length;
    c->at += length;
    if (!how->lower)
        return;
    t->length = nn_lower(t->bytes, length, t->room);
    t->bytes = t->room;
}

static bool next_word(const nn_transform *how, nn_cursor *c, nn_token *t,
                      bool *more, nn_error *e)
{
    size_t length, size;
    for (;;) {
        if (!skip_blanks(c, e) ||
            !measure(c, how->punctuation == NN_PUNCTUATION_KEEP, &length, e))
            return false;
        *more = length > 0;
        if (!*more)
            return true;
        size = size_at(c, c->at);
        if (how->punctuation != NN_PUNCTUATION_DROP || size < length ||
            sort_of(c->at, size) != SIGN)
            break;
        c->at += length;
    }
    if (length > NN_CURSOR_ROOM)
        return nn_fail(e, "a word of more than %d bytes", NN_CURSOR_ROOM);
    give(how, c, length, t);
    return true;
}

static bool next_character(const nn_transform *how, nn_cursor *c, nn_token *t,
                           bool *more, nn_error *e)
{
    size_t size;
    if (!peek(c, 0, &size, e))
        return false;
    *more = size > 0;
    if (*more)
        give(how, c, size, t);
    return true;
}

/* Blanks around it do not count. */
static bool next_whole(const nn_transform *how, nn_cursor *c, nn_token *t,
                       bool *more, nn_error *e)
{
    if (!skip_blanks(c, e))
        return false;
    while (!c->last)
        if (!nn_cursor_more(c, e))
            return false;
    size_t length = (size_t)(c->end - c->at);
    *more = length > 0;
    while (length > 0 &&
           sort_of_ascii((unsigned char)c->at[length - 1]) == BLANK)
        length--;
    if (length > NN_CURSOR_ROOM)
        return nn_fail(e, "a text of more than %d bytes", NN_CURSOR_ROOM);
    give(how, c, length, t);
    c->at = c->end;
    return true;
}

const nn_splitter nn_words = {"words", " ", &nn_spelled, next_word};
const nn_splitter nn_characters = {"characters", "", &nn_spelled,
                                   next_character};
const nn_splitter nn_whole = {"whole", " ", &nn_spelled, next_whole};
