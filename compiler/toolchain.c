/* toolchain.c: see toolchain.h.
 *
 * The runtime becomes an archive, of which a program takes what it uses.
 * Files that need a library beyond C's own are compiled by themselves, and
 * only for the models that ask for them. The runtime is compiled for any
 * processor, so that a program can say which one it needs. */
#include "toolchain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/pack.h"
#include "base/str.h"
#include "base/version.h"
#include "nn_say.h"
#include "process.h"
#include "sources.h"

typedef struct Extra {
    const char *name;    /* runtime/NAME.c */
    const char *purpose; /* what the model needs it for */
    const char *library; /* linked with it */
    const char *package; /* Debian's */
} Extra;

/* zlib becomes part of the program, so that nothing must be installed where it
 * runs. */
static const Extra gzip_extra = {"nn_gzip", "gzip files", "-l:libz.a",
                                 "zlib1g-dev"};
static const Extra png_extra = {"nn_png", "PNG images", "-lpng", "libpng-dev"};

void toolchain_words(Arena *arena, Words *words, const char *text)
{
    while (*(text += strspn(text, " \t\n"))) {
        int n = (int)strcspn(text, " \t\n");

        vec_push(arena, words, arena_printf(arena, "%.*s", n, text));
        text += n;
    }
}

/* A program that was replaced makes other programs. */
static CacheKey add_program(const Toolchain *t, CacheKey key, const char *name)
{
    const char *path = process_find(t->arena, name);
    struct stat s;

    if (!path || stat(path, &s) != 0)
        return key;
    return cache_add(
        key, arena_printf(t->arena, "%s %lld %lld.%ld %lld.%ld", path,
                          (long long)s.st_size, (long long)s.st_mtim.tv_sec,
                          s.st_mtim.tv_nsec, (long long)s.st_ctim.tv_sec,
                          s.st_ctim.tv_nsec));
}

/* Each word of CC counts, since the first may only call the second. */
static CacheKey compiler_key(const Toolchain *t)
{
    static const char *const steering[] = {
        "CPATH",         "C_INCLUDE_PATH",  "LIBRARY_PATH",
        "COMPILER_PATH", "GCC_EXEC_PREFIX", "CCC_OVERRIDE_OPTIONS"};
    CacheKey key = cache_add(cache_start(), NNC_VERSION);
    struct utsname machine;

    key = cache_add(key, TOOLCHAIN_PROGRAM_FLAGS " " TOOLCHAIN_RUNTIME_FLAGS);
    for (int i = 0; i < t->cc.n; i++)
        key = add_program(t, cache_add(key, t->cc.at[i]), t->cc.at[i]);
    for (size_t i = 0; i < sizeof steering / sizeof *steering; i++) {
        const char *value = getenv(steering[i]);

        key = cache_add(key, value ? value : "");
    }
    if (uname(&machine) != 0)
        return key;
    return cache_add(cache_add(key, machine.sysname), machine.machine);
}

/* How clang is told to make programs for another processor, or "". */
static const char *target_word(Arena *arena, const Target *target)
{
    return target && target->clang
               ? arena_printf(arena, " --target=%s", target->triple)
               : "";
}

const char *toolchain_compiler(Arena *arena, const Target *target)
{
    return target_foreign(target) && !target->clang
               ? arena_printf(arena, "%s-gcc", target->triple)
               : arena_printf(arena, "clang%s", target_word(arena, target));
}

/* Debian's package of it: gcc-x86-64-linux-gnu. */
static const char *usual_package(const Toolchain *t)
{
    return t->cross && !t->cross->clang
               ? str_replace(t->arena,
                             arena_printf(t->arena, "gcc-%s", t->cross->triple),
                             "_", "-")
               : "clang";
}

static void say_missing(const Toolchain *t)
{
    const char *other =
        t->cross ? arena_printf(t->arena, "one that makes programs for %s",
                                t->cross->triple)
                 : "another one (CC=gcc)";

    nn_say(stderr,
           "nnc: %s is not installed, and programs%s%s need a C compiler: "
           "install %s, or set CC to %s\n",
           t->cc.at[0], t->cross ? " for " : "", t->cross ? t->cross->name : "",
           usual_package(t), other);
}

