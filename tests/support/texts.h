/* texts.h: the C that the text of a model becomes. */
#ifndef NNC_TESTS_TEXTS_H
#define NNC_TESTS_TEXTS_H

#include "base/arena.h"

/* model.c of a text without mistakes, for "avx512", "avx2", "generic" or
 * (NULL) plain. */
const char *text_model_c(Arena *arena, const char *text, const char *target);

#endif
