/* Weights files: there and back, files as other programs write them, and
 * every kind of broken one. */
#include "check.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>

#include "nn_ckpt.h"
#include "nn_init.h"
#include "nn_layout.h"
#include "nn_learned.h"
#include "softmax.h"

static void fill(nn_real *params)
{
    memset(params, 0, 2 * SLOT * sizeof *params);
    for (int slot = 0; slot < 2; slot++) {
        for (int i = 0; i < IN; i++)
            for (int o = 0; o < OUT; o++)
                params[slot * SLOT + i * LANES + o] =
                    (nn_real)(100 * slot + 10 * o + i + 1);
        for (int o = 0; o < OUT; o++)
            params[slot * SLOT + IN * LANES + o] = (nn_real)(-o - 100 * slot);
    }
}

static void weights_come_back(void **state)
{
    nn_real a[2 * SLOT], b[2 * SLOT] = {0};
    nn_tensors t;
    nn_error e = {""};
    (void)state;
    fill(a);
    assert_true(nn_ckpt_save_weights(&softmax_model, a, NULL, 0, "w", &e));
    assert_true(nn_tensors_open(&t, "w", &e));
    assert_int_equal(t.count, 2);
    const nn_saved *w = nn_tensors_find(&t, "out.weight");
    assert_non_null(w);
    assert_int_equal((uintptr_t)w->data % 4, 0);
    for (int i = 0; i < OUT * IN; i++) /* file order: row-major [3, 4] */
        assert_true(nn_tensors_value(w, i) == i / IN * 10 + i % IN + 1);
    assert_true(nn_ckpt_load_weights(&softmax_model, &t, "w", b, &e));
    assert_memory_equal(a, b, SLOT * sizeof *a);
    nn_tensors_close(&t);
}

/* Parameters larger than what is written at once, by rows and by columns. */
static void large_weights_come_back(void **state)
{
    enum { ROWS = 5, ROW = 300000, SIZE = ROWS * ROW };
    static const nn_param params[] = {
        {.name = "rows", .rank = 2, .shape = {ROWS, ROW}, .size = SIZE},
        {.name = "columns",
         .rank = 2,
         .shape = {ROWS, ROW},
         .offset = SIZE,
         .size = SIZE,
         .piece_count = 2,
         .pieces = {{0, 1, ROWS, 1}, {1, 1, ROW, ROWS}}},
    };
    static const nn_model model = {.name = "large",
                                   .version = "0",
                                   .params = params,
                                   .param_count = 2,
                                   .reals = 2 * SIZE};
    static nn_real a[2 * SIZE], b[2 * SIZE];
    nn_tensors t;
    nn_error e = {""};
    (void)state;
    for (int i = 0; i < 2 * SIZE; i++)
        a[i] = (nn_real)i;
    assert_true(nn_ckpt_save_weights(&model, a, NULL, 0, "w", &e));
    assert_true(nn_tensors_open(&t, "w", &e));
    const nn_saved *columns = nn_tensors_find(&t, "columns");
    assert_true(nn_tensors_value(columns, 4 * ROW + 7) == SIZE + 7 * ROWS + 4);
    assert_true(nn_ckpt_load_weights(&model, &t, "w", b, &e));
    assert_memory_equal(a, b, sizeof a);
    nn_tensors_close(&t);
}

