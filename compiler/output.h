/* output.h: the files that a command writes for the user. */
#ifndef NNC_OUTPUT_H
#define NNC_OUTPUT_H

#include "driver.h"

/* Whether a file may be written to path: not where the model's text, a text
 * that it uses, a template or one of its data files lies, under whatever name.
 * False with a message. */
bool output_allowed(const Driver *d, const Program *p, const char *path);

/* Makes the folder for what a command writes; false with a message. */
bool output_folder(Arena *arena, const char *path);

/* Replaces the file whole, keeping its rights; a link stays, and the file
 * behind it is replaced. `runs` makes it a program. False with a message. */
bool output_write(const char *path, const char *text, size_t size, bool runs);

#endif
