/* exported.h: a model as it is elaborated to be written in other words. */
#ifndef NNC_EXPORTED_H
#define NNC_EXPORTED_H

#include "driver.h"
#include "export/export.h"

/* Elaborates the model of an open d for two numbers of rows; *e gets both and,
 * where it names no file, NAME.py or NAME.onnx. Returns the first of the two;
 * NULL with errors in d's diag. */
Program *exported_open(Driver *d, Export *e);

#endif
