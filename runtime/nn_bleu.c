/* BLEU of the words that were chosen against the true ones, each row up to its
 * stop symbol: in a network that reads the true words before each step, not of
 * what it would write by itself. Words are joined by blanks, characters by
 * nothing; what has no word stands as <other>. */
#include <stdlib.h>
#include <string.h>

#include "nn_mteval.h"
#include "nn_scorer.h"
#include "nn_token.h"

static int64_t bleu_counts(int64_t classes)
{
    (void)classes;
    return NN_MTEVAL_COUNTS;
}

/* Labels have no start and stop. */
static void spell(nn_text *out, const nn_prep *target, const int32_t *ids,
                  int64_t count)
{
    const nn_transform *split = nn_flow_transform(target->flow, NN_SPLIT);
    bool joined = strcmp(split->splitter->name, "characters") == 0;
    bool labels = target->spelling->labels(target->speller);
    nn_text_add(out, "", 0);
    for (int64_t i = 0; i < count; i++) {
        const char *word = nn_prep_name(target, ids[i]);
        if (ids[i] == NN_ID_STOP && !labels)
            return;
        if (ids[i] != NN_ID_PAD && (labels || ids[i] != NN_ID_START) &&
            word != NULL)
            nn_text_print(out, "%s%s", word, joined ? "" : " ");
    }
}

static bool add(double *counts, const nn_prep *target, const nn_steps *s,
                nn_error *e)
{
    nn_text line = {0}, reference = {0};
    spell(&line, target, s->chosen, s->count);
    spell(&reference, target, s->kind, s->count);
    bool good = !line.failed && !reference.failed;
    good = good ? nn_mteval_add(counts, line.bytes, reference.bytes, e)
                : nn_fail(e, "no memory for a line of words");
    free(line.bytes);
    free(reference.bytes);
    return good;
}

static double figure(const double *counts, int64_t classes)
{
    (void)classes;
    return nn_mteval_bleu(counts);
}

const nn_scorer nn_bleu = {.counts = bleu_counts, .add = add, .figure = figure};
