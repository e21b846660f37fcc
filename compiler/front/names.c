/* names.c: finding names, and what to say of one that is not found. */
#include "front/names.h"

#include <string.h>

#include "front/foreign.h"

static const char *const words_of_arguments[] = {
    "same",  "valid",    "full", "time",   "features", "height", "channels",
    "width", "none",     "mean", "sum",    "left",     "right",  "all",
    "drop",  "training", "root", "causal", "split",    "keep",
};

static const struct {
    const char *name, *spec;
    InitKind kind;
    double value;
} inits[] = {
    {"he", "", INIT_HE, 0},
    {"glorot", "", INIT_GLOROT, 0},
    {"orthogonal", "", INIT_ORTHOGONAL, 0},
    {"normal", "deviation:real", INIT_NORMAL, 0},
    {"uniform", "bound:real", INIT_UNIFORM, 0},
    {"zeros", "", INIT_CONSTANT, 0},
    {"ones", "", INIT_CONSTANT, 1},
    {"vectors", "file:file", INIT_VECTORS, 0},
};

const char *const names_common[N_COMMON] = {"init", "frozen", "l1", "l2"};

enum {
    N_WORDS = sizeof words_of_arguments / sizeof *words_of_arguments,
    N_INITS = sizeof inits / sizeof *inits,
};

bool names_word(const char *name)
{
    for (int i = 0; i < N_WORDS; i++)
        if (strcmp(words_of_arguments[i], name) == 0)
            return true;
    return names_init(name, NULL, NULL) != NULL;
}

const char *names_init(const char *name, InitKind *kind, double *value)
{
    for (int i = 0; i < N_INITS; i++) {
        if (strcmp(inits[i].name, name) != 0)
            continue;
        if (kind)
            *kind = inits[i].kind;
        if (value)
            *value = inits[i].value;
        return inits[i].spec;
    }
    return NULL;
}

/* "a value", "an image" */
static const char *article(const char *word)
{
    return strchr("aeiou", word[0]) ? "an" : "a";
}

/* Advice about a name of a later version that is called otherwise there. */
static void help_later(Message *m, const char *ours)
{
    const char *advice = foreign_advice(ours);

    diag_help(m, "`%s` is not in this version%s%s", ours, advice ? ": " : "",
              advice ? advice : "");
}

/* What an unknown name may have meant: another framework's, or a slip. */
static void add_help(Message *m, const char *name, const Words *words)
{
    const char *ours = foreign_name(name, words);
    const char *advice = ours ? NULL : foreign_advice(name);

    if (!ours && !advice)
        ours = str_nearest(name, words->at, words->n);
    if (ours && later_kind(ours))
        help_later(m, ours);
    else if (ours)
        diag_help(m, "did you mean `%s`?", ours);
    else if (advice)
        diag_help(m, "%s", advice);
}

/* The message where a later version knows the name; otherwise NULL. */
static Message *not_yet(Diag *diag, Span span, const char *name)
{
    const char *kind = later_kind(name), *advice = foreign_advice(name);
    Message *m;

    if (!kind)
        return NULL;
    m = diag_error(diag, span, "`%s` is not %s %s that this version knows",
                   name, article(kind), kind);
    if (advice)
        diag_help(m, "%s", advice);
    return m;
}

void names_unknown(Diag *diag, Span span, const char *name, const char *what,
                   const Words *words)
{
    if (!not_yet(diag, span, name))
        add_help(diag_error(diag, span, "there is no %s `%s`", what, name),
                 name, words);
}

void names_unknown_of(Arena *arena, Diag *diag, Span span, const char *name,
                      const char *what, const char *owner, const Words *words)
{
    Message *m = not_yet(diag, span, name);

    if (m)
        return;
    m = diag_error(diag, span, "%s has no %s `%s`", owner, what, name);
    diag_note(m, "it takes %s", names_list(arena, words));
    add_help(m, name, words);
}

const char *names_list(Arena *arena, const Words *words)
{
    Text text = {.arena = arena};

    for (int i = 0; i < words->n; i++)
        text_printf(&text, "%s`%s`", i ? ", " : "", words->at[i]);
    return words->n ? text_str(&text) : "none";
}

void names_add_forms(Arena *arena, Words *words)
{
    for (int i = 0; i < surface_count; i++)
        vec_push(arena, words, surface[i].name);
}

void names_add_words(Arena *arena, Words *words)
{
    for (int i = 0; i < N_WORDS; i++)
        vec_push(arena, words, words_of_arguments[i]);
}

void names_add_inits(Arena *arena, Words *words)
{
    for (int i = 0; i < N_INITS; i++)
        vec_push(arena, words, inits[i].name);
}
