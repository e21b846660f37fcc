/* programs.c: text, C compiler, cache; see programs.h.
 *
 * The cache's key is the generated C itself with the compiler, its flags and
 * the runtime: whatever the model's text, its options and nnc's version have
 * to do with a program shows there. */
#include "programs.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/pack.h"
#include "emit/data.h"
#include "emit/emit.h"
#include "ir/outline.h"
#include "nn_clock.h"
#include "nn_say.h"
#include "output.h"
#include "toolchain.h"
#include "unrolled.h"
#include "wasm.h"

/* Differences need many runs; few rows show the same mistakes as many. */
enum { CHECK_ROWS = 8 };

/* What takes less is not worth a line that stays. */
enum { TOLD_SECONDS = 3 };

typedef struct Build {
    Driver *driver;
    ProgramKind kind;
    Toolchain tools;
    Runtime runtime;
    int layers; /* of the model */
    Model model;
    const char *text;  /* the C */
    const char *flags; /* the target's */
    Built *built;
} Build;

/* Within a library all but its face is hidden: the runtime's archive gives what
 * is asked for. A page's is the same, with an allocator and a stack for it. */
#define HIDDEN " -fvisibility=hidden -Wl,-u,nn_open -Wl,-u,nn_train_step"
#define PAGE_FLAGS                                                             \
    " -mexec-model=reactor -Wl,--export-dynamic -Wl,--export=malloc"           \
    " -Wl,--export=free -Wl,-z,stack-size=4194304 -Wl,--strip-all"
#define DOUBLES " -DNN_REAL=double"

/* What makes a program of its kind. */
static const struct {
    Want want; /* which entries it has */
    Purpose purpose;
    const char *before, *behind; /* the model's name in that of its file */
    const char *ending;
    const char *flags; /* beside those of its target */
    bool doubles;      /* it compares what floats would round apart, here */
} kinds[] = {
    [PROGRAM_TRAIN] = {WANT_TRAIN, PURPOSE_TRAIN, "", "-train", "", ""},
    [PROGRAM_INFER] = {WANT_INFER, PURPOSE_INFER, "", "-infer", "", ""},
    [PROGRAM_CHECK] = {WANT_CHECK, PURPOSE_TRAIN, "", "-train", "", DOUBLES,
                       true},
    [PROGRAM_SHARED] = {WANT_ALL, PURPOSE_SHARED, "lib", "", ".so",
                        " -shared -fPIC -Wl,-z,defs" HIDDEN},
    [PROGRAM_PAGE] = {WANT_ALL, PURPOSE_SHARED, "", "", ".wasm",
                      PAGE_FLAGS HIDDEN},
    [PROGRAM_VERIFY] = {WANT_VERIFY, PURPOSE_VERIFY, "", "-verify", "", DOUBLES,
                        true},
    [PROGRAM_BENCH] = {WANT_ALL, PURPOSE_BENCH, "", "-bench", "", ""},
};

bool program_runs(const Options *o)
{
    const Target *target = target_find(o->code.target); /* NULL: native */

    if (!target || !target_foreign(target))
        return true;
    if (target->bare) {
        nn_say(stderr, "nnc: %s\n", program_bare(o->arena, target));
        return false;
    }
    nn_say(
        stderr,
        "nnc: programs for %s (%s) do not run on this processor: make them "
        "with `nnc build --%s%s`, and run them there%s%.*s\n",
        target->name, target->about,
        target->clang ? "html" : "target=", target->clang ? "" : target->name,
        target->clang ? "" : ", or here under qemu-",
        target->clang ? 0 : (int)strcspn(target->triple, "-"), target->triple);
    return false;
}

/* What runs the program. */
static const Target *target_of(const Build *b)
{
    return kinds[b->kind].doubles ? target_native()
                                  : target_find(b->driver->code.target);
}

const char *program_flags(const CodeOptions *code)
{
    return code->plain ? "" : target_find(code->target)->flags;
}

const char *program_bare(Arena *arena, const Target *target)
{
    return arena_printf(arena,
                        "%s has no operating system and runs no programs: `nnc "
                        "compile --target=%s` writes functions for firmware",
                        target->name, target->name);
}

static const char *program_text(const Driver *d, const Model *m,
                                ProgramKind kind, const Needs *needs)
{
    Text out = {.arena = d->arena};
    Weights *w = m->weights;

    if (w && weights_count(w) > WEIGHTS_INLINE)
        w->bytes = arena_printf(d->arena, "%s.bin", w->name);
    text_add(&out, emit_model_c(d->arena, m->program, m->plans.at, m->plans.n,
                                &d->code, NULL));
    emit_program(&out, m->program, kinds[kind].purpose, needs->gzip);
    if (kind == PROGRAM_PAGE)
        text_printf(&out, "\n%s", pack_find("templates/page.c"));
    if (w && !w->bytes)
        weights_write(w, weights_put_text, &out);
    return text_str(&out);
}

