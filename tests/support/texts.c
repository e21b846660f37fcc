/* texts.c: from a model's text to its C; the contract stands in texts.h. */
#include "texts.h"

#include <string.h>

#include "emit/emit.h"
#include "front/elaborate.h"
#include "front/parse.h"
#include "pipeline.h"
#include "planned.h"

const char *text_model_c(Arena *arena, const char *text, const char *target)
{
    CodeOptions options = planned_options(target);
    Source *source = NEW(arena, Source);
    Diag *diag = diag_new(arena);
    Program *p;
    Plans plans;

    *source = (Source){.path = "net.nn", .text = text, .size = strlen(text)};
    p = elaborate_program(arena, diag, parse_text(arena, diag, source),
                          &(ElabOptions){0});
    if (!p)
        nnc_bug("the test's model has mistakes");
    plans = pipeline_run(p, WANT_ALL, &options, NULL, NULL);
    return emit_model_c(arena, p, plans.at, plans.n, &options, "net.h");
}
