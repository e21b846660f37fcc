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

#endif
