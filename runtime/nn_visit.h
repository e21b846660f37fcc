/* A call from another program: until it ends its thread computes as ours do,
 * with denormals as 0, and reads and writes numbers as in C. */
#ifndef NN_VISIT_H
#define NN_VISIT_H

#include <fenv.h>
#include <locale.h>

/* What the thread had set when the call began. */
typedef struct {
    fenv_t floats;
    locale_t own, before;
} nn_visit;

nn_visit nn_visit_begin(void);
void nn_visit_end(nn_visit v);

#endif
