/* plan.c: questions about kernels; see plan.h. */
#include "ir/plan.h"

bool buffer_in_work(const Buffer *b)
{
    return b->place == PLACE_WORK ||
           (b->place == PLACE_INPUT && b->plan->entry->batch > 1);
}

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