/* Whatever may read a file unpacks it; for other processors, whose zlib few
 * people have, only where the model's text says so. */
static bool reads_gzip(const Build *b)
{
    return kinds[b->kind].purpose != PURPOSE_SHARED &&
           (!target_foreign(target_of(b)) || emit_names_gzip(b->model.program));
}

/* Operations of one run of the longest entry from which on a program that runs
 * a few times, and then never again, is worth optimising. */
enum { LONG_RUN = 100000000 };

static const char *effort(const Build *b)
{
    int64_t most = 0;

    for (int i = 0; i < b->model.plans.n; i++) {
        int64_t flops = plan_flops(b->model.plans.at[i]);

        most = flops > most ? flops : most;
    }
    return b->kind != PROGRAM_VERIFY ? "" : most < LONG_RUN ? " -O0" : " -O1";
}

/* What it is called, compiled with and linked with. */
static void describe(Build *b, Needs *needs)
{
    Driver *d = b->driver;
    const Program *p = b->model.program;
    bool infer = b->kind == PROGRAM_INFER, doubles = kinds[b->kind].doubles;

    b->flags =
        arena_printf(d->arena, "%s%s%s",
                     doubles ? target_of(b)->flags : program_flags(&d->code),
                     kinds[b->kind].flags, effort(b));
    b->built->name = arena_printf(d->arena, "%s%s%s", kinds[b->kind].before,
                                  p->name, kinds[b->kind].behind);
    b->built->ending = kinds[b->kind].ending;
    *needs = (Needs){.gzip = reads_gzip(b),
                     .png = infer && emit_uses_images(p),
                     .doubles = doubles};
}

/* Elaborates, plans and prints; false with errors in diag. */
static bool write_text(Build *b, Needs *needs)
{
    Driver *d = b->driver;
    Model *m = &b->model;
    Want want = kinds[b->kind].want;

    if (want == WANT_ALL && d->options->infer_only)
        want = WANT_INFER;
    if (kinds[b->kind].doubles) {
        d->code.plain = true;
        d->rows = d->options->batch ? d->options->batch : CHECK_ROWS;
    }
    if (!driver_model(d, want, m, NULL) ||
        (b->kind == PROGRAM_INFER && !driver_weights(d, m, false)))
        return false;
    describe(b, needs);
    b->text = program_text(d, m, b->kind, needs);
    b->layers = outline_layers(&m->program->entries.at[0]);
    return true;
}

/* The C, unless there is too much of it; the exit status. */
static int print_c(Build *b, Needs *needs)
{
    *b->built = (Built){0};
    if (!write_text(b, needs))
        return driver_status(b->driver);
    return unrolled_check(b->text, &b->driver->code) ? 0 : 1;
}

static const char *bytes_of(const Model *m)
{
    return m->weights ? m->weights->bytes : NULL;
}

int program_write(Driver *d, ProgramKind kind, ProgramText *text)
{
    Built built;
    Build b = {.driver = d, .kind = kind, .built = &built};
    Needs needs;
    int status = print_c(&b, &needs);

    *text = (ProgramText){.name = built.name,
                          .text = b.text,
                          .flags = b.flags,
                          .bytes = bytes_of(&b.model),
                          .model = b.model};
    return status;
}

static bool mentions(const char *log, const char *word)
{
    return log && strstr(log, word) != NULL;
}

/* Keeps the C that the compiler refused, where the user finds it. */
static const char *keep(Build *b)
{
    const char *name =
        arena_printf(b->driver->arena, "refused-%s", b->built->name);
    CacheKey key = cache_add(cache_start(), b->text);

    return cache_commit(&b->tools.cache, name, key);
}

/* What the user can do about a compiler that failed, or NULL: our bug. */
static const char *advice(const char *log)
{
    if (mentions(log, "cannot find -l"))
        return "cannot link the program: a library is missing (Debian: "
               "zlib1g-dev or libpng-dev)";
    if (mentions(log, "Killed"))
        return "was killed, as the system does where memory runs out: make "
               "the batch smaller, say --unroll=none, or end other programs";
    return NULL;
}

/* The compiler refused the C: mostly our bug, sometimes a full disk. */
static int refused(Build *b, const char *log_file)
{
    size_t size;
    Arena *a = b->driver->arena;
    const char *log = str_read_file(a, log_file, &size), *folder;
    const char *cc = b->tools.cc.at[0], *why = advice(log);

    if (cache_full(&b->tools.cache)) {
        cache_drop(&b->tools.cache);
        return 1;
    }
    if (why) {
        nn_say(stderr, "nnc: %s %s\n", cc, why);
        cache_drop(&b->tools.cache);
    } else if ((folder = keep(b))) {
        nn_say(stderr,
               "nnc: bug: %s does not compile the C of %s; please report "
               "this with the file\n    %s/%s.c\n",
               cc, b->built->name, folder, b->built->name);
    }
    if (log)
        nn_say(stderr, "%s", log);
    return why ? 1 : 70;
}