static void checkpoints_come_back(void **state)
{
    nn_real a[2 * SLOT], b[2 * SLOT] = {0}, best[SLOT], again[SLOT] = {0};
    double sums[] = {0.1, 1, 1.0 / 3, 50}, back[4] = {0};
    nn_state to = {.seed = 5,
                   .data = UINT64_MAX,
                   .step = 77,
                   .epoch = 6,
                   .batch = 5,
                   .seen = 50,
                   .sums = sums,
                   .sum_count = 4,
                   .rate = 0.1,
                   .epochs = 9,
                   .told = 9,
                   .has_best = true,
                   .best_loss = 1.0 / 7,
                   .best_epoch = 3,
                   .waited = 2};
    nn_state from = {.sums = back, .sum_count = 4};
    nn_error e = {""};
    (void)state;
    fill(a);
    memcpy(best, a, sizeof best);
    best[0] = 42;
    assert_true(nn_ckpt_save(&softmax_model, a, best, &to, NULL, 0, "w", &e));
    assert_true(nn_ckpt_load(&softmax_model, "w", b, again, &from, &e));
    assert_memory_equal(a, b, sizeof a);
    assert_memory_equal(best, again, sizeof best);
    assert_true(from.seed == 5 && from.data == UINT64_MAX);
    assert_true(from.step == 77 && from.epoch == 6 && from.batch == 5);
    assert_memory_equal(back, sums, sizeof sums);
    assert_true(from.seen == 50 && from.best_loss == to.best_loss);
    assert_true(from.has_best && from.best_epoch == 3 && from.waited == 2);
    assert_true(from.rate == 0.1 && from.epochs == 9);
    assert_true(nn_ckpt_save_weights(&softmax_model, a, NULL, 0, "w", &e));
    assert_false(nn_ckpt_load(&softmax_model, "w", b, again, &from, &e));
    assert_non_null(strstr(e.text, "no checkpoint of a training run"));
}

enum { SIZE = 5, STRIDE = 16, KINDS = 6 };

#define ROW(i, of, called)                                                     \
    .name = called, .kind = of, .rank = 1, .shape = {SIZE}, .size = SIZE,      \
    .offset = i * STRIDE, .init = NN_INIT_CONSTANT, .scale = 40 + i

/* A tensor of every kind, of the optimiser's two. */
static const nn_param kinds[] = {
    {ROW(0, NN_WEIGHT, "w")},      {ROW(1, NN_STATISTIC, "mean")},
    {ROW(2, NN_CARRIED, "state")}, {ROW(3, NN_SLOT, "w.m")},
    {ROW(4, NN_SLOT, "w.v")},      {ROW(5, NN_CONSTANT, "places")},
};
static const nn_model every_kind = {.name = "kinds",
                                    .version = "0",
                                    .params = kinds,
                                    .param_count = KINDS,
                                    .reals = KINDS * STRIDE};

/* File "w" holds the first n tensors: number i has 10 i + k at k. */
static void has_tensors(int n)
{
    static const char *const names[] = {"w", "mean", "nnc.carried.state",
                                        "nnc.slot.w.m", "nnc.slot.w.v"};
    nn_tensors t;
    nn_error e = {""};
    assert_true(nn_tensors_open(&t, "w", &e));
    assert_int_equal(t.count, n);
    for (int i = 0; i < n * SIZE; i++)
        assert_true(nn_tensors_value(nn_tensors_find(&t, names[i / SIZE]),
                                     i % SIZE) == 10 * (i / SIZE) + i % SIZE);
    nn_tensors_close(&t);
}

/* Tensors before `anew` have 10 i + k, others what they begin with. */
static void are_loaded(const nn_real *params, int anew)
{
    for (int i = 0, k = 0; i < KINDS; i += k == SIZE - 1, k = (k + 1) % SIZE)
        assert_true(params[i * STRIDE + k] == (i < anew ? 10 * i + k : 40 + i));
}

/* Each kind has its files; what a file does not hold begins anew. */
static void kinds_keep_to_their_files(void **state)
{
    nn_real a[KINDS * STRIDE] = {0}, b[KINDS * STRIDE] = {0};
    nn_state to = {.rate = 0.1, .epochs = 9, .told = 9}, from = {0};
    nn_tensors t;
    nn_error e = {""};
    (void)state;
    for (int i = 0; i < KINDS * STRIDE; i++)
        a[i] = (nn_real)(i / STRIDE * 10 + i % STRIDE);
    assert_true(nn_ckpt_save(&every_kind, a, NULL, &to, NULL, 0, "w", &e));
    has_tensors(5);
    assert_true(nn_ckpt_load(&every_kind, "w", b, NULL, &from, &e));
    are_loaded(b, 5);
    assert_true(nn_ckpt_save_weights(&every_kind, a, NULL, 0, "w", &e));
    has_tensors(2);
    assert_true(nn_tensors_open(&t, "w", &e));
    assert_true(nn_ckpt_load_weights(&every_kind, &t, "w", b, &e));
    are_loaded(b, 2);
    nn_tensors_close(&t);
}

