/* Words for people: what comes from files, names and flags is shown without
 * anything that a terminal would obey. */
#ifndef NN_SAY_H
#define NN_SAY_H

#include <stddef.h>
#include <stdio.h>

/* Bytes of the UTF-8 sequence at p, of which left >= 1 can be read; 0 where
 * there is none (RFC 3629). */
size_t nn_utf8(const char *p, size_t left);

/* The code of a sequence of n bytes; 0 where n is 0. */
unsigned long nn_utf8_code(const char *p, size_t n);

/* Bytes of the sequence at p where it may be shown; 0 for control characters,
 * also those that turn the direction of writing, end a line or take no place.
 */
size_t nn_printable(const char *p, size_t left);

/* Writes the text with a `?` for every byte that must not be shown. */
void nn_show(FILE *stream, const char *text);

/* Puts a `?` into the text for every such byte but tabs and line ends, which
 * must end the text or stand before an indented line: a name cannot begin
 * another message. */
void nn_clean(char *text);

/* As fprintf, the result cleaned; cut after some 4000 bytes. */
__attribute__((format(printf, 2, 3))) void nn_say(FILE *stream,
                                                  const char *format, ...);

#endif
