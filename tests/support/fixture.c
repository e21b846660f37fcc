/* fixture.c: see fixture.h. */
#include "support/fixture.h"

Arena *arena;

int make_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

int drop_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}
