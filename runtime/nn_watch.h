/* Files in memory that others may cut short while they are in use: reading
 * past the new end raises SIGBUS, which ends the program with a message and
 * status 1. */
#ifndef NN_WATCH_H
#define NN_WATCH_H

#include <stddef.h>

/* One mapped file. */
typedef struct nn_watch nn_watch;

/* Watches size bytes at base, mapped from path; NULL where memory ran out. */
nn_watch *nn_watch_add(const void *base, size_t size, const char *path);
void nn_watch_remove(nn_watch *w); /* NULL is nothing */

/* Ends the program as such a fault does: nothing can go on without what could
 * not be read. */
_Noreturn void nn_watch_end(const char *message);

#endif
