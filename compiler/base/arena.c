/* arena.c: memory that is handed out in one direction and released at once.
 *
 * Chunks are linked, newest first, and taken zeroed from calloc; a request
 * larger than a chunk gets one of its own. Interned names are found through an
 * open-addressing hash table that lives in the same chunks (FNV-1a, Fowler,
 * Noll and Vo). */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 * 1024, ALIGN = 16, FIRST_NAMES = 256 };

typedef struct Chunk {
    struct Chunk *next;
    size_t used, size; /* of the bytes behind this header */
} Chunk;

typedef struct Name {
    const char *text; /* NULL: a free place */
    size_t n;
    uint64_t hash;
} Name;

struct Arena {
    Chunk *chunks;
    Name *names;
    size_t names_n, names_cap; /* the capacity is a power of two or 0 */
    size_t used, limit;        /* bytes of all chunks; limit 0: none */
};

/* The header is padded so that what follows it is aligned. */
enum { HEADER = (sizeof(Chunk) + ALIGN - 1) / ALIGN * ALIGN };

_Noreturn void arena_exhausted(void)
{
    fputs("nnc: out of memory\n", stderr);
    exit(1);
}

static _Noreturn void out_of_budget(const Arena *arena)
{
    size_t budget = arena->limit >> 20;

    fprintf(stderr,
            "nnc: the model is too large: to compile it takes more than its "
            "budget of %zu MiB; --budget=%zu allows twice as much\n",
            budget, 2 * budget);
    exit(1);
}

static void *zeroed(size_t size)
{
    void *p = calloc(1, size);

    if (!p)
        arena_exhausted();
    return p;
}

Arena *arena_new(void)
{
    return zeroed(sizeof(Arena));
}

void arena_free(Arena *arena)
{
    if (!arena)
        return;
    for (Chunk *c = arena->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(arena);
}

void arena_limit(Arena *arena, size_t bytes)
{
    arena->limit = bytes;
}

size_t arena_room(const Arena *arena)
{
    if (!arena->limit)
        return SIZE_MAX;
    return arena->limit > arena->used ? arena->limit - arena->used : 0;
}

Arena *arena_scratch(const Arena *of)
{
    Arena *scratch = arena_new();

    scratch->limit = of->limit;
    scratch->used = of->used;
    return scratch;
}

static Chunk *chunk_new(Arena *arena, size_t size)
{
    Chunk *chunk;

    if (size > SIZE_MAX - HEADER)
        arena_exhausted();
    if (arena->limit && size > arena_room(arena))
        out_of_budget(arena);
    arena->used += size;
    chunk = zeroed(HEADER + size);
    chunk->size = size;
    return chunk;
}

/* A chunk with room for size bytes. A large request goes behind the chunk that
 * is being filled, whose rest would otherwise be lost. */
static Chunk *chunk_for(Arena *arena, size_t size)
{
    Chunk *first = arena->chunks;
    Chunk *chunk;

    if (first && first->size - first->used >= size)
        return first;
    chunk = chunk_new(arena, size > CHUNK / 4 ? size : CHUNK);
    if (first && chunk->size != CHUNK) {
        chunk->next = first->next;
        first->next = chunk;
    } else {
        chunk->next = first;
        arena->chunks = chunk;
    }
    return chunk;
}

/* What a request of so many bytes takes. */
static size_t rounded(size_t size)
{
    if (size > SIZE_MAX - ALIGN)
        arena_exhausted();
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

void *arena_alloc(Arena *arena, size_t size)
{
    Chunk *chunk;
    char *p;

    size = rounded(size);
    chunk = chunk_for(arena, size);
    p = (char *)chunk + HEADER + chunk->used;
    chunk->used += size;
    return p;
}

void *arena_array(Arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        arena_exhausted();
    return arena_alloc(arena, count * size);
}

void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size)
{
    size_t taken = rounded(old_size), wanted = rounded(new_size);
    Chunk *chunk = arena->chunks;
    void *grown;

    if (old && (char *)old + taken == (char *)chunk + HEADER + chunk->used &&
        chunk->size - chunk->used >= wanted - taken) {
        chunk->used += wanted - taken;
        return old;
    }
    grown = arena_alloc(arena, new_size);
    if (old)
        memcpy(grown, old, old_size);
    return grown;
}

char *arena_copy(Arena *arena, const char *text, size_t n)
{
    char *copy = arena_alloc(arena, n + 1);

    if (n)
        memcpy(copy, text, n);
    return copy;
}

/* Most strings are short: they are formatted once, and copied. */
char *arena_printf(Arena *arena, const char *format, ...)
{
    char brief[256];
    char *text;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(brief, sizeof brief, format, args);
    va_end(args);
    if (n < 0)
        arena_exhausted();
    if ((size_t)n < sizeof brief)
        return arena_copy(arena, brief, (size_t)n);
    text = arena_alloc(arena, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}

static uint64_t hash_of(const char *text, size_t n)
{
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)text[i]) * 1099511628211u;
    return h;
}

/* The place of a name in the table, or the free place where it belongs. */
static Name *name_place(Name *names, size_t cap, const char *text, size_t n,
                        uint64_t hash)
{
    for (size_t i = hash & (cap - 1);; i = (i + 1) & (cap - 1)) {
        Name *name = &names[i];

        if (!name->text || (name->hash == hash && name->n == n &&
                            memcmp(name->text, text, n) == 0))
            return name;
    }
}

static void names_grow(Arena *arena)
{
    size_t cap = arena->names_cap ? arena->names_cap * 2 : FIRST_NAMES;
    Name *names = NEWN(arena, Name, cap);

    for (size_t i = 0; i < arena->names_cap; i++) {
        const Name *old = &arena->names[i];

        if (old->text)
            *name_place(names, cap, old->text, old->n, old->hash) = *old;
    }
    arena->names = names;
    arena->names_cap = cap;
}

const char *arena_intern(Arena *arena, const char *text, size_t n)
{
    uint64_t hash = hash_of(text, n);
    Name *name;
    char *copy;

    if (2 * arena->names_n >= arena->names_cap)
        names_grow(arena);
    name = name_place(arena->names, arena->names_cap, text, n, hash);
    if (name->text)
        return name->text;
    copy = arena_copy(arena, text, n);
    *name = (Name){.text = copy, .n = n, .hash = hash};
    arena->names_n++;
    return copy;
}

const char *arena_name(Arena *arena, const char *text)
{
    return arena_intern(arena, text, strlen(text));
}
