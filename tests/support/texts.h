/* texts.h: the C that the text of a model becomes. */
#ifndef NNC_TESTS_TEXTS_H
#define NNC_TESTS_TEXTS_H

#include "base/arena.h"
#include "pipeline.h"

typedef struct Texts {
    const char *c, *h; /* model.c and model.h */
} Texts;

/* The program of a text without mistakes. */
Program *text_program(Arena *arena, const char *text);

/* The entries that `want` names, for a target as below. */
Texts text_model(Arena *arena, const char *text, const char *target, Want want);

/* A `train` block's settings. */
Train text_train(Arena *arena, const char *settings);

/* model.c of a text without mistakes, for "avx512", "avx2", "generic" or
 * (NULL) plain. */
const char *text_model_c(Arena *arena, const char *text, const char *target);

#endif
