/* plan.c: questions about kernels; see plan.h. */
#include "ir/plan.h"

bool kernel_has(const Kernel *k, const Node *n)
{
    for (int j = 0; j < k->nodes.n; j++)
        if (k->nodes.at[j] == n)
            return true;
    return false;
}

bool kernel_stores(const Kernel *k, const Node *n)
{
    for (int j = 0; j < k->stores.n; j++)
        if (k->stores.at[j] == n)
            return true;
    return false;
}
