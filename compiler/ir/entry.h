/* entry.h: what a compiled model can be called for: one Graph each. */
#ifndef NNC_IR_ENTRY_H
#define NNC_IR_ENTRY_H

#include "ir/applied.h"

typedef enum Mode { MODE_STEP, MODE_EVAL, MODE_INFER } Mode;

typedef enum Carries {
    CARRIES_NOTHING,
    CARRIES_ON,    /* goes on from the call before */
    CARRIES_FIRST, /* makes what the first such call begins with */
} Carries;

typedef struct Entry {
    const char *name; /* for people and in C: "step", "eval", "infer1" */
    Mode mode;
    bool updates; /* gradients become new weights, else they go out */
    Carries carries;
    int64_t batch;
    Graph *graph;
    int written;               /* nodes, as elaborated, that the text says;
                                  the sums of metrics stand behind them */
    VEC(Applied) applied;      /* those around others before them */
    VEC(const Node *) outputs; /* as elaborated, as many as the program's */
} Entry;

#endif
