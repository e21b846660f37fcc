/* codesize.c: model.c through the C compiler, then the sizes of the functions
 * in its object file; see codesize.h and elf(5). */
#include "codesize.h"

#include <elf.h>
#include <string.h>

#include "emit/emit.h"
#include "programs.h"
#include "toolchain.h"

typedef struct Object {
    const char *bytes;
    size_t size;
    bool wide;      /* of 64 bits; else of 32 */
    uint64_t at, n; /* its table of sections */
} Object;

static bool copy(const Object *o, uint64_t at, void *to, size_t n)
{
    if (at > o->size || o->size - at < n)
        return false;
    memcpy(to, o->bytes + at, n);
    return true;
}

static bool open_object(Arena *arena, const char *path, Object *o)
{
    Elf64_Ehdr wide;
    Elf32_Ehdr narrow;

    o->bytes = str_read_file(arena, path, &o->size);
    if (!o->bytes || !copy(o, 0, &narrow, sizeof narrow) ||
        memcmp(narrow.e_ident, ELFMAG, SELFMAG) != 0)
        return false;
    o->wide = narrow.e_ident[EI_CLASS] == ELFCLASS64;
    if (o->wide && !copy(o, 0, &wide, sizeof wide))
        return false;
    o->at = o->wide ? wide.e_shoff : narrow.e_shoff;
    o->n = o->wide ? wide.e_shnum : narrow.e_shnum;
    return true;
}

/* Section i, whose bytes are in the file where it has any there. */
static bool section(const Object *o, uint64_t i, Elf64_Shdr *s)
{
    Elf32_Shdr n;

    if (i >= o->n)
        return false;
    if (o->wide && !copy(o, o->at + i * sizeof *s, s, sizeof *s))
        return false;
    if (!o->wide && !copy(o, o->at + i * sizeof n, &n, sizeof n))
        return false;
    if (!o->wide)
        *s = (Elf64_Shdr){.sh_type = n.sh_type,
                          .sh_flags = n.sh_flags,
                          .sh_offset = n.sh_offset,
                          .sh_size = n.sh_size,
                          .sh_link = n.sh_link};
    return s->sh_type == SHT_NOBITS ||
           (s->sh_offset <= o->size && s->sh_size <= o->size - s->sh_offset);
}

/* Symbol i of a table; false behind the last. */
static bool symbol(const Object *o, const Elf64_Shdr *table, uint64_t i,
                   Elf64_Sym *s)
{
    size_t each = o->wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
    uint64_t at = table->sh_offset + i * each;
    Elf32_Sym n;

    if (i >= table->sh_size / each)
        return false;
    if (o->wide)
        return copy(o, at, s, sizeof *s);
    if (!copy(o, at, &n, sizeof n))
        return false;
    *s = (Elf64_Sym){
        .st_name = n.st_name, .st_info = n.st_info, .st_size = n.st_size};
    return true;
}

/* A function belongs to the kernel or tile with the longest name that it
 * begins with: conv_2_tile to conv_2, not to conv. */
static void count(CodeSizes *sizes, const char *function, int64_t bytes)
{
    CodeSize *owner = NULL;
    size_t most = 0;

    for (int i = 0; i < sizes->kernels.n; i++) {
        const char *name = sizes->kernels.at[i].name;
        size_t n = strlen(name);

        if (n > most && strncmp(function, name, n) == 0 &&
            (function[n] == '\0' || function[n] == '_')) {
            owner = &sizes->kernels.at[i];
            most = n;
        }
    }
    if (owner)
        owner->bytes += bytes;
}

static void read_symbols(CodeSizes *sizes, const Object *o,
                         const Elf64_Shdr *table, const Elf64_Shdr *names)
{
    const char *text = o->bytes + names->sh_offset;
    Elf64_Sym s;

    for (uint64_t i = 0; symbol(o, table, i, &s); i++)
        if (ELF64_ST_TYPE(s.st_info) == STT_FUNC && s.st_name < names->sh_size)
            count(sizes, text + s.st_name, (int64_t)s.st_size);
}

static bool read_object(Arena *arena, const char *path, CodeSizes *sizes)
{
    Elf64_Shdr s, names;
    Object o;

    if (!open_object(arena, path, &o))
        return false;
    for (uint64_t i = 0; i < o.n; i++) {
        if (!section(&o, i, &s))
            continue;
        if (s.sh_type == SHT_PROGBITS && s.sh_flags & SHF_ALLOC &&
            !(s.sh_flags & SHF_WRITE))
            sizes->fixed += (int64_t)s.sh_size;
        if (s.sh_type == SHT_SYMTAB && section(&o, s.sh_link, &names) &&
            names.sh_size > 0 &&
            o.bytes[names.sh_offset + names.sh_size - 1] == '\0')
            read_symbols(sizes, &o, &s, &names);
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
    for (int i = 0; i < sizes->kernels.n; i++)
        if (strcmp(sizes->kernels.at[i].name, name) == 0)
            return &sizes->kernels.at[i];
    return NULL;
}

static void add_kernels(Arena *arena, CodeSizes *sizes, const Plan *plan)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *k = plan->kernels.at[i];

        vec_push(arena, &sizes->kernels, ((CodeSize){.name = k->name}));
        if (k->helper && !find(sizes, k->helper))
            vec_push(arena, &sizes->kernels, ((CodeSize){.name = k->helper}));
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
