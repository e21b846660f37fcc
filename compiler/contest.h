/* contest.h: the files and programs that `nnc bench` lets run. */
#ifndef NNC_CONTEST_H
#define NNC_CONTEST_H

#include "bench.h"
#include "driver.h"
#include "peers.h"
#include "programs.h"

typedef struct Contest {
    const Options *o;
    Driver *driver;
    Program *program;
    const char *folder;  /* for its files */
    const char *python;  /* NULL: there is none */
    const char *weights; /* the file that all begin with */
    Peers peers;
    const char **lacks; /* why a peer cannot take part; NULL: it can */
    bool incomplete;    /* Python lacks what some of them need */
    Bench bench;
} Contest;

/* Our program for so many rows, and what it does. */
typedef struct Ours {
    Built built;
    Model model; /* to be closed */
    int batch;
} Ours;

/* Makes NAME-bench for a batch; `timed`: one that times kernels. The exit
 * status, all that is wrong printed. */
int contest_make(Contest *c, int batch, bool timed, Ours *ours);

/* Writes what peers need: the exported model, weights, and for a batch the rows
 * and what we compute of them. False with a message. */
bool contest_export(Contest *c);
bool contest_compute(Contest *c, const Ours *ours);

/* Lets peers make their own files for a batch of it. */
void contest_convert(const Contest *c, int batch);

/* The entrants, in the order of the bench's, ready to be started. */
Contender *contest_enter(const Contest *c, const Ours *ours, int threads);

/* The plan of inference or of a training step; NULL: there is none. */
const Plan *contest_plan(const Ours *ours, bool step);

/* The number that it answers; 0: it has failed. */
double contest_asked(Arena *arena, Contender *it, const char *line);

/* Starts all, checks peers, times and tells inference and, with the `last` of
 * the batches, a training step. False, with a message, where ours fails. */
bool contest_run(Contest *c, const Ours *ours, int threads, bool last);

/* Times and tells the kernels, batch by batch; the exit status. */
int contest_kernels(Contest *c, const Counts *batches);

/* Says what ours said before it failed. */
void contest_failed(const Contest *c, const Contender *ours);

#endif
