/* say.c: numbers without stdio. */
#include "say.h"

void say_number(double x)
{
    char text[32], *at = &text[sizeof text - 1];
    int64_t n = (int64_t)(x * 1e7 + (x < 0 ? -0.5 : 0.5));
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
    *at = 0;
    *--at = '\n';
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (n < 0)
        *--at = '-';
    say(at);
}
