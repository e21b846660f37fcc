/* data.c: the data block and the training settings as the runtime's tables,
 * and the main functions of the two programs (see runtime/nn_program.h). */
#include <string.h>

#include "base/quote.h"
#include "emit/data.h"
#include "emit/record.h"
#include "emit/units.h"
#include "emit/weights.h"
#include "emit/wrap.h"
#include "pass/kinks.h"

static double number(const Stage *stage, const char *key, double otherwise)
{
    const Setting *s = flow_setting(stage, key);
    return s && s->kind == SET_NUMBER ? s->number : otherwise;
}

/* Numbers that follow each other from place i on; the place behind them. */
static int write_run(Text *out, const Setting *s, int i)
{
    int from = (int)s->list[i++], to = from;

    for (; i < s->n && (int)s->list[i] == to + 1; i++)
        to++;
    text_printf(out, "{.from = %d, .to = %d}", from, to);
    return i;
}

static int write_columns(Text *out, const Setting *s)
{
    int n = 0;
    if (s->kind == SET_TEXT || s->kind == SET_WORD) {
        text_add(out, "{.name = ");
        quote_c(out, s->text);
        text_add(out, "}");
        return 1;
    }
    if (s->kind == SET_NUMBER) {
        text_printf(out, "{.from = %d, .to = %d}", (int)s->number,
                    (int)s->number);
        return 1;
    }
    if (s->kind == SET_SPAN) {
        text_add(out, "{.name = ");
        quote_c(out, s->texts[0]);
        text_add(out, ", .last = ");
        quote_c(out, s->texts[1]);
        text_add(out, "}");
        return 1;
    }
    for (int i = 0; i < s->n; n++) {
        text_add(out, n ? ", " : "");
        if (s->texts) {
            text_add(out, "{.name = ");
            quote_c(out, s->texts[i++]);
            text_add(out, "}");
        } else
            i = write_run(out, s, i);
    }
    return n;
}

static const Setting *columns_of(const Stage *source)
{
    const Setting *one = flow_setting(source, "column");
    return one ? one : flow_setting(source, "columns");
}

/* The C of a splitter: most are called as the language calls them. */
static const char *splitter_name(const nn_splitter *s)
{
    return s == &nn_words        ? "words"
           : s == &nn_characters ? "characters"
           : s == &nn_whole      ? "whole"
                                 : "hashed";
}

static void write_splitter(Text *out, const nn_transform *t)
{
    text_printf(out, ", .splitter = &nn_%s", splitter_name(t->splitter));
    if (t->lower)
        text_add(out, ", .lower = 1");
    if (t->punctuation == NN_PUNCTUATION_KEEP)
        text_add(out, ", .punctuation = NN_PUNCTUATION_KEEP");
    if (t->punctuation == NN_PUNCTUATION_DROP)
        text_add(out, ", .punctuation = NN_PUNCTUATION_DROP");
}

static void write_ids(Text *out, const nn_transform *t)
{
    text_printf(out, ", .least = %lld", (long long)t->least);
    if (t->left)
        text_add(out, ", .left = 1");
    if (t->start)
        text_add(out, ", .start = 1");
    if (t->stop)
        text_add(out, ", .stop = 1");
}

static void write_transform(Text *out, const nn_transform *t)
{
    static const char *const kinds[] = {[NN_STANDARDIZE] = "STANDARDIZE",
                                        [NN_SCALE] = "SCALE",
                                        [NN_CATEGORY] = "CATEGORY",
                                        [NN_WINDOWS] = "WINDOWS",
                                        [NN_SPLIT] = "SPLIT",
                                        [NN_IDS] = "IDS",
                                        [NN_SHIFT] = "SHIFT"};
    text_printf(out, "    {.kind = NN_%s", kinds[t->kind]);
    if (t->kind == NN_SPLIT)
        write_splitter(out, t);
    if (t->kind == NN_IDS)
        write_ids(out, t);
    if (t->kind == NN_SCALE)
        text_printf(out, ", .factor = %.17g", t->factor);
    if (t->kind == NN_CATEGORY && t->other)
        text_add(out, ", .other = 1");
    if (t->kind == NN_SHIFT)
        text_printf(out, ", .start = %d", t->start);
    if (t->kind == NN_WINDOWS)
        text_printf(out, ", .length = %lld, .ahead = %lld, .stride = %lld",
                    (long long)t->length, (long long)t->ahead,
                    (long long)t->stride);
    text_add(out, "},\n");
}

