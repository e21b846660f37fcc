/* Tokens are cut as the regular expressions of mteval-v13a do it, one after
 * the other over the whole line. All characters they name are ASCII, so that
 * bytes of other characters are like letters. */
#include "nn_mteval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_say.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_stop(char c)
{
    return c == '.' || c == ',';
}

/* [{-~[-` -&(-+:-@/] */
static bool is_mark(char c)
{
    return c >= ' ' && c <= '~' && strchr("',-.", c) == NULL && !is_digit(c) &&
           !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z');
}

static bool other_stop(char a, char b)
{
    return !is_digit(a) && is_stop(b);
}

static bool stop_other(char a, char b)
{
    return is_stop(a) && !is_digit(b);
}

static bool digit_dash(char a, char b)
{
    return is_digit(a) && b == '-';
}

/* Parts two characters in a row by a blank, with another one in front of them
 * or behind; goes on behind both, as a regular expression does. */
static void part_pairs(nn_text *out, const char *line, bool (*are)(char, char),
                       bool in_front)
{
    while (*line != 0)
        if (line[1] == 0 || !are(line[0], line[1])) {
            nn_text_add(out, line++, 1);
        } else {
            nn_text_print(out, "%s%c %c%s", in_front ? " " : "", line[0],
                          line[1], in_front ? "" : " ");
            line += 2;
        }
}

static void part_marks(nn_text *out, const char *line)
{
    for (; *line != 0; line++)
        if (is_mark(*line))
            nn_text_print(out, " %c ", *line);
        else
            nn_text_add(out, line, 1);
}

static void replace_text(nn_text *out, const char *line, const char *from,
                         const char *to)
{
    size_t n = strlen(from);
    for (const char *at; (at = strstr(line, from)) != NULL; line = at + n) {
        nn_text_add(out, line, (size_t)(at - line));
        nn_text_add(out, to, strlen(to));
    }
    nn_text_add(out, line, strlen(line));
}

/* What Python's split() takes for blank. */
static bool is_blank(unsigned long c)
{
    return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x85 ||
           c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

/* Each token with one blank behind it. */
static void join(nn_text *out, const char *line)
{
    bool inside = false;
    for (size_t left = strlen(line), n; left > 0; line += n, left -= n) {
        size_t known = nn_utf8(line, left);
        bool blank = known > 0 && is_blank(nn_utf8_code(line, known));
        n = known > 0 ? known : 1;
        if (!blank)
            nn_text_add(out, line, n);
        else if (inside)
            nn_text_add(out, " ", 1);
        inside = !blank;
    }
    if (inside)
        nn_text_add(out, " ", 1);
}

/* The text so far becomes the next step's line. */
static const char *take(nn_text *done, nn_text *next)
{
    nn_text old = *done;
    *done = *next;
    old.length = 0;
    old.failed |= done->failed;
    *next = old;
    if (next->bytes != NULL)
        next->bytes[0] = 0;
    return done->bytes != NULL ? done->bytes : "";
}

void nn_mteval_tokens(const char *line, nn_text *out)
{
    static const char *const marks[][2] = {
        {"<skipped>", ""}, {"-\n", ""},   {"\n", " "},  {"&quot;", "\""},
        {"&amp;", "&"},    {"&lt;", "<"}, {"&gt;", ">"}};
    nn_text a = {0}, b = {0};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        replace_text(&b, line, marks[i][0], marks[i][1]);
        line = take(&a, &b);
    }
    nn_text_print(&b, " %s ", line);
    line = take(&a, &b);
    part_marks(&b, line);
    line = take(&a, &b);
    part_pairs(&b, line, other_stop, false);
    line = take(&a, &b);
    part_pairs(&b, line, stop_other, true);
    line = take(&a, &b);
    part_pairs(&b, line, digit_dash, false);
    line = take(&a, &b);
    join(out, line);
    out->failed |= a.failed || b.failed;
    free(a.bytes);
    free(b.bytes);
}

/* The tokens of both lines as numbers, equal ones the same. */
typedef struct {
    int *id;
    bool *used;
    int count[2]; /* of the line, of its reference, which stands behind */
} tokens;

static int count_tokens(const nn_text *t)
{
    int n = 0;
    for (size_t i = 0; i < t->length; i++)
        n += t->bytes[i] == ' ';
    return n;
}

static bool number(tokens *t, const nn_text text[2], nn_error *e)
{
    int all = 0;
    for (int i = 0; i < 2; i++)
        all += t->count[i] = count_tokens(&text[i]);
    const char **at = NULL;
    bool good =
        nn_alloc(&at, (size_t)all + 1, sizeof *at, "tokens", e) &&
        nn_alloc(&t->id, (size_t)all + 1, sizeof *t->id, "tokens", e) &&
        nn_alloc(&t->used, (size_t)all + 1, sizeof *t->used, "tokens", e);
    const char *next = text[0].bytes;
    for (int i = 0; good && i < all; i++) {
        next = i == t->count[0] ? text[1].bytes : next;
        at[i] = next;
        size_t n = strcspn(next, " ") + 1;
        int same = 0;
        while (same < i && strncmp(at[same], next, n) != 0)
            same++;
        t->id[i] = same;
        next += n;
    }
    free(at);
    return good;
}

/* How many sequences of n tokens are in the reference too, each at most as
 * often as there. */
static int matches(tokens *t, int n)
{
    const int *line = t->id, *reference = t->id + t->count[0];
    int found = 0;
    memset(t->used, 0, (size_t)t->count[1] * sizeof *t->used);
    for (int i = 0; i + n <= t->count[0]; i++)
        for (int k = 0; k + n <= t->count[1]; k++)
            if (!t->used[k] && memcmp(line + i, reference + k,
                                      (size_t)n * sizeof *line) == 0) {
                t->used[k] = true;
                found++;
                break;
            }
    return found;
}

bool nn_mteval_add(double *counts, const char *line, const char *reference,
                   nn_error *e)
{
    nn_text text[2] = {{0}};
    tokens t = {0};
    nn_mteval_tokens(line, &text[0]);
    nn_mteval_tokens(reference, &text[1]);
    bool good = !text[0].failed && !text[1].failed;
    good = good ? number(&t, text, e) : nn_fail(e, "no memory for tokens");
    for (int n = 1; good && n <= NN_MTEVAL_ORDERS; n++) {
        int all = t.count[0] - n + 1;
        counts[NN_MTEVAL_RIGHT + n - 1] += matches(&t, n);
        counts[NN_MTEVAL_ALL + n - 1] += all > 0 ? all : 0;
    }
    counts[NN_MTEVAL_TOKENS] += t.count[0];
    counts[NN_MTEVAL_TRUE] += t.count[1];
    free(text[0].bytes);
    free(text[1].bytes);
    free(t.id);
    free(t.used);
    return good;
}

double nn_mteval_bleu(const double *counts)
{
    double logs = 0, smooth = 1;
    double length = counts[NN_MTEVAL_TOKENS], wanted = counts[NN_MTEVAL_TRUE];
    if (counts[NN_MTEVAL_RIGHT] == 0)
        return 0;
    for (int n = 0; n < NN_MTEVAL_ORDERS; n++) {
        double right = counts[NN_MTEVAL_RIGHT + n];
        double all = counts[NN_MTEVAL_ALL + n];
        if (all == 0)
            return 0;
        smooth *= right == 0 ? 2 : 1;
        logs += log(right == 0 ? 1 / (smooth * all) : right / all);
    }
    double brief = length < wanted ? 1 - wanted / length : 0;
    return 100 * exp(brief + logs / NN_MTEVAL_ORDERS);
}
