/* Ids are not kept: a row is cut into tokens whenever it is asked for, which
 * costs little beside a step of training, so that a text may be larger than
 * memory. */
#include "nn_spelling.h"

#include <stdlib.h>
#include <string.h>

#include "nn_labels.h"
#include "nn_lines.h"
#include "nn_mem.h"
#include "nn_tally.h"
#include "nn_token.h"
#include "nn_vocabulary.h"

/* Different words that are counted at once: some 40 MiB. */
enum { TALLY_BOUND = 1 << 19 };

struct nn_speller {
    const nn_flow *flow;
    const nn_tensor *tensor;
    const nn_transform *split, *ids, *category, *shift;
    nn_vocabulary own;
    const nn_vocabulary *words; /* own, or another speller's */
    nn_token token;
    nn_cursor field;
};

static bool open_speller(nn_speller **out, const nn_flow *flow,
                         const nn_tensor *tensor, nn_error *e)
{
    nn_speller *s = calloc(1, sizeof *s);
    *out = s;
    if (s == NULL)
        return nn_fail(e, "no memory");
    s->flow = flow;
    s->tensor = tensor;
    s->words = &s->own;
    s->split = nn_flow_transform(flow, NN_SPLIT);
    s->ids = nn_flow_transform(flow, NN_IDS);
    s->category = nn_flow_transform(flow, NN_CATEGORY);
    s->shift = nn_flow_transform(flow, NN_SHIFT);
    return nn_token_open(&s->token, e);
}

static void close_speller(nn_speller *s)
{
    if (s == NULL)
        return;
    nn_vocabulary_close(&s->own);
    nn_token_close(&s->token);
    free(s);
}

static void share(nn_speller *s, const nn_speller *from)
{
    s->words = &from->own;
}

static bool is_labels(const nn_speller *s)
{
    return s->category != NULL;
}

/* The next token of a row; windows end after their length. */
static bool next(nn_speller *s, nn_cursor *c, bool *more, nn_error *e)
{
    return s->split->splitter->next(s->split, c, &s->token, more, e);
}

static bool in_line(const nn_table *t, int64_t row, nn_error *e)
{
    char where[340];
    nn_table_where(t, row, where, sizeof where);
    return nn_fail_in(e, where);
}

/* Tokens of a window, or more than any row has. */
static int64_t most_tokens(const nn_speller *s, const nn_table *t)
{
    const nn_transform *w = nn_flow_transform(s->flow, NN_WINDOWS);
    return t->cell == NN_CELL_WINDOW ? w->length : INT64_MAX;
}

/* What is done with a token; false after a message. */
typedef bool use(nn_speller *s, void *context, nn_error *e);

/* Calls `with` for each token of a row; *count becomes how many there are. */
static bool each_token(nn_speller *s, const nn_table *t, int64_t row, use *with,
                       void *context, int64_t *count, nn_error *e)
{
    nn_cursor *c;
    int64_t most = most_tokens(s, t);
    bool more = true;
    *count = 0;
    if (!nn_lines_row(t, row, s->flow, &s->field, &c, e))
        return in_line(t, row, e);
    while (*count < most) {
        if (!next(s, c, &more, e))
            return in_line(t, row, e);
        if (!more)
            break;
        (*count)++;
        if (with != NULL && !with(s, context, e))
            return in_line(t, row, e);
    }
    nn_lines_passed(t, *count);
    return true;
}

static bool tally(nn_speller *s, void *context, nn_error *e)
{
    return nn_tally_add(context, s->token.bytes, s->token.length, e);
}

static bool is_dropped(const nn_table *t, int64_t row)
{
    return t->dropped != NULL && t->dropped[row];
}

static bool count_words(nn_speller *s, nn_tally *all, const nn_table *t,
                        const uint8_t *part_of, nn_error *e)
{
    int64_t count;
    e->text[0] = 0;
    while (nn_tally_pass(all, e))
        for (int64_t row = 0; row < t->rows; row++)
            if (part_of[row] == NN_TRAIN && !is_dropped(t, row) &&
                !each_token(s, t, row, tally, all, &count, e))
                return false;
    return e->text[0] == 0;
}

