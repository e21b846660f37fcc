/* version.h: the version that `nnc --version` and generated files name. */
#ifndef NNC_BASE_VERSION_H
#define NNC_BASE_VERSION_H

#define NNC_VERSION "0.1.0"

#endif
