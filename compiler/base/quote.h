/* quote.h: texts of the user inside other languages.
 *
 * Whatever a user chose (strings, names of files and columns, lines of a
 * model, values of flags) is printed into C, DOT, JSON, Python, a shell's
 * command or a message by one of these functions and in no other way: none of
 * its bytes can end the literal, comment or word that it stands in. What can be
 * shown is decided by nn_printable of the runtime. */
#ifndef NNC_BASE_QUOTE_H
#define NNC_BASE_QUOTE_H

#include "base/str.h"

/* The literal of C whose bytes are those of s, with its quotes. It is plain
 * ASCII: all else is octal, of three digits, so that a digit may follow; no
 * two question marks meet, which would begin a trigraph. */
void quote_c(Text *out, const char *s);

/* n bytes of text within a comment of C, between blanks. The signs that begin
 * or end comments and trigraphs are parted by a blank; what cannot be shown is
 * octal. */
void quote_comment(Text *out, const char *s, size_t n);

/* Text between double quotes of DOT; what cannot be shown becomes `?`. */
void quote_dot(Text *out, const char *s);

/* A string of JSON, with its quotes; bytes that are not UTF-8 become U+FFFD. */
void quote_json(Text *out, const char *s);

/* A literal of Python that os.fsencode turns back into the bytes of s: plain
 * ASCII, what is not UTF-8 as its surrogate escapes. */
void quote_python(Text *out, const char *s);

/* One word of a POSIX shell. */
void quote_shell(Text *out, const char *s);

/* n bytes of text for a terminal: what cannot be shown is octal. */
void quote_shown(Text *out, const char *s, size_t n);

/* All of s as quote_shown gives it, for a message. */
const char *quote_text(Arena *arena, const char *s);

#endif