static Words link_command(Build *b, const char *c_file, const char *program)
{
    Arena *a = b->driver->arena;
    Words words = toolchain_command(&b->tools, b->flags);

    vec_push(a, &words, arena_printf(a, "-I%s", b->runtime.folder));
    if (bytes_of(&b->model))
        vec_push(a, &words, arena_printf(a, "-I%s", str_folder(a, c_file)));
    vec_push(a, &words, "-o");
    vec_push(a, &words, program);
    vec_push(a, &words, c_file);
    for (int i = 0; i < b->runtime.link.n; i++)
        vec_push(a, &words, b->runtime.link.at[i]);
    return words;
}

/* The weights that the assembler reads, where the C does not hold them. */
static bool write_bytes(const Build *b, const char *folder)
{
    const char *name = bytes_of(&b->model);

    return !name ||
           output_fill(arena_printf(b->driver->arena, "%s/%s", folder, name),
                       weights_write_bytes, b->model.weights, false);
}

static int compile(Build *b, CacheKey key, const char **folder)
{
    Arena *a = b->driver->arena;
    const char *made = cache_begin(&b->tools.cache), *c_file, *log, *program;
    double start = nn_clock_now();
    Words command;

    if (!made)
        return 1;
    c_file = arena_printf(a, "%s/%s.c", made, b->built->name);
    log = arena_printf(a, "%s/log", made);
    if (!toolchain_write(c_file, b->text) || !write_bytes(b, made)) {
        cache_drop(&b->tools.cache);
        return 1;
    }
    program =
        arena_printf(a, "%s/%s%s", made, b->built->name, b->built->ending);
    command = link_command(b, c_file, program);
    if (!toolchain_run(&command, log))
        return refused(b, log);
    if (!toolchain_made(&b->tools, program, true)) {
        cache_drop(&b->tools.cache);
        return 1;
    }
    b->built->seconds = nn_clock_now() - start;
    *folder = cache_commit(&b->tools.cache, b->built->name, key);
    return *folder ? 0 : 1;
}

/* The C says what the model's text and its options have made of it. */
static CacheKey program_key(const Build *b, const Needs *needs)
{
    CacheKey key = cache_add(toolchain_key(&b->tools, needs), b->text);

    return cache_add(key, b->flags);
}

static int make(Build *b, const Needs *needs, CacheKey key, bool quiet,
                const char **folder)
{
    bool tells = !quiet && isatty(2);
    time_t start = time(NULL);
    long took;
    int status = 1;

    if (tells)
        nn_say(stderr, "compiling %d layer%s with %s ... ", b->layers,
               str_s(b->layers), b->tools.cc.at[0]);
    if ((b->kind != PROGRAM_PAGE || wasm_ready(&b->tools)) &&
        toolchain_runtime(&b->tools, needs, &b->runtime))
        status = compile(b, key, folder);
    took = (long)(time(NULL) - start);
    if (tells && took >= TOLD_SECONDS)
        fprintf(stderr, "%ld s\n", took);
    else if (tells)
        fputs("\r\033[K", stderr);
    return status;
}

/* Finds or makes the program of the C that is printed. */
static int obtain(Build *b, const Needs *needs, bool quiet)
{
    Arena *a = b->driver->arena;
    Built *built = b->built;
    const char *folder, *bytes = bytes_of(&b->model);
    CacheKey key;
    int status = 0;

    if (!toolchain_open(&b->tools, a, target_of(b)))
        return 1;
    key = program_key(b, needs);
    folder =
        b->driver->anew ? NULL : cache_find(&b->tools.cache, built->name, key);
    built->fresh = !folder;
    if (built->fresh)
        status = make(b, needs, key, quiet, &folder);
    if (status != 0)
        return status;
    built->path =
        arena_printf(a, "%s/%s%s", folder, built->name, built->ending);
    built->c_file = arena_printf(a, "%s/%s.c", folder, built->name);
    built->bytes = bytes ? arena_printf(a, "%s/%s", folder, bytes) : NULL;
    return 0;
}

int program_make(Driver *d, ProgramKind kind, bool quiet, Built *built)
{
    Build b = {.driver = d, .kind = kind, .built = built};
    Needs needs;
    int status = print_c(&b, &needs);

    if (status == 0)
        status = obtain(&b, &needs, quiet);
    driver_close(&b.model);
    return status;
}
