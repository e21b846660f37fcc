/* output.h: the files that a command writes for the user. */
#ifndef NNC_OUTPUT_H
#define NNC_OUTPUT_H

#include <stdio.h>

#include "driver.h"

/* Whether a file may be written to path: not where the model's text, a text
 * that it uses, a template or one of its data files lies, under whatever name.
 * False with a message. */
bool output_allowed(const Driver *d, const Program *p, const char *path);

/* Whether two paths are one file, there already or not. */
bool output_same(Arena *arena, const char *a, const char *b);

/* Makes the folder for what a command writes; false with a message. */
bool output_folder(Arena *arena, const char *path);

/* Writes a file's contents to a stream, which may fail. */
typedef void OutputFill(FILE *stream, const void *what);

/* Replaces the file whole, keeping its rights; a link stays, and the file
 * behind it is replaced. `runs` makes it a program. False with a message. */
bool output_write(const char *path, const char *text, size_t size, bool runs);

/* The same for what need not be in memory as a whole. */
bool output_fill(const char *path, OutputFill *fill, const void *what,
                 bool runs);

#endif
