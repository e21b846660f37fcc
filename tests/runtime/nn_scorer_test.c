/* What metrics count, against numbers of scores.py: F1 of classes by its
 * formula, chunks by a list of them, BLEU by sacrebleu. */
#include "check.h"

#include <math.h>

#include "nn_mteval.h"
#include "nn_scorer.h"
#include "nn_token.h"
#include "scores.def"

enum { MOST = 40 };

/* A target with these labels, separated by blanks. */
static nn_prep labelled(const char *labels, char *room, char *names[MOST],
                        nn_tensor *tensor)
{
    nn_prep p = {.category = true, .tensor = tensor};
    char *next;
    strcpy(room, labels);
    for (char *at = strtok_r(room, " ", &next); at != NULL;
         at = strtok_r(NULL, " ", &next))
        names[p.labels.count++] = at;
    p.labels.text = names;
    *tensor = (nn_tensor){
        .name = "slot", .type = NN_CLASS, .classes = p.labels.count};
    return p;
}

static int32_t id_of(const nn_prep *p, const char *label)
{
    for (int64_t k = 0; k < p->labels.count; k++)
        if (strcmp(p->labels.text[k], label) == 0)
            return (int32_t)k;
    fail_msg("there is no label %s", label);
    return 0;
}

static int64_t read_ids(const nn_prep *p, const char *line, int32_t ids[MOST])
{
    char room[400], *next;
    int64_t n = 0;
    strcpy(room, line);
    for (char *at = strtok_r(room, " ", &next); at != NULL;
         at = strtok_r(NULL, " ", &next))
        ids[n++] = id_of(p, at);
    return n;
}

static void add_line(const nn_scorer *s, double *counts, const nn_prep *p,
                     const char *kind, const char *chosen)
{
    int32_t a[MOST], b[MOST];
    nn_error e;
    nn_steps steps = {read_ids(p, kind, a), a, b};
    assert_int_equal(read_ids(p, chosen, b), steps.count);
    assert_true(s->add(counts, p, &steps, &e));
}

static const char tags[] =
    "O B-a I-a B-b I-b B-a-b I-a-b <pad> <start> <stop> <other>";

static void chunks_are_those_of_conlleval(void **state)
{
    char room[200], *names[MOST];
    nn_tensor tensor;
    nn_prep p = labelled(tags, room, names, &tensor);
    double all[3] = {0};
    nn_error e;
    (void)state;
    assert_int_equal(nn_f1_chunks.counts(11), 3);
    assert_true(nn_f1_chunks.check("f1_chunks", &p, &e));
    for (size_t i = 0; i < sizeof chunk_lines / sizeof *chunk_lines; i++) {
        const double *want = chunk_lines[i].counts;
        double counts[3] = {0};
        add_line(&nn_f1_chunks, counts, &p, chunk_lines[i].kind,
                 chunk_lines[i].chosen);
        for (int k = 0; k < 3; k++) {
            all[k] += counts[k];
            if (counts[k] != want[k])
                fail_msg("%s | %s: count %d is %g, not %g", chunk_lines[i].kind,
                         chunk_lines[i].chosen, k, counts[k], want[k]);
        }
    }
    assert_true(fabs(nn_f1_chunks.figure(all, 11) - CHUNKS_F1) < 1e-15);
    memset(all, 0, sizeof all);
    assert_true(nn_f1_chunks.figure(all, 11) == 0);
}

static void chunks_need_their_names(void **state)
{
    static const struct {
        const char *labels, *says;
    } rows[] = {
        {"O B-a I-a cat", "slot has the label `cat`"},
        {"O B-a E-a", "the label `E-a`"},
        {"B-", "the label `B-`"},
        {"Inner", "the label `Inner`"},
        {"O <pad>", "no label of slot is a B-TYPE or I-TYPE"},
    };
    char room[200], *names[MOST];
    nn_tensor tensor;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_prep p = labelled(rows[i].labels, room, names, &tensor);
        nn_error e;
        assert_false(nn_f1_chunks.check("f1_chunks2", &p, &e));
        assert_says(&e, (const char *[]){"f1_chunks2: ", rows[i].says, NULL});
    }
}

static void f1_follows_its_formula(void **state)
{
    char room[200], *names[MOST];
    nn_tensor tensor;
    (void)state;
    for (size_t i = 0; i < sizeof class_lines / sizeof *class_lines; i++) {
        nn_prep p = labelled(class_lines[i].labels, room, names, &tensor);
        double counts[3 * MOST] = {0};
        assert_int_equal(nn_f1.counts(tensor.classes), 3 * tensor.classes);
        add_line(&nn_f1, counts, &p, class_lines[i].kind,
                 class_lines[i].chosen);
        double f1 = nn_f1.figure(counts, tensor.classes);
        if (fabs(f1 - class_lines[i].f1) > 1e-15)
            fail_msg("line %zu: F1 is %.17g", i, f1);
    }
}

static char *printed(void (*print)(FILE *, const double *, const nn_prep *),
                     const double *counts, const nn_prep *p)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    print(f, counts, p);
    fclose(f);
    return text;
}

static void list_all(FILE *out, const double *counts, const nn_prep *p)
{
    nn_confusion.list(out, "confusion,test", counts, p);
}

