/* main.c: reads the command line, runs the command, sets the exit status:
 * 0, 1 for the user's mistakes, 2 for a wrong command line; a bug of nnc's own
 * ends with 70 where it is found. Output that did not arrive is a failure. */
#define _POSIX_C_SOURCE 200809L /* for SIGCHLD */
#include "commands.h"

#include <signal.h>

#include "nn_std.h"

/* A command without a function is not offered. */
static Command *const functions[COMMANDS] = {
    [COMMAND_CHECK] = command_check,     [COMMAND_FMT] = command_fmt,
    [COMMAND_COMPILE] = command_compile, [COMMAND_BUILD] = command_build,
    [COMMAND_TRAIN] = command_train,     [COMMAND_EVAL] = command_eval,
    [COMMAND_INFER] = command_infer,     [COMMAND_GRAPH] = command_graph,
    [COMMAND_SUMMARY] = command_summary, [COMMAND_REPORT] = command_report,
    [COMMAND_BENCH] = command_bench,     [COMMAND_EXPORT] = command_export,
    [COMMAND_VERIFY] = command_verify,
};

int main(int argc, char **argv)
{
    Options options = {.arena = arena_new(), .budget = BUDGET};
    int status;

    nn_std_open();
    /* Where it is ignored, nobody is told of a child's end before the last. */
    signal(SIGCHLD, SIG_DFL);
    if (options_parse(&options, functions, argc, argv, &status)) {
        arena_limit(options.arena, (size_t)options.budget << 20);
        status = functions[options.command](&options);
    }
    arena_free(options.arena);
    return nn_std_close("nnc", status);
}
