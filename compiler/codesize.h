/* codesize.h: how many bytes of machine code each kernel of a model has. */
#ifndef NNC_CODESIZE_H
#define NNC_CODESIZE_H

#include "base/vec.h"
#include "driver.h"

typedef struct CodeSize {
    const char *name;
    int64_t bytes;
} CodeSize;

typedef VEC(CodeSize) CodeSizes;

/* Prints the model's C, compiles it and reads the object's table of symbols;
 * empty where there is no C compiler, or the object is not ELF of 64 bits. */
CodeSizes codesize_measure(const Driver *d, const Model *model);

/* Of a kernel and the functions named after it; 0 where it is not known. */
int64_t codesize_find(const CodeSizes *sizes, const char *kernel);

#endif