/* Labels are sorted, and leave 0 to what pads a row. */
static bool take_labels(nn_speller *s, char **text, int64_t count,
                        const nn_table *t, nn_error *e)
{
    nn_labels l;
    int64_t all = count + 1 + s->category->other;
    nn_labels_take(&l, text, count, e);
    if (!nn_vocabulary_take(&s->own, text, count, 1, e))
        return false;
    return all <= s->tensor->classes ||
           nn_fail(e,
                   "%s has %lld classes, and its training rows in %s have "
                   "%lld different labels; class 0 pads a row%s, so it takes "
                   "%lld",
                   s->tensor->name, (long long)s->tensor->classes, t->path,
                   (long long)count,
                   s->category->other ? " and one is for others" : "",
                   (long long)all);
}

/* Words; were there none, all would be the same. */
static bool take_words(nn_speller *s, char **text, int64_t count,
                       const nn_table *t, nn_error *e)
{
    if (!nn_vocabulary_take(&s->own, text, count, NN_ID_WORDS, e))
        return false;
    return count > 0 || s->tensor->classes <= NN_ID_WORDS ||
           nn_fail(e,
                   "no word of the training rows in %s occurs %lld times, so "
                   "all of %s would be <other>: give `ids` a smaller min_count",
                   t->path, (long long)s->ids->least, s->tensor->name);
}

static bool learn(nn_speller *s, const nn_table *t, const uint8_t *part_of,
                  nn_error *e)
{
    nn_tally all;
    char **text = NULL;
    int64_t count = 0;
    int64_t most = s->tensor->classes - NN_ID_WORDS;
    if (s->words != &s->own)
        return true;
    if (is_labels(s))
        nn_tally_open(&all, INT32_MAX, 1, TALLY_BOUND);
    else
        nn_tally_open(&all, most > 0 ? most : 0, s->ids->least, TALLY_BOUND);
    bool good = count_words(s, &all, t, part_of, e) &&
                nn_tally_take(&all, &text, &count, e);
    nn_tally_close(&all);
    if (!good)
        return false;
    return is_labels(s) ? take_labels(s, text, count, t, e)
                        : take_words(s, text, count, t, e);
}

/* The id of the token at hand, or -1. */
static int64_t id_of(const nn_speller *s)
{
    int64_t id = nn_vocabulary_find(s->words, s->token.bytes, s->token.length);
    if (id >= 0)
        return id;
    if (!is_labels(s))
        return NN_ID_OTHER;
    return s->category->other ? s->words->first + s->words->count : -1;
}

static bool known(nn_speller *s, void *context, nn_error *e)
{
    nn_label label = {s->token.bytes, s->token.length};
    (void)context;
    return id_of(s) >= 0 ||
           nn_fail(e,
                   "the label '%.*s' of %s does not occur in the training "
                   "rows; category(other: true) makes a class of such",
                   nn_label_shown(label), label.bytes, s->tensor->name);
}

static bool check(nn_speller *s, const nn_table *t, nn_error *e)
{
    int64_t count;
    bool framed = s->ids != NULL && (s->ids->start || s->ids->stop);
    if (t->cell == NN_CELL_WINDOW)
        return true;
    for (int64_t row = 0; row < t->rows; row++) {
        if (is_dropped(t, row))
            continue;
        if (!each_token(s, t, row, is_labels(s) ? known : NULL, NULL, &count,
                        e))
            return false;
        if (count == 0 && !framed) {
            nn_fail(e, "%s has no word here", s->tensor->name);
            return in_line(t, row, e);
        }
    }
    return true;
}

static bool agree(nn_speller *labels, const nn_table *a, nn_speller *words,
                  const nn_table *b, nn_error *e)
{
    char here[340], there[340];
    int64_t n = 0, m = 0;
    for (int64_t row = 0; row < a->rows; row++) {
        if (is_dropped(a, row) || is_dropped(b, row))
            continue;
        if (!each_token(labels, a, row, NULL, NULL, &n, e) ||
            !each_token(words, b, row, NULL, NULL, &m, e))
            return false;
        if (n == m)
            continue;
        nn_table_where(a, row, here, sizeof here);
        nn_table_where(b, row, there, sizeof there);
        return nn_fail(e,
                       "%s has %lld label%s, %s has %lld word%s: each word "
                       "has one label%s",
                       here, (long long)n, nn_s(n), there, (long long)m,
                       nn_s(m),
                       words->split->punctuation == NN_PUNCTUATION_KEEP
                           ? ""
                           : "; words(punctuation: keep) parts words at blanks "
                             "alone");
    }
    return true;
}

