/* What the rows of a text are to a model: ids of their tokens, by a list of
 * words that training rows have given. Preprocessing asks through this table,
 * so that programs without text hold nothing of it. */
#ifndef NN_SPELLING_H
#define NN_SPELLING_H

#include "nn_cursor.h"
#include "nn_table.h"

/* Ids that no word has. Labels, one a word, know only the first. */
enum { NN_ID_PAD, NN_ID_START, NN_ID_STOP, NN_ID_OTHER, NN_ID_WORDS };

typedef struct nn_speller nn_speller;
typedef struct nn_spelling nn_spelling;

struct nn_spelling {
    /* *s is for the rows of this flow; nothing is learned yet. */
    bool (*open)(nn_speller **s, const nn_flow *flow, const nn_tensor *tensor,
                 nn_error *e);
    void (*close)(nn_speller *s); /* also NULL */
    /* Takes the words of another one, which learns them. */
    void (*share)(nn_speller *s, const nn_speller *from);
    /* Learns from those rows whose part is NN_TRAIN. NULL where nothing is
     * learned: so are share, agree, words, restore, word and labels. */
    bool (*learn)(nn_speller *s, const nn_table *t, const uint8_t *part_of,
                  nn_error *e);
    /* Refuses rows without a token, and labels that training did not have. */
    bool (*check)(nn_speller *s, const nn_table *t, nn_error *e);
    /* Refuses rows of which one has a label too few or too many for the words
     * of the other. */
    bool (*agree)(nn_speller *labels, const nn_table *a, nn_speller *words,
                  const nn_table *b, nn_error *e);
    /* Writes all values of one row: ids, or numbers where the tensor holds
     * those. */
    bool (*row)(nn_speller *s, const nn_table *t, int64_t row, void *values,
                nn_error *e);
    /* The id of the next word of a text, or *more = false at its end; refuses
     * words without one. NULL where rows are no ids: so is between. */
    bool (*next)(nn_speller *s, nn_cursor *c, int32_t *id, bool *more,
                 nn_error *e);
    /* What stands between two words that are written. */
    const char *(*between)(const nn_speller *s);
    /* The words learned here, in the order of their ids; NULL where another
     * one has learned them. */
    char *const *(*words)(const nn_speller *s, int64_t *count);
    /* Takes over words that were saved; NULL, or why they cannot be. */
    const char *(*restore)(nn_speller *s, char **words, int64_t count);
    /* The word of an id, or NULL. */
    const char *(*word)(const nn_speller *s, int64_t id);
    /* True for labels, false for words. */
    bool (*labels)(const nn_speller *s);
    /* Reads rows that are lines, as inference has them. */
    const nn_reader *lines;
};

extern const nn_spelling nn_spelled;  /* nn_spelling.c: ids */
extern const nn_spelling nn_trigrams; /* nn_trigrams.c: counts */

#endif
