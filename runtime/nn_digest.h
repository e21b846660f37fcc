/* A number that changes with any byte of what it is taken over. */
#ifndef NN_DIGEST_H
#define NN_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* The digest of what `sum` is one of, and then this word. */
uint64_t nn_digest_word(uint64_t sum, uint64_t word);

/* The same of these bytes, which the processor's order of bytes changes. */
uint64_t nn_digest_bytes(uint64_t sum, const void *bytes, size_t size);

#endif
