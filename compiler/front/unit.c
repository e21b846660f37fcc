/* unit.c: reads the prelude and the files that `use` names, each once. */
#define _XOPEN_SOURCE 700 /* for realpath */
#include "front/unit.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/pack.h"
#include "front/parse.h"
#include "ir/ast_print.h"
#include "ir/ops.h"

typedef struct Loader {
    Arena *arena;
    Diag *diag;
    Unit *unit;
    VEC(const char *) seen;  /* real paths of files that are read */
    VEC(const char *) chain; /* of those that are being read now */
} Loader;

/* The real path, or NULL. */
static const char *locate(Loader *l, const char *path)
{
    const char *found = NULL;
    char *real = realpath(path, NULL);

    if (real)
        found = arena_name(l->arena, real);
    free(real);
    return found;
}

static void load(Loader *l, const File *file);

static void load_used(Loader *l, const File *from, const Name *use)
{
    const char *path = str_beside(l->arena, from->source->path, use->text);
    const char *real = locate(l, path);
    File *file;
    int before = diag_errors(l->diag);
    struct stat info;

    if (!real) {
        diag_error(l->diag, use->span, "cannot read `%s`: %s", use->text,
                   strerror(errno));
        return;
    }
    if (stat(real, &info) != 0 || !S_ISREG(info.st_mode)) {
        diag_error(l->diag, use->span, "cannot read `%s`: it is not a file",
                   use->text);
        return;
    }
    if (str_among(l->chain.at, l->chain.n, real)) {
        diag_error(l->diag, use->span, "`%s` is used by itself", use->text);
        return;
    }
    if (str_among(l->seen.at, l->seen.n, real))
        return;
    vec_push(l->arena, &l->seen, real);
    file = parse_file(l->arena, l->diag, path);
    if (!file) {
        if (diag_errors(l->diag) == before)
            diag_error(l->diag, use->span, "cannot read `%s`", use->text);
        return;
    }
    l->unit->partial |= file->partial;
    vec_push(l->arena, &l->chain, real);
    load(l, file);
    l->chain.n--;
}

static void load(Loader *l, const File *file)
{
    for (int i = 0; i < file->uses.n; i++)
        load_used(l, file, &file->uses.at[i]);
    for (int i = 0; i < file->defs.n; i++) {
        vec_push(l->arena, &l->unit->own, file->defs.at[i]);
        file->defs.at[i]->number = l->unit->own.n;
    }
}

static void load_prelude(Loader *l)
{
    Source *source = NEW(l->arena, Source);
    const File *file;

    source->path = "prelude.nn";
    source->text = pack_find("compiler/prelude.nn");
    source->prelude = true;
    if (!source->text)
        nnc_bug("the prelude is not packed");
    source->size = strlen(source->text);
    file = parse_text(l->arena, l->diag, source);
    for (int i = 0; i < file->defs.n; i++)
        vec_push(l->arena, &l->unit->library, file->defs.at[i]);
}

bool unit_is_rule(DefKind kind)
{
    return kind == DEF_OPTIMIZER || kind == DEF_CLIP;
}

const char *unit_key(Arena *arena, DefKind kind, const char *name)
{
    const char *key = arena_printf(arena, "%s %s", ast_def_word(kind), name);

    return unit_is_rule(kind) ? arena_intern(arena, key, strlen(key)) : name;
}

static Map places(Arena *arena, const Defs *defs)
{
    Map map = {.arena = arena};

    for (int i = defs->n - 1; i >= 0; i--)
        map_set(&map,
                unit_key(arena, defs->at[i]->kind, defs->at[i]->name.text), i);
    return map;
}

Unit *unit_load(Arena *arena, Diag *diag, const File *file)
{
    Loader l = {.arena = arena, .diag = diag, .unit = NEW(arena, Unit)};
    const char *real = locate(&l, file->source->path);

    l.unit->main = file;
    l.unit->partial = file->partial;
    load_prelude(&l);
    if (real) {
        vec_push(arena, &l.seen, real);
        vec_push(arena, &l.chain, real);
    }
    load(&l, file);
    l.unit->own_place = places(arena, &l.unit->own);
    l.unit->library_place = places(arena, &l.unit->library);
    return l.unit;
}

