/* elaborate.h: from a parsed file to a Program.
 *
 * One walk over the AST for each entry: constants are evaluated, blocks are
 * instantiated, shapes inferred, nodes appended. A mistake poisons its value
 * and the walk goes on, so that all mistakes of a file are found in one run;
 * one inside a prelude block is shown at the user's call. */
#ifndef NNC_FRONT_ELABORATE_H
#define NNC_FRONT_ELABORATE_H

#include "ir/ast.h"
#include "ir/program.h"

typedef struct ElabOptions {
    const char *model; /* --model NAME; NULL: the file's last */
    int n_defines;
    const char *const *defines; /* -D: "name=value" */
    int64_t batch;              /* of the entry `infer`; 0: 64 */
    int64_t step_batch;         /* of `step` and `eval`; 0: as in `train` */
    bool infer_only;            /* leave out `step` and `eval` */
} ElabOptions;

/* The program of a file's model, with entries
 *   step    training forms, ROOT_LOSS, ROOT_METRIC; where there is a loss
 *   eval    inference forms, ROOT_LOSS, ROOT_METRIC, ROOT_OUTPUT; the same
 *   infer   ROOT_OUTPUT, batch options->batch
 *   infer1  ROOT_OUTPUT, batch 1
 *   encode  ROOT_TENSOR: what other inputs tell before the first step
 *   next    ROOT_OUTPUT, ROOT_TENSOR: one step of what `generate` asks for
 * or NULL where diag has errors. Files named by `use` are read and parsed.
 * All definitions are checked, also those that the model does not use. */
Program *elaborate_program(Arena *arena, Diag *diag, File *file,
                           const ElabOptions *options);

#endif
