/* session.c [WEIGHTS] ROWS STEPS: what net.js prints of a page, of the session
 * of a library: PROGRAM. WEIGHTS is - for first ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn_session.h"

extern const nn_program PROGRAM;

enum { MOST_ROWS = 64, MOST_TENSORS = 8, MOST_LINE = 1 << 16 };

typedef struct {
    const nn_tensor *t; /* inputs, then targets */
    int count, inputs, rows;
    void *given[MOST_TENSORS];
    float *made[MOST_TENSORS];
} table;

static void take(table *b, char *line)
{
    char *at = strtok(line, ",\n");
    for (int i = 0; i < b->count; i++)
        for (int64_t k = 0; k < b->t[i].values; k++, at = strtok(NULL, ",\n")) {
            int64_t place = b->rows * b->t[i].values + k;
            double x = at != NULL ? atof(at) : 0;
            if (b->t[i].classes > 0)
                ((int32_t *)b->given[i])[place] = (int32_t)x;
            else
                ((float *)b->given[i])[place] = (float)x;
        }
    b->rows++;
}

static void read_rows(table *b, const char *path)
{
    static char line[MOST_LINE];
    FILE *in = fopen(path, "r");
    int targets;
    b->t = nn_inputs(&PROGRAM, &b->inputs);
    nn_targets(&PROGRAM, &targets);
    b->count = b->inputs + targets;
    for (int i = 0; i < b->count; i++)
        b->given[i] = calloc((size_t)b->t[i].values, MOST_ROWS * sizeof(float));
    while (in != NULL && b->rows < MOST_ROWS && fgets(line, sizeof line, in))
        take(b, line);
    if (in != NULL)
        fclose(in);
}

/* The outputs of the first rows. */
static int print(nn_session *s, table *b, int rows)
{
    int count;
    const nn_tensor *out = nn_outputs(&PROGRAM, &count);
    for (int i = 0; i < count; i++)
        b->made[i] = calloc((size_t)out[i].values, MOST_ROWS * sizeof(float));
    if (nn_run(s, rows, (const void *const *)b->given, b->made) != 0)
        return -1;
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < count; i++)
            for (int64_t k = 0; k < out[i].values; k++)
                printf("%.9g%s", (double)b->made[i][row * out[i].values + k],
                       k + 1 == out[i].values && i + 1 == count ? "\n" : ",");
    for (int i = 0; i < count; i++)
        free(b->made[i]);
    return 0;
}

int main(int argc, char **argv)
{
    char why[500];
    double figures[10];
    nn_session_options o = {.epoch_rows = INT32_MAX};
    table b = {0};
    nn_session *s;
    int steps = argc > 3 ? atoi(argv[3]) : 0, status = 0;
    s = nn_open(&PROGRAM, *argv[1] == '-' ? NULL : argv[1], &o, why,
                sizeof why);
    if (s == NULL) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    read_rows(&b, argv[2]);
    status = print(s, &b, b.rows);
    for (int k = 1; status == 0 && k <= steps; k++) {
        status =
            nn_train_step(s, b.rows, (const void *const *)b.given, figures);
        printf("%.9g\n", figures[0]);
    }
    if (status == 0)
        status = print(s, &b, 1);
    if (status != 0)
        fprintf(stderr, "%s\n", nn_reason(s));
    for (int i = 0; i < b.count; i++)
        free(b.given[i]);
    nn_close(s);
    return status != 0;
}
