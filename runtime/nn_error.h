/* One message for the user: what went wrong, where, and what to do. */
#ifndef NN_ERROR_H
#define NN_ERROR_H

#include <stdbool.h>

typedef struct {
    char text[2048];
} nn_error;

/* Fills e with the message, cut where it would not fit, and returns false,
 * so that a function can end with `return nn_fail(e, ...)`. */
__attribute__((format(printf, 2, 3))) bool nn_fail(nn_error *e,
                                                   const char *format, ...);

/* Adds to the message of e, cut where it would not fit; returns false. */
__attribute__((format(printf, 2, 3))) bool
nn_fail_also(nn_error *e, const char *format, ...);

/* Puts `before: ` in front of the message of e; returns false. */
bool nn_fail_in(nn_error *e, const char *before);

/* The end of a noun that is counted: "s", or "" for one. */
const char *nn_s(long long n);

#endif
