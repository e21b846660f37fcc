/* codesize.h: how many bytes of machine code each kernel of a model has. */
#ifndef NNC_CODESIZE_H
#define NNC_CODESIZE_H

#include "base/vec.h"
#include "driver.h"

typedef struct CodeSize {
    const char *name; /* that the functions' names begin with */
    int64_t bytes;
} CodeSize;

typedef struct CodeSizes {
    VEC(CodeSize) kernels;
    int64_t fixed; /* bytes of all code and constants */
} CodeSizes;

/* Prints the model's C, compiles it and reads the object's sections and
 * symbols; empty where there is no C compiler, or the object is not ELF. */
CodeSizes codesize_measure(const Driver *d, const Model *model);

/* Of a kernel's functions, its tile's among them; 0 where it is not known. */
int64_t codesize_of(const CodeSizes *sizes, const Kernel *k);

#endif
