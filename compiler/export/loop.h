/* loop.h: what a loop over time is, as a term's block. */
#ifndef NNC_EXPORT_LOOP_H
#define NNC_EXPORT_LOOP_H

#include "export/read.h"

/* A loop in the text. Inputs of its term stand as scan_place counts them,
 * sequences with the batch in front. */
typedef struct Steps {
    const Scan *scan;
    Term **arg;              /* what stands for inputs in the body */
    Term **next;             /* states after the step, then what is stacked */
    const char *const *name; /* of the arguments */
    VEC(Term *) picks;       /* what is read of it ... */
    VEC(Port) ports;         /* ... from where */
} Steps;

/* The cells of the prelude, and the tensors they have, the first four as
 * PyTorch does; it has no peepholes, which are ONNX's. */
typedef enum Cell {
    CELL_LSTM,
    CELL_GRU,
    CELL_RNN,
    CELL_RELU,
    CELL_PEEPHOLE,
    CELLS
} Cell;
enum {
    CELL_INPUT,
    CELL_STATE,
    CELL_INPUT_BIAS,
    CELL_STATE_BIAS,
    CELL_TORCH,
    CELL_PEEPHOLE_I = CELL_TORCH,
    CELL_PEEPHOLE_F,
    CELL_PEEPHOLE_O,
    CELL_TENSORS
};

/* Which cell runs in the loop, and with which tensors; CELLS: none. */
Cell recurrent_cell(Reader *r, const Node *scan, int tensors[CELL_TENSORS]);

/* The term of a module of PyTorch that runs the same loop, or NULL; its value
 * is the pair that the module gives. */
Term *recurrent_call(Reader *r, const Node *scan, Term *const *in);

/* How what comes out of port p is written of such a pair. */
const char *recurrent_pick(const Reader *r, const Term *call, Port p);

#endif
