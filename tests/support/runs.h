/* runs.h: the targets whose programs this machine runs. */
#ifndef NNC_TESTS_RUNS_H
#define NNC_TESTS_RUNS_H

#include "tile/target.h"

static inline bool runs_here(const Target *t)
{
    return !target_foreign(t) && t->lanes <= target_native()->lanes;
}

#endif
