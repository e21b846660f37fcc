/* data.h: where rows come from, as tables of Python. */
#ifndef NNC_EXPORT_DATA_H
#define NNC_EXPORT_DATA_H

#include "export/export.h"

/* Inputs, targets and classes, the settings of training and the metrics. */
void data_settings(Text *out, const Export *e);

/* First values of weights. */
void data_first(Text *out, const Export *e);

/* The functions that read and prepare rows, and the flows that use them. False
 * after a message where a source has none. */
bool data_flows(Text *out, const Export *e);

/* Whether the program can train by itself. */
bool data_trains(const Program *p);

/* Appends a packed file of Python; false where there is none. */
bool data_part(Text *out, const char *name);

#endif
