/* ours.c: what nnc writes, run by a program that times others beside it. Each
 * line of standard input, `MODEL infer|step|write ROWS TIMES`, is answered by
 * the seconds of this thread that one time took. */
#include <stdio.h>
#include <string.h>

#include "bigru.h"
#include "bilstm.h"
#include "measure.h"
#include "network.h"
#include "nn_rng.h"
#include "nn_sample.h"
#include "textcnn.h"
#include "writer.h"

enum { LETTERS = 1000, CLASSES = 96 };

static const nn_model *const models[] = {
    &bilstm_bench_model, &bigru_bench_model, &textcnn_bench_model,
    &writer_bench_model};
enum { MODELS = sizeof models / sizeof *models };

typedef struct {
    Network net;
    int rows;
} Ours;

static void infer(void *context, long times)
{
    const Ours *o = context;
    network_run(&o->net, NN_INFER, o->rows, times);
}

static void step(void *context, long times)
{
    const Ours *o = context;
    network_run(&o->net, NN_STEP, o->rows, times);
}

/* Each letter is drawn from what the network says behind the one before. */
static void write_letters(void *context, long times)
{
    Network net = ((const Ours *)context)->net;
    const nn_sampling how = {.temperature = 1, .top_p = 1};
    nn_stream s = {1, NN_FOR_TEXT, 0};
    nn_candidate c[CLASSES];
    int32_t letter = 0;
    const void *inputs[] = {&letter};
    net.inputs = inputs;
    for (long i = 0; i < times * LETTERS; i++) {
        network_run(&net, NN_NEXT, 1, 1);
        for (int32_t id = 0; id < CLASSES; id++) {
            c[id] = (nn_candidate){(double)net.outputs[0][id], id};
        }
        letter = nn_sample(&how, c, CLASSES, nn_rng_uniform(s, (uint64_t)i));
    }
}

static const struct {
    const char *name;
    Work *work;
} works[] = {{"infer", infer}, {"step", step}, {"write", write_letters}};
enum { WORKS = sizeof works / sizeof *works };

static Ours *find(Ours *ours, const char *model)
{
    for (int i = 0; i < MODELS; i++) {
        if (strcmp(ours[i].net.model->name, model) == 0) {
            return &ours[i];
        }
    }
    return NULL;
}

static Work *find_work(const char *name)
{
    for (int i = 0; i < WORKS; i++) {
        if (strcmp(works[i].name, name) == 0) {
            return works[i].work;
        }
    }
    return NULL;
}

int main(void)
{
    Ours ours[MODELS];
    char model[32], name[8];
    int rows;
    long times;
    measure_flush();
    for (int i = 0; i < MODELS; i++) {
        ours[i].net = network_open(models[i]);
    }
    while (scanf("%31s %7s %d %ld", model, name, &rows, &times) == 4) {
        Ours *o = find(ours, model);
        Work *work = find_work(name);
        if (o == NULL || work == NULL) {
            fprintf(stderr, "ours: there is no %s %s\n", model, name);
            return 1;
        }
        o->rows = rows;
        printf("%.9g\n", measure_time(work, o, times) / (double)times);
        fflush(stdout);
    }
    return 0;
}
