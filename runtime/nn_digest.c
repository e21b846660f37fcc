/* 64 bits mixed word by word, after the finisher of MurmurHash3. */
#include "nn_digest.h"

#include <string.h>

uint64_t nn_digest_word(uint64_t sum, uint64_t word)
{
    sum = (sum ^ word) * 0xff51afd7ed558ccdu;
    sum ^= sum >> 32;
    return sum * 0xc4ceb9fe1a85ec53u + 1;
}

uint64_t nn_digest_bytes(uint64_t sum, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    uint64_t word;
    for (; size >= 8; size -= 8, p += 8) {
        memcpy(&word, p, 8);
        sum = nn_digest_word(sum, word);
    }
    word = size;
    for (size_t i = 0; i < size; i++)
        word = word << 8 | p[i];
    return nn_digest_word(sum, word);
}
