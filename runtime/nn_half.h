/* IEEE 754's 16-bit numbers. */
#ifndef NN_HALF_H
#define NN_HALF_H

#include <stdint.h>

/* The value of a half's bits, exactly. */
static inline double nn_half_value(uint16_t h)
{
    int exponent = h >> 10 & 31;
    double value = (h & 1023) * 0x1p-24;
    if (exponent == 31)
        value = (h & 1023) != 0 ? (double)__builtin_nanf("")
                                : (double)__builtin_inff();
    else if (exponent > 0) {
        value = (1024 + (h & 1023)) * 0x1p-25;
        for (int i = 0; i < exponent; i++)
            value *= 2;
    }
    return h >> 15 ? -value : value;
}

#endif
