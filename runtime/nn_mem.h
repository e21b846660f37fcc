/* Memory with checked sizes, and text that grows. */
#ifndef NN_MEM_H
#define NN_MEM_H

#include <stddef.h>

#include "nn_error.h"

/* Sets *block to `count` zeroed elements of `size` bytes, aligned to 64
 * bytes; also where count is 0. Released with free(). Fails with the number
 * of bytes where there is no such memory; `what` names its use. */
bool nn_alloc(void *block, size_t count, size_t size, const char *what,
              nn_error *e);

/* The same with any contents: what is never written takes no memory. */
bool nn_reserve(void *block, size_t count, size_t size, const char *what,
                nn_error *e);

/* Makes room in the malloc'ed array *block for `needed` elements, doubling
 * *room; *block and *room start as NULL and 0. */
bool nn_grow(void *block, size_t *room, size_t needed, size_t size,
             nn_error *e);

/* A text that grows; bytes is NULL or ends with 0. Released with
 * free(text.bytes). `failed` stays true once memory ran out. */
typedef struct {
    char *bytes;
    size_t length, room;
    bool failed;
} nn_text;

void nn_text_add(nn_text *t, const char *bytes, size_t length);
__attribute__((format(printf, 2, 3))) void
nn_text_print(nn_text *t, const char *format, ...);

#endif
