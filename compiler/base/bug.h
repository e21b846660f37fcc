/* bug.h: an inconsistency inside nnc. */
#ifndef NNC_BASE_BUG_H
#define NNC_BASE_BUG_H

/* Prints `bug: FILE:LINE: ...` and exits with 70. */
#define nnc_bug(...) bug_end(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void bug_end(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
