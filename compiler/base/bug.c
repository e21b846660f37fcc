/* bug.c: ends nnc where nnc itself is at fault. It needs none of the others,
 * so that each of them may call it. */
#include "base/bug.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "nn_say.h"

enum { MOST_BYTES = 1000 };

_Noreturn void bug_end(const char *file, int line, const char *format, ...)
{
    char text[MOST_BYTES];
    va_list args;

    fflush(stdout);
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    nn_say(stderr, "bug: %s:%d: %s\n", file, line, text);
    fputs("This is a mistake in nnc, not in your model.\n", stderr);
    exit(70);
}
