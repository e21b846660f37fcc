/* bench.h: what `nnc bench` has found out, to be told and drawn. */
#ifndef NNC_BENCH_H
#define NNC_BENCH_H

#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"
#include "base/vec.h"
#include "race.h"

/* nnc, or a peer: what it costs beside the time of its work. */
typedef struct Entrant {
    const char *name, *version;
    bool lost;       /* it could not be timed at some of the work */
    const char *why; /* it took no part at all; NULL: it did */
    double start;    /* seconds from a cold process to its first result */
    double memory;   /* bytes, the most until then */
    double size;     /* bytes of the program, or of the peer's packages */
    double build;    /* seconds; 0: nothing is built */
} Entrant;

/* All of them at one piece of work. */
typedef struct Heat {
    bool step; /* of training; else inference */
    int batch, threads;
    double flops, bytes;  /* of one run: operations; weights and rows */
    double peak, reading; /* operations and bytes a second, measured */
    Score *scores;        /* one an entrant */
    double *differences;  /* the largest to our results; below 0: none told */
    const char **whys;    /* why it was not timed; NULL: it was */
} Heat;

typedef struct KernelTime {
    const char *name;
    int line; /* of the model's text */
    double seconds, flops, bytes;
} KernelTime;

/* The kernels of one entry. */
typedef struct KernelTimes {
    bool step;
    int batch;
    double peak;
    VEC(KernelTime) rows;
} KernelTimes;

typedef struct Bench {
    Arena *arena;
    const char *model, *file, *target;
    int n;
    Entrant *entrants; /* the first is nnc */
    VEC(Heat) heats;
    VEC(KernelTimes) kernels;
} Bench;

/* A table for people, on standard output; heat by heat as they are known,
 * then what everyone costs. */
void bench_tell_heat(const Bench *b, const Heat *h);
void bench_tell_costs(const Bench *b);
void bench_tell_kernels(const Bench *b, const KernelTimes *k);

/* "infer, batch 64, 1 thread" */
const char *bench_title(const Bench *b, const Heat *h);

/* "4.51 us": three digits and a unit. */
const char *bench_time(Arena *arena, double seconds);

/* Files for --csv and --svg; `bench` is a Bench. */
void bench_write_csv(FILE *stream, const void *bench);
void bench_write_svg(FILE *stream, const void *bench);

#endif
