/* The monotonic clock of POSIX, and durations in words. */
#include "nn_clock.h"

#include <stdio.h>
#include <time.h>

double nn_clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void nn_clock_words(char *words, size_t size, double seconds)
{
    if (!(seconds >= 0) || seconds > 1e9)
        snprintf(words, size, "?");
    else if (seconds < 60)
        snprintf(words, size, "%.1f s", seconds);
    else if (seconds < 3600)
        snprintf(words, size, "%d min %d s", (int)(seconds / 60),
                 (int)seconds % 60);
    else
        snprintf(words, size, "%d h %d min", (int)(seconds / 3600),
                 (int)(seconds / 60) % 60);
}
