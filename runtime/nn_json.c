/* Only what headers and metadata of weights files need: values are read in
 * the order in which they stand, nothing is built in memory. */
#include "nn_json.h"

#include <stdlib.h>
#include <string.h>

#include "nn_say.h"

enum { MOST_DEPTH = 32 };

nn_json nn_json_open(const char *bytes, size_t size)
{
    return (nn_json){.at = bytes, .end = bytes + size};
}

static bool wrong(nn_json *j, const char *what)
{
    if (j->error == NULL)
        j->error = what;
    j->at = j->end;
    return false;
}

static void skip_space(nn_json *j)
{
    while (j->at < j->end && strchr(" \t\r\n", *j->at) != NULL && *j->at != 0)
        j->at++;
}

static bool take(nn_json *j, char c)
{
    skip_space(j);
    if (j->at == j->end || *j->at != c)
        return false;
    j->at++;
    return true;
}

bool nn_json_enter(nn_json *j, char bracket)
{
    if (!take(j, bracket))
        return wrong(j, bracket == '{' ? "an object" : "a list");
    return ++j->depth <= MOST_DEPTH || wrong(j, "less nesting");
}

bool nn_json_more(nn_json *j, char bracket, bool *first)
{
    if (j->error != NULL)
        return false;
    if (take(j, bracket)) {
        j->depth--;
        return false;
    }
    if (!*first && !take(j, ','))
        return wrong(j, "a comma or a closing bracket");
    *first = false;
    return true;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *at = c == 0 ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits) % 16;
}

/* The four digits at p, or -1. */
static int32_t four_digits(const nn_json *j, const char *p)
{
    int32_t code = 0;
    if (j->end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code;
}

static void put_utf8(nn_text *t, uint32_t c)
{
    char bytes[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3f));
    bytes[0] = (char)(lead[n] | c);
    nn_text_add(t, bytes, n);
}

/* The escape after \u, with its second half where it is a pair. */
static bool unicode(nn_json *j, nn_text *t)
{
    int32_t code = four_digits(j, j->at);
    if (code <= 0)
        return wrong(j, "four hexadecimal digits, not all 0");
    j->at += 4;
    if (code >= 0xd800 && code < 0xdc00) {
        bool pair = j->end - j->at >= 6 && j->at[0] == '\\' && j->at[1] == 'u';
        int32_t low = pair ? four_digits(j, j->at + 2) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return wrong(j, "the second half of a surrogate pair");
        j->at += 6;
        code = 0x10000 + (code - 0xd800) * 0x400 + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000)
        return wrong(j, "the first half of a surrogate pair");
    put_utf8(t, (uint32_t)code);
    return true;
}

static bool escape(nn_json *j, nn_text *t)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (j->at == j->end)
        return wrong(j, "an escape");
    char c = *j->at++;
    if (c == 'u')
        return unicode(j, t);
    const char *at = c == 0 ? NULL : strchr(names, c);
    if (at == NULL)
        return wrong(j, "a known escape");
    nn_text_add(t, &values[at - names], 1);
    return true;
}

bool nn_json_string(nn_json *j, char **text)
{
    nn_text t = {0};
    *text = NULL;
    if (!take(j, '"'))
        return wrong(j, "a string");
    nn_text_add(&t, "", 0);
    while (j->at < j->end && *j->at != '"') {
        unsigned char c = (unsigned char)*j->at++;
        if (c == '\\')
            escape(j, &t);
        else if (c < 0x20)
            wrong(j, "no control character in a string");
        else
            nn_text_add(&t, j->at - 1, 1);
    }
    if (j->error == NULL && !take(j, '"'))
        wrong(j, "a closing quote");
    if (t.failed)
        wrong(j, "more memory");
    if (j->error == NULL)
        *text = t.bytes;
    else
        free(t.bytes);
    return j->error == NULL;
}

bool nn_json_key(nn_json *j, char **text)
{
    if (!nn_json_string(j, text))
        return false;
    if (take(j, ':'))
        return true;
    free(*text);
    *text = NULL;
    return wrong(j, "a colon");
}

bool nn_json_number(nn_json *j, double *x)
{
    char text[64], *end;
    size_t n = 0;
    skip_space(j);
    while (j->at < j->end && n + 1 < sizeof text && *j->at != 0 &&
           strchr("+-.eE0123456789", *j->at) != NULL)
        text[n++] = *j->at++;
    text[n] = 0;
    *x = strtod(text, &end);
    return (n > 0 && *end == 0) || wrong(j, "a number");
}

bool nn_json_size(nn_json *j, int64_t *x)
{
    double value;
    if (!nn_json_number(j, &value))
        return false;
    if (!(value >= 0 && value <= 0x1p53) || value != (double)(int64_t)value)
        return wrong(j, "a whole number");
    *x = (int64_t)value;
    return true;
}

static bool skip_members(nn_json *j, bool object)
{
    bool first = true;
    char close = object ? '}' : ']';
    if (!nn_json_enter(j, object ? '{' : '['))
        return false;
    while (nn_json_more(j, close, &first)) {
        char *key = NULL;
        if (object && !nn_json_key(j, &key))
            return false;
        free(key);
        if (!nn_json_skip(j))
            return false;
    }
    return j->error == NULL;
}

static bool skip_word(nn_json *j)
{
    static const char *const words[] = {"true", "false", "null"};
    for (int i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(j->end - j->at) >= n && !memcmp(j->at, words[i], n)) {
            j->at += n;
            return true;
        }
    }
    return wrong(j, "a value");
}

bool nn_json_skip(nn_json *j)
{
    char *text;
    double x;
    skip_space(j);
    if (j->at == j->end)
        return wrong(j, "a value");
    if (*j->at == '{' || *j->at == '[')
        return skip_members(j, *j->at == '{');
    if (*j->at == '"') {
        bool good = nn_json_string(j, &text);
        free(text);
        return good;
    }
    if (strchr("tfn", *j->at) != NULL)
        return skip_word(j);
    return nn_json_number(j, &x);
}

bool nn_json_done(nn_json *j)
{
    skip_space(j);
    return j->error == NULL &&
           (j->at == j->end || wrong(j, "the end of the text"));
}

/* A character of n bytes that is not shown, 0 for a byte of none. */
static void quote_hidden(nn_text *t, const char *p, size_t n)
{
    unsigned long code = n == 0 ? 0xfffd : nn_utf8_code(p, n);
    if (code > 0xffff) {
        code -= 0x10000;
        nn_text_print(t, "\\u%04lx", 0xd800 + (code >> 10));
        code = 0xdc00 + (code & 0x3ff);
    }
    nn_text_print(t, "\\u%04lx", code);
}

void nn_json_quote(nn_text *t, const char *text)
{
    nn_text_add(t, "\"", 1);
    for (size_t left = strlen(text); left > 0;) {
        size_t n = nn_printable(text, left), all = nn_utf8(text, left);
        if (n == 0)
            quote_hidden(t, text, all);
        else {
            nn_text_add(t, "\\", *text == '"' || *text == '\\');
            nn_text_add(t, text, n);
        }
        all = all > 0 ? all : 1;
        text += all;
        left -= all;
    }
    nn_text_add(t, "\"", 1);
}
