/* wasm.h: what it takes to make programs of WebAssembly. */
#ifndef NNC_WASM_H
#define NNC_WASM_H

#include "toolchain.h"

/* Whether the compiler makes such programs, tried with one; where not, a
 * message says what to install. */
bool wasm_ready(Toolchain *t);

#endif
