/* What a compiled model tells about itself, and how it is called. The emitted
 * model.h repeats the part within NN_MODEL_TYPES, which programs see once. All
 * tables are constant; a field left out is 0: "none", unless it says so. */
#ifndef NN_MODEL_H
#define NN_MODEL_H

#include <stddef.h>
#include <stdint.h>

#ifndef NN_MODEL_TYPES
#define NN_MODEL_TYPES
#define NN_TYPES_0_1_0 /* the version of nnc that these types belong to */

#ifndef NN_REAL
#define NN_REAL float /* double in the build that checks gradients */
#endif
typedef NN_REAL nn_real;

/* Runs task(context, part) for part = 0 .. parts - 1 in any order, on any
 * threads, and returns after all. A NULL nn_parallel is a plain loop. */
typedef void nn_task(void *context, int part);
typedef void (*nn_parallel)(void *pool, int parts, nn_task *, void *context);

typedef struct {
    double rate;         /* of this step, after schedule and warmup */
    uint64_t step, seed; /* updates so far; of all that is random in a step */
} nn_scalars;

/* Runs one entry of the model, for batches of up to its literal batch size.
 * params     all tensors of the table in one 64-byte aligned block
 * updated    params again for an entry that updates tensors; else also NULL
 * workspace  of the entry's size, 64-byte aligned; needs no initial value
 * inputs     inputs, then targets: row-major rows x (row shape); nn_real for
 *            NN_F32, int32_t for NN_TOKEN and NN_CLASS; only `rows` are read
 * outputs    one pointer an output, row-major, NULL where not wanted. NN_GRAD:
 *            gradients in file order; without outputs it ends at the loss
 * sums       of a kind with a loss: the mean over the rows (NN_GRAD: of all
 *            that it differentiates), each metric's sums: sum_count in all;
 *            then the batch's rows of `chosen` classes, -1 where none counts
 * s          NN_STEP and NN_GRAD: see above; NULL elsewhere
 * Returns 0; NN_BAD_ROWS, with nothing touched, where rows is not from 1 to
 * the batch; or, when the loss was not finite and no weight was updated, 1 plus
 * the row in `kernels` of the first whose values are not finite. */
typedef int (*nn_call)(const nn_real *params, nn_real *updated, void *workspace,
                       const void *const *inputs, nn_real *const *outputs,
                       double *sums, int rows, const nn_scalars *s,
                       nn_parallel par, void *pool);

typedef enum {
    NN_STEP,  /* trains: loss, metrics, and weights learn */
    NN_GRAD,  /* gives the gradients away instead */
    NN_EVAL,  /* loss and metrics in the form of inference */
    NN_INFER, /* outputs, of the inputs alone */
    NN_NEXT,  /* goes on from the call before; generating, a token a row */
    NN_ENCODE /* makes what the first such call begins with */
} nn_kind;

typedef struct {
    const char *name; /* of its own function, behind the model's */
    nn_kind kind;
    int batch, updates; /* updates: it gives tensors new values */
    size_t workspace;   /* bytes */
    nn_call run;
} nn_entry;

enum { NN_BAD_ROWS = -1 };

#include "nn_param.h"

/* The next `count` values are in the units of values first, first + step, ...
 * of a row of input or target number tensor - 1; tensor 0: of none. */
typedef struct {
    int64_t count, tensor, first, step;
} nn_unit;

typedef struct {
    const char *name;
    int64_t sums; /* one, or one a unit; the one behind them divides them */
    int64_t steps, target; /* or: classes chosen in a row, for this tensor */
    const nn_unit *units;  /* of those sums; NULL: none has one */
    int unit_count, degree, percent; /* degree: the units' power; read as % */
    enum { NN_PLAIN, NN_ROOT, NN_EXP } finish; /* of the quotient */
} nn_metric;

typedef struct {
    const char *name, *file; /* of the C function, of the model's text, ... */
    int line;                /* ... there */
} nn_kernel;

typedef struct {
    const char *name, *version; /* of the model, of nnc */
    const char *processor;      /* the target: "avx2" */
    const char *network;        /* digest of a row's inference, or NULL */
    const nn_param *params;
    int param_count;
    int64_t reals, flops;              /* in params; of inferring a row */
    void (*prepare)(nn_real *params);  /* NULL, or after each change */
    const nn_tensor *inputs, *outputs; /* inputs: then targets */
    int input_count, target_count, output_count;
    const nn_metric *metrics;
    int metric_count, table_count, sum_count, chosen; /* tables come last */
    const nn_entry *entries;                          /* that it has */
    const nn_kernel *kernels; /* in order, all entries */
    int entry_count, kernel_count;
} nn_model;

#elif !defined(NN_TYPES_0_1_0)
#error "headers of two versions of nnc: write all models anew with one of them"
#endif /* NN_MODEL_TYPES */
#endif
