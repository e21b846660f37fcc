/* ops.h: the operators, expanded from ops.def into an enum and a table. */
#ifndef NNC_IR_OPS_H
#define NNC_IR_OPS_H

#include <stdbool.h>

typedef enum Op {
#define OP(id, ...) OP_##id,
#include "ir/ops.def"
#undef OP
    OP_COUNT
} Op;

typedef enum OpClass {
    CLASS_LEAF,   /* no inputs */
    CLASS_MAP,    /* element by element, with broadcasting */
    CLASS_REDUCE, /* along axes, which become size 1 */
    CLASS_VIEW,   /* moves elements without arithmetic */
    CLASS_CORE,   /* an anchor with a kernel of its own */
    CLASS_FORM,   /* surface only: elaboration builds other nodes */
} OpClass;

/* The kind of kernel that computes an operator. */
typedef enum KernelKind {
    KERNEL_NONE,   /* none does: a leaf, or a view that a layout describes */
    KERNEL_MAP,    /* one loop nest over `space` */
    KERNEL_REDUCE, /* a sum or maximum, with maps before it */
    KERNEL_ROW,    /* softmax, cross-entropy and the like: row by row */
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
} OpFlag;

/* Which member of a node's Attr the operator uses. */
typedef enum AttrKind {
    ATTR_NONE,
    ATTR_VALUE,
    ATTR_INDEX,
    ATTR_SLOT,
    ATTR_PART,
    ATTR_AXIS,
    ATTR_AXES,
    ATTR_PERM,
    ATTR_MM,
    ATTR_WINDOW,
    ATTR_SCAN,
    ATTR_RANDOM,
} AttrKind;

typedef struct OpInfo {
    const char *id;   /* "RELU" */
    const char *name; /* as the user writes it: "relu"; NULL: internal */
    OpClass class;
    KernelKind kernel;
    int n_in;          /* inputs; -1: any number */
    const char *attrs; /* surface arguments: "window:pair, pad:pad=0" */
    const char *lower; /* name of the surface lowering in front/, or NULL */
    int flops;         /* MAP: operations an element */
    OpCheck check;
    unsigned flags;
    const char *scalar; /* MAP: C for one element, in $a $b $c */
    const char *vector; /* MAP: C for a vector, with templates/vector.h */
    AttrKind attr;
    const char *doc; /* one line for the reference and --help */
} OpInfo;

extern const OpInfo op_table[OP_COUNT];

/* Whether an operator works element by element. */
static inline bool op_is_map(Op op)
{
    return op_table[op].class == CLASS_MAP;
}

/* The row with this surface name, or NULL. */
const OpInfo *op_find(const char *name);

#endif
