/* onnx_read.h: graphs as terms in the words of ONNX.
 *
 * Atoms are "input 2", "tensor 5", "argument ..." of a loop's body, and
 * numbers. A loop's term has an OnnxLoop, what comes out of it is "pick". */
#ifndef NNC_EXPORT_ONNX_READ_H
#define NNC_EXPORT_ONNX_READ_H

#include "export/loop.h"

/* A loop over time. Its inputs stand as scan_place counts them. */
typedef struct OnnxLoop {
    const Node *node; /* its row and inputs have the types */
    const Scan *scan;
    Cell cell;                 /* which operator runs it; CELLS: Scan */
    int tensors[CELL_TENSORS]; /* of the cell */
    int64_t features, cells;   /* of the cell */
    bool zero;                 /* CELL: all begins with zeros */
    Term **arg;                /* SCAN: what stands for inputs in the body */
    Term **next;               /* SCAN: states, then what is stacked */
} OnnxLoop;

/* What a term that was read of a loop is. */
typedef struct OnnxPick {
    Port port;
} OnnxPick;

extern const Dialect dialect_onnx;

/* Groups of nodes with an operator of their own: onnx_idiom.c. */
Term *onnx_idiom(Reader *r, const Node *n);

#endif
