/* toolchain.h: the C compiler behind `nnc build` and what it makes of the
 * runtime, once for all models. */
#ifndef NNC_TOOLCHAIN_H
#define NNC_TOOLCHAIN_H

#include "base/vec.h"
#include "cache.h"
#include "tile/target.h"

/* What each C text is compiled with, beside -O2 and flags of the target, and
 * what every program is linked with. */
#define TOOLCHAIN_PROGRAM_FLAGS "-std=gnu11 -fno-math-errno"
#define TOOLCHAIN_RUNTIME_FLAGS "-std=c11 -D_POSIX_C_SOURCE=200809L"
#define TOOLCHAIN_LIBRARIES "-lm -lpthread"

typedef VEC(const char *) Words;

typedef struct Toolchain {
    Arena *arena;
    const Target *cross; /* what runs the programs, unless nnc's processor */
    Words cc;            /* the compiler and flags of its own, from CC */
    Cache cache;         /* where it all is kept */
    CacheKey key; /* of the compiler, this machine and what steers them */
} Toolchain;

/* What a program needs of the runtime. */
typedef struct Needs {
    bool gzip, png;
    bool doubles; /* NN_REAL is double */
} Needs;

/* The runtime, compiled. */
typedef struct Runtime {
    const char *folder; /* of its headers */
    Words link;         /* what a program is linked with, in order */
} Runtime;

/* What compiles where CC does not say: clang, or aarch64-linux-gnu-gcc; with
 * what tells clang to make programs for another processor. */
const char *toolchain_compiler(Arena *arena, const Target *target);

/* What CC says, or clang; for a target that needs another processor than this
 * one GNU's cross compiler. False, with a message, where there is none, where
 * CC is for another processor, and where what it makes gets no folder. */
bool toolchain_open(Toolchain *t, Arena *arena, const Target *target);

/* The key of the compiler and all of the runtime that is needed. */
CacheKey toolchain_key(const Toolchain *t, const Needs *needs);

/* Compiles what is not there yet. False with a message. */
bool toolchain_runtime(Toolchain *t, const Needs *needs, Runtime *runtime);

/* What a program with this file of the runtime is linked with: -l:libz.a for
 * nn_gzip.c; NULL for most. */
const char *toolchain_library(const char *file);

/* The compiler, its flags for generated C, those of the target. */
Words toolchain_command(const Toolchain *t, const char *target_flags);

/* Adds the words of a text, separated by blanks. */
void toolchain_words(Arena *arena, Words *words, const char *text);

/* Writes a file of the cache, to be compiled. False with a message. */
bool toolchain_write(const char *path, const char *text);

/* Whether a compiler that ended well has made the file, one that can be run or
 * only read; a message otherwise. */
bool toolchain_made(const Toolchain *t, const char *path, bool runs);

/* Runs one command, what it says going to a file. */
bool toolchain_run(const Words *command, const char *log);

#endif
