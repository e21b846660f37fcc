/* What this process takes of memory. */
#ifndef NN_MEMORY_H
#define NN_MEMORY_H

#include <stdint.h>

/* Bytes that lie in memory now, of the program, its libraries and all that it
 * has asked for and used; the most that have. 0 where the system does not
 * tell. */
typedef struct {
    int64_t now, most;
} nn_memory;

nn_memory nn_memory_taken(void);

#endif