/* Whether CC makes programs for the processor that is meant, or does not tell
 * for which; a message otherwise. */
static bool suits(Toolchain *t)
{
    const char *folder = cache_begin(&t->cache), *log, *says = NULL;
    size_t size, n = strcspn(t->cross->triple, "-") + 1;
    Words words = {0};

    if (!folder)
        return false;
    log = arena_printf(t->arena, "%s/log", folder);
    for (int i = 0; i < t->cc.n; i++)
        vec_push(t->arena, &words, t->cc.at[i]);
    vec_push(t->arena, &words, "-dumpmachine");
    if (toolchain_run(&words, log))
        says = str_read_file(t->arena, log, &size);
    cache_drop(&t->cache);
    if (!says || strncmp(says, t->cross->triple, n) == 0)
        return true;
    nn_say(stderr,
           "nnc: CC is %s, which makes programs for %.*s and not for %s: unset "
           "CC (then %s is called), or set it to a compiler for %s\n",
           t->cc.at[0], (int)strcspn(says, "\n"), says, t->cross->name,
           toolchain_compiler(t->arena, t->cross), t->cross->triple);
    return false;
}

bool toolchain_open(Toolchain *t, Arena *arena, const Target *target)
{
    const char *cc = getenv("CC");

    *t = (Toolchain){.arena = arena,
                     .cross = target_foreign(target) ? target : NULL};
    toolchain_words(arena, &t->cc, cc ? cc : "");
    if (t->cc.n == 0)
        toolchain_words(arena, &t->cc, toolchain_compiler(arena, target));
    else
        toolchain_words(arena, &t->cc, target_word(arena, target));
    if (!process_find(arena, t->cc.at[0])) {
        say_missing(t);
        return false;
    }
    t->key = compiler_key(t);
    return cache_open(&t->cache, arena) && (!cc || !t->cross || suits(t));
}

bool toolchain_run(const Words *command, const char *log)
{
    Arena *arena = arena_new();
    const char **argv = NEWN(arena, const char *, command->n + 1);
    Process p = {.argv = argv, .log = log};
    bool good;

    memcpy(argv, command->at, (size_t)command->n * sizeof *argv);
    good = process_run(&p, 1);
    arena_free(arena);
    return good;
}

Words toolchain_command(const Toolchain *t, const char *target_flags)
{
    Words words = {0};

    for (int i = 0; i < t->cc.n; i++)
        vec_push(t->arena, &words, t->cc.at[i]);
    toolchain_words(t->arena, &words, "-O2 " TOOLCHAIN_PROGRAM_FLAGS);
    toolchain_words(t->arena, &words, target_flags);
    return words;
}

/* WebAssembly runs in pages alone. */
static bool makes_pages(const Toolchain *t)
{
    return t->cross && t->cross->clang;
}

/* cc -c NAME.c -o NAME.o of the runtime. */
static Words compile_command(const Toolchain *t, bool doubles,
                             const char *headers, const char *folder,
                             const char *name)
{
    Arena *a = t->arena;
    Words words = {0};

    for (int i = 0; i < t->cc.n; i++)
        vec_push(a, &words, t->cc.at[i]);
    toolchain_words(a, &words,
                    "-O2 -fvisibility=hidden " TOOLCHAIN_RUNTIME_FLAGS);
    if (!makes_pages(t))
        vec_push(a, &words, "-fPIC");
    if (doubles)
        vec_push(a, &words, "-DNN_REAL=double");
    vec_push(a, &words, arena_printf(a, "-I%s", headers));
    vec_push(a, &words, "-c");
    vec_push(a, &words, arena_printf(a, "%s/%s.c", folder, name));
    vec_push(a, &words, "-o");
    vec_push(a, &words, arena_printf(a, "%s/%s.o", folder, name));
    vec_push(a, &words, NULL);
    return words;
}

static void show_log(Arena *arena, const char *path)
{
    size_t size;
    const char *text = str_read_file(arena, path, &size);

    if (text)
        nn_say(stderr, "%s", text);
}

const char *toolchain_library(const char *file)
{
    static const Extra *const extras[] = {&gzip_extra, &png_extra};

    for (size_t i = 0; i < sizeof extras / sizeof *extras; i++) {
        size_t n = strlen(extras[i]->name);

        if (strncmp(file, extras[i]->name, n) == 0 &&
            strcmp(file + n, ".c") == 0)
            return extras[i]->library;
    }
    return NULL;
}

