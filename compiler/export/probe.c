/* probe.c: see probe.h. */
#include "export/probe.h"

#include <string.h>

#include "export/form.h"
#include "front/elaborate.h"
#include "front/parse.h"

const Program *probe_program(Arena *arena, const char *text)
{
    Diag *diag = diag_new(arena);
    Source *source = NEW(arena, Source);
    ElabOptions options = {.batch = ROWS_A, .step_batch = ROWS_A};
    const Program *p;

    *source = (Source){.path = "probe.nn", .text = text, .size = strlen(text)};
    p = elaborate_program(arena, diag, parse_text(arena, diag, source),
                          &options);
    if (!p)
        nnc_bug("this is no model: %s", text);
    return p;
}

const char *probe_text(Arena *arena, const Graph *g)
{
    Text all = {.arena = arena}, out = {.arena = arena};

    graph_print(&all, g);
    for (const char *line = text_str(&all); *line;) {
        const char *end = line + strcspn(line, "\n");
        const char *name = strstr(line, "  # ");

        text_add_n(&out, line,
                   (size_t)((name && name < end ? name : end) - line));
        text_add(&out, "\n");
        line = *end ? end + 1 : end;
    }
    return text_str(&out);
}
