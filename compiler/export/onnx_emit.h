/* onnx_emit.h: terms in the words of ONNX as nodes of a graph. */
#ifndef NNC_EXPORT_ONNX_EMIT_H
#define NNC_EXPORT_ONNX_EMIT_H

#include "export/export.h"
#include "export/onnx_graph.h"
#include "export/onnx_read.h"

typedef struct Emission {
    Arena *arena;
    const Export *e;
    OnnxGraph *graph;
    Value *inputs;  /* as the network takes them */
    Value *tensors; /* by index; no name: not used yet */
    Value *bound;   /* by id of a term; no name: not there yet */
    Value **out;    /* by id of a loop's term: what comes out of it */
} Emission;

/* How many of the program's inputs a file has: targets, too, or not. */
int emission_inputs(const Export *e);

/* An empty graph in which the names of inputs and outputs are taken. */
Emission *emission_new(const Export *e, const Terms *terms);

/* What a term is, with all that it needs. */
Value emission_value(Emission *m, const Term *t);

/* The same under exactly this name. */
void emission_output(Emission *m, const Term *t, const char *name);

/* Gives the value this name, unless it has it. */
void emission_named(Emission *m, Value v, const char *name);

/* A loop's values: onnx_loop.c. */
Value emission_pick(Emission *m, const Term *t);

/* The same of a loop that is a cell: onnx_cell.c. */
void emission_cell(Emission *m, const Term *t, const OnnxLoop *loop);
Value emission_cell_pick(Emission *m, const Term *t, Port p, const char *name);

#endif
