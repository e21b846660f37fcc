/* cells.h: bodies of recurrent networks, for tests of loops over time. */
#ifndef NNC_TESTS_CELLS_H
#define NNC_TESTS_CELLS_H

#include "probe.h"

typedef enum Cell {
    CELL_LSTM,   /* two products and sums with biases, as PyTorch's */
    CELL_BOOK,   /* one product per gate on concat(x, h); h = c o */
    CELL_GRU,    /* the reset gate inside the candidate, as PyTorch's */
    CELL_JORDAN, /* the state is a softmax of a hidden layer */
    CELL_THREE,  /* three states, a peephole, a value used as it is */
    CELL_LAZY,   /* a state that nothing reads and one that is not learned */
    CELLS
} Cell;

extern const char *const cell_names[CELLS];

/* A scan of the cell with n units over x [steps, batch, features], with
 * parameters of its own. The stack is its output 0 after the states; `out`
 * and `last` are the picks of the stack and of state 0. */
Node *cell_scan(Probe *p, Cell cell, Node *x, int64_t n, bool backward,
                Node **out, Node **last);

#endif
