/* session.c START WANTED: sessions of tests/session.nn, in a folder with
 * vans.csv: steps from the weights START on end with those of WANTED, which
 * NAME-train made of the same batches; whatever number of threads or rows, the
 * bits are the same; mistakes are told. */
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "nn_order.h"
#include "nn_session.h"

extern const nn_program vans_program;

enum { ROWS = 30, WIDTH = 3, SORTS = 3, EPOCHS = 3, MOST = 100 };

static float size[ROWS][WIDTH], price[ROWS];
static int32_t door[ROWS], kind[ROWS];
static const void *const all[] = {size, door, kind, price};

static void verdict(bool good, const char *name, const char *why)
{
    printf(good ? "ok %s\n" : "not ok %s: %s\n", name, why);
}

static bool read_rows(void)
{
    char line[200], width[20], side[20], what[20];
    FILE *in = fopen("vans.csv", "r");
    bool good = in != NULL && fgets(line, sizeof line, in) != NULL;
    for (int i = 0; good && i < ROWS; i++) {
        bool empty = fgets(line + 1, sizeof line - 1, in) && line[1] == ',';
        line[0] = '0';
        good = sscanf(line, "%[^,],%f,%f,%[^,],%[^,],%f", width, &size[i][1],
                      &size[i][2], side, what, &price[i]) == 6 &&
               sscanf(width, "%f", &size[i][0]) == 1;
        size[i][0] = empty ? NAN : size[i][0];
        door[i] = strcmp(side, "right") == 0;
        kind[i] = strcmp(what, "bag") == 0   ? 0
                  : strcmp(what, "box") == 0 ? 1
                                             : 2;
    }
    if (in != NULL)
        fclose(in);
    return good;
}

static nn_session *open_with(const char *weights, int threads)
{
    char why[500];
    nn_session_options o = {.threads = threads, .epoch_rows = ROWS};
    nn_session *s = nn_open(&vans_program, weights, &o, why, sizeof why);
    if (s == NULL)
        verdict(false, "a session opens", why);
    return s;
}

static bool is_row(const void *context, int64_t place)
{
    (void)context;
    return place < ROWS;
}

/* One batch of the rows at these places. */
static int step(nn_session *s, const uint32_t *at, int rows, double *figures)
{
    float x[8][WIDTH], cost[8];
    int32_t side[8], what[8];
    const void *const batch[] = {x, side, what, cost};
    for (int i = 0; i < rows; i++) {
        memcpy(x[i], size[at[i]], sizeof x[i]);
        side[i] = door[at[i]];
        what[i] = kind[at[i]];
        cost[i] = price[at[i]];
    }
    return nn_train_step(s, rows, batch, figures);
}

/* The batches of NAME-train, then the weights to a file. */
static bool train(nn_session *s, const char *path)
{
    nn_order order = nn_order_open(ROWS, is_row, NULL);
    bool good = true;
    nn_error e;
    for (uint32_t epoch = 0; good && epoch < EPOCHS; epoch++) {
        nn_stream stream = {5, NN_FOR_ORDER, epoch};
        good = nn_order_draw(&order, stream, &e);
        for (int at = 0; good && at < ROWS; at += nn_batch(&vans_program)) {
            uint32_t rows[8];
            double figures[3];
            int n = ROWS - at < 8 ? ROWS - at : 8;
            nn_order_next(&order, rows, n);
            good = step(s, rows, n, figures) == 0 && isfinite(figures[0]);
        }
    }
    nn_order_close(&order);
    return good && nn_save(s, path) == 0;
}

static bool same_files(const char *a, const char *b)
{
    static char x[1 << 16], y[1 << 16];
    FILE *f = fopen(a, "rb"), *g = fopen(b, "rb");
    size_t n = f ? fread(x, 1, sizeof x, f) : 0;
    bool same =
        n > 0 && g && fread(y, 1, sizeof y, g) == n && memcmp(x, y, n) == 0;
    if (f)
        fclose(f);
    if (g)
        fclose(g);
    return same;
}

