/* neon.h: what NEON's vectors have instead of vector.h's.
 *
 * Lane by lane, for which there are instructions: gcc sends a copy of fewer
 * bytes than a vector has through the stack, and sums that are stored by one
 * lie there while they are summed. */
#include "vector.h"

/* section: nn_vload_n */
/* The first n lanes from memory, the others 0. */
static inline nn_vec nn_vload_n(const float *p, int n)
{
    nn_vec a = {0};
    for (int i = 0; i < n; i++)
        a[i] = p[i];
    return a;
}
/* end: nn_vload_n */

/* section: nn_vload_or */
/* The first n lanes from memory, the others s. */
static inline nn_vec nn_vload_or(const float *p, int n, float s)
{
    nn_vec a = nn_vset(s);
    for (int i = 0; i < n; i++)
        a[i] = p[i];
    return a;
}
/* end: nn_vload_or */

/* section: nn_vstore_n */
/* The first n lanes to memory. */
static inline void nn_vstore_n(float *p, nn_vec a, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = a[i];
}
/* end: nn_vstore_n */
