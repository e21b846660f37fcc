/* data.h: what a program has beyond its model. */
#ifndef NNC_EMIT_DATA_H
#define NNC_EMIT_DATA_H

#include "base/str.h"
#include "ir/program.h"

/* What the C of a model becomes with the tables of its data. */
typedef enum Purpose {
    PURPOSE_TRAIN,  /* NAME-train */
    PURPOSE_INFER,  /* NAME-infer */
    PURPOSE_SHARED, /* libNAME.so: no main function, and no files of data */
    PURPOSE_VERIFY, /* NAME-verify: writes what it computes */
    PURPOSE_BENCH   /* NAME-bench: says how long it takes */
} Purpose;

/* Appends the tables of data and training and the main function, if there is
 * one, to the C of a model. With `gzip` it unpacks what it reads, by nn_gzip.
 */
void emit_program(Text *out, const Program *p, Purpose purpose, bool gzip);

/* The table `settings`: what a checkpoint depends on, as nn_program.h says. */
void emit_settings(Text *out, const Program *p);

/* True where a file of data or word vectors has a name that ends in .gz. */
bool emit_names_gzip(const Program *p);

/* True where a program for inference reads pictures. */
bool emit_uses_images(const Program *p);

#endif
