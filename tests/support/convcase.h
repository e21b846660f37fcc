/* convcase.h: emitted convolutions and pools as a program that checks itself
 * with tests/tile/conv_check.c. */
#ifndef NNC_TESTS_SUPPORT_CONVCASE_H
#define NNC_TESTS_SUPPORT_CONVCASE_H

#include "tile/conv.h"
#include "tile/pool.h"

typedef struct ConvCases {
    const Target *target;
    Text code;  /* the kernels and what calls them */
    Text table; /* initialisers of struct check_case */
    int n;
} ConvCases;

/* Adds a kernel under a description. */
void convcase_conv(ConvCases *cases, const ConvPlan *plan, const char *label);
void convcase_pool(ConvCases *cases, const PoolPlan *plan, const char *label);

/* Whether all cases that add_all adds are right for every target that this
 * machine can run; CC chooses the compiler. */
bool convcase_all_right(void (*add_all)(ConvCases *cases));

/* 5 - x, an epilogue that shows in every value. */
Epilogue convcase_turned(void);

#endif
