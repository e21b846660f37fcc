/* driver.h: from a command line and the path of a model to Plans: what all
 * commands begin with. */
#ifndef NNC_DRIVER_H
#define NNC_DRIVER_H

#include "emit/weights.h"
#include "front/elaborate.h"
#include "options.h"
#include "pipeline.h"

typedef struct Driver {
    const Options *options;
    Arena *arena;
    Diag *diag;
    File *file;
    CodeOptions code; /* the command line's, "native" replaced */
    int64_t rows;     /* of a step; 0: what the model's text says */
    bool anew;        /* programs are made even where the cache has them */
} Driver;

/* A model after all passes. */
typedef struct Model {
    Program *program;
    Plans plans;
    Weights *weights; /* of --weights, or NULL */
} Model;

/* Reads and parses a file; mistakes go to diag. False where there are any, or
 * where --templates or --dump has no meaning: that has been printed. */
bool driver_open(Driver *d, const Options *options, Diag *diag,
                 const char *path);

/* Elaborates the model; NULL, with errors in diag, where it is wrong. Every
 * call gives a new Program. */
Program *driver_program(Driver *d);

/* Elaborates the model and runs all passes on the wanted entries. The batch
 * of inference is lowered, unless --batch gives it, until its workspace is
 * below 256 MiB. False, with errors in diag, where the model is wrong or
 * needs more memory than this machine has. `dumped` may be NULL. */
bool driver_model(Driver *d, Want want, Model *model, Text *dumped);

/* Reads the weights of --weights, which compile and build take, for a model
 * that is only to infer, or those of --init, as weights_open does; false, with
 * errors in diag, where they do not fit. */
bool driver_weights(Driver *d, Model *model, bool computes);

/* Says in diag what the runtime says of a file of weights: the first line,
 * what is wrong with it, and where there is none how it comes to be. */
void driver_complain(Driver *d, const Program *program, const char *path,
                     const char *text);

/* Gives their memory back. */
void driver_close(Model *model);

/* Prints all messages to stderr; 1 where there were errors, else 0. */
int driver_status(const Driver *d);

#endif
