/* predict.c: what a firmware does with a model that has its weights in it, and
 * what it costs: the lines with # are of a Cortex-M. PREDICT is the function of
 * HEADER, INPUTS and OUTPUTS are how many numbers it takes and gives. */
#include HEADER
#include "say.h"

int main(void)
{
    float x[INPUTS], y[OUTPUTS];
    for (int i = 0; i < INPUTS; i++)
        x[i] = (float)(i * 7 % 16) / 4;
    const uint32_t before = instructions();
    for (int i = 0; i < TIMES; i++)
        if (PREDICT(x, y) != 0)
            return 1;
    const uint32_t took = (instructions() - before) / TIMES;
    for (int i = 0; i < OUTPUTS; i++)
        say_number((double)y[i]);
    if (took) {
        say("# ");
        say_number((double)took / 1e7);
    }
    return 0;
}