static void a_table_has_the_classes_that_occur(void **state)
{
    char room[200], *names[MOST];
    nn_tensor tensor;
    nn_prep p = labelled("a\"b \xC3\xA4\xC3\xB6 never c", room, names, &tensor);
    double counts[16] = {0};
    (void)state;
    assert_int_equal(nn_confusion.counts(4), 16);
    add_line(&nn_confusion, counts, &p, "a\"b a\"b c \xC3\xA4\xC3\xB6",
             "a\"b c c a\"b");
    counts[15] = 123456;
    char *table = printed(nn_confusion.show, counts, &p);
    assert_string_equal(table,
                        "          taken for\n"
                        "             a\"b      \xC3\xA4\xC3\xB6       c\n"
                        "  a\"b          1       0       1\n"
                        "  \xC3\xA4\xC3\xB6           1       0       0\n"
                        "  c            0       0  123456\n");
    free(table);
    table = printed(list_all, counts, &p);
    assert_string_equal(table, "confusion,test,\"a\"\"b\",\"a\"\"b\",1\n"
                               "confusion,test,\"a\"\"b\",\"c\",1\n"
                               "confusion,test,\"\xC3\xA4\xC3\xB6\","
                               "\"a\"\"b\",1\n"
                               "confusion,test,\"c\",\"c\",123456\n");
    free(table);
}

/* More classes than a table has room for. */
static void mistakes_come_by_how_often(void **state)
{
    nn_tensor tensor = {.name = "t", .type = NN_CLASS, .classes = 30};
    nn_prep p = {.tensor = &tensor};
    double counts[900] = {0};
    (void)state;
    for (int i = 0; i < 30; i++)
        counts[31 * i] = 5;
    counts[2 * 30 + 7] = counts[29 * 30] = 3;
    counts[30] = 1;
    counts[4 * 30 + 5] = 12;
    char *text = printed(nn_confusion.show, counts, &p);
    assert_string_equal(text, "  most often mistaken:\n"
                              "      12  4 taken for 5\n"
                              "       3  2 taken for 7\n"
                              "       3  29 taken for 0\n"
                              "       1  1 taken for 0\n");
    free(text);
}

static void bleu_is_that_of_sacrebleu(void **state)
{
    nn_error e;
    (void)state;
    for (size_t i = 0; i < sizeof token_lines / sizeof *token_lines; i++) {
        nn_text t = {0};
        nn_mteval_tokens(token_lines[i][0], &t);
        assert_string_equal(t.bytes != NULL ? t.bytes : "", token_lines[i][1]);
        free(t.bytes);
    }
    for (size_t i = 0; i < sizeof bleu_sets / sizeof *bleu_sets; i++) {
        double counts[NN_MTEVAL_COUNTS] = {0};
        for (int k = 0; bleu_sets[i].lines[k][0] != NULL; k++)
            assert_true(nn_mteval_add(counts, bleu_sets[i].lines[k][0],
                                      bleu_sets[i].lines[k][1], &e));
        double bleu = nn_mteval_bleu(counts);
        if (fabs(bleu - bleu_sets[i].bleu) > 1e-12)
            fail_msg("set %zu: BLEU is %.17g", i, bleu);
    }
}

static const char *a_word(const nn_speller *s, int64_t id)
{
    static const char *const words[] = {"<pad>", "<start>", "<stop>", "<other>",
                                        "a",     "b",       "c",      "."};
    (void)s;
    return id < 8 ? words[id] : NULL;
}

static bool are_words(const nn_speller *s)
{
    (void)s;
    return false;
}

static bool are_labels(const nn_speller *s)
{
    (void)s;
    return true;
}

/* Rows as they are spelled are counted as those texts. */
static void rows_are_spelled_up_to_their_stop(void **state)
{
    static const nn_splitter whole = {.name = "words"},
                             single = {.name = "characters"};
    static const struct {
        const nn_splitter *splitter;
        bool labels;
        const char *chosen, *kind;
    } rows[] = {
        {&whole, false, "a c <other> .", "a b c"},
        {&single, false, "ac<other>.", "abc"},
        {&whole, true, "<start> a c <other> . <stop> c",
         "a b <start> c <stop> . c"},
    };
    static const int32_t chosen[] = {1, 4, 6, 3, 7, 9, 2, 6},
                         kind[] = {4, 5, 1, 6, 2, 7, 6, 0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const nn_spelling spelling = {
            .word = a_word, .labels = rows[i].labels ? are_labels : are_words};
        const nn_transform split = {.kind = NN_SPLIT,
                                    .splitter = rows[i].splitter};
        const nn_flow flow = {.transforms = &split, .transform_count = 1};
        const nn_prep p = {.flow = &flow, .spelling = &spelling};
        const nn_steps steps = {8, kind, chosen};
        double is[NN_MTEVAL_COUNTS] = {0}, want[NN_MTEVAL_COUNTS] = {0};
        nn_error e;
        assert_int_equal(nn_bleu.counts(9), NN_MTEVAL_COUNTS);
        assert_true(nn_bleu.add(is, &p, &steps, &e));
        assert_true(nn_mteval_add(want, rows[i].chosen, rows[i].kind, &e));
        assert_memory_equal(is, want, sizeof is);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_are_those_of_conlleval),
        cmocka_unit_test(chunks_need_their_names),
        cmocka_unit_test(f1_follows_its_formula),
        cmocka_unit_test(a_table_has_the_classes_that_occur),
        cmocka_unit_test(mistakes_come_by_how_often),
        cmocka_unit_test(bleu_is_that_of_sacrebleu),
        cmocka_unit_test(rows_are_spelled_up_to_their_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
