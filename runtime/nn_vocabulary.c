/* Open addressing in a table that is at most half full. */
#include "nn_vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"

uint64_t nn_vocabulary_hash(const char *text, size_t length)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * 0x100000001b3u;
    return h ^ h >> 29;
}

/* The slot of this word: its own, or the empty one where it would be. */
static size_t slot_of(const nn_vocabulary *v, const char *text, size_t length)
{
    size_t at = (size_t)nn_vocabulary_hash(text, length) & (v->slot_count - 1);
    while (v->slots[at] != 0) {
        const char *word = v->text[v->slots[at] - 1];
        if (strncmp(word, text, length) == 0 && word[length] == 0)
            break;
        at = (at + 1) & (v->slot_count - 1);
    }
    return at;
}

bool nn_vocabulary_take(nn_vocabulary *v, char **text, int64_t count,
                        int64_t first, nn_error *e)
{
    size_t slots = 16;
    while (slots < 2 * (size_t)count)
        slots *= 2;
    *v = (nn_vocabulary){.text = text, .count = count, .first = first};
    if (count >= UINT32_MAX)
        return nn_fail(e, "%lld words are too many", (long long)count);
    if (!nn_alloc(&v->slots, slots, sizeof *v->slots, "words", e))
        return false;
    v->slot_count = slots;
    for (int64_t i = 0; i < count; i++) {
        size_t at = slot_of(v, text[i], strlen(text[i]));
        if (v->slots[at] != 0)
            return nn_fail(e, "the word '%s' is in the list twice", text[i]);
        v->slots[at] = (uint32_t)i + 1;
    }
    return true;
}

void nn_vocabulary_close(nn_vocabulary *v)
{
    for (int64_t i = 0; i < v->count; i++)
        free(v->text[i]);
    free(v->text);
    free(v->slots);
    *v = (nn_vocabulary){0};
}

int64_t nn_vocabulary_find(const nn_vocabulary *v, const char *text,
                           size_t length)
{
    if (v->slot_count == 0)
        return -1;
    size_t at = slot_of(v, text, length);
    return v->slots[at] == 0 ? -1 : v->first + v->slots[at] - 1;
}
