/* wrap.h: long lines of generated C. */
#ifndef NNC_EMIT_WRAP_H
#define NNC_EMIT_WRAP_H

#include <stdbool.h>

#include "base/str.h"

/* Appends C text with lines of more than 100 columns broken at blanks that
 * stand in no string; what follows is indented by four more, or begins with a
 * star in a comment. Directives stay as they are; of two empty lines one is
 * left. */
void wrap_lines(Text *out, const char *text);

#endif
