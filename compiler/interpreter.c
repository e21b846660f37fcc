/* interpreter.c: see interpreter.h. */
#include "interpreter.h"

#include <stdlib.h>

#include "base/str.h"
#include "process.h"

const char *interpreter_name(const Options *o)
{
    const char *name = o->interpreter ? o->interpreter : getenv("PYTHON");

    return name && *name ? name : "python3";
}

const char *interpreter_find(const Options *o)
{
    return process_find(o->arena, interpreter_name(o));
}

bool interpreter_has(Arena *arena, const char *python, const char *modules)
{
    static const char test[] =
        "import importlib.util as u, sys\n"
        "sys.exit(not all(map(u.find_spec, sys.argv[1].split())))";
    const char **argv = NEWN(arena, const char *, 5);
    Process p = {.argv = argv};

    argv[0] = python;
    argv[1] = "-c";
    argv[2] = test;
    argv[3] = modules;
    argv[4] = NULL;
    return process_run(&p, 1);
}
