/* rule.h: how weights are updated: optimiser, clips and schedule. */
#ifndef NNC_EXPORT_RULE_H
#define NNC_EXPORT_RULE_H

#include "export/export.h"

/* optimizer(model), clip(model) and rate_at(step, ...); for a rule of the
 * user's own a class first. */
void rule_functions(Text *out, const Export *e);

#endif
