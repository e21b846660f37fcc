/* say.h: what start.c does on a Cortex-M, and host.c on a machine with files.
 */
#ifndef SAY_H
#define SAY_H

#include <stddef.h>
#include <stdint.h>

int main(void);

void say(const char *text);

/* A line of x in ten-millionths. */
void say_number(double x);

/* Sets what training begins with, the same on both: begin.c and draw.c. */
void begin(float *params, size_t reals);

/* How many ran so far; 0 where nobody counts. */
uint32_t instructions(void);

#endif
