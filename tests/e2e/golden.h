/* golden.h: the table of compiled models that a script writes for golden.c. */
#ifndef TESTS_E2E_GOLDEN_H
#define TESTS_E2E_GOLDEN_H

#include "nn_model.h"

typedef struct {
    const char *name; /* NULL behind the last */
    const nn_model *model;
} golden_case;

extern const golden_case golden_cases[];

#endif
