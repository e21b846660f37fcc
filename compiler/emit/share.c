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
    const char *wish = s->kernel->name + strlen(s->plan->prefix) + 1;
    if (names_taken(e->arena, &e->names, wish))
        wish = arena_printf(e->arena, "%s_tile", s->kernel->name);
    return emit_name(e, wish);
}

/* Whether two tiles differ in their names and in white space only. */
static bool alike(const Tile *a, const Tile *b)
{
    size_t a_size = strlen(a->name), b_size = strlen(b->name);
    const char *p = a->text, *q = b->text;
    for (;;) {
        size_t p_space = strspn(p, " \n"), q_space = strspn(q, " \n");
        if ((p_space > 0) != (q_space > 0))
            return false;
        p += p_space;
        q += q_space;
        if (strncmp(p, a->name, a_size) == 0 &&
            strncmp(q, b->name, b_size) == 0) {
            p += a_size;
            q += b_size;
        } else if (*p != *q) {
            return false;
        } else if (*p++ == '\0') {
            return true;
        } else {
            q++;
        }
    }
}

void share_tile(Scope *s, size_t start, const char *name)
{
    Emit *e = s->e;
    s->tile = name;
    if (e->options->unroll == UNROLL_FULL) /* each is written out by itself */
        return;
    names_settle(e->out, start, &e->names);
    const char *text = text_str(e->out) + start;
    Tile tile = {name, arena_copy(e->arena, text, strlen(text))};
    for (int i = 0; i < e->tiles.n; i++) {
        if (alike(&e->tiles.at[i], &tile)) {
            e->out->n = start;
            e->out->at[start] = '\0';
            s->tile = e->tiles.at[i].name;
            return;
        }
    }
    vec_push(e->arena, &e->tiles, tile);
    s->start = e->out->n;
}
