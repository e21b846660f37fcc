/* data_test.c: what a text says of data and training, as the tables of its
 * programs: each setting with its own number. */
#include "emit/data.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "front/elaborate.h"
#include "front/parse.h"
#include "support/fixture.h"

/* The sources of all models below. */
static const char sources[] =
    "x = random(rows: 50, seed: 9, draw: uniform, low: -3, high: 7);\n"
    "c = tsv(\"c.gz\", column: 6, header: true) -> category;\n"
    "past, next = csv(\"s.csv\", columns: 2..3, separator: \";\",\n"
    "  decimal: \",\", missing: mean) -> scale(0.25) -> standardize ->\n"
    "  windows(20, ahead: 4, stride: 5);";

/* The C of this text's program, every run of white space as one blank. */
static const char *c_of(const char *text)
{
    Source *source = NEW(arena, Source);
    Diag *diag = diag_new(arena);
    Text raw = {.arena = arena}, out = {.arena = arena};
    Program *p;

    *source = (Source){.path = "a.nn", .text = text, .size = strlen(text)};
    p = elaborate_program(arena, diag, parse_text(arena, diag, source),
                          &(ElabOptions){0});
    if (!p) {
        diag_print(diag, stderr, false);
        fail_msg("%s", text);
    }
    emit_program(&raw, p, PURPOSE_TRAIN, emit_names_gzip(p));
    for (const char *at = text_str(&raw); *at;) {
        size_t blank = strspn(at, " \n");

        text_add_n(&out, blank ? " " : at, 1);
        at += blank ? blank : 1;
    }
    return text_str(&out);
}

static const char *program(const char *parts, const char *train)
{
    return c_of(arena_printf(
        arena,
        "model m { input x: f32[4], past: f32[20, 2];\n"
        "  target c: class(3), next: f32[2];\n"
        "  y = x -> dense(3); z = past -> last -> dense(2);\n"
        "  output y; loss cross_entropy(y, c), squared_error(z, next);\n"
        "  data { %s %s } train { %s } }",
        sources, parts, train));
}

static const struct {
    const char *parts, *train, *says[6];
} rows[] = {
    {"",
     "",
     {".tensor = 0, .part = NN_TRAIN, .line = 5, .reader = &nn_random",
      ".rows = 50, .seed = 9, .draw = NN_DRAW_UNIFORM, .low = -3, .high = 7}",
      "{.kind = NN_SCALE, .factor = 0.25}, {.kind = NN_STANDARDIZE}, {.kind = "
      "NN_WINDOWS, .length = 20, .ahead = 4, .stride = 5}",
      ".separator = ';', .decimal = ',', .missing = NN_MISSING_MEAN",
      ".header = NN_HEADER_YES, .transforms = transforms_1",
      ".unpacker = &nn_gzip"}},
    {"",
     "",
     {".columns = columns_2, .column_count = 1, .separator",
      "columns_2[] = {{.from = 2, .to = 3}}",
      "columns_1[] = {{.from = 6, .to = 6}}", ".tensor = 3, .part = NN_TRAIN",
      ".transform_count = 3, .ahead = 1}"}},
    {"validation last 30 stratified by c; test fold 3 of 10;",
     "",
     {".validation = {.kind = NN_SPLIT_ROWS, .amount = 30, .last = 1, .by = 3}",
      ".test = {.kind = NN_SPLIT_FOLD, .fold = 3, .folds = 10}"}},
    {"",
     "optimizer sgd(0.5); epochs 7; seed 3; split_seed 4; batch all;\n"
     "early_stop(patience: 5); schedule step(every: 6, factor: 0.5); warmup 8;",
     {".train = {.optimizer = \"sgd\", .rate = 0.5,",
      ".schedule = {.kind = NN_RATE_STEP, .every = 6, .factor = 0.5, "
      ".warmup = 8}",
      ".batch_all = 1, .epochs = 7, .seed = 3, .split_seed = 4, "
      ".patience = 5,"}},
    {"",
     "schedule cosine(to: 0.25);",
     {".schedule = {.kind = NN_RATE_COSINE, .to = 0.25}", ".batch_all = 0"}},
};

static void settings_have_their_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *c = program(rows[i].parts, rows[i].train);

        for (int k = 0; k < 6 && rows[i].says[k]; k++)
            if (!strstr(c, rows[i].says[k]))
                fail_msg("no '%s' in:\n%s", rows[i].says[k], c);
    }
}

/* Flows of text, each of which fills the target t. */
static void texts_have_their_tables(void **state)
{
    static const struct {
        const char *type, *flow, *says[3];
    } texts[] = {
        {"class(9)[6]",
         "t = lines(\"a\") -> words(lower: true, punctuation: drop) ->\n"
         "  ids(9, pad: left, stop: true, min_count: 2);",
         {".reader = &nn_lines, .path = \"a\"",
          "{.kind = NN_SPLIT, .splitter = &nn_words, .lower = 1, .punctuation "
          "= NN_PUNCTUATION_DROP}, {.kind = NN_IDS, .least = 2, .left = 1, "
          ".stop = 1}",
          ".transform_count = 2}"}},
        {"class(9)[6]",
         "t = csv(\"a.gz\", column: 2, encoding: \"windows-1252\") ->\n"
         "  characters(9, start: true);",
         {".charset = NN_WINDOWS_1252",
          "{.kind = NN_SPLIT, .splitter = &nn_characters}, {.kind = NN_IDS, "
          ".least = 1, .start = 1}",
          ".unpacker = &nn_gzip"}},
        {"class(9)[6]",
         "t = lines(\"a\") -> words -> category(other: true);",
         {".splitter = &nn_words, .punctuation = NN_PUNCTUATION_KEEP}, {.kind "
          "= NN_CATEGORY, .other = 1}"}},
        {"class(9)",
         "t = lines(\"a\") -> category;",
         {".reader = &nn_tsv", ".separator = '\\n', .header = NN_HEADER_NO"}},
        {"class(9)",
         "t = csv(\"a\", column: 1) -> ids(9);",
         {"{.kind = NN_SPLIT, .splitter = &nn_whole}, {.kind = NN_IDS"}},
        {"class(9)[6]",
         "t = text(\"a\") -> characters(9) -> windows(6);",
         {".reader = &nn_series",
          ".kind = NN_WINDOWS, .length = 6, .ahead = 0, .stride = 1}"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *c = c_of(arena_printf(
            arena,
            "model m { input x: f32[6, 9]; target t: %s; y = x -> dense(9)%s;\n"
            "  output y; loss cross_entropy(y, t);\n"
            "  data { x = random(rows: 9); %s } }",
            texts[i].type, strchr(texts[i].type, '[') ? "" : " -> last",
            texts[i].flow));

        for (int k = 0; k < 3 && texts[i].says[k]; k++)
            if (!strstr(c, texts[i].says[k]))
                fail_msg("no '%s' in:\n%s", texts[i].says[k], c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(settings_have_their_numbers, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(texts_have_their_tables, make_arena,
                                        drop_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
