/* Functions of the runtime that can fail return false and leave one message
 * in an nn_error; only the programs' main functions print it and end. */
#include "nn_error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool nn_fail(nn_error *e, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(e->text, sizeof e->text, format, list);
    va_end(list);
    return false;
}

bool nn_fail_also(nn_error *e, const char *format, ...)
{
    size_t used = strlen(e->text);
    va_list list;
    va_start(list, format);
    vsnprintf(e->text + used, sizeof e->text - used, format, list);
    va_end(list);
    return false;
}

bool nn_fail_in(nn_error *e, const char *before)
{
    size_t have = strlen(e->text), put = strlen(before) + 2;
    if (have + put >= sizeof e->text)
        return false;
    memmove(e->text + put, e->text, have + 1);
    memcpy(e->text, before, put - 2);
    memcpy(e->text + put - 2, ": ", 2);
    return false;
}

const char *nn_s(long long n)
{
    return n == 1 ? "" : "s";
}
