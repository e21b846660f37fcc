/* options.h: the command line. Every command and every flag is one row of a
 * table in options.c, from which parsing and --help come. */
#ifndef NNC_OPTIONS_H
#define NNC_OPTIONS_H

#include "base/vec.h"
#include "pass/backend.h"

/* MiB that compiling a model may take where --budget does not say. */
enum { BUDGET = 768 };

typedef enum CommandId {
    COMMAND_CHECK,
    COMMAND_FMT,
    COMMAND_COMPILE,
    COMMAND_BUILD,
    COMMAND_TRAIN,
    COMMAND_EVAL,
    COMMAND_INFER,
    COMMAND_SUMMARY,
    COMMAND_GRAPH,
    COMMAND_REPORT,
    COMMAND_BENCH,
    COMMAND_EXPORT,
    COMMAND_VERIFY,
    COMMANDS
} CommandId;

/* What the command line says; zero where it says nothing. */
typedef struct Options {
    Arena *arena;
    CommandId command;
    VEC(const char *) files; /* models; one, but for check and fmt */
    VEC(const char *)
    rest;                      /* train, eval, infer, verify: flags
                                  and files for the program, as they are */
    VEC(const char *) defines; /* -D: "NAME=VALUE" */
    const char *output;        /* -o */
    const char *keep;          /* --keep */
    const char *model;         /* --model */
    const char *dump;          /* --dump */
    const char *templates;     /* --templates: a folder */
    const char *data;          /* --data; stands in rest, too */
    const char *weights;       /* --weights, where nnc itself reads them */
    const char *weights_file;  /* --weights-file */
    const char *begin;         /* bench: --weights */
    const char *against;       /* --against: peers, "jax,ncnn" */
    const char *batches;       /* bench: --batch, "1,64" */
    const char *threads;       /* bench: --threads, "1,2" */
    const char *csv, *svg;     /* bench: files to write */
    const char *interpreter;   /* --python, where it names a command */
    const char *init;          /* --init of compile */
    CodeOptions code;          /* --plain, --target (or "native"), --unroll */
    int batch;                 /* --batch; 0: not given */
    int time;                  /* bench: --time, in milliseconds; 0: none */
    int budget;                /* --budget, in MiB */
    bool infer_only, shared, python, html, report, json, check, gradcheck, open,
        nodes, pytorch, onnx, train, kernels;
} Options;

/* The function of a command: its exit status. */
typedef int Command(const Options *options);

/* Reads the command line for the commands whose functions are not NULL. False
 * where there is nothing to run: help, version or a mistake has been printed,
 * and *status is 0 or 2. */
bool options_parse(Options *options, Command *const commands[COMMANDS],
                   int argc, char **argv, int *status);

#endif
