/* arena.h: a bump allocator; one per compilation, released once.
 *
 * Everything the compiler builds lives until the compilation ends, so nothing
 * is freed by itself. Memory comes zeroed. Running out of memory, or of the
 * budget that arena_limit sets, ends the process with a message and exit
 * status 1; no call returns NULL. */
#ifndef NNC_BASE_ARENA_H
#define NNC_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct Arena Arena;

Arena *arena_new(void);
void arena_free(Arena *arena);

/* The budget of a compilation: how much may be handed out in all. What wants
 * to say in which place a model explodes asks early how much is left;
 * SIZE_MAX where nothing limits it. */
void arena_limit(Arena *arena, size_t bytes);
size_t arena_room(const Arena *arena);

/* For what goes before the compilation ends: an arena that may hand out what
 * `of` has left now. */
Arena *arena_scratch(const Arena *of);

/* The end for want of memory, also for those who ask the system for it. */
_Noreturn void arena_exhausted(void);

/* size bytes, zeroed, aligned to 16. */
void *arena_alloc(Arena *arena, size_t size);

/* count * size bytes, zeroed; an overflow of the product ends the process. */
void *arena_array(Arena *arena, size_t count, size_t size);

/* The block of old_size bytes (NULL, 0: none yet) enlarged to new_size: where
 * it stands if nothing was handed out since, otherwise a copy. */
void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size);

/* The n bytes at text, closed by a zero. */
char *arena_copy(Arena *arena, const char *text, size_t n);

/* A formatted string in the arena. */
char *arena_printf(Arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The one copy of the n bytes at text, closed by a zero: equal text gives the
 * same pointer for the same arena, so names compare with ==. */
const char *arena_intern(Arena *arena, const char *text, size_t n);

/* arena_intern of a zero-terminated string. */
const char *arena_name(Arena *arena, const char *text);

#define NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define NEWN(arena, type, count)                                               \
    ((type *)arena_array((arena), (size_t)(count), sizeof(type)))

#endif