static void write_lists(Text *out, const Flow *flow, int i)
{
    const Setting *columns = columns_of(&flow->stages[0]);
    int n;
    const nn_transform *all = record_transforms(out->arena, flow, &n);
    if (columns) {
        text_printf(out, "\nstatic const nn_columns columns_%d[] = {", i);
        write_columns(out, columns);
        text_add(out, "};\n");
    }
    if (flow->n_stages > 1) {
        text_printf(out, "\nstatic const nn_transform transforms_%d[] = {\n",
                    i);
        for (int k = 0; k < n; k++)
            write_transform(out, &all[k]);
        text_add(out, "};\n");
    }
}

static void write_draws(Text *out, const Stage *source)
{
    const Setting *draw = flow_setting(source, "draw");
    bool uniform = draw && draw->text && strcmp(draw->text, "uniform") == 0;
    text_printf(out,
                ",\n        .draws = {.rows = %.0f, .seed = %.0f, .draw = %s, "
                ".low = %.17g, .high = %.17g}",
                number(source, "rows", 1), number(source, "seed", 1),
                uniform ? "NN_DRAW_UNIFORM" : "NN_DRAW_NORMAL",
                number(source, "low", 0), number(source, "high", 1));
}

static int count_columns(Arena *arena, const Setting *s)
{
    Text waste = {.arena = arena};
    return write_columns(&waste, s);
}

/* Lines that are labels are read as a table of one column. */
static const char *reader_of(const Flow *flow)
{
    const char *name = flow->stages[0].name;
    bool labels =
        flow->n_stages > 1 && strcmp(flow->stages[1].name, "category") == 0;
    return strcmp(name, "text") == 0              ? "series"
           : labels && strcmp(name, "lines") == 0 ? "tsv"
                                                  : name;
}

/* How numbers are written in a file of text, and what stands for none. */
static void write_notation(Text *out, const Stage *source)
{
    static const char *const missing[] = {[NN_MISSING_ZERO] = "ZERO",
                                          [NN_MISSING_MEAN] = "MEAN",
                                          [NN_MISSING_DROP] = "DROP"};
    const Setting *separator = flow_setting(source, "separator");
    const Setting *decimal = flow_setting(source, "decimal");
    const Setting *encoding = flow_setting(source, "encoding");

    if (separator && *separator->text != ',')
        text_printf(out,
                    *separator->text == '\t' ? ", .separator = '\\t'"
                                             : ", .separator = '%c'",
                    *separator->text);
    if (decimal && *decimal->text == ',')
        text_add(out, ", .decimal = ','");
    if (encoding && strcmp(encoding->text, "windows-1252") == 0)
        text_add(out, ", .charset = NN_WINDOWS_1252");
    if (missing[record_missing(source)])
        text_printf(out, ", .missing = NN_MISSING_%s",
                    missing[record_missing(source)]);
}