typedef struct {
    const char *start, *path;
    int threads;
    bool good;
} job;

static void *work(void *context)
{
    job *j = context;
    nn_session *s = open_with(j->start, j->threads);
    j->good = s != NULL && train(s, j->path);
    nn_close(s);
    return NULL;
}

/* Two sessions at the same time, with one thread and with three. */
static void check_training(const char *start, const char *wanted)
{
    job jobs[2] = {{start, "one.safetensors", 1, false},
                   {start, "three.safetensors", 3, false}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, work, &jobs[i]);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        verdict(jobs[i].good && same_files(jobs[i].path, wanted), jobs[i].path,
                "not the weights of the trainer");
    }
}

/* Any number of rows at once gives what one after the other do. */
static void check_rows(nn_session *s)
{
    static float sort[MOST][SORTS], cost[MOST], x[MOST][WIDTH];
    static int32_t side[MOST];
    float *outputs[] = {sort[0], cost}, one[SORTS], *alone[] = {one, NULL};
    const void *const rows[] = {x, side};
    bool same = true;
    fenv_t before, after;
    for (int i = 0; i < MOST; i++) {
        memcpy(x[i], size[i % ROWS], sizeof x[i]);
        side[i] = door[i % ROWS];
    }
    fegetenv(&before);
    bool good = nn_run(s, MOST, rows, outputs) == 0;
    fegetenv(&after);
    for (int i = 0; good && i < MOST; i++) {
        const void *const row[] = {x[i], &side[i]};
        good = nn_run(s, 1, row, alone) == 0;
        for (int k = 0; k < SORTS; k++)
            same = same && fabsf(one[k] - sort[i][k]) < 1e-6f;
    }
    verdict(good && same, "rows by any number", nn_reason(s));
    verdict(memcmp(&before, &after, sizeof before) == 0,
            "the thread is as it was", "its modes have changed");
    for (int i = 0; i < ROWS; i++)
        fprintf(stderr, "%.9g,%.9g,%.9g,%.9g\n", (double)sort[i][0],
                (double)sort[i][1], (double)sort[i][2], (double)cost[i]);
}

static void check_names(nn_session *s)
{
    int inputs, targets, outputs;
    const nn_tensor *x = nn_inputs(&vans_program, &inputs);
    const nn_tensor *y = nn_targets(&vans_program, &targets);
    const nn_tensor *z = nn_outputs(&vans_program, &outputs);
    bool good = inputs == 2 && targets == 2 && outputs == 2 &&
                strcmp(x[1].name, "door") == 0 && x[0].values == WIDTH &&
                strcmp(y[0].name, "kind") == 0 && y[0].classes == SORTS &&
                strcmp(z[1].name, "cost") == 0 && nn_batch(&vans_program) == 8;
    verdict(good, "what rows consist of", "not as the text says");
    good = nn_classes_of(&vans_program, 0) == 2 &&
           nn_classes_of(&vans_program, 1) == -1 &&
           strcmp(nn_name(s, 2, 1), "box") == 0 && !nn_name(s, 2, 3) &&
           !nn_name(s, 0, 0) && !nn_name(s, 9, 0);
    verdict(good, "classes have names", "others");
    good = strcmp(nn_figure(&vans_program, 0), "loss") == 0 &&
           strcmp(nn_figure(&vans_program, 2), "mae") == 0 &&
           !nn_figure(&vans_program, 3);
    verdict(good, "figures have names", "others");
}

static void told(const char *name, bool failed, const char *said,
                 const char *wanted)
{
    verdict(failed && strstr(said, wanted) != NULL, name, said);
}

static void refuse_open(const char *name, const char *weights,
                        const nn_session_options *o, const char *wanted)
{
    char why[600] = "";
    nn_session *s = nn_open(&vans_program, weights, o, why, sizeof why);
    told(name, s == NULL, why, wanted);
    nn_close(s);
}

