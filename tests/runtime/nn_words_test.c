/* Words, characters and whole texts; counting more words than are held at
 * once; finding them again. */
#include "check.h"

#include "nn_tally.h"
#include "nn_token.h"
#include "nn_vocabulary.h"

/* All tokens of a text, each behind a bar. */
static void join(const nn_splitter *by, const nn_transform *how, nn_cursor c,
                 char *out, size_t size)
{
    nn_token t;
    nn_error e;
    bool more = true;
    size_t used = 0;
    assert_true(nn_token_open(&t, &e));
    out[0] = 0;
    while (more) {
        assert_true(by->next(how, &c, &t, &more, &e));
        if (more)
            used += (size_t)snprintf(out + used, size - used, "|%.*s",
                                     (int)t.length, t.bytes);
    }
    nn_token_close(&t);
}

static void cuts_words(void **state)
{
    static const struct {
        nn_transform how;
        const char *text, *tokens;
    } rows[] = {
        {{.lower = 0}, "It's a  dog.", "|It's|a|dog|."},
        {{.lower = 1}, "Don't (STOP)!?", "|don't|(|stop|)|!|?"},
        {{.lower = 0}, "3.14, 9:30 and 1,000.", "|3.14|,|9:30|and|1,000|."},
        {{.lower = 0}, "e-mail - x", "|e-mail|-|x"},
        {{.lower = 0},
         "'quoted' a.b snake_case",
         "|'|quoted|'|a|.|b|snake_case"},
        {{.lower = 0},
         "don\xe2\x80\x99t \xe2\x80\x9cx\xe2\x80\x9d",
         "|don\xe2\x80\x99t|\xe2\x80\x9c|x|\xe2\x80\x9d"},
        {{.lower = 0},
         "a\xc2\xa0"
         "b\xe3\x80\x80"
         "c\t\r\nd",
         "|a|b|c|d"},
        {{.punctuation = NN_PUNCTUATION_KEEP},
         "B-from.city O, x",
         "|B-from.city|O,|x"},
        {{.punctuation = NN_PUNCTUATION_DROP},
         "Well, it's (so) good... !",
         "|Well|it's|so|good"},
        {{.lower = 0}, "   ", ""},
        {{.lower = 0}, "", ""},
    };
    char out[200];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        join(&nn_words, &rows[i].how,
             nn_cursor_over(rows[i].text, strlen(rows[i].text)), out,
             sizeof out);
        assert_string_equal(out, rows[i].tokens);
    }
}

static void cuts_characters_and_wholes(void **state)
{
    nn_transform how = {.lower = 1};
    char out[200];
    (void)state;
    join(&nn_characters, &how, nn_cursor_over("A\xc3\x89 \n", 5), out,
         sizeof out);
    assert_string_equal(out, "|a|\xc3\xa9| |\n");
    join(&nn_whole, &how, nn_cursor_over("  New York ", 11), out, sizeof out);
    assert_string_equal(out, "|new york");
    join(&nn_whole, &how, nn_cursor_over(" ", 1), out, sizeof out);
    assert_string_equal(out, "");
}

/* The words of a list, counted with room for `bound` different ones. */
static void count(size_t bound, int64_t most, int64_t least, char *out,
                  size_t size)
{
    nn_tally t;
    nn_error e = {""};
    char **text, word[16];
    int64_t n;
    size_t used = 0;
    nn_tally_open(&t, most, least, bound);
    while (nn_tally_pass(&t, &e))
        for (unsigned i = 1; i <= 60; i++)
            for (unsigned k = 0; k < 60 / i; k++) {
                snprintf(word, sizeof word, "w%u", i);
                assert_true(nn_tally_add(&t, word, strlen(word), &e));
            }
    assert_true(nn_tally_take(&t, &text, &n, &e));
    nn_tally_close(&t);
    for (int64_t i = 0; i < n; i++) {
        used += (size_t)snprintf(out + used, size - used, " %s", text[i]);
        free(text[i]);
    }
    free(text);
}

static void counts_the_same_in_little_memory(void **state)
{
    char all[600], few[600];
    (void)state;
    count(1000, 8, 1, all, sizeof all);
    assert_string_equal(all, " w1 w2 w3 w4 w5 w6 w7 w8");
    count(1000, 1000, 6, all, sizeof all);
    assert_string_equal(all, " w1 w2 w3 w4 w5 w6 w7 w8 w10 w9");
    count(1000, 1000, 1, all, sizeof all);
    for (size_t bound = 1; bound < 70; bound = bound * 2 + 1) {
        count(bound, 1000, 1, few, sizeof few);
        assert_string_equal(few, all);
    }
}

static void finds_words(void **state)
{
    nn_vocabulary v;
    nn_error e = {""};
    char **text = calloc(3, sizeof *text);
    (void)state;
    text[0] = strdup("the");
    text[1] = strdup("a");
    text[2] = strdup("then");
    assert_true(nn_vocabulary_take(&v, text, 3, 4, &e));
    assert_int_equal(nn_vocabulary_find(&v, "the", 3), 4);
    assert_int_equal(nn_vocabulary_find(&v, "then", 4), 6);
    assert_int_equal(nn_vocabulary_find(&v, "th", 2), -1);
    assert_int_equal(nn_vocabulary_find(&v, "them", 4), -1);
    nn_vocabulary_close(&v);
    text = calloc(2, sizeof *text);
    text[0] = strdup("a");
    text[1] = strdup("a");
    assert_false(nn_vocabulary_take(&v, text, 2, 4, &e));
    assert_string_equal(e.text, "the word 'a' is in the list twice");
    nn_vocabulary_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_words),
        cmocka_unit_test(cuts_characters_and_wholes),
        cmocka_unit_test(counts_the_same_in_little_memory),
        cmocka_unit_test(finds_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
