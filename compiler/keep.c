/* keep.c: `nnc build --keep`: see keep.h.
 *
 * All names in the Makefile are our own or the model's, which are identifiers.
 * Its first line tells the folders that may be written again. */
#include "keep.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/quote.h"
#include "base/version.h"
#include "nn_say.h"
#include "output.h"
#include "sources.h"
#include "toolchain.h"

typedef struct Kept {
    const char *name, *text;
} Kept;

typedef VEC(Kept) KeptFiles;

int keep_add(Keep *k, ProgramKind kind)
{
    ProgramText text;
    int status = program_write(k->driver, kind, &text);

    if (status == 0)
        vec_push(k->driver->arena, &k->texts, text);
    return status;
}

static const char *first_line(const Keep *k)
{
    return arena_printf(k->driver->arena,
                        "# The programs of %s, written by nnc " NNC_VERSION
                        ": make builds them.\n",
                        k->program->name);
}

static void write_OBJECTS(Text *out, const char *what, const Sources *sources)
{
    int column = (int)strlen(what) + (int)strlen("_OBJECTS =");

    text_printf(out, "%s_OBJECTS =", what);
    for (int i = 0; i < sources->n; i++) {
        int n = (int)strlen(sources->at[i]) - 2;

        if (sources->at[i][n + 1] != 'c')
            continue;
        column += n + 3;
        if (column > 76) {
            text_add(out, " \\\n   ");
            column = n + 6;
        }
        text_printf(out, " %.*s.o", n, sources->at[i]);
    }
    text_add(out, "\n");
}

static void write_libraries(Text *out, const char *what, const Sources *sources)
{
    text_printf(out, "%s_LIBS =", what);
    for (int i = 0; i < sources->n; i++) {
        const char *library = toolchain_library(sources->at[i]);

        if (library)
            text_printf(out, " %s", library);
    }
    text_add(out, " " TOOLCHAIN_LIBRARIES "\n");
}

/* What one program is made of, which is no more than it uses, and how. */
static void write_program(Text *out, const Keep *k, const ProgramText *t)
{
    const char *what = t->name + strlen(k->program->name) + strlen("-");
    Sources sources = {0};

    sources_add(k->driver->arena, &sources, t->text);
    write_OBJECTS(out, what, &sources);
    write_libraries(out, what, &sources);
    text_printf(
        out,
        "%s: %s.c $(%s_OBJECTS)\n\t$(CC) $(CFLAGS) " TOOLCHAIN_PROGRAM_FLAGS
        "%s%s -o $@ %s.c $(%s_OBJECTS) "
        "$(%s_LIBS)\n",
        t->name, t->name, what, *t->flags ? " " : "", t->flags, t->name, what,
        what);
}

static const char *makefile(const Keep *k)
{
    Text out = {.arena = k->driver->arena};

    text_add(&out, first_line(k));
    text_add(&out, "CFLAGS = -O2\nall:");
    for (int i = 0; i < k->texts.n; i++)
        text_printf(&out, " %s", k->texts.at[i].name);
    text_add(&out, "\n");
    for (int i = 0; i < k->texts.n; i++)
        write_program(&out, k, &k->texts.at[i]);
    text_add(&out, ".c.o:\n\t$(CC) $(CFLAGS) " TOOLCHAIN_RUNTIME_FLAGS
                   " -c -o $@ $<\n");
    return text_str(&out);
}

static const char *path_of(const Keep *k, const char *name)
{
    return arena_printf(k->driver->arena, "%s/%s", k->folder, name);
}

/* Whether an earlier call for this model has filled the folder. */
static bool is_ours(const Keep *k)
{
    size_t size, n = strlen("# The programs of ");
    const char *line = first_line(k);
    const char *text =
        str_read_file(k->driver->arena, path_of(k, "Makefile"), &size);

    n += strlen(k->program->name) + strlen(", written by nnc ");
    return text && strncmp(text, line, n) == 0;
}

static bool may_write(const Keep *k, const char *path)
{
    if (!output_allowed(k->driver, k->program, path))
        return false;
    if (is_ours(k) || access(path, F_OK) != 0)
        return true;
    nn_say(stderr,
           "nnc: %s is there already, and not from `--keep` of this "
           "model: name another folder\n",
           path);
    return false;
}

static bool may_write_all(const Keep *k, const KeptFiles *files)
{
    for (int i = 0; i < files->n; i++)
        if (!may_write(k, path_of(k, files->at[i].name)))
            return false;
    for (int i = 0; i < k->texts.n; i++)
        if (k->texts.at[i].bytes &&
            !may_write(k, path_of(k, k->texts.at[i].bytes)))
            return false;
    return true;
}

static KeptFiles gather(const Keep *k)
{
    Arena *a = k->driver->arena;
    KeptFiles files = {0};
    Sources sources = {0};

    for (int i = 0; i < k->texts.n; i++) {
        const ProgramText *t = &k->texts.at[i];
        Kept file = {arena_printf(a, "%s.c", t->name), t->text};

        vec_push(a, &files, file);
        sources_add(a, &sources, t->text);
    }
    for (int i = 0; i < sources.n; i++) {
        Kept file = {sources.at[i], sources_text(a, sources.at[i])};

        vec_push(a, &files, file);
    }
    vec_push(a, &files, ((Kept){"Makefile", makefile(k)}));
    return files;
}

int keep_write(const Keep *k)
{
    Arena *a = k->driver->arena;
    KeptFiles files = gather(k);
    Text folder = {.arena = a};
    const Target *target = target_find(k->driver->code.target);
    bool foreign = target_foreign(target);

    if (!output_folder(a, k->folder) || !may_write_all(k, &files))
        return 1;
    for (int i = 0; i < files.n; i++)
        if (!output_write(path_of(k, files.at[i].name), files.at[i].text,
                          strlen(files.at[i].text), false))
            return 1;
    for (int i = 0; i < k->texts.n; i++)
        if (k->texts.at[i].bytes &&
            !output_fill(path_of(k, k->texts.at[i].bytes), weights_write_bytes,
                         k->texts.at[i].model.weights, false))
            return 1;
    quote_shell(&folder, k->folder);
    printf(
        "%d files are written; build the programs with\n    make -C %s%s%s\n",
        files.n, quote_text(a, text_str(&folder)), foreign ? " CC=" : "",
        foreign ? toolchain_compiler(a, target) : "");
    return 0;
}