static void check_opening(const char *start)
{
    const nn_session_options many = {.threads = 1000};
    refuse_open("no such file", "none.safetensors", NULL, "cannot open none");
    refuse_open("a folder", ".", NULL, "it is a folder");
    refuse_open("another kind of file", "vans.csv", NULL, "vans.csv");
    refuse_open("a file cut short", "short", NULL, "short");
    refuse_open("weights of another model", "other", NULL, "does not fit");
    refuse_open("nothing was learned", NULL, NULL, "of size stands in");
    refuse_open("too many threads", start, &many, "at most 256");
}

static void check_mistakes(nn_session *s)
{
    const void *const missing[] = {size, NULL};
    float wrong[2][WIDTH] = {{0}, {0, INFINITY}};
    const int32_t outside[] = {0, 2};
    const void *const infinite[] = {wrong, door};
    const void *const ids[] = {size, outside};
    float *outputs[] = {NULL, NULL};
    told("no array", nn_run(s, 1, missing, outputs) == -1, nn_reason(s),
         "door is not given");
    told("a number that is none", nn_run(s, 2, infinite, outputs) == -1,
         nn_reason(s), "size: row 2: value 2");
    told("an id out of range", nn_run(s, 2, ids, outputs) == -1, nn_reason(s),
         "door: row 2 is 2; it must be from 0 to 1");
    told("fewer rows than none", nn_run(s, -1, all, outputs) == -1,
         nn_reason(s), "-1 rows");
    told("too many rows", nn_train_step(s, 9, all, NULL) == -1, nn_reason(s),
         "from 1 to 8 rows, not 9");
    told("no place to save", nn_save(s, "none/x.safetensors") == -1,
         nn_reason(s), "none");
}

/* Prepared numbers need no file; a rate that falls needs the epochs. */
static void check_prepared(void)
{
    char why[500] = "";
    nn_session_options o = {.prepared = 1, .seed = 3};
    nn_session *s = nn_open(&vans_program, NULL, &o, why, sizeof why);
    const float x[1][WIDTH] = {{0.5f, -1, 2}}, cost[1] = {1};
    const void *const row[] = {x, door, kind, cost};
    float first[SORTS], second[SORTS], *outputs[] = {first, NULL};
    double figures[3];
    bool good = s != NULL && nn_run(s, 1, row, outputs) == 0;
    verdict(good, "prepared numbers", why);
    if (!good)
        return;
    told("without epochs", nn_train_step(s, 1, row, figures) == -1,
         nn_reason(s), "say with epoch_rows");
    nn_close(s);
    o.epoch_rows = ROWS;
    s = nn_open(&vans_program, NULL, &o, why, sizeof why);
    outputs[0] = second;
    good = s != NULL && nn_run(s, 1, row, outputs) == 0 &&
           memcmp(first, second, sizeof first) == 0 &&
           nn_train_step(s, 1, row, figures) == 0 &&
           nn_run(s, 1, row, outputs) == 0 &&
           memcmp(first, second, sizeof first) != 0 &&
           nn_save(s, "prepared.safetensors") == 0;
    verdict(good, "a seed, then a step", s != NULL ? nn_reason(s) : why);
    nn_close(s);
    refuse_open("raw without what was learned", "prepared.safetensors", NULL,
                "does not hold the means and deviation of size");
    s = nn_open(&vans_program, "prepared.safetensors", &o, why, sizeof why);
    outputs[0] = first;
    good = s != NULL && nn_run(s, 1, row, outputs) == 0 &&
           memcmp(first, second, sizeof first) == 0;
    verdict(good, "what was saved is opened", why);
    nn_close(s);
}

int main(int argc, char **argv)
{
    if (argc != 3 || !read_rows())
        return 2;
    check_training(argv[1], argv[2]);
    nn_session *s = open_with(argv[2], 1);
    if (s == NULL)
        return 1;
    check_rows(s);
    check_names(s);
    check_mistakes(s);
    nn_close(s);
    check_opening(argv[1]);
    check_prepared();
    return 0;
}
