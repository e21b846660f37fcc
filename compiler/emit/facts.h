/* facts.h: what the page of a model is told about it. */
#ifndef NNC_EMIT_FACTS_H
#define NNC_EMIT_FACTS_H

#include "base/str.h"
#include "ir/program.h"

/* Why there can be no page of this model, for a message that names it; NULL:
 * there can. `weights`: it gets a weights file. */
const char *facts_refusal(const Program *p, bool weights);

/* Appends a JSON object that may stand within a script of HTML: name, file and
 * version, rate and optimizer (NULL where nothing trains), and of each input,
 * target and output its name, shape and meaning. */
void emit_facts(Text *out, const Program *p, bool trains);

#endif
