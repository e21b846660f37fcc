/* ops.c: expands ops.def into the table of operators. */
#include "ir/ops.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>

#include "base/str.h"

/* The scalar C of a map, as generated files have it, on doubles. */
typedef double nn_real;
#include "../../templates/real.h"

#define FUNCTION(id, scalar)                                                   \
    static double fold_##id(double $a, double $b, double $c)                   \
    {                                                                          \
        (void)$a, (void)$b, (void)$c;                                          \
        return scalar;                                                         \
    }
#define MAP(id, n, flops, check, linear, flags, da, db, dc, scalar, ...)       \
    FUNCTION(id, scalar)
#define FLAT(id, n, flops, flags, scalar, ...) FUNCTION(id, scalar)
#include "ir/maps.def"

#define IN(k) OP_IN(k)
#define TOGETHER OP_TOGETHER

const OpInfo op_table[OP_COUNT] = {
#define OP(id_, class_, kernel_, section_, n_, shape_, grad_, linear_, rows_,  \
           flops_, each_, check_, flags_, scalar_, value_, vector_, attr_,     \
           pytorch_, onnx_, doc_)                                              \
    [OP_##id_] = {.id = #id_,                                                  \
                  .class = class_,                                             \
                  .kernel = KERNEL_##kernel_,                                  \
                  .section = (section_),                                       \
                  .n_in = (n_),                                                \
                  .linear = (linear_),                                         \
                  .rows = ROWS_##rows_,                                        \
                  .flops = (flops_),                                           \
                  .each = EACH_##each_,                                        \
                  .check = CHECK_##check_,                                     \
                  .flags = (flags_),                                           \
                  .scalar = (scalar_),                                         \
                  .value = (value_),                                           \
                  .vector = (vector_),                                         \
                  .attr = ATTR_##attr_,                                        \
                  .pytorch = (pytorch_),                                       \
                  .onnx = (onnx_),                                             \
                  .doc = (doc_)},
#include "ir/ops.def"
};

const char *op_word(Arena *arena, Op op)
{
    char *word = arena_printf(arena, "%s", op_table[op].id);

    for (char *c = word; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return word;
}