static void write_flow(Text *out, const Flow *flow, int i, int feed, bool reads)
{
    static const char *const parts[] = {[NN_TRAIN] = "TRAIN",
                                        [NN_VALIDATION] = "VALIDATION",
                                        [NN_TEST] = "TEST"};
    const Stage *source = &flow->stages[0];
    const Setting *path = flow_setting(source, "path");
    const Setting *columns = columns_of(source);
    const Setting *header = flow_setting(source, "header");
    const char *reader = reader_of(flow);
    nn_flow f = record_flow(out->arena, flow, feed);
    text_printf(out, "    {.tensor = %d, .part = NN_%s, .line = %d", f.tensor,
                parts[f.part], f.line);
    if (reads)
        text_printf(out, ", .reader = &nn_%s", reader);
    if (path) {
        text_add(out, ",\n        .path = ");
        quote_c(out, path->text);
    }
    if (columns)
        text_printf(out, ",\n        .columns = columns_%d, .column_count = %d",
                    i, count_columns(out->arena, columns));
    if (strcmp(reader, "tsv") == 0 && strcmp(source->name, "lines") == 0)
        text_add(out, ", .separator = '\\n', .header = NN_HEADER_NO");
    if (header)
        text_printf(out, ", .header = %s",
                    header->number != 0 ? "NN_HEADER_YES" : "NN_HEADER_NO");
    write_notation(out, source);
    if (strcmp(source->name, "random") == 0)
        write_draws(out, source);
    if (flow->n_stages > 1)
        text_printf(out,
                    ",\n        .transforms = transforms_%d, .transform_count "
                    "= %d",
                    i, f.transform_count);
    if (f.ahead)
        text_add(out, ", .ahead = 1");
    if (f.like)
        text_printf(out, ", .like = %d", f.like);
    text_add(out, "},\n");
}

/* `reads`: from files, which a library leaves to its caller. */
static int write_flows(Text *out, const Program *p, bool reads)
{
    int n = 0;
    if (p->flows.n == 0)
        return 0;
    for (int i = 0; i < p->flows.n; i++)
        write_lists(out, &p->flows.at[i], i);
    text_add(out, "\nstatic const nn_flow flows[] = {\n");
    for (int i = 0; i < p->flows.n; i++)
        for (int feed = 0; feed < p->flows.at[i].n_feeds; feed++, n++)
            write_flow(out, &p->flows.at[i], i, feed, reads);
    text_add(out, "};\n");
    return n;
}

static void write_split(Text *out, const char *name, const Split *s)
{
    static const char *const kind[] = {"NN_SPLIT_NONE", "NN_SPLIT_SHARE",
                                       "NN_SPLIT_ROWS", "NN_SPLIT_FOLD",
                                       "NN_SPLIT_SOURCES"};
    if (s->kind == SPLIT_NONE)
        return;
    text_printf(out, "    .%s = {.kind = %s", name, kind[s->kind]);
    if (s->kind == SPLIT_FOLD)
        text_printf(out, ", .fold = %.0f, .folds = %d", s->amount, s->folds);
    else
        text_printf(out, ", .amount = %.17g", s->amount);
    if (s->last)
        text_add(out, ", .last = 1");
    if (s->stratified >= 0)
        text_printf(out, ", .by = %d", s->stratified + 1);
    text_add(out, "},\n");
}

static void write_schedule(Text *out, const Schedule *s)
{
    static const char *const kind[] = {"NN_RATE_CONSTANT", "NN_RATE_STEP",
                                       "NN_RATE_COSINE"};
    text_printf(out, "        .schedule = {.kind = %s", kind[s->kind]);
    if (s->kind == RATE_STEP)
        text_printf(out, ", .every = %.0f, .factor = %.17g", s->every,
                    s->factor);
    if (s->kind == RATE_COSINE)
        text_printf(out, ", .to = %.17g", s->to);
    if (s->warmup != 0)
        text_printf(out, ", .warmup = %.0f", s->warmup);
    text_add(out, "},\n");
}

static void write_train(Text *out, const Train *t)
{
    text_add(out, "    .train = {.optimizer = ");
    quote_c(out, t->optimizer->name);
    text_printf(out, ", .rate = %.17g,\n", t->rate);
    write_schedule(out, &t->schedule);
    text_printf(out,
                "        .batch_all = %d, .epochs = %lld, .seed = %lld, "
                ".split_seed = %lld, .patience = %lld, .stateful = %d,\n"
                "        .settings = "
                "settings, .setting_count = sizeof settings / sizeof "
                "*settings},\n",
                t->batch == 0, (long long)t->epochs, (long long)t->seed,
                (long long)t->split_seed, (long long)t->patience, t->stateful);
}

