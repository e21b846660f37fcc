/* programs.h: a model's C, compiled into a program. */
#ifndef NNC_PROGRAMS_H
#define NNC_PROGRAMS_H

#include "driver.h"

typedef enum ProgramKind {
    PROGRAM_TRAIN,
    PROGRAM_INFER,
    PROGRAM_CHECK,  /* NAME-train in plain form and double: --gradcheck */
    PROGRAM_SHARED, /* libNAME.so */
    PROGRAM_PAGE,   /* NAME.wasm, for a page of HTML */
    PROGRAM_VERIFY, /* in plain form and double: writes what it computes */
    PROGRAM_BENCH   /* says how long it takes */
} ProgramKind;

typedef struct Built {
    const char *name;   /* "iris-train" */
    const char *ending; /* of its file: "", ".so" or ".wasm" */
    const char *path;   /* of the program, in the cache */
    const char *c_file; /* of its C */
    const char *bytes;  /* of weights that are not in its C, or NULL */
    bool fresh;         /* it was not in the cache, ... */
    double seconds;     /* ... and this is how long it took to compile */
} Built;

typedef struct ProgramText {
    const char *name;  /* "iris-train" */
    const char *text;  /* its C */
    const char *flags; /* of the target */
    const char *bytes; /* the file of its weights' bytes beside it, or NULL */
    Model model;
} ProgramText;

/* Whether what is built for the target of --target can be run; a message
 * otherwise. */
bool program_runs(const Options *o);

/* The target's flags for generated C; none for --plain. */
const char *program_flags(const CodeOptions *code);

/* Why a target without operating system gets no programs. */
const char *program_bare(Arena *arena, const Target *target);

/* Prints the C of one program, whose model the caller closes. Where that fails
 * all has been printed, and the result is the exit status, else 0. */
int program_write(Driver *d, ProgramKind kind, ProgramText *text);

/* Compiles one program of the model, or finds it in the cache. Where that
 * fails all has been printed, and the result is the exit status, else 0. With
 * `quiet` nothing tells that a compiler runs. */
int program_make(Driver *d, ProgramKind kind, bool quiet, Built *built);

#endif
