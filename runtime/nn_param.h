/* The tensors of a compiled model: part of nn_model.h, which alone includes it,
 * and of the emitted model.h. */
#ifndef NN_PARAM_H
#define NN_PARAM_H

enum { NN_MAX_RANK = 6, NN_MAX_PIECES = 12 };

/* The place of element idx of a tensor, counted from its offset, is the
 * sum over its pieces of (idx[axis] / div % size) * stride. Places that no
 * element has are padding and stay 0. No pieces: row-major, as in files. */
typedef struct {
    int axis;
    int64_t div, size, stride;
} nn_piece;

typedef enum {
    NN_INIT_CONSTANT,   /* scale everywhere */
    NN_INIT_UNIFORM,    /* within +-scale */
    NN_INIT_NORMAL,     /* standard deviation scale */
    NN_INIT_HE,         /* normal, deviation sqrt(2 / fan in) */
    NN_INIT_GLOROT,     /* uniform, +-sqrt(6 / (fan in + fan out)) */
    NN_INIT_ORTHOGONAL, /* rows (or columns) of length 1, at right angles */
    NN_INIT_LITERAL     /* the numbers at `literal`, in file order */
} nn_init;

/* Weights files hold weights and statistics, checkpoints also slots and what
 * is carried. */
typedef enum {
    NN_WEIGHT,
    NN_STATISTIC,
    NN_SLOT,    /* the optimiser's, of a weight */
    NN_CARRIED, /* what a call hands to the next: a row of it for each row */
    NN_HANDED,  /* what NN_ENCODE tells all NN_NEXT that follow */
    NN_CONSTANT
} nn_param_kind;

/* A tensor that outlives a call. */
typedef struct {
    const char *name;
    nn_param_kind kind;
    int rank, piece_count;
    int64_t shape[NN_MAX_RANK]; /* as in files: row-major */
    int64_t offset, size; /* of the packed copy, in reals with its padding */
    nn_piece pieces[NN_MAX_PIECES];
    nn_init init;
    double scale;          /* of the initialiser */
    const double *literal; /* NN_INIT_LITERAL */
    int frozen, padding;   /* never updated; row 0 is zero and stays so */
} nn_param;

typedef enum { NN_F32, NN_TOKEN, NN_CLASS } nn_type;
typedef struct {
    const char *name;
    nn_type type;
    int64_t classes; /* ids are 0 .. classes - 1; 0 for NN_F32 */
    int rank;        /* of one row; 0 for a single id */
    int64_t shape[NN_MAX_RANK - 1];
    int64_t values; /* in one row: the product of shape */
} nn_tensor;

#endif