static void reads_other_types(void **state)
{
    static const struct {
        const char *type;
        unsigned char bytes[8];
        int size;
        double value;
    } rows[] = {
        {"F32", {0, 0, 0x80, 0xbf}, 4, -1},
        {"F64", {0, 0, 0, 0, 0, 0, 4, 0x40}, 8, 2.5},
        {"F16", {0, 0x3c}, 2, 1},
        {"F16", {1, 0}, 2, 0x1p-24},
        {"F16", {0xff, 0xfb}, 2, -65504},
        {"BF16", {0x40, 0x40}, 2, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char header[200];
        nn_tensors t;
        nn_error e = {""};
        snprintf(header, sizeof header,
                 "{\"a\":{\"data_offsets\":[0,%d],\"shape\":[],"
                 "\"dtype\":\"%s\"}}",
                 rows[i].size, rows[i].type);
        write_tensors(header, rows[i].bytes, (size_t)rows[i].size);
        if (!nn_tensors_open(&t, "w", &e))
            fail_msg("row %zu: %s", i, e.text);
        assert_true(nn_tensors_value(&t.tensors[0], 0) == rows[i].value);
        nn_tensors_close(&t);
    }
}

#define GOOD                                                                   \
    "\"out.bias\":{\"dtype\":\"F32\",\"shape\":[3],"                           \
    "\"data_offsets\":[0,12]}"

static void refuses_broken_headers(void **state)
{
    static const struct {
        const char *header;
        const char *says[2];
    } rows[] = {
        {"{" GOOD, {"a comma or a closing bracket"}},
        {"{" GOOD "} x", {"the end of the text"}},
        {"{" GOOD "," GOOD "}", {"each tensor once"}},
        {"{\"a\":{\"dtype\":\"\",\"shape\":[1],\"data_offsets\":[0,4]}}",
         {"type, shape and offsets"}},
        {"{\"a\":{\"dtype\":\"F4\",\"shape\":[5],\"data_offsets\":[0,3]}}",
         {"data for each tensor"}},
        {"{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]},"
         "\"a\":{\"dtype\":\"I8\",\"shape\":[5],\"data_offsets\":[0,5]}}",
         {"w is damaged: the data of a and b overlap"}},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
         "\"b\":{\"dtype\":\"U8\",\"shape\":[7],\"data_offsets\":[5,12]}}",
         {"there is 1 byte of no tensor before the data of b"}},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
         {"there are 4 bytes of no tensor at its end"}},
        {"{}", {"there are 12 bytes of no tensor at its end"}},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[9],\"data_offsets\":[0,36]}}",
         {"the file is cut short"}},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,12]}}",
         {"data for each tensor"}},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,4]}}",
         {"data for each tensor"}},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1e18,1e18],"
         "\"data_offsets\":[0,4]}}",
         {"w: its header needs"}},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
         {"a whole number"}},
        {"{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}",
         {"type, shape and offsets"}},
        {"{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
         {"w: its header needs"}},
        {"{\"a\\ud800\":1}", {"second half of a surrogate"}},
        {"{\"a\\udc00\":1}", {"first half of a surrogate"}},
        {"{\"\\u0000\":1}", {"not all 0"}},
        {"{\"__metadata__\":{\"a\":1}}", {"a string"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_tensors t;
        nn_error e = {""};
        write_tensors(rows[i].header, "123456789012", 12);
        if (nn_tensors_open(&t, "w", &e))
            fail_msg("row %zu was read", i);
        assert_says(&e, rows[i].says);
    }
}

/* Whatever byte a file ends at, it is refused. */
static void refuses_every_cut(void **state)
{
    nn_real a[2 * SLOT];
    size_t size;
    nn_error e = {""};
    (void)state;
    fill(a);
    assert_true(nn_ckpt_save_weights(&softmax_model, a, NULL, 0, "w", &e));
    char *bytes = read_bytes("w", &size);
    for (size_t cut = 0; cut < size; cut++) {
        nn_tensors t;
        write_bytes("cut", bytes, cut);
        assert_false(nn_tensors_open(&t, "cut", &e));
        assert_non_null(strstr(e.text, "cut"));
    }
    free(bytes);
}

