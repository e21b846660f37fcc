/* exact.c: what models compute in double precision, for agree.c.
 *
 *     exact FILE
 *
 * Built with -DNN_REAL=double from plain texts. Writes to FILE the result of
 * each model of the table `golden_cases`, on all rows and on all but one: the
 * count of its numbers in 8 bytes, then the numbers. */
#include <stdio.h>

#include "drive.h"
#include "golden.h"
#include "result.h"

static int write_result(FILE *out, const nn_model *m, int rows)
{
    result r;
    result_measure(&r, m, rows);
    size_t n = (size_t)r.count;
    int done = fwrite(&r.count, sizeof r.count, 1, out) == 1 &&
               fwrite(r.at, sizeof *r.at, n, out) == n;
    result_free(&r);
    return done;
}

int main(int argc, char **argv)
{
    FILE *out = argc == 2 ? fopen(argv[1], "wb") : NULL;
    int done = out != NULL;
    for (const golden_case *g = golden_cases; g->name && done; g++) {
        int batch = drive_batch(g->model);
        for (int rows = batch; rows > 0 && rows >= batch - 1 && done; rows--)
            done = write_result(out, g->model, rows);
    }
    if (out == NULL || fclose(out) != 0 || !done) {
        fprintf(stderr, "exact: cannot write\n");
        return 2;
    }
    return 0;
}
