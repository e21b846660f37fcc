/* texts.c: from a model's text to its C; the contract stands in texts.h. */
#include "texts.h"

#include <string.h>

#include "emit/emit.h"
#include "front/elaborate.h"
#include "front/parse.h"
#include "planned.h"

Program *text_program(Arena *arena, const char *text)
{
    Source *source = NEW(arena, Source);
    Diag *diag = diag_new(arena);
    Program *p;

    *source = (Source){.path = "net.nn", .text = text, .size = strlen(text)};
    p = elaborate_program(arena, diag, parse_text(arena, diag, source),
                          &(ElabOptions){0});
    if (!p)
        nnc_bug("the test's model has mistakes");
    return p;
}

Texts text_model(Arena *arena, const char *text, const char *target, Want want)
{
    CodeOptions options = planned_options(target);
    Program *p = text_program(arena, text);
    Plans plans = pipeline_run(p, want, &options, NULL, NULL);

    return (Texts){
        emit_model_c(arena, p, plans.at, plans.n, &options, "net.h"),
        emit_model_h(arena, p, plans.at, plans.n, "net.h"),
    };
}

Train text_train(Arena *arena, const char *settings)
{
    return text_program(
               arena,
               arena_printf(arena,
                            "model m { input x: f32[1]; output x -> relu;"
                            " train { %s } }",
                            settings))
        ->train;
}

const char *text_model_c(Arena *arena, const char *text, const char *target)
{
    return text_model(arena, text, target, WANT_ALL).c;
}
