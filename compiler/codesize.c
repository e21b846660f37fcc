/* codesize.c: model.c through the C compiler, then the sizes of the functions
 * in its object file; see codesize.h and elf(5). */
#include "codesize.h"

#include <elf.h>
#include <string.h>

#include "emit/emit.h"
#include "programs.h"
#include "toolchain.h"

/* Section i of the file, or NULL where the file is too short for it. */
static const Elf64_Shdr *section(const char *file, size_t size, uint64_t i)
{
    const Elf64_Ehdr *head = (const void *)file;
    uint64_t at = head->e_shoff + i * sizeof(Elf64_Shdr);
    const Elf64_Shdr *s;

    if (i >= head->e_shnum || at % 8 || at > size || size - at < sizeof *s)
        return NULL;
    s = (const void *)(file + at);
    return s->sh_offset <= size && s->sh_size <= size - s->sh_offset ? s : NULL;
}

static void read_symbols(Arena *arena, CodeSizes *sizes, const char *file,
                         const Elf64_Shdr *table, const Elf64_Shdr *names)
{
    uint64_t n = table->sh_size / sizeof(Elf64_Sym);
    const Elf64_Sym *symbol = (const void *)(file + table->sh_offset);

    for (uint64_t i = 0; i < n; i++) {
        CodeSize one = {.bytes = (int64_t)symbol[i].st_size};
        bool function = ELF64_ST_TYPE(symbol[i].st_info) == STT_FUNC;

        if (!function || symbol[i].st_name >= names->sh_size)
            continue;
        one.name =
            arena_name(arena, file + names->sh_offset + symbol[i].st_name);
        vec_push(arena, sizes, one);
    }
}

static CodeSizes read_object(Arena *arena, const char *path)
{
    CodeSizes sizes = {0};
    size_t size;
    const char *file = str_read_file(arena, path, &size);
    const Elf64_Ehdr *head = (const void *)file;

    if (!file || size < sizeof *head ||
        memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
        head->e_ident[EI_CLASS] != ELFCLASS64)
        return sizes;
    for (uint64_t i = 0; i < head->e_shnum; i++) {
        const Elf64_Shdr *table = section(file, size, i), *names;

        if (!table || table->sh_type != SHT_SYMTAB || table->sh_offset % 8)
            continue;
        names = section(file, size, table->sh_link);
        if (names && names->sh_size > 0 &&
            file[names->sh_offset + names->sh_size - 1] == '\0')
            read_symbols(arena, &sizes, file, table, names);
    }
    return sizes;
}

/* Writes model.c and compiles it to an object in a folder of the cache. */
static bool compile(const Driver *d, const Model *m, Toolchain *t,
                    const char *folder)
{
    Arena *a = d->arena;
    const char *c_file = arena_printf(a, "%s/model.c", folder);
    const char *header = arena_printf(a, "%s/model.h", folder);
    const char *c = emit_model_c(a, m->program, m->plans.at, m->plans.n,
                                 &d->code, "model.h");
    const char *h =
        emit_model_h(a, m->program, m->plans.at, m->plans.n, "model.h");
    Words words = toolchain_command(t, program_flags(&d->code));

    if (!str_write_file(c_file, c, strlen(c)) ||
        !str_write_file(header, h, strlen(h)))
        return false;
    toolchain_words(a, &words, "-c -o");
    vec_push(a, &words, arena_printf(a, "%s/model.o", folder));
    vec_push(a, &words, c_file);
    return toolchain_run(&words, arena_printf(a, "%s/log", folder));
}

CodeSizes codesize_measure(const Driver *d, const Model *m)
{
    CodeSizes sizes = {0};
    Toolchain tools;
    const char *folder;

    if (!toolchain_open(&tools, d->arena) ||
        !(folder = cache_begin(d->arena, tools.root)))
        return sizes;
    if (compile(d, m, &tools, folder))
        sizes =
            read_object(d->arena, arena_printf(d->arena, "%s/model.o", folder));
    cache_remove(d->arena, folder);
    return sizes;
}

const char *codesize_find(Arena *arena, const CodeSizes *sizes,
                          const char *kernel)
{
    size_t n = strlen(kernel);
    int64_t bytes = 0;

    if (sizes->n == 0)
        return NULL;
    for (int i = 0; i < sizes->n; i++) {
        const char *name = sizes->at[i].name;

        if (strncmp(name, kernel, n) == 0 && (!name[n] || name[n] == '_'))
            bytes += sizes->at[i].bytes;
    }
    if (bytes == 0)
        return "within its caller";
    return arena_printf(arena, "%lld bytes", (long long)bytes);
}