static void write_pairings(Text *out, const Program *p)
{
    if (p->outputs.n == 0)
        return;
    for (int i = 0; i < p->outputs.n; i++)
        emit_units(out, "units", i, &p->outputs.at[i].units);
    text_add(out, "\nstatic const nn_pairing pairings[] = {\n");
    for (int i = 0; i < p->outputs.n; i++) {
        const Output *o = &p->outputs.at[i];
        text_printf(out, "    {.target = %d, .probabilities = %d",
                    o->target + 1, o->classes);
        emit_units_field(out, "units", i, &o->units);
        text_add(out, "},\n");
    }
    text_add(out, "};\n");
}

static bool is_packed(const char *path)
{
    size_t n = path ? strlen(path) : 0;
    return n > 3 && strcmp(path + n - 3, ".gz") == 0;
}

bool emit_names_gzip(const Program *p)
{
    for (int i = 0; i < p->tensors.n; i++)
        if (is_packed(p->tensors.at[i].init.vectors))
            return true;
    for (int i = 0; i < p->flows.n; i++) {
        const Setting *path = flow_setting(&p->flows.at[i].stages[0], "path");
        if (path && is_packed(path->text))
            return true;
    }
    return false;
}

bool emit_uses_images(const Program *p)
{
    for (int i = 0; i < p->n_inputs; i++)
        if (axes_image(&p->inputs.at[i].axes))
            return true;
    return false;
}

static void write_kinks(Text *out, const Program *p)
{
    const struct Kinks *k = p->kinks;
    text_printf(out, "\nstatic const unsigned char behind[%d] = {",
                p->tensors.n + 1);
    for (int i = 0; i < p->tensors.n; i++)
        text_printf(out, "%d, ", k->behind[i]);
    text_add(out, "0};\n\nstatic const nn_kinks kinks = {");
    if (k->kinks)
        text_printf(out, ".kinks = \"%s\", ", k->kinks);
    if (k->surrogates)
        text_printf(out, ".surrogates = \"%s\", ", k->surrogates);
    text_add(out, ".behind = behind};\n");
}

/* Which weights begin with vectors of words; how many they are. */
static int write_vectors(Text *out, const Program *p)
{
    int n = 0;
    for (int i = 0; i < p->tensors.n; i++) {
        const Init *init = &p->tensors.at[i].init;
        if (!init->vectors)
            continue;
        text_printf(out, "%s    {.param = %d, .tensor = %d, .path = ",
                    n++ ? "" : "\nstatic const nn_vectors vectors[] = {\n", i,
                    init->words);
        quote_c(out, init->vectors);
        text_add(out, "},\n");
    }
    if (n)
        text_add(out, "};\n");
    return n;
}

/* What counts for metrics that are no sums; false: all are. */
static bool write_scorers(Text *out, const Program *p)
{
    if (p->chosen == 0)
        return false;
    text_add(out, "\nstatic const nn_scorer *const scorers[] = {");
    for (int i = 0; i < p->metrics.n; i++) {
        const char *scorer = p->metrics.at[i].scorer;
        text_printf(out, scorer ? "%s&nn_%s" : "%sNULL", i ? ", " : "", scorer);
    }
    text_add(out, "};\n");
    return true;
}

/* A long string of C in pieces of a line. */
static void write_pieces(Text *out, const char *s)
{
    enum { PIECE = 72 };
    for (size_t n = strlen(s), at = 0; at == 0 || at < n; at += PIECE) {
        text_add(out, "\n        ");
        quote_c(out, arena_printf(out->arena, "%.*s", PIECE, s + at));
    }
}

/* Weights that the program holds, with what data has learned. */
static void write_given(Text *out, const Weights *w)
{
    if (!w)
        return;
    if (w->notes.n)
        text_add(out, "\nstatic nn_note notes[] = {\n");
    for (int i = 0; i < w->notes.n; i += 2) {
        text_add(out, "    {");
        quote_c(out, w->notes.at[i]);
        text_add(out, ",");
        write_pieces(out, w->notes.at[i + 1]);
        text_add(out, "},\n");
    }
    if (w->notes.n)
        text_add(out, "};\n");
    text_printf(out,
                "\nstatic const nn_given given = {.params = %s, .reals = %lld",
                w->name, (long long)weights_count(w));
    if (w->notes.n)
        text_printf(out, ", .notes = notes, .note_count = %d", w->notes.n / 2);
    text_add(out, "};\n");
}

