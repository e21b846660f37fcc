/* fmt.h: a text of the language in canonical form. */
#ifndef NNC_FRONT_FMT_H
#define NNC_FRONT_FMT_H

#include "base/diag.h"
#include "base/str.h"

/* Appends the text of source with canonical spaces and indentation; false,
 * with errors in diag, where it does not parse. The lexemes, the comments and
 * the breaks between lines stay; blank lines stay as one. What it appends is
 * its own canonical form. */
bool fmt_text(Arena *arena, Diag *diag, const Source *source, Text *out);

#endif
