/* command_compile.c: `nnc compile`: a model as model.c and model.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "commands.h"
#include "emit/emit.h"
#include "nn_say.h"
#include "output.h"
#include "programs.h"
#include "report.h"
#include "toolchain.h"
#include "unrolled.h"

/* Whether a name can stand behind #include and on a terminal: C has no
 * escapes there. */
static bool can_include(const char *path)
{
    const char *name = str_base_name(path);

    for (size_t n; *path; path += n)
        if ((n = nn_printable(path, strlen(path))) == 0)
            return false;
    return !strpbrk(name, "\"\\") && !strstr(name, "??");
}

/* FILE.c of -o, or NAME.c; NULL, with a message, for another name. */
static const char *c_path(const Options *o, const char *name)
{
    bool ends;

    if (!o->output)
        return arena_printf(o->arena, "%s.c", name);
    ends = str_ends(o->output, ".c") &&
           strcmp(str_base_name(o->output), ".c") != 0;
    if (ends && can_include(o->output))
        return o->output;
    nn_say(stderr, "nnc: -o %s: the name of a C file %s\n",
           quote_text(o->arena, o->output),
           ends ? "cannot hold `\"`, `\\`, `??` or what no terminal shows"
                : "ends in .c");
    return NULL;
}

static void print_how(const Driver *d, const char *path, const char *header,
                      const char *text)
{
    const char *cc = getenv("CC"), *flags = program_flags(&d->code);
    bool maths = strstr(text, "\n#include <math.h>") != NULL;
    Text word = {.arena = d->arena};

    quote_shell(&word,
                path[0] == '-' ? arena_printf(d->arena, "./%s", path) : path);
    nn_say(stdout,
           "%s and %s are written; compile them with\n"
           "    %s -O2 " TOOLCHAIN_PROGRAM_FLAGS "%s%s -c %s\n",
           path, header, quote_text(d->arena, cc && *cc ? cc : "clang"),
           *flags ? " " : "", flags, text_str(&word));
    if (maths)
        puts("and link with -lm");
}

static int write_model(const Driver *d, const Model *m)
{
    Arena *a = d->arena;
    const char *path = c_path(d->options, m->program->name);
    const char *header, *c, *h;

    if (!path)
        return 2;
    header = arena_printf(a, "%.*s.h", (int)strlen(path) - 2, path);
    c = emit_model_c(a, m->program, m->plans.at, m->plans.n, &d->code,
                     str_base_name(header));
    h = emit_model_h(a, m->program, m->plans.at, m->plans.n,
                     str_base_name(header));
    if (!output_allowed(d, m->program, path) ||
        !output_allowed(d, m->program, header) ||
        !unrolled_check(c, &d->code) ||
        !output_write(path, c, strlen(c), false) ||
        !output_write(header, h, strlen(h), false))
        return 1;
    print_how(d, path, header, c);
    return 0;
}

int command_compile(const Options *o)
{
    Diag *diag = diag_new(o->arena);
    Text dumped = {.arena = o->arena};
    Driver d;
    Model m;
    int status = 0;

    if (!driver_open(&d, o, diag, o->files.at[0]))
        return diag_errors(diag) ? driver_status(&d) : 2;
    if (!driver_model(&d, o->infer_only ? WANT_INFER : WANT_ALL, &m, &dumped))
        return driver_status(&d);
    driver_status(&d);
    fputs(text_str(&dumped), stdout);
    if (!o->dump || o->output)
        status = write_model(&d, &m);
    if (o->report && status == 0)
        status = report_print(&d, &m);
    return status;
}
