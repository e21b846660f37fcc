/* share.c: finds tiles that read the same; see share.h.
 *
 * In: the functions of a tile. Out: the same, or nothing where they stand in
 * the file already under another name. Texts are compared without what the
 * length of a name changes, which is where lines break. */
#include "emit/share.h"

#include <string.h>

const char *share_name(const Scope *s)
{
    Emit *e = s->e;
    const char *wish =
        arena_printf(e->arena, "%s_%s", e->program->name,
                     s->kernel->name + strlen(s->plan->prefix) + 1);
    if (names_taken(e->arena, &e->names, wish))
        wish = arena_printf(e->arena, "%s_tile", s->kernel->name);
    return emit_name(e, wish);
}

/* Whether the name of one of the tile's functions stands here: the tile's own
 * name, or one that begins so. */
static bool names_function(const char *text, const char *name, size_t n)
{
    return strncmp(text, name, n) == 0 && (text[n] == '(' || text[n] == '_');
}

/* The tile's text without what may differ between tiles that do the same:
 * their names, and what white space there is. Equal texts are one pointer. */
static const char *essence(Arena *arena, const char *text, const char *name)
{
    Arena *scratch = arena_scratch(arena);
    Text out = {.arena = scratch};
    size_t n = strlen(name);
    for (bool word = false; *text; word = str_in_name(text[-1])) {
        size_t space = strspn(text, " \n");
        if (space > 0) {
            text_add(&out, " ");
            text += space;
        } else if (!word && names_function(text, name, n)) {
            text_add(&out, "@");
            text += n;
        } else {
            text_add_n(&out, text++, 1);
        }
    }
    const char *one = arena_intern(arena, text_str(&out), out.n);
    arena_free(scratch);
    return one;
}

void share_tile(Scope *s, size_t start, const char *name)
{
    Emit *e = s->e;
    s->tile = name;
    if (e->options->unroll == UNROLL_FULL) /* each is written out by itself */
        return;
    names_settle(e->out, start, &e->names);
    Tile tile = {name, essence(e->arena, text_str(e->out) + start, name)};
    for (int i = 0; i < e->tiles.n; i++) {
        if (e->tiles.at[i].essence == tile.essence) {
            e->out->n = start;
            e->out->at[start] = '\0';
            s->tile = e->tiles.at[i].name;
            return;
        }
    }
    vec_push(e->arena, &e->tiles, tile);
    s->start = e->out->n;
}
