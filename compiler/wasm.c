/* wasm.c: see wasm.h. clang has a part of it alone: which others are missing is
 * seen from what it says. */
#include "wasm.h"

#include <string.h>

#include "base/str.h"
#include "nn_say.h"

/* It needs headers, a linker, the C library and what divides long doubles. */
static const char sample[] =
    "#include <stdio.h>\n"
    "int main(int n, char **v)\n"
    "{\n"
    "    return v ? printf(\"%Lf\", 1 / (long double)n)"
    " : 0;\n"
    "}\n";

/* What a compiler says without the package. */
static const struct {
    const char *says, *package, *use;
} missing[] = {
    {"libclang_rt.builtins", "libclang-rt-dev-wasm32", "clang's own routines"},
    {"unable to execute", "lld", "a linker"},
    {"wasm-ld", "wasi-libc", "a C library"},
    {"file not found", "wasi-libc", "a C library"},
};

static void explain(const Toolchain *t, const char *log)
{
    const char *first =
        arena_printf(t->arena, "%.*s", (int)strcspn(log, "\n"), log);

    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (strstr(log, missing[i].says)) {
            nn_say(stderr,
                   "nnc: a page needs %s for WebAssembly: install %s "
                   "(all it takes: clang lld wasi-libc "
                   "libclang-rt-dev-wasm32)\n",
                   missing[i].use, missing[i].package);
            return;
        }
    nn_say(stderr,
           "nnc: %s makes no WebAssembly, which a page runs: unset CC, or set "
           "it to clang\n    %s\n",
           t->cc.at[0], first);
}

static bool compiles(Toolchain *t, const char *folder)
{
    Arena *a = t->arena;
    const char *file = arena_printf(a, "%s/sample.c", folder);
    const char *log = arena_printf(a, "%s/log", folder), *text;
    Words words = toolchain_command(t, "-o");
    size_t size;

    vec_push(a, &words, arena_printf(a, "%s/sample.wasm", folder));
    vec_push(a, &words, file);
    if (!toolchain_write(file, sample))
        return false;
    if (toolchain_run(&words, log))
        return true;
    text = str_read_file(a, log, &size);
    explain(t, text ? text : "");
    return false;
}

bool wasm_ready(Toolchain *t)
{
    const char *folder = cache_begin(&t->cache);
    bool ready = folder && compiles(t, folder);

    if (folder)
        cache_drop(&t->cache);
    return ready;
}
