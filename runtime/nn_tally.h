/* Counts words in bounded memory, exactly, whatever the number of words.
 *
 *     nn_tally_open(&t, most, least, bound);
 *     while (nn_tally_pass(&t, e))
 *         for each word of the text
 *             nn_tally_add(&t, word, length, e);
 *     nn_tally_take(&t, &text, &count, e);
 *
 * A pass counts all words, or where there were too many for the bound those
 * of a share by their hash; the next passes count the others. */
#ifndef NN_TALLY_H
#define NN_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "nn_error.h"

typedef struct {
    char *text; /* malloc'ed */
    uint64_t count;
} nn_counted;

typedef struct {
    int64_t most;     /* words to keep */
    uint64_t least;   /* times that a word must occur */
    size_t bound;     /* different words to hold at once */
    nn_counted *best; /* of passes that are over, the most frequent first */
    size_t best_count;
    nn_counted *words; /* of this pass */
    size_t count, room;
    uint32_t *slots; /* a hash table: 0, or 1 + the place in words */
    size_t slot_count;
    uint64_t share, of; /* this pass counts hashes h with h % of == share */
    struct {
        uint64_t share, of;
    } open[64]; /* shares to be counted yet */
    int open_count;
    bool failed;
} nn_tally;

void nn_tally_open(nn_tally *t, int64_t most, int64_t least, size_t bound);
void nn_tally_close(nn_tally *t);

/* Begins the next pass; false where none is needed, or can be made. */
bool nn_tally_pass(nn_tally *t, nn_error *e);

/* One more of this word. */
bool nn_tally_add(nn_tally *t, const char *text, size_t length, nn_error *e);

/* Hands over the `most` most frequent words that occur `least` times, in
 * falling order of that and then in the order of their bytes. False also where
 * a pass could not be finished. */
bool nn_tally_take(nn_tally *t, char ***text, int64_t *count, nn_error *e);

#endif
