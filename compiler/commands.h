/* commands.h: what `nnc COMMAND` does, one function a command.
 *
 * Each gets the parsed command line and returns the exit status: 0, or 1 where
 * the user's text, data or surroundings are at fault; messages have been
 * printed. */
#ifndef NNC_COMMANDS_H
#define NNC_COMMANDS_H

#include "options.h"

/* Lays out the files in place, or with --check only names those that would
 * change (status 1 where there are any); `-` goes from input to output. */
int command_fmt(const Options *options);

/* Reports all mistakes of each file, on stderr or (--json) as one array. */
int command_check(const Options *options);

/* Writes model.c and model.h and prints how to compile them. */
int command_compile(const Options *options);

/* Makes DIR/NAME-train and DIR/NAME-infer, with their C beside them, or with
 * --keep writes what they are built from; a model that cannot be trained gets
 * NAME-infer alone. */
int command_build(const Options *options);

/* Run the model's program, made first where the cache does not have it: they
 * return only where something is wrong. */
int command_train(const Options *options);
int command_eval(const Options *options);
int command_infer(const Options *options);

/* Times the model, alone or beside what others make of it. */
int command_bench(const Options *options);

/* Prints the model's layers as a table, with the memory it needs. */
int command_summary(const Options *options);

/* Prints the model's layers or operators, or draws them to a .dot or .svg
 * file. */
int command_graph(const Options *options);

/* Prints kernels, memory and parameters. */
int command_report(const Options *options);

/* Writes the model as a program of another framework. */
int command_export(const Options *options);

/* Compares what a model computes here with what it computes in PyTorch. */
int command_verify(const Options *options);

#endif
