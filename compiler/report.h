/* report.h: what `nnc report` and --report print about a compiled model. */
#ifndef NNC_REPORT_H
#define NNC_REPORT_H

#include "driver.h"

/* Prints, for a processor without an operating system, how much flash and RAM
 * the functions take, and for all kernels (shapes, operations, bytes, form and
 * why, bytes of code), the memory map of each entry and the parameters. Bytes
 * of code are those of the C compiler's object file, and left out where no
 * compiler is there. */
int report_print(const Driver *d, const Model *model);

/* Compiles the model, with all entries, and reports; the exit status. */
int report_model(Driver *d);

#endif
