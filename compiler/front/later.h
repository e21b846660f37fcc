/* later.h: names of the language that this version does not know. */
#ifndef NNC_FRONT_LATER_H
#define NNC_FRONT_LATER_H

/* "layer", "source", ... where `name` is one of them; otherwise NULL. */
const char *later_kind(const char *name);

#endif
