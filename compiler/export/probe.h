/* probe.h: what the prelude's own definitions become.
 *
 * Small models are elaborated to see it. So nnc compares what a user wrote
 * with the prelude as it is, whatever names either has. */
#ifndef NNC_EXPORT_PROBE_H
#define NNC_EXPORT_PROBE_H

#include "ir/program.h"

/* The program of this text, whose batch has ROWS_A rows; a mistake in it is a
 * bug. */
const Program *probe_program(Arena *arena, const char *text);

/* The graph as text without the names of its values. */
const char *probe_text(Arena *arena, const Graph *g);

#endif