bool toolchain_write(const char *path, const char *text)
{
    if (str_write_file(path, text, strlen(text)))
        return true;
    nn_say(stderr, "nnc: cannot write %s: %s\n", path, strerror(errno));
    return false;
}

bool toolchain_made(const Toolchain *t, const char *path, bool runs)
{
    struct stat s;

    if (stat(path, &s) == 0 && S_ISREG(s.st_mode) &&
        (!runs || (s.st_mode & S_IXUSR)))
        return true;
    nn_say(stderr,
           "nnc: %s ends well but does not make %s: set CC to a C compiler and "
           "flags that leave to nnc what is made and where\n",
           t->cc.at[0], runs ? "a program" : "object files");
    return false;
}

/* Writes all of the runtime and compiles what every program may use. */
static bool compile_all(Toolchain *t, bool doubles, const char *folder,
                        Words *objects)
{
    Arena *a = t->arena;
    Sources page = sources_page(a);
    VEC(Process) jobs = {0};

    for (int i = 0; pack_path(i); i++) {
        const char *name = sources_file(i);

        if (name && !toolchain_write(arena_printf(a, "%s/%s", folder, name),
                                     pack_find(pack_path(i))))
            return false;
        if (!name || !str_ends(name, ".c") || toolchain_library(name) ||
            (makes_pages(t) && !str_among(page.at, page.n, name)))
            continue;
        name = arena_printf(a, "%.*s", (int)strlen(name) - 2, name);
        Words words = compile_command(t, doubles, folder, folder, name);
        Process job = {.argv = words.at,
                       .log = arena_printf(a, "%s/%s.log", folder, name)};
        vec_push(a, &jobs, job);
        vec_push(a, objects, arena_printf(a, "%s/%s.o", folder, name));
    }
    if (process_run(jobs.at, jobs.n))
        return toolchain_made(t, objects->at[0], false);
    if (cache_full(&t->cache))
        return false;
    nn_say(stderr,
           "nnc: %s cannot compile nnc's runtime; are the C "
           "library's headers installed (Debian: %s)?\n",
           t->cc.at[0],
           t->cross ? arena_printf(a, "libc6-dev-%s-cross", t->cross->debian)
                    : "libc6-dev");
    for (int i = 0; i < jobs.n; i++)
        if (jobs.at[i].status != 0) {
            show_log(a, jobs.at[i].log);
            break;
        }
    return false;
}

/* Binutils make no archives of WebAssembly: all of it becomes one object, of
 * which a program takes what it uses, too. */
static const char *linking(const Toolchain *t)
{
    return arena_printf(t->arena, "%s --target=%s -r -nostdlib -o", t->cc.at[0],
                        t->cross->triple);
}

static bool archive(Toolchain *t, const char *folder, const Words *objects)
{
    Arena *a = t->arena;
    Words words = {0};
    const char *log = arena_printf(a, "%s/ar.log", folder);

    if (makes_pages(t))
        toolchain_words(a, &words, linking(t));
    else
        toolchain_words(a, &words,
                        t->cross
                            ? arena_printf(a, "%s-ar rcs", t->cross->triple)
                            : "ar rcs");
    vec_push(a, &words, arena_printf(a, "%s/libnnrt.a", folder));
    for (int i = 0; i < objects->n; i++)
        vec_push(a, &words, objects->at[i]);
    if (toolchain_run(&words, log))
        return true;
    if (cache_full(&t->cache))
        return false;
    nn_say(stderr, "nnc: `%s` is missing or failed: install binutils%s%s\n",
           words.at[0], t->cross ? " for " : "",
           t->cross ? t->cross->triple : "");
    show_log(a, log);
    return false;
}

static CacheKey runtime_key(const Toolchain *t, const Needs *needs)
{
    CacheKey key = cache_add(t->key, needs->doubles ? "double" : "float");
    Sources page = {0};

    if (makes_pages(t))
        page = sources_page(t->arena);
    for (int i = 0; i < page.n; i++)
        key = cache_add(key, page.at[i]);
    for (int i = 0; pack_path(i); i++)
        if (sources_file(i))
            key = cache_add(cache_add(key, pack_path(i)),
                            pack_find(pack_path(i)));
    return key;
}

