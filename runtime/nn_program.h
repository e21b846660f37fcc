/* The programs: a model, its data and its settings of training as constant
 * tables, and the main functions that run them.
 *     int main(int argc, char **argv)
 *     {
 *         return nn_train_main(argc, argv, &program);   // or another one
 *     }
 *
 * All take the same nn_program; an inference program leaves out `train`, and
 * its model has no entry with a loss. */
#ifndef NN_PROGRAM_H
#define NN_PROGRAM_H

#include "nn_data.h"
#include "nn_error.h"
#include "nn_model.h"

struct nn_trainer; /* a trainer at work: nn_trainer.h */

/* What compares chosen classes with true ones: nn_scorer.h. */
typedef struct nn_scorer nn_scorer;
extern const nn_scorer nn_f1;        /* nn_f1.c */
extern const nn_scorer nn_f1_chunks; /* nn_f1_chunks.c */
extern const nn_scorer nn_confusion; /* nn_confusion.c */
extern const nn_scorer nn_bleu;      /* nn_bleu.c */

typedef enum {
    NN_RATE_CONSTANT,
    NN_RATE_STEP,  /* times factor after every `every` epochs */
    NN_RATE_COSINE /* falls from rate to `to` over all steps */
} nn_schedule_kind;

/* Far beyond use; what is counted over all epochs still fits. */
enum { NN_MOST_EPOCHS = 1000000000 };
/* The loss, then metrics; the compiler refuses more. */
enum { NN_MAX_FIGURES = 65, NN_SUMS = 2 };

typedef struct {
    nn_schedule_kind kind;
    int64_t every;  /* NN_RATE_STEP */
    double factor;  /* NN_RATE_STEP */
    double to;      /* NN_RATE_COSINE */
    int64_t warmup; /* steps in which the rate rises from 0 to full */
} nn_schedule;

/* Something that a run of training depends on: {"batch", "32"}. The last one
 * is the digest of what a step computes. */
typedef struct {
    const char *name, *value;
} nn_setting;

typedef struct {
    const char *optimizer; /* "adam": for messages */
    double rate;
    nn_schedule schedule;
    int batch_all; /* 1: one update an epoch, of all rows in a batch */
    int64_t epochs;
    uint64_t seed;       /* initial values, order of rows, dropout */
    uint64_t split_seed; /* which rows are set aside */
    int64_t patience;    /* early_stop: epochs without a better loss; 0 = off */
    int stateful;        /* 1: row r of a batch goes on from row r before it */
    const nn_setting *settings;
    int setting_count;
} nn_training;

/* What an output means. */
typedef struct {
    int target;           /* 1 + tensor index of the class that it is compared
                             with, for its names, or 0 */
    int probabilities;    /* 1: values of one row (step) are 0..1, sum 1 */
    const nn_unit *units; /* of a row's values; NULL: none has one */
    int unit_count;
} nn_pairing;

/* A weight whose rows begin as the file has them for the words of a tensor. */
typedef struct {
    int param, tensor;
    const char *path;
} nn_vectors;

/* nn_vectors.c: fills the rows of such weights; those of words that the file
 * does not have stay as they are. */
bool nn_vectors_fill(struct nn_trainer *r, nn_error *e);

/* What a check of gradients by differences cannot see; lists are "relu, sign"
 * or NULL. */
typedef struct {
    const char *kinks, *surrogates; /* operators that bend; whose gradient is
                                       not the derivative */
    const unsigned char *behind;    /* by parameter, 1: behind a surrogate */
} nn_kinks;

/* Compares gradients with differences, prints a line for each parameter.
 * Returns the exit status: 0 where all agree, 1 with a message where not. */
int nn_gradcheck(struct nn_trainer *r, nn_error *e);

/* How a model writes: nn_generate.h. */
struct nn_inference;
struct nn_writing;
typedef struct {
    int input;       /* the tokens that are read, and written */
    int start, stop; /* the first one; the one that ends; or -1 */
    int beam;        /* texts held side by side where no flag says; 1: none */
    int64_t limit;   /* tokens that have a place; 0: any number */
    bool (*run)(struct nn_inference *, const struct nn_writing *, nn_error *);
} nn_generation;

/* nn_generate.c: reads the prompt, then writes to standard output, a token at
 * a time; where there are other inputs, a text for each of their rows. */
bool nn_generate(struct nn_inference *f, const struct nn_writing *w,
                 nn_error *e);

/* Weights in the program itself, as its kernels read them, without what is
 * prepared; and what preprocessing has learned, as in a weights file. */
typedef struct {
    const nn_real *params;
    int64_t reals;
    nn_note *notes;
    int note_count;
} nn_given;

typedef struct nn_program {
    const nn_model *model;
    const char *file;     /* of the model's text, "iris.nn": for messages */
    const nn_flow *flows; /* none: the model has no data block */
    int flow_count;
    nn_split validation, test;
    nn_training train;
    const nn_pairing *pairings;      /* one an output, or NULL */
    const nn_scorer *const *scorers; /* one a metric or table: NULL where it
                                        has sums; NULL: all have */
    const nn_unpacker *unpacker;     /* &nn_gzip where a path ends in .gz */
    const nn_reader *image;          /* &nn_png where an input has rank 3 */
    const nn_generation *generation; /* NULL: the model does not */
    const nn_given *given;           /* NULL: weights come from a file */
    const nn_vectors *vectors;
    int vector_count;
    bool (*fill)(struct nn_trainer *, nn_error *); /* of vectors, or NULL */
    /* nn_gradcheck; NULL in a build that cannot check. kinks are for it. */
    int (*gradcheck)(struct nn_trainer *, nn_error *);
    const nn_kinks *kinks;
} nn_program;

/* Each runs the whole program and returns its exit status: 0, 1 for what a
 * user can mend (data, weights, disk), 2 for wrong flags, 130 after Ctrl-C. */
int nn_train_main(int argc, char **argv, const nn_program *program);
int nn_infer_main(int argc, char **argv, const nn_program *program);
int nn_verify_main(int argc, char **argv, const nn_program *program);
int nn_timing_main(int argc, char **argv, const nn_program *program);

#endif
