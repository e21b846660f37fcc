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

/* A function belongs to the kernel or tile with the longest name that it
 * begins with: conv_2_tile to conv_2, not to conv. */
static void count(CodeSizes *sizes, const char *function, int64_t bytes)
{
    CodeSize *owner = NULL;
    size_t most = 0;

    for (int i = 0; i < sizes->n; i++) {
        const char *name = sizes->at[i].name;
        size_t n = strlen(name);

        if (n > most && strncmp(function, name, n) == 0 &&
            (function[n] == '\0' || function[n] == '_')) {
            owner = &sizes->at[i];
            most = n;
        }
    }
    if (owner)
        owner->bytes += bytes;
}

static void read_symbols(CodeSizes *sizes, const char *file,
                         const Elf64_Shdr *table, const Elf64_Shdr *names)
{
    uint64_t n = table->sh_size / sizeof(Elf64_Sym);
    const Elf64_Sym *symbol = (const void *)(file + table->sh_offset);

    for (uint64_t i = 0; i < n; i++)
        if (ELF64_ST_TYPE(symbol[i].st_info) == STT_FUNC &&
            symbol[i].st_name < names->sh_size)
            count(sizes, file + names->sh_offset + symbol[i].st_name,
                  (int64_t)symbol[i].st_size);
}

static bool read_object(Arena *arena, const char *path, CodeSizes *sizes)
{
    size_t size;
    const char *file = str_read_file(arena, path, &size);
    const Elf64_Ehdr *head = (const void *)file;

    if (!file || size < sizeof *head ||
        memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
        head->e_ident[EI_CLASS] != ELFCLASS64)
        return false;
    for (uint64_t i = 0; i < head->e_shnum; i++) {
        const Elf64_Shdr *table = section(file, size, i), *names;

        if (!table || table->sh_type != SHT_SYMTAB || table->sh_offset % 8)
            continue;
        names = section(file, size, table->sh_link);
        if (names && names->sh_size > 0 &&
            file[names->sh_offset + names->sh_size - 1] == '\0')
            read_symbols(sizes, file, table, names);
    }
    return true;
}

/* Kernels that the compiler would put into their callers stay functions of
 * their own, so that they can be told apart. */
static const char *keep_functions(Arena *arena, const char *c)
{
    static const char from[] = "\nstatic void ";
    Text out = {.arena = arena};

    for (const char *at; (at = strstr(c, from)); c = at + 1) {
        text_add_n(&out, c, (size_t)(at - c) + 1);
        text_add(&out, "__attribute__((noinline)) ");
    }
    text_add(&out, c);
    return text_str(&out);
}

static const CodeSize *find(const CodeSizes *sizes, const char *name)
{
    for (int i = 0; i < sizes->n; i++)
        if (strcmp(sizes->at[i].name, name) == 0)
            return &sizes->at[i];
    return NULL;
}

static void add_kernels(Arena *arena, CodeSizes *sizes, const Plan *plan)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *k = plan->kernels.at[i];

        vec_push(arena, sizes, ((CodeSize){.name = k->name}));
        if (k->helper && !find(sizes, k->helper))
            vec_push(arena, sizes, ((CodeSize){.name = k->helper}));
        if (k->body)
            add_kernels(arena, sizes, k->body);
    }
}

/* Writes model.c and compiles it to an object in a folder of the cache. */
static bool compile(const Driver *d, const Model *m, Toolchain *t,
                    const char *c, const char *folder)
{
    Arena *a = d->arena;
    const char *c_file = arena_printf(a, "%s/model.c", folder);
    const char *header = arena_printf(a, "%s/model.h", folder);
    const char *h =
        emit_model_h(a, m->program, m->plans.at, m->plans.n, "model.h");
    Words words = toolchain_command(t, program_flags(&d->code));

    c = keep_functions(a, c);
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
    Arena *a = d->arena;
    CodeSizes sizes = {0}, none = {0};
    Toolchain tools;
    const char *folder;
    bool good;

    /* Printing the text also names the kernels. */
    const char *c = emit_model_c(a, m->program, m->plans.at, m->plans.n,
                                 &d->code, "model.h");
    if (!toolchain_open(&tools, a, target_find(d->code.target)) ||
        !(folder = cache_begin(&tools.cache)))
        return none;
    good = compile(d, m, &tools, c, folder);
    for (int i = 0; i < m->plans.n; i++)
        add_kernels(a, &sizes, m->plans.at[i]);
    good =
        good && read_object(a, arena_printf(a, "%s/model.o", folder), &sizes);
    cache_drop(&tools.cache);
    return good ? sizes : none;
}

int64_t codesize_of(const CodeSizes *sizes, const Kernel *k)
{
    const CodeSize *own = find(sizes, k->name);
    const CodeSize *helper = k->helper ? find(sizes, k->helper) : NULL;

    return (own ? own->bytes : 0) + (helper ? helper->bytes : 0);
}
