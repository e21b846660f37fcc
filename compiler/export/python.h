/* python.h: names as Python can have them. */
#ifndef NNC_EXPORT_PYTHON_H
#define NNC_EXPORT_PYTHON_H

#include "base/str.h"

/* A name without dots and other than Python's own words and those that methods
 * use: these get one more _, with whatever _ behind them, so that names stay
 * apart. */
const char *python_name(Arena *arena, const char *name);

/* Whether a module or parameter of Model can be an attribute of this name. */
bool python_attribute(const char *name);

/* Whether a file of this name would stand in front of one that PyTorch loads.
 */
bool python_module(const char *name);

/* Whether a module of this name can be imported beside them. */
bool python_importable(const char *name);

#endif
