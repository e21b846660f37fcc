/* init.c: the weights that `nnc compile --init` wrote. */
#include HEADER
#include <string.h>

#include "say.h"

void begin(float *params, size_t reals)
{
    (void)reals;
    memcpy(params, INIT, sizeof INIT);
}