/* Random bytes put into a good file never crash, and what is still read is
 * still within the file. */
static void survives_damage(void **state)
{
    nn_real a[2 * SLOT];
    size_t size;
    nn_error e = {""};
    (void)state;
    fill(a);
    assert_true(nn_ckpt_save_weights(&softmax_model, a, NULL, 0, "w", &e));
    char *bytes = read_bytes("w", &size);
    srand(1);
    for (int i = 0; i < 3000; i++) {
        nn_tensors t;
        size_t at = (size_t)rand() % size;
        char old = bytes[at];
        bytes[at] = (char)rand();
        write_bytes("w", bytes, size);
        if (nn_tensors_open(&t, "w", &e)) {
            nn_real b[2 * SLOT];
            nn_ckpt_load_weights(&softmax_model, &t, "w", b, &e);
            nn_tensors_close(&t);
        }
        bytes[at] = old;
    }
    free(bytes);
}

static void reports_all_names(void **state)
{
    static const char header[] =
        "{\"out.weight\":{\"dtype\":\"F32\",\"shape\":[4,3],"
        "\"data_offsets\":[0,48]},\"other\":{\"dtype\":\"I64\",\"shape\":[1],"
        "\"data_offsets\":[48,56]}}";
    static const char *const says[] = {
        "w does not fit the model softmax",
        "out.weight is [4, 3], the model has [3, 4]", "out.bias is missing",
        "other is not in the model", NULL};
    static const char data[56];
    nn_real b[2 * SLOT] = {0};
    nn_tensors t;
    nn_error e = {""};
    (void)state;
    write_tensors(header, data, sizeof data);
    assert_true(nn_tensors_open(&t, "w", &e));
    assert_false(nn_ckpt_load_weights(&softmax_model, &t, "w", b, &e));
    assert_says(&e, says);
    nn_tensors_close(&t);
}

static void refuses_weights_that_are_not_finite(void **state)
{
    nn_real a[2 * SLOT], b[2 * SLOT];
    nn_tensors t;
    nn_error e = {""};
    (void)state;
    fill(a);
    a[1] = (nn_real)NAN;
    assert_true(nn_ckpt_save_weights(&softmax_model, a, NULL, 0, "w", &e));
    assert_true(nn_tensors_open(&t, "w", &e));
    assert_false(nn_ckpt_load_weights(&softmax_model, &t, "w", b, &e));
    assert_non_null(strstr(e.text, "w: out.weight[1, 0] is nan, which is no"));
    nn_tensors_close(&t);
}

/* What double holds and float does not is no weight either. */
static void refuses_weights_that_do_not_fit(void **state)
{
    static const char header[] =
        "{\"out.weight\":{\"dtype\":\"F64\",\"shape\":[3,4],"
        "\"data_offsets\":[0,96]},\"out.bias\":{\"dtype\":\"F64\","
        "\"shape\":[3],\"data_offsets\":[96,120]}}";
    double data[15] = {[7] = 3e38};
    nn_real b[2 * SLOT];
    nn_tensors t;
    nn_error e = {""};
    (void)state;
    for (int i = 0; i < 2; i++) {
        write_tensors(header, data, sizeof data);
        assert_true(nn_tensors_open(&t, "w", &e));
        bool good = nn_ckpt_load_weights(&softmax_model, &t, "w", b, &e);
        assert_int_equal(good, i == 0);
        nn_tensors_close(&t);
        data[14] = -3.5e38;
    }
    assert_string_equal(e.text, "w: out.bias[2] is -3.5e+38, which does not "
                                "fit a 32-bit float");
}

static void names_types_and_origin(void **state)
{
    static const char header[] =
        "{\"__metadata__\":{\"nnc.model\":\"other\",\"nnc.version\":\"0.0\"},"
        "\"out.weight\":{\"dtype\":\"F8_E4M3\",\"shape\":[3,4],"
        "\"data_offsets\":[0,12]},\"out.bias\":{\"dtype\":\"Q3\","
        "\"shape\":[3],\"data_offsets\":[12,14]}}";
    static const char *const says[] = {
        "w, made for the model other by nnc 0.0, not ",
        ", does not fit the model softmax:",
        "out.weight is of type F8_E4M3: F32", "out.bias is of type Q3: F32",
        NULL};
    nn_real b[2 * SLOT];
    nn_tensors t;
    nn_error e = {""};
    (void)state;
    write_tensors(header, "12345678901234", 14);
    assert_true(nn_tensors_open(&t, "w", &e));
    assert_false(nn_ckpt_load_weights(&softmax_model, &t, "w", b, &e));
    assert_says(&e, says);
    nn_tensors_close(&t);
}

