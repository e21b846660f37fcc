/* Time for progress, benchmarks and the time that is left. */
#ifndef NN_CLOCK_H
#define NN_CLOCK_H

#include <stddef.h>

/* Seconds since some fixed moment; never goes back. */
double nn_clock_now(void);

/* Writes seconds as a person reads them: "4.2 s", "3 min 20 s", "2 h 5 min".
 * `size` of 24 is always enough. */
void nn_clock_words(char *words, size_t size, double seconds);

#endif
