/* random.h: random graphs, for tests of passes. */
#ifndef NNC_TESTS_RANDOM_H
#define NNC_TESTS_RANDOM_H

#include "cells.h"

/* A probe whose graph has about `size` nodes of all kinds, loops over time
 * among them, and a loss that depends on the last of them; the same for the
 * same seed. Values stay moderate. smooth: no operator with a kink. */
Probe random_probe(uint64_t seed, int size, bool smooth);

/* Whole numbers 0..n-1, advancing the probe's seed. */
int random_below(Probe *p, int n);

#endif
