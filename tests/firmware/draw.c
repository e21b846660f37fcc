/* draw.c: draws weights, and leaves them as params.bin for begin.c. */
#include <stdio.h>
#include <stdlib.h>

#include "nn_init.h"
#include "say.h"

extern const nn_model MODEL;

void begin(float *params, size_t reals)
{
    nn_error e;
    FILE *file = fopen("params.bin", "wb");
    if (!nn_init_params(&MODEL, params, 7, &e) || !file ||
        fwrite(params, sizeof *params, reals, file) != reals ||
        fclose(file) != 0)
        exit(1);
}
