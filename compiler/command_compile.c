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
#include "tile/target.h"
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

/* The files that are written; weights is the one of numbers, or NULL. */
typedef struct Files {
    const char *c, *header, *weights;
} Files;

static void add_word(Text *out, const char *before, const char *path)
{
    text_add(out, before);
    quote_shell(out,
                path[0] == '-' ? arena_printf(out->arena, "./%s", path) : path);
}

/* What stands behind -c, and where an assembler finds its bytes. */
static const char *words(const Driver *d, const Model *m, const Files *f)
{
    Text out = {.arena = d->arena};

    if (m->weights && m->weights->bytes && strchr(f->weights, '/'))
        add_word(&out, " -I", str_folder(d->arena, f->weights));
    add_word(&out, " -c ", f->c);
    if (m->weights && m->weights->outside)
        add_word(&out, " ", f->weights);
    return text_str(&out);
}

static void print_how(const Driver *d, const Model *m, const Files *f,
                      const char *text)
{
    const char *cc = getenv("CC"), *flags = program_flags(&d->code);
    bool maths = strstr(text, "\n#include <math.h>") != NULL;

    nn_say(
        stdout,
        "%s%s%s and %s are written; compile them with\n"
        "    %s -O2 " TOOLCHAIN_PROGRAM_FLAGS "%s%s%s\n",
        f->c, f->weights ? ", " : "", f->weights ? f->weights : "", f->header,
        cc && *cc ? quote_text(d->arena, cc)
                  : toolchain_compiler(d->arena, target_find(d->code.target)),
        *flags ? " " : "", flags, words(d, m, f));
    if (maths)
        puts("and link with -lm");
}

/* Where the numbers go: to model.c itself, to the file of --weights-file, or
 * where there are many beside model.c. False, with a message, for a name that
 * says neither C nor bytes. */
static bool place_weights(const Driver *d, const Model *m, Files *f)
{
    const char *path = d->options->weights_file;
    Weights *w = m->weights;

    if (!w || (!path && weights_count(w) <= WEIGHTS_INLINE))
        return true;
    if (!path)
        path = arena_printf(d->arena, "%.*s_weights.bin", (int)strlen(f->c) - 2,
                            f->c);
    f->weights = path;
    w->outside = str_ends(path, ".c");
    w->bytes = str_ends(path, ".bin") ? str_base_name(path) : NULL;
    if ((w->outside || w->bytes) && can_include(path) &&
        !output_same(d->arena, path, f->c))
        return true;
    nn_say(stderr,
           "nnc: --weights-file %s: a file of its own, NAME.c for C or "
           "NAME.bin for an assembler\n",
           quote_text(d->arena, path));
    return false;
}

static void put_c(FILE *stream, const void *weights)
{
    fputs("/* The weights of a model, written by nnc. */\n", stream);
    weights_write(weights, weights_put_stream, stream);
}

/* The file of weights, or the numbers at the end of model.c. */
static bool write_weights(const Driver *d, const Model *m, const Files *f,
                          const char **c)
{
    Text text = {.arena = d->arena};

    if (!m->weights)
        return true;
    if (f->weights)
        return output_allowed(d, m->program, f->weights) &&
               output_fill(f->weights,
                           m->weights->outside ? put_c : weights_write_bytes,
                           m->weights, false);
    text_add(&text, *c);
    weights_write(m->weights, weights_put_text, &text);
    *c = text_str(&text);
    return true;
}

static int write_model(const Driver *d, const Model *m)
{
    Arena *a = d->arena;
    Files f = {.c = c_path(d->options, m->program->name)};
    const char *c, *h;

    if (!f.c || !place_weights(d, m, &f))
        return 2;
    f.header = arena_printf(a, "%.*s.h", (int)strlen(f.c) - 2, f.c);
    c = emit_model_c(a, m->program, m->plans.at, m->plans.n, &d->code,
                     str_base_name(f.header));
    h = emit_model_h(a, m->program, m->plans.at, m->plans.n,
                     str_base_name(f.header));
    if (!output_allowed(d, m->program, f.c) ||
        !output_allowed(d, m->program, f.header) ||
        !unrolled_check(c, &d->code) || !write_weights(d, m, &f, &c) ||
        !output_write(f.c, c, strlen(c), false) ||
        !output_write(f.header, h, strlen(h), false))
        return 1;
    print_how(d, m, &f, c);
    return 0;
}

/* Flags that mean nothing together; a message where there are any. */
static bool flags_agree(const Options *o)
{
    const char *why =
        o->weights_file && !o->weights && !o->init
            ? "--weights-file needs --weights or --init"
        : o->init && o->weights
            ? "weights that train on begin with --init and need no --weights: "
              "leave out one of them"
        : o->init && o->infer_only
            ? "--init is for training: leave out --infer-only"
        : o->weights && o->batch
            ? "with --weights the functions are for one row: leave out --batch"
            : NULL;

    if (why)
        nn_say(stderr, "nnc: %s\n", why);
    return !why;
}

/* Whether an input counts the trigrams of letters of a text. */
static bool counts_letters(const Program *p)
{
    for (int i = 0; i < p->flows.n; i++)
        for (int k = 0; flow_transform(&p->flows.at[i], "letter_trigrams") &&
                        k < p->flows.at[i].n_feeds;
             k++)
            if (!p->inputs.at[p->flows.at[i].feeds[k]].target)
                return true;
    return false;
}

/* Refuses what cannot become functions with weights in them: text goes into a
 * program, where there are such, and around functions that take parameters
 * elsewhere. */
static bool has_function(Driver *d, const Program *p)
{
    const Target *target = target_find(d->code.target);
    const char *why = p->generate.name ? "it writes text, token after token"
                      : counts_letters(p)
                          ? "it counts trigrams of letters of a text"
                          : NULL;
    Message *m;

    if (!why)
        return true;
    m = diag_error(d->diag, (Span){0},
                   "the model %s has no function for one row: %s", p->name,
                   why);
    if (target->bare || target->clang)
        diag_help(m,
                  "--init in place of --weights writes %s_init, parameters for "
                  "%s_%s",
                  p->name, p->name, p->generate.name ? "next" : "infer1");
    else
        diag_help(m, "`nnc build --weights` makes a program of it");
    return false;
}

/* The model with its weights, where they are asked for. */
static bool open_model(Driver *d, Model *m, Text *dumped)
{
    const Options *o = d->options;
    Want want = o->weights ? WANT_ROW : o->infer_only ? WANT_INFER : WANT_ALL;

    return driver_model(d, want, m, dumped) &&
           (!o->weights || has_function(d, m->program)) &&
           driver_weights(d, m, true);
}

int command_compile(const Options *o)
{
    Diag *diag = diag_new(o->arena);
    Text dumped = {.arena = o->arena};
    Driver d;
    Model m;
    int status = 0;

    if (!flags_agree(o))
        return 2;
    if (!driver_open(&d, o, diag, o->files.at[0]))
        return diag_errors(diag) ? driver_status(&d) : 2;
    if (!open_model(&d, &m, &dumped))
        return driver_status(&d);
    driver_status(&d);
    fputs(text_str(&dumped), stdout);
    if (!o->dump || o->output)
        status = write_model(&d, &m);
    if (o->report && status == 0)
        status = report_print(&d, &m);
    driver_close(&m);
    return status;
}
