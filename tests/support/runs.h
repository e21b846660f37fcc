/* runs.h: the targets whose programs this machine runs. */
#ifndef NNC_TESTS_RUNS_H
#define NNC_TESTS_RUNS_H

#include "tile/target.h"

/* Text without a guard is for any processor. */
static inline bool runs_here(const Target *t)
{
    return !t->guard ||
           (!target_foreign(t) && t->lanes <= target_native()->lanes);
}

/* What it is compiled with here. */
static inline const char *flags_here(const Target *t)
{
    return t->guard ? t->flags : "";
}

#endif
