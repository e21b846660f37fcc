/* When a pass meets more words than the bound, it gives up half of the hashes
 * that it counts: what it has of them goes, and they are counted later. After
 * a pass its words are complete, and join the best so far. */
#include "nn_tally.h"

#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_vocabulary.h"

void nn_tally_open(nn_tally *t, int64_t most, int64_t least, size_t bound)
{
    *t = (nn_tally){.most = most, .bound = bound, .open_count = 1};
    t->least = least > 1 ? (uint64_t)least : 1;
    t->open[0].of = 1;
}

static void drop(nn_counted *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(words[i].text);
}

void nn_tally_close(nn_tally *t)
{
    drop(t->words, t->count);
    drop(t->best, t->best_count);
    free(t->words);
    free(t->best);
    free(t->slots);
    *t = (nn_tally){0};
}

/* Falling counts, then rising bytes. */
static int compare(const void *a, const void *b)
{
    const nn_counted *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->text, y->text);
}

/* Joins the words of a pass with the best of those before. */
static bool close_pass(nn_tally *t, nn_error *e)
{
    nn_counted *all;
    size_t kept = 0, n = t->best_count + t->count;
    if (!nn_reserve(&all, n, sizeof *all, "words", e))
        return false;
    if (t->best_count > 0)
        memcpy(all, t->best, t->best_count * sizeof *all);
    for (size_t i = 0; i < t->count; i++)
        if (t->words[i].count >= t->least)
            all[t->best_count + kept++] = t->words[i];
        else
            free(t->words[i].text);
    n = t->best_count + kept;
    qsort(all, n, sizeof *all, compare);
    kept = n < (size_t)t->most ? n : (size_t)t->most;
    drop(all + kept, n - kept);
    free(t->best);
    t->best = all;
    t->best_count = kept;
    t->count = 0;
    return true;
}

static void clear_slots(nn_tally *t)
{
    if (t->slots != NULL)
        memset(t->slots, 0, t->slot_count * sizeof *t->slots);
}

bool nn_tally_pass(nn_tally *t, nn_error *e)
{
    t->failed = t->failed || (t->count > 0 && !close_pass(t, e));
    if (t->failed || t->open_count == 0)
        return false;
    t->open_count--;
    t->share = t->open[t->open_count].share;
    t->of = t->open[t->open_count].of;
    clear_slots(t);
    return true;
}

static size_t slot_of(const nn_tally *t, uint64_t hash, const char *text,
                      size_t length)
{
    size_t at = (size_t)(hash >> 8) & (t->slot_count - 1);
    while (t->slots[at] != 0) {
        const char *word = t->words[t->slots[at] - 1].text;
        if (strncmp(word, text, length) == 0 && word[length] == 0)
            break;
        at = (at + 1) & (t->slot_count - 1);
    }
    return at;
}

static void place_all(nn_tally *t)
{
    clear_slots(t);
    for (size_t i = 0; i < t->count; i++) {
        const char *word = t->words[i].text;
        size_t n = strlen(word);
        t->slots[slot_of(t, nn_vocabulary_hash(word, n), word, n)] =
            (uint32_t)i + 1;
    }
}

/* Keeps one half of the share and leaves the other to a pass of its own. */
static bool halve(nn_tally *t, nn_error *e)
{
    size_t kept = 0, places = sizeof t->open / sizeof *t->open;
    if (t->open_count == (int)places)
        return nn_fail(e, "there are too many different words");
    t->of *= 2;
    t->open[t->open_count].share = t->share + t->of / 2;
    t->open[t->open_count++].of = t->of;
    for (size_t i = 0; i < t->count; i++) {
        const char *word = t->words[i].text;
        uint64_t hash = nn_vocabulary_hash(word, strlen(word));
        if (hash % t->of == t->share)
            t->words[kept++] = t->words[i];
        else
            free(t->words[i].text);
    }
    t->count = kept;
    place_all(t);
    return true;
}

/* Room for one more word: within the bound, and in the table. */
static bool make_room(nn_tally *t, nn_error *e)
{
    while (t->count >= t->bound)
        if (!halve(t, e))
            return false;
    if (!nn_grow(&t->words, &t->room, t->count + 1, sizeof *t->words, e))
        return false;
    if (2 * (t->count + 1) < t->slot_count)
        return true;
    free(t->slots);
    t->slots = NULL;
    t->slot_count = t->slot_count > 0 ? 2 * t->slot_count : 1024;
    if (!nn_alloc(&t->slots, t->slot_count, sizeof *t->slots, "words", e))
        return false;
    place_all(t);
    return true;
}

bool nn_tally_add(nn_tally *t, const char *text, size_t length, nn_error *e)
{
    uint64_t hash = nn_vocabulary_hash(text, length);
    if (hash % t->of != t->share)
        return true;
    if (t->slot_count > 0) {
        uint32_t known = t->slots[slot_of(t, hash, text, length)];
        if (known > 0) {
            t->words[known - 1].count++;
            return true;
        }
    }
    if (!make_room(t, e))
        return false;
    if (hash % t->of != t->share)
        return true;
    char *word = strndup(text, length);
    if (word == NULL)
        return nn_fail(e, "no memory for words");
    t->words[t->count++] = (nn_counted){word, 1};
    t->slots[slot_of(t, hash, text, length)] = (uint32_t)t->count;
    return true;
}

bool nn_tally_take(nn_tally *t, char ***text, int64_t *count, nn_error *e)
{
    if (t->failed ||
        !nn_reserve(text, t->best_count, sizeof **text, "words", e))
        return false;
    for (size_t i = 0; i < t->best_count; i++)
        (*text)[i] = t->best[i].text;
    *count = (int64_t)t->best_count;
    t->best_count = 0;
    return true;
}
