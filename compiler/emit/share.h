/* share.h: functions behind several kernels' tiles, written once.
 *
 * Entries hold the same layers: what evaluation multiplies inference does
 * too. A tile's functions take all that differs, addresses, as arguments, so
 * one text serves every kernel that would write the same. */
#ifndef NNC_EMIT_SHARE_H
#define NNC_EMIT_SHARE_H

#include "emit/emit.h"

/* The name to write a kernel's tile under, taken at file level. Those of its
 * functions begin with it. */
const char *share_name(const Scope *s);

/* The functions of the kernel's tile are the text of s->e->out from `start`
 * on, written under `name`. Names their locals; takes the text away again
 * where an earlier tile reads the same. s->tile becomes the name to call. */
void share_tile(Scope *s, size_t start, const char *name);

#endif
