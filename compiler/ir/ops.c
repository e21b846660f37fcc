/* ops.c: expands ops.def into the table of operators, and finds names in it. */
#include "ir/ops.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"

const OpInfo op_table[OP_COUNT] = {
#define OP(id_, name_, class_, kernel_, n_, attrs_, shape_, grad_, lower_,     \
           flops_, check_, flags_, scalar_, vector_, attr_, doc_)              \
    [OP_##id_] = {.id = #id_,                                                  \
                  .name = (name_),                                             \
                  .class = (class_),                                           \
                  .kernel = KERNEL_##kernel_,                                  \
                  .n_in = (n_),                                                \
                  .attrs = (attrs_),                                           \
                  .lower = (lower_),                                           \
                  .flops = (flops_),                                           \
                  .check = (check_),                                           \
                  .flags = (flags_),                                           \
                  .scalar = (scalar_),                                         \
                  .vector = (vector_),                                         \
                  .attr = ATTR_##attr_,                                        \
                  .doc = (doc_)},
#include "ir/ops.def"
#undef OP
};

const OpInfo *op_find(const char *name)
{
    for (int i = 0; i < OP_COUNT; i++)
        if (op_table[i].name && strcmp(op_table[i].name, name) == 0)
            return &op_table[i];
    return NULL;
}
