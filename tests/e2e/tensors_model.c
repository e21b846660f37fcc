/* tensors_model.c: writes the model with a tensor of each kind. */
#include <stdio.h>

#include "../support/kinds.h"
#include "../support/planned.h"
#include "emit/emit.h"
#include "pipeline.h"

int main(int argc, char **argv)
{
    Arena *arena = arena_new();
    Program *p = kinds_program(arena);
    CodeOptions options = planned_options(argc > 1 ? argv[1] : NULL);
    Plans plans = pipeline_run(p, WANT_ALL, &options, NULL, NULL);

    fputs(emit_model_c(arena, p, plans.at, plans.n, &options, NULL), stdout);
    arena_free(arena);
    return 0;
}
