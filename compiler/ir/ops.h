/* ops.h: the operators, expanded from ops.def into an enum and a table. */
#ifndef NNC_IR_OPS_H
#define NNC_IR_OPS_H

#include <stdbool.h>

typedef enum Op {
#define OP(id, ...) OP_##id,
#include "ir/ops.def"
    OP_COUNT
} Op;

typedef enum OpClass {
    CLASS_LEAF,   /* no inputs */
    CLASS_MAP,    /* element by element, with broadcasting */
    CLASS_REDUCE, /* along axes, which become size 1 */
    CLASS_VIEW,   /* moves elements without arithmetic */
    CLASS_CORE,   /* an anchor with a kernel of its own */
} OpClass;

/* The kind of kernel that computes an operator. */
typedef enum KernelKind {
    KERNEL_NONE,   /* none does: a leaf, or a view that a layout describes */
    KERNEL_MAP,    /* one loop nest over `space` */
    KERNEL_REDUCE, /* a sum or maximum, with maps before it */
    KERNEL_ROW,    /* softmax, cross-entropy and the like: row by row */
    KERNEL_GATHER, /* rows of a table that ids name, read or added to */
    KERNEL_COPY,   /* a view that no layout describes */
    KERNEL_MATMUL,
    KERNEL_CONV,
    KERNEL_CONV_DX,
    KERNEL_CONV_DW,
    KERNEL_POOL,     /* and its gradients */
    KERNEL_SCAN,     /* body is a Plan of its own */
    KERNEL_STRAIGHT, /* the whole entry as straight-line code */
} KernelKind;

/* How the gradient check treats the operator. */
typedef enum OpCheck {
    CHECK_SMOOTH,    /* within 1e-6 of central differences */
    CHECK_KINK,      /* the same at points 1e-3 away from every kink */
    CHECK_SURROGATE, /* its gradient is not the derivative, by definition */
    CHECK_NONE,      /* no gradient */
} OpCheck;

typedef enum OpFlag {
    OPF_MIXES_ROWS = 1, /* uses `rows` */
    OPF_RANDOM = 2,     /* depends on the seed */
    OPF_SHAPED = 4,     /* its shape is given, not computed */
    OPF_NUMBER = 8,     /* one number in every element, known to the code */
    OPF_MONOTONE = 16,  /* a larger input gives no smaller value */
    OPF_POSITIVE = 32,  /* no value is below 0 */
    OPF_STACKS = 64,    /* with an axis more in front, it does the same for
                           each of its places */
    OPF_IN_PLACE = 128, /* its value may stand where input 0 did, of which it
                           leaves most as it is */
} OpFlag;

/* In which inputs an operator is linear: in each of those with a bit, while
 * the others stay; or, with TOGETHER, in all of them at once. */
enum { OP_TOGETHER = 1 << 30 };
#define OP_IN(k) (1U << (k))

/* What becomes of axis 0, the rows, of the inputs: `time` can join it where
 * each row gives one of the result or the result is a sum over all rows. */
typedef enum Rows {
    ROWS_NONE,   /* neither, or not always */
    ROWS_EACH,   /* of input 0; the other inputs are the same for all */
    ROWS_SUMMED, /* of all inputs; a SUM along axis 0 */
    ROWS_TURNED, /* one of these, as a product's operands are turned */
} Rows;

/* What an operator's `flops` are multiplied by. */
typedef enum OpEach {
    EACH_RESULT,  /* element of the result */
    EACH_INPUT,   /* element of input 0 */
    EACH_PRODUCT, /* multiply-add */
    EACH_WINDOW,  /* place of each window */
} OpEach;

/* Which member of a node's Attr the operator uses. */
typedef enum AttrKind {
    ATTR_NONE,
    ATTR_VALUE,
    ATTR_INDEX,
    ATTR_PORT,
    ATTR_PART,
    ATTR_AXIS,
    ATTR_AXES,
    ATTR_PERM,
    ATTR_SLIDE,
    ATTR_MM,
    ATTR_WINDOW,
    ATTR_SCAN,
    ATTR_RANDOM,
} AttrKind;

struct Arena;

typedef struct OpInfo {
    const char *id; /* "RELU" */
    OpClass class;
    KernelKind kernel;
    const char *section; /* of the template with its plain loops, or NULL */
    int n_in;            /* inputs; -1: any number */
    unsigned linear;     /* OP_IN(k) | ..., or OP_TOGETHER */
    Rows rows;
    int flops; /* operations for each ... */
    OpEach each;
    OpCheck check;
    unsigned flags;
    /* Of a MAP that is a function of its inputs' elements alone: */
    const char *scalar; /* C for one element, in $a $b $c */
    double (*value)(double, double, double); /* the same, of numbers */
    const char *vector; /* C for a vector, with templates/vector.h */
    AttrKind attr;
    const char *pytorch; /* Python for the value, as export/form.h has it; NULL
                            where gradients alone use the operator */
    const char *onnx;    /* the same in ONNX, as export/onnx_form.h has it; NULL
                            where training alone does */
    const char *doc;     /* one line for the reference and --help */
} OpInfo;

extern const OpInfo op_table[OP_COUNT];

/* Whether an operator works element by element. */
static inline bool op_is_map(Op op)
{
    return op_table[op].class == CLASS_MAP;
}

/* "relu": its id for people, and in names of functions. */
const char *op_word(struct Arena *arena, Op op);

/* Whether it has a flag. */
static inline bool op_has(Op op, OpFlag flag)
{
    return op_table[op].flags & flag;
}

#endif