/* What the program needs beside its model. */
static void write_needs(Text *out, const Program *p, Purpose purpose, bool gzip)
{
    if (p->weights)
        text_add(out, "    .given = &given,\n");
    if (gzip)
        text_add(out, "    .unpacker = &nn_gzip,\n");
    if (purpose == PURPOSE_INFER && emit_uses_images(p))
        text_add(out, "    .image = &nn_png,\n");
}

/* The head of the table, which programs have for themselves. */
static void write_name(Text *out, const Program *p, Purpose purpose)
{
    if (purpose == PURPOSE_SHARED)
        text_printf(out,
                    "\n__attribute__((visibility(\"default\")))\n"
                    "const nn_program %s_program = {\n",
                    p->name);
    else
        text_add(out, "\nstatic const nn_program program = {\n");
    text_printf(out, "    .model = &%s_model, .file = ", p->name);
    quote_c(out, str_base_name(p->path));
    text_add(out, ",\n");
}

static void write_main(Text *out, Purpose purpose)
{
    static const char *const programs[] = {[PURPOSE_TRAIN] = "train",
                                           [PURPOSE_INFER] = "infer",
                                           [PURPOSE_VERIFY] = "verify",
                                           [PURPOSE_BENCH] = "timing"};

    if (purpose != PURPOSE_SHARED)
        text_printf(out,
                    "\nint main(int argc, char **argv)\n{\n"
                    "    return nn_%s_main(argc, argv, &program);\n}\n",
                    programs[purpose]);
}

static void write_program(Text *out, const Program *p, Purpose purpose,
                          bool gzip)
{
    bool infer = purpose == PURPOSE_INFER, train = !infer && p->has_loss;
    int flows = write_flows(out, p, purpose != PURPOSE_SHARED);
    int vectors = train ? write_vectors(out, p) : 0;
    bool scorers = train && write_scorers(out, p);
    bool writes = infer && p->generate.name;
    if (p->kinks)
        write_kinks(out, p);
    if (train)
        emit_settings(out, p);
    write_pairings(out, p);
    if (writes)
        text_printf(out,
                    "\nstatic const nn_generation generation = {.input = %d, "
                    ".start = %d, .stop = %d,\n    .beam = %d, .limit = "
                    "%lld, .run = nn_generate};\n",
                    p->generate.input, p->generate.start, p->generate.stop,
                    p->generate.beam, (long long)p->generate.limit);
    write_given(out, p->weights);
    write_name(out, p, purpose);
    if (flows)
        text_printf(out, "    .flows = flows, .flow_count = %d,\n", flows);
    write_split(out, "validation", &p->validation);
    write_split(out, "test", &p->test);
    if (train)
        write_train(out, &p->train);
    if (vectors)
        text_printf(out, "    .vectors = vectors, .vector_count = %d,\n",
                    vectors);
    if (vectors && purpose == PURPOSE_TRAIN)
        text_add(out, "    .fill = nn_vectors_fill,\n");
    if (writes)
        text_add(out, "    .generation = &generation,\n");
    if (p->outputs.n)
        text_add(out, "    .pairings = pairings,\n");
    if (scorers)
        text_add(out, "    .scorers = scorers,\n");
    write_needs(out, p, purpose, gzip);
    if (p->kinks)
        text_add(out, "    .gradcheck = nn_gradcheck, .kinks = &kinks,\n");
    text_add(out, "};\n");
    write_main(out, purpose);
}

void emit_program(Text *out, const Program *p, Purpose purpose, bool gzip)
{
    Text text = {.arena = out->arena};
    write_program(&text, p, purpose, gzip);
    wrap_lines(out, text_str(&text));
}
