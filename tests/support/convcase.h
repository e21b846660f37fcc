/* convcase.h: emitted convolutions and pools as a program that checks or
 * times itself with tests/tile/conv_check.c. */
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

/* Writes DIR/NAME.c and compiles it with the command `cc`. Returns the
 * program's path, or NULL after the compiler's messages. A program without
 * arguments checks all cases, with one it times them. */
const char *convcase_build(ConvCases *cases, const char *dir, const char *name,
                           const char *cc);

/* relu, as an epilogue. */
Epilogue convcase_relu(void);

#endif
