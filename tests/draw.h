/* draw.h: random numbers for programs that make texts: the same everywhere
 * for the same seed, which is what `state` begins with. */
#ifndef TESTS_DRAW_H
#define TESTS_DRAW_H

#include <stdint.h>

static uint64_t state;

/* Splitmix64 (Steele, Lea, Flood 2014), below n. */
static int draw(int n)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (int)((z ^ (z >> 31)) % (uint64_t)n);
}

#endif