static const Def *find(const Defs *defs, const Map *place, const char *name)
{
    int i = map_get(place, name);

    return i < 0 ? NULL : defs->at[i];
}

const Def *unit_find(const Unit *unit, const char *name, bool library_first)
{
    const Def *own = find(&unit->own, &unit->own_place, name);
    const Def *library = find(&unit->library, &unit->library_place, name);
    const Def *def = library_first ? library : own;
    const Def *other = library_first ? own : library;
    bool model = def && def->kind == DEF_MODEL;

    if (model && (other || surface_find(name)))
        return other;
    if (library_first && !def && surface_find(name))
        return NULL; /* the library means the core's */
    return def ? def : other;
}

int unit_inputs(const Def *def)
{
    for (int i = 0; i < def->items.n; i++) {
        const Item *item = def->items.at[i];

        if (item->kind == ITEM_DEFINE && item->names.n > 1 &&
            item->value->kind == EXPR_IN)
            return item->names.n;
    }
    return 1;
}

Applies unit_applies(const Item *setting)
{
    const Expr *x = setting->values.n == 1 ? setting->values.at[0] : NULL;
    Applies found = {.name = setting->other, .args = setting->values};

    if (found.name.text)
        return found;
    found = (Applies){.lost = x && x->kind == EXPR_ERROR};
    if (x && !setting->call && (x->kind == EXPR_CALL || x->kind == EXPR_NAME))
        found = (Applies){{x->name, x->at, false}, x->kids, false};
    return found;
}

const Item *unit_item(const Def *def, ItemKind kind)
{
    for (int i = 0; i < def->items.n; i++)
        if (def->items.at[i]->kind == kind)
            return def->items.at[i];
    return NULL;
}

const Def *unit_rule(Arena *arena, const Unit *unit, DefKind kind,
                     const char *name)
{
    return unit_find(unit, unit_key(arena, kind, name), false);
}

Words unit_names(Arena *arena, const Unit *unit, DefKind kind)
{
    const Defs *defs[] = {&unit->own, &unit->library};
    Words words = {0};

    for (int k = 0; k < 2; k++)
        for (int i = 0; i < defs[k]->n; i++)
            if (defs[k]->at[i]->kind == kind)
                vec_push(arena, &words, defs[k]->at[i]->name.text);
    return words;
}

Words unit_arguments(Arena *arena, const Def *def)
{
    Words words = {0};

    for (int i = 0; i < def->params.n; i++)
        vec_push(arena, &words, def->params.at[i].name.text);
    for (int i = 0; i < def->items.n; i++)
        if (unit_keeps(def->items.at[i]->kind) && def->items.at[i]->decls.n)
            vec_push(arena, &words, def->items.at[i]->decls.at[0]->name.text);
    for (int i = 0; !unit_is_rule(def->kind) && i < N_COMMON; i++)
        vec_push(arena, &words, names_common[i]);
    if (def->kind == DEF_CELL)
        vec_push(arena, &words, "start");
    return words;
}

/* Whether the byte at `at` of a text could be a part of a word. */
static bool in_word(const char *text, int at)
{
    return at >= 0 && (isalnum((unsigned char)text[at]) || text[at] == '_');
}

static bool span_holds(Span span, const char *word)
{
    const char *text = span.source->text;
    int n = (int)strlen(word);

    for (int i = span.begin; i + n <= span.end; i++)
        if (strncmp(text + i, word, (size_t)n) == 0 && !in_word(text, i - 1) &&
            !in_word(text, i + n))
            return true;
    return false;
}

bool unit_lost(const Def *def, const char *word)
{
    for (int i = 0; i < def->lost.n; i++)
        if (span_holds(def->lost.at[i], word))
            return true;
    return false;
}