/* A row at work. */
typedef struct {
    int32_t *ids;
    int64_t count, room;
} line;

static void put(line *l, int64_t id)
{
    if (l->count < l->room)
        l->ids[l->count++] = (int32_t)id;
}

/* The tokens of a row as ids, up to the room; the rest is not read. */
static bool put_tokens(nn_speller *s, const nn_table *t, int64_t row, line *l,
                       nn_error *e)
{
    nn_cursor *c;
    int64_t read = 0;
    bool more = true;
    if (!nn_lines_row(t, row, s->flow, &s->field, &c, e))
        return in_line(t, row, e);
    for (; l->count < l->room; read++) {
        if (!next(s, c, &more, e))
            return in_line(t, row, e);
        if (!more)
            break;
        put(l, id_of(s));
    }
    nn_lines_passed(t, read);
    return true;
}

/* One place on, within as many tokens. */
static void move_on(const nn_speller *s, line *l)
{
    if (l->count == 0)
        return;
    memmove(l->ids + 1, l->ids, (size_t)(l->count - 1) * sizeof *l->ids);
    l->ids[0] = s->shift->start;
}

static void fill_up(const nn_speller *s, line *l)
{
    int64_t rest = l->room - l->count;
    size_t used = (size_t)l->count * sizeof *l->ids;
    bool left = s->ids != NULL && s->ids->left;
    if (left)
        memmove(l->ids + rest, l->ids, used);
    memset(left ? l->ids : l->ids + l->count, 0, (size_t)rest * sizeof *l->ids);
}

static bool spell_row(nn_speller *s, const nn_table *t, int64_t row,
                      void *values, nn_error *e)
{
    line l = {.ids = values, .room = s->tensor->values};
    if (s->ids != NULL && s->ids->start)
        put(&l, NN_ID_START);
    if (!put_tokens(s, t, row, &l, e))
        return false;
    if (s->ids != NULL && s->ids->stop)
        put(&l, NN_ID_STOP);
    if (s->shift != NULL)
        move_on(s, &l);
    fill_up(s, &l);
    return true;
}

/* A token as a person may see it. */
static nn_label shown(nn_label token)
{
    static const char plain[] = "\n\t\r", *const escaped[] = {"\\n", "\\t",
                                                              "\\r"};
    for (int i = 0; i < 3; i++)
        if (token.length == 1 && *token.bytes == plain[i])
            return (nn_label){escaped[i], 2};
    return token;
}

static bool next_id(nn_speller *s, nn_cursor *c, int32_t *id, bool *more,
                    nn_error *e)
{
    if (!next(s, c, more, e))
        return false;
    if (!*more)
        return true;
    nn_label token = shown((nn_label){s->token.bytes, s->token.length});
    *id = (int32_t)id_of(s);
    return *id >= s->words->first ||
           nn_fail(e, "the text that the model learned has no '%.*s'",
                   nn_label_shown(token), token.bytes);
}

static const char *between(const nn_speller *s)
{
    return s->split->splitter->between;
}

static char *const *words(const nn_speller *s, int64_t *count)
{
    *count = s->own.count;
    return s->words == &s->own ? s->own.text : NULL;
}

static const char *restore(nn_speller *s, char **text, int64_t count)
{
    nn_error e;
    int64_t first = is_labels(s) ? 1 : NN_ID_WORDS;
    int64_t other = is_labels(s) ? s->category->other : 0;
    bool good = nn_vocabulary_take(&s->own, text, count, first, &e);
    if (first + count + other > s->tensor->classes)
        return "more than it has classes for";
    return good ? NULL : "not one list of different words";
}

static const char *word(const nn_speller *s, int64_t id)
{
    static const char *const others[] = {"<pad>", "<start>", "<stop>",
                                         "<other>"};
    const nn_vocabulary *v = s->words;
    if (id < v->first)
        return others[id];
    if (id < v->first + v->count)
        return v->text[id - v->first];
    return is_labels(s) && s->category->other && id == v->first + v->count
               ? others[NN_ID_OTHER]
               : NULL;
}

const nn_spelling nn_spelled = {.open = open_speller,
                                .close = close_speller,
                                .share = share,
                                .learn = learn,
                                .check = check,
                                .agree = agree,
                                .row = spell_row,
                                .next = next_id,
                                .between = between,
                                .words = words,
                                .restore = restore,
                                .word = word,
                                .labels = is_labels,
                                .lines = &nn_lines};
