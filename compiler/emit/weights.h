/* weights.h: the numbers of a weights file, for a program that has them in its
 * own text and nothing to load. */
#ifndef NNC_EMIT_WEIGHTS_H
#define NNC_EMIT_WEIGHTS_H

#include <stdio.h>

#include "ir/plan.h"
#include "nn_prep.h"

typedef struct Weights {
    Program *program;
    Plan *const *plans; /* of inference */
    int plan_count;
    nn_prep *preps;          /* of inputs and targets; what data has learned */
    float *loaded;           /* all tensors, as kernels read them */
    float *prepared;         /* what prepared kernels make of them */
    const int64_t *places;   /* of tensors, in `loaded` */
    VEC(const char *) notes; /* key, value, ...: the file's, on data */
    bool computes;
    bool alone;        /* what data has learned is left in the file */
    bool starts;       /* what training begins with, an optimiser's slots too,
                          up to the last tensor that is not zero */
    const char *name;  /* of the C array */
    const char *bytes; /* the file from which assemblers read it, or NULL */
    bool outside;      /* another C file defines it */
} Weights;

/* Reads a weights file for plans that are complete and says where it belongs to
 * another model or text. With `computes` it then computes what kernels prepare,
 * and marks what nothing reads as absent; without, the program prepares when it
 * begins, so that its bits are those that it has with a file. Those that
 * training `starts` with change nothing else of the program. False with a
 * message. */
bool weights_open(Weights *w, const char *path, nn_error *e);
void weights_close(Weights *w);

/* Whether what a program prepares stands in it. */
bool weights_prepared(const Program *p);

/* How many tensors it holds: what training begins with is zero behind them. */
int weights_shown(const Weights *w);

/* How many numbers the program holds. */
int64_t weights_count(const Weights *w);

/* Where C goes: a Text or a stream. */
typedef void WeightsPut(void *to, const char *text, size_t n);
void weights_put_text(void *text, const char *s, size_t n);
void weights_put_stream(void *stream, const char *s, size_t n);

/* The array as C: its declaration and, with a comment a tensor, all numbers;
 * any C compiler reads the same bits. */
void weights_write(const Weights *w, WeightsPut *put, void *to);

/* The same as bytes, little-endian floats one behind the other; `weights` is a
 * Weights. */
void weights_write_bytes(FILE *stream, const void *weights);

/* Appends what stands before the first use of the array: its declaration,
 * unless the header has it, or where `bytes` says so its definition through the
 * assembler. */
void weights_declare(const Weights *w, Text *out);

/* x as the shortest decimal constant of type float found that is x again. At
 * most WEIGHTS_DIGITS bytes, with a closing zero; returns their number. */
enum { WEIGHTS_DIGITS = 32 };
int weights_number(char *to, float x);

/* More numbers are too many for C compilers, which take time and memory for
 * each: they go to an assembler as bytes, unless a file of C is asked for. */
enum { WEIGHTS_INLINE = 1 << 18 };

/* A digest of all numbers, in hexadecimal. */
const char *weights_digest(const Weights *w);

#endif
