/* data.h: what a program has beyond its model. */
#ifndef NNC_EMIT_DATA_H
#define NNC_EMIT_DATA_H

#include "base/str.h"
#include "ir/program.h"

/* Appends the tables of data and training and the main function of the
 * training or inference program to the C of its model. */
void emit_program(Text *out, const Program *p, bool train);

/* The table `settings`: what a checkpoint depends on, as nn_program.h says. */
void emit_settings(Text *out, const Program *p);

/* What a program needs of the runtime beyond its core. */
bool emit_uses_gzip(const Program *p);
bool emit_uses_images(const Program *p);

#endif
