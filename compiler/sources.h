/* sources.h: the files of the runtime, and which of them a program needs. */
#ifndef NNC_SOURCES_H
#define NNC_SOURCES_H

#include "base/vec.h"

typedef VEC(const char *) Sources;

/* The name of packed file i of the runtime (nn_csv.c); NULL where that file is
 * something else. */
const char *sources_file(int i);

/* The text of a file of the runtime. */
const char *sources_text(Arena *arena, const char *name);

/* The files that may be parts of a page: those of sessions, unless
 * templates/page.c takes their place. */
Sources sources_page(Arena *arena);

/* Adds what the C needs that is not among the sources yet: the headers that it
 * includes and the files that define what it mentions, and what those need. */
void sources_add(Arena *arena, Sources *sources, const char *text);

#endif
