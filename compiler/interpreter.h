/* interpreter.h: the Python that runs what other frameworks make of a model. */
#ifndef NNC_INTERPRETER_H
#define NNC_INTERPRETER_H

#include "options.h"

/* For who lacks something of Python. */
#define INTERPRETER_OTHER                                                      \
    "--python COMMAND, or the variable PYTHON, names another Python"

/* The command that --python or PYTHON names, or python3. */
const char *interpreter_name(const Options *o);

/* The file of that command, or NULL. */
const char *interpreter_find(const Options *o);

/* Whether it has all of these modules, "numpy torch". */
bool interpreter_has(Arena *arena, const char *python, const char *modules);

#endif
