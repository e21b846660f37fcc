/* A fixed pool of threads for the model's entries. */
#ifndef NN_THREAD_H
#define NN_THREAD_H

#include "nn_error.h"
#include "nn_model.h"

/* A pool has at most so many. */
enum { NN_THREADS_MOST = 256 };

typedef struct nn_pool nn_pool;

/* A pool that works with `threads` threads, the caller's among them, so
 * threads - 1 are started. Denormals count as 0 in all of them from now on.
 * NULL with a message where threads cannot be started. */
nn_pool *nn_pool_open(int threads, nn_error *e);
void nn_pool_close(nn_pool *pool);

/* How many threads work in it; 1 where pool is NULL. */
int nn_pool_threads(const nn_pool *pool);

/* An nn_parallel; only the thread that opened the pool may call it, and not
 * from inside a task. */
void nn_pool_run(void *pool, int parts, nn_task *task, void *context);

/* Denormals count as 0 in the calling thread (x86; elsewhere nothing). */
void nn_thread_flush_denormals(void);

/* How many processors may run this program: 1 or more. */
int nn_thread_processors(void);

#endif
