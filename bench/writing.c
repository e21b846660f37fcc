/* writing.c: a network of nnc's that writes, run by a program that times
 * another beside it. Each line of standard input, a number, is answered by the
 * seconds of this thread that so many times a thousand letters took. */
#include <stdio.h>

#include "measure.h"
#include "network.h"
#include "nn_rng.h"
#include "nn_sample.h"
#include "writer.h"

enum { LETTERS = 1000, CLASSES = 96 };

/* Each letter is drawn from what the network says behind the one before. */
static void write_letters(void *context, long times)
{
    Network net = *(const Network *)context;
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

int main(void)
{
    long times;
    measure_flush();
    Network net = network_open(&writer_bench_model);
    while (scanf("%ld", &times) == 1) {
        printf("%.9g\n", measure_time(write_letters, &net, times));
        fflush(stdout);
    }
    return 0;
}
