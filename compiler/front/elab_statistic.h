/* elab_statistic.h: what elaborate_statistic.c offers the others. */
#ifndef NNC_FRONT_ELAB_STATISTIC_H
#define NNC_FRONT_ELAB_STATISTIC_H

/* Whether the walk is in the training form. */
bool elab_training(const Elab *e);
/* A statistic outside of training: its prime is what it is; or false. */
bool elab_rests(Elab *e, const Name *name);
/* Assigns a statistic's next value; false where there is none of this name. */
bool elab_gather(Elab *e, const Name *name, Value *value, Span span);
/* `per:` of sum and mean: of each feature over present rows, [features]. */
Value *elab_per(Elab *e, const Call *call, int arg, bool mean);

#endif
