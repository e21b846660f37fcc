/* Words are known by their first letter, because what begins with a digit or
 * a sign may be a number that somebody writes in another way: 1,000 or 0x1F,
 * 5% or 2019-01-01. Of what is not ASCII, punctuation, signs and wide digits
 * are no letters. */
#include "nn_field.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_one_of(const nn_label *field, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == field->length &&
            strncasecmp(*words, field->bytes, field->length) == 0)
            return true;
    return false;
}

bool nn_field_is_missing(const nn_label *field)
{
    static const char *const words[] = {"",     "?",   "na",   "n/a",
                                        "#n/a", "nan", "null", "none",
                                        "-",    ".",   "<na>", NULL};
    bool number = field->length > 0 && isdigit((unsigned char)*field->bytes);
    return !number && field->length <= 4 && is_one_of(field, words);
}

/* A letter's first byte in UTF-8; 0xc2, 0xe2 and 0xef lead the signs. */
static bool is_letter(unsigned char c)
{
    return c < 0x80 ? isalpha(c) || c == '_'
                    : c != 0xc2 && c != 0xe2 && c != 0xef;
}

bool nn_field_is_word(const nn_label *field)
{
    static const char *const values[] = {"inf", "infinity", "true", "false",
                                         "yes", "no",       NULL};
    return field->length > 0 && is_letter((unsigned char)field->bytes[0]) &&
           !nn_field_is_missing(field) && !is_one_of(field, values);
}

static bool holds(nn_label line, char c)
{
    return memchr(line.bytes, c, line.length) != NULL;
}

static nn_label line_at(const nn_records *r, const char *start)
{
    size_t left = (size_t)(r->end - start);
    const char *stop = memchr(start, '\n', left);
    return (nn_label){start, stop != NULL ? (size_t)(stop - start) : left};
}

/* What a line without the separator has in its place; 0: nothing. */
static char other_separator(const nn_records *r, nn_label line)
{
    if (holds(line, r->separator))
        return holds(line, ';') && r->separator == ',' ? ';' : 0;
    for (const char *c = ";\t|, "; *c != 0; c++)
        if (holds(line, *c))
            return *c;
    return 0;
}

/* Digits on both sides of a comma. */
static bool has_decimal_comma(nn_label line)
{
    for (size_t i = 1; i + 1 < line.length; i++)
        if (line.bytes[i] == ',' && isdigit((unsigned char)line.bytes[i - 1]) &&
            isdigit((unsigned char)line.bytes[i + 1]))
            return true;
    return false;
}

static bool hint_separator(const nn_records *r, char c, nn_error *e)
{
    nn_label rest = {r->begin, (size_t)(r->end - r->begin)};
    rest.length = rest.length > 4096 ? 4096 : rest.length;
    if (!r->quotes)
        return nn_fail_also(
            e, "; columns of a tsv file stand apart by tabs, not by '%c'", c);
    if (c == '\t')
        return nn_fail_also(
            e, "; its columns stand apart by tabs: write tsv(...)");
    if (c == ',')
        return nn_fail_also(e,
                            "; its columns stand apart by ',': write csv(...) "
                            "without another separator");
    if (c == ';' && has_decimal_comma(rest))
        return nn_fail_also(
            e, "; its columns stand apart by ';': write separator: "
               "\";\", decimal: \",\"");
    return nn_fail_also(
        e, "; its columns stand apart by '%c': write separator: \"%c\"", c, c);
}

bool nn_field_hint(const nn_records *r, nn_error *e)
{
    const char *lines[] = {r->begin, r->start};
    for (int i = 0; i < 2; i++)
        if (lines[i] < r->end && *lines[i] == '#')
            return nn_fail_also(e,
                                "; %s begins with '#': there are no comments "
                                "in such files, so remove it",
                                i == 0 ? "line 1" : "it");
    for (int i = 0; i < 2; i++) {
        char c =
            lines[i] < r->end ? other_separator(r, line_at(r, lines[i])) : 0;
        if (c != 0)
            return hint_separator(r, c, e);
    }
    return false;
}

bool nn_field_hint_number(const nn_records *r, const nn_label *field,
                          nn_error *e)
{
    static const char others[] = ";\t|";
    for (const char *c = others; *c != 0; c++)
        if (holds(*field, *c))
            return hint_separator(r, *c, e);
    if (field->length > 0 && field->bytes[0] == '#')
        return nn_field_hint(r, e);
    if (r->decimal == '.' && has_decimal_comma(*field))
        return nn_fail_also(
            e, "; a comma in a number is read only as decimal: \",\", "
               "and nothing sets thousands apart");
    if (r->decimal == ',' && holds(*field, '.'))
        return nn_fail_also(e, "; with decimal: \",\" no number has a point");
    return false;
}