/* Many tensors are looked up, not searched through; a message lists some. */
static void takes_many_tensors(void **state)
{
    enum { MANY = 80000 };
    nn_text file = {0};
    nn_real b[2 * SLOT];
    nn_tensors t;
    nn_error e = {""};
    (void)state;
    nn_text_add(&file, "\0\0\0\0\0\0\0\0{", 9);
    for (int i = 0; i < MANY; i++)
        nn_text_print(&file,
                      "%s\"t%d\":{\"dtype\":\"U8\",\"shape\":[0],"
                      "\"data_offsets\":[0,0]}",
                      i > 0 ? "," : "", i * 7919 % MANY);
    nn_text_add(&file, "}", 1);
    for (int i = 0; i < 8; i++)
        file.bytes[i] = (char)((uint64_t)(file.length - 8) >> 8 * i);
    write_bytes("w", file.bytes, file.length);
    free(file.bytes);
    assert_true(nn_tensors_open(&t, "w", &e));
    assert_int_equal(t.count, MANY);
    assert_string_equal(nn_tensors_find(&t, "t79999")->name, "t79999");
    assert_null(nn_tensors_find(&t, "t80000"));
    assert_false(nn_ckpt_load_weights(&softmax_model, &t, "w", b, &e));
    assert_non_null(strstr(e.text, "out.weight is missing"));
    assert_non_null(strstr(e.text, "\n  and 79992 more"));
    nn_tensors_close(&t);
}

/* A disk that is full, as a limit on the size of files: the old file stays,
 * and no temporary file is left. */
static void keeps_the_old_file(void **state)
{
    nn_real a[2 * SLOT];
    struct rlimit old, small = {.rlim_cur = 100};
    nn_error e = {""};
    (void)state;
    fill(a);
    write_text("old", "precious");
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    bool saved = nn_ckpt_save_weights(&softmax_model, a, NULL, 0, "old", &e);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_false(saved);
    assert_string_equal(e.text, "cannot write old: File too large");
    size_t size;
    char *bytes = read_bytes("old", &size);
    assert_string_equal(bytes, "precious");
    free(bytes);
    assert_int_equal(system("test $(ls | grep -c 'old\\.') = 0"), 0);
    assert_false(
        nn_ckpt_save_weights(&softmax_model, a, NULL, 0, "no/where", &e));
    assert_string_equal(e.text,
                        "cannot write no/where: No such file or directory");
}

/* Which columns were taken, and what fills their gaps. */
static void learn_columns(nn_prep *p)
{
    p->fields = 9;
    p->column_count = 2;
    p->columns = calloc(2, sizeof(int64_t));
    p->columns[0] = 7;
    p->name_count = 2;
    p->names = calloc(2, sizeof(char *));
    p->names[0] = strdup("\"a\"");
    p->names[1] = strdup("b");
    p->fills = true;
    p->fill_count = IN;
    p->fill = calloc(IN, sizeof(double));
    p->fill[IN - 1] = 1.0 / 3;
}

static void check_columns(const nn_prep *in, const nn_prep *out)
{
    assert_int_equal(in->fields, 9);
    assert_int_equal(in->column_count, 2);
    assert_memory_equal(in->columns, out->columns, 2 * sizeof(int64_t));
    assert_string_equal(in->names[0], "\"a\"");
    assert_string_equal(in->names[1], "b");
    assert_int_equal(in->fill_count, IN);
    assert_memory_equal(in->fill, out->fill, IN * sizeof(double));
}

