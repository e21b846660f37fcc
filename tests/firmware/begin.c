/* begin.c: the weights that draw.c left, in flash. */
#include <string.h>

#include "say.h"

extern const float first_params[];

/* The floats that params.bin holds. */
__asm__(".section .rodata\n"
        ".balign 64\n"
        ".globl first_params\n"
        "first_params:\n"
        ".incbin \"params.bin\"\n"
        ".text\n");

void begin(float *params, size_t reals)
{
    memcpy(params, first_params, reals * sizeof *params);
}