CacheKey toolchain_key(const Toolchain *t, const Needs *needs)
{
    CacheKey key = cache_add(runtime_key(t, needs), needs->gzip ? "gzip" : "");

    return cache_add(key, needs->png ? "png" : "");
}

/* Programs need the headers and the archive. */
static void drop_parts(Arena *arena, const char *folder, const Words *objects)
{
    for (int i = 0; i < objects->n; i++) {
        int n = (int)strlen(objects->at[i]) - 2;

        unlink(objects->at[i]);
        unlink(arena_printf(arena, "%.*s.c", n, objects->at[i]));
        unlink(arena_printf(arena, "%.*s.log", n, objects->at[i]));
    }
    unlink(arena_printf(arena, "%s/ar.log", folder));
}

static const char *make_archive(Toolchain *t, const Needs *needs)
{
    const char *made = cache_begin(&t->cache);
    Words objects = {0};

    if (!made)
        return NULL;
    if (compile_all(t, needs->doubles, made, &objects) &&
        archive(t, made, &objects)) {
        drop_parts(t->arena, made, &objects);
        return cache_commit(&t->cache, "runtime", runtime_key(t, needs));
    }
    cache_drop(&t->cache);
    return NULL;
}

/* Whether the extra file compiles in the folder; if not, why is printed. */
static bool compile_extra(Toolchain *t, const Extra *extra, const Runtime *r,
                          bool doubles, const char *made)
{
    Arena *a = t->arena;
    const char *file = arena_printf(a, "%s.c", extra->name);
    const char *log = arena_printf(a, "%s/log", made);
    const char *text = pack_find(arena_printf(a, "runtime/%s", file));
    Words words;
    Process job = {.log = log};

    if (!toolchain_write(arena_printf(a, "%s/%s", made, file), text))
        return false;
    words = compile_command(t, doubles, r->folder, made, extra->name);
    job.argv = words.at;
    if (process_run(&job, 1))
        return true;
    if (cache_full(&t->cache))
        return false;
    nn_say(stderr,
           "nnc: this model may read %s, and what that needs does not "
           "compile: install %s%s%s\n",
           extra->purpose, extra->package, t->cross ? ":" : "",
           t->cross ? t->cross->debian : "");
    show_log(a, log);
    return false;
}

static const char *make_extra(Toolchain *t, const Extra *extra,
                              const Needs *needs, const Runtime *r)
{
    const char *made = cache_begin(&t->cache);

    if (!made)
        return NULL;
    if (compile_extra(t, extra, r, needs->doubles, made))
        return cache_commit(&t->cache, extra->name, runtime_key(t, needs));
    cache_drop(&t->cache);
    return NULL;
}

/* Adds an object to what is linked, compiled first where it is missing. */
static bool add_extra(Toolchain *t, const Extra *extra, const Needs *needs,
                      Runtime *r)
{
    const char *folder =
        cache_find(&t->cache, extra->name, runtime_key(t, needs));

    if (!folder && !(folder = make_extra(t, extra, needs, r)))
        return false;
    vec_push(t->arena, &r->link,
             arena_printf(t->arena, "%s/%s.o", folder, extra->name));
    return true;
}

bool toolchain_runtime(Toolchain *t, const Needs *needs, Runtime *r)
{
    Arena *a = t->arena;

    *r = (Runtime){.folder =
                       cache_find(&t->cache, "runtime", runtime_key(t, needs))};
    if (!r->folder && !(r->folder = make_archive(t, needs)))
        return false;
    if (needs->gzip && !add_extra(t, &gzip_extra, needs, r))
        return false;
    if (needs->png && !add_extra(t, &png_extra, needs, r))
        return false;
    vec_push(a, &r->link, arena_printf(a, "%s/libnnrt.a", r->folder));
    if (needs->gzip)
        vec_push(a, &r->link, gzip_extra.library);
    if (needs->png)
        vec_push(a, &r->link, png_extra.library);
    toolchain_words(a, &r->link, TOOLCHAIN_LIBRARIES);
    return true;
}