static void learned_comes_back(void **state)
{
    nn_prep out[2], in[2];
    nn_saving s;
    nn_tensors t;
    nn_error e = {""};
    char *labels[] = {strdup("b \"q\"\n\xc3\xa9"), strdup("a")};
    char **taken = malloc(sizeof labels);
    (void)state;
    memcpy(taken, labels, sizeof labels);
    for (int i = 0; i < 2; i++) {
        assert_true(
            nn_prep_open(&out[i], &softmax_flows[i], &softmax_inputs[i], &e));
        assert_true(
            nn_prep_open(&in[i], &softmax_flows[i], &softmax_inputs[i], &e));
    }
    out[0].period = IN;
    out[0].mean = malloc(IN * sizeof(double));
    out[0].deviation = malloc(IN * sizeof(double));
    for (int i = 0; i < IN; i++) {
        out[0].mean[i] = -1.0 / (i + 3);
        out[0].deviation[i] = 1.0 / (i + 7);
    }
    learn_columns(&out[0]);
    in[0].fills = true;
    assert_true(nn_labels_take(&out[1].labels, taken, 2, &e));
    assert_true(nn_saving_open(&s, "w", &e));
    assert_true(nn_learned_save(&s, out, 2, &e));
    assert_true(nn_saving_header(&s, &e) && nn_saving_finish(&s, &e));
    assert_true(nn_tensors_open(&t, "w", &e));
    assert_true(nn_learned_load(&t, "w", in, 2, &e));
    assert_memory_equal(in[0].mean, out[0].mean, IN * sizeof(double));
    assert_memory_equal(in[0].deviation, out[0].deviation, IN * sizeof(double));
    check_columns(&in[0], &out[0]);
    assert_true(in[1].columns == NULL && in[1].fields == 0);
    assert_int_equal(in[1].labels.count, 2);
    assert_string_equal(in[1].labels.text[0], "a");
    assert_string_equal(in[1].labels.text[1], "b \"q\"\n\xc3\xa9");
    nn_tensors_close(&t);
    for (int i = 0; i < 2; i++) {
        nn_prep_close(&in[i]);
        nn_prep_close(&out[i]);
    }
}

/* Whether labels of a weights file are taken: their places are the ids. */
static bool takes_labels(const char *list)
{
    nn_prep y;
    nn_saving s;
    nn_tensors t;
    nn_error e = {""};
    char note[200];
    snprintf(note, sizeof note, "{\"labels\":%s}", list);
    assert_true(nn_prep_open(&y, &softmax_flows[1], &softmax_inputs[1], &e));
    assert_true(nn_saving_open(&s, "w", &e));
    nn_saving_note(&s, "nnc.data.species", note);
    assert_true(nn_saving_header(&s, &e) && nn_saving_finish(&s, &e));
    assert_true(nn_tensors_open(&t, "w", &e));
    bool good = nn_learned_load(&t, "w", &y, 1, &e);
    nn_tensors_close(&t);
    nn_prep_close(&y);
    return good;
}

static void takes_labels_in_order_alone(void **state)
{
    (void)state;
    assert_true(takes_labels("[\"a\",\"b\",\"c\"]"));
    assert_true(takes_labels("[\"2\",\"10\"]"));
    assert_true(takes_labels("[\"10\",\"2\",\"nan\"]"));
    assert_false(takes_labels("[\"b\",\"a\"]"));
    assert_false(takes_labels("[\"10\",\"2\"]"));
    assert_false(takes_labels("[\"a\",\"a\"]"));
    assert_false(takes_labels("[\"\",\"\"]"));
    assert_false(takes_labels("[]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_come_back),
        cmocka_unit_test(large_weights_come_back),
        cmocka_unit_test(checkpoints_come_back),
        cmocka_unit_test(kinds_keep_to_their_files),
        cmocka_unit_test(reads_other_types),
        cmocka_unit_test(refuses_broken_headers),
        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(survives_damage),
        cmocka_unit_test(reports_all_names),
        cmocka_unit_test(refuses_weights_that_are_not_finite),
        cmocka_unit_test(refuses_weights_that_do_not_fit),
        cmocka_unit_test(names_types_and_origin),
        cmocka_unit_test(takes_many_tensors),
        cmocka_unit_test(keeps_the_old_file),
        cmocka_unit_test(learned_comes_back),
        cmocka_unit_test(takes_labels_in_order_alone),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
