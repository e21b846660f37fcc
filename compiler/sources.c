/* sources.c: see sources.h. A file is needed where a text mentions what the
 * file defines: a name with nn_ in front, in a line that begins a definition,
 * which in the runtime is every line that begins with a letter. Comments count
 * as well, so there may be a file too many, never one too few. */
#include "sources.h"

#include <ctype.h>
#include <string.h>

#include "base/pack.h"
#include "base/str.h"

static const char prefix[] = "runtime/";

const char *sources_file(int i)
{
    const char *path = pack_path(i);

    return strncmp(path, prefix, strlen(prefix)) ? NULL : path + strlen(prefix);
}

const char *sources_text(Arena *arena, const char *name)
{
    return pack_find(arena_printf(arena, "%s%s", prefix, name));
}

/* What the line defines, or NULL: the name before the first ( = or [. */
static const char *defined(Arena *arena, const char *line)
{
    size_t n = strcspn(line, "(=[;\n"), begin;

    if (!isalpha((unsigned char)*line) || strncmp(line, "static ", 7) == 0 ||
        line[n] == ';' || line[n] == '\n')
        return NULL;
    while (n > 0 && line[n - 1] == ' ')
        n--;
    for (begin = n; begin > 0 && str_in_name(line[begin - 1]); begin--)
        ;
    if (strncmp(line + begin, "nn_", 3) != 0)
        return NULL;
    return arena_copy(arena, line + begin, n - begin);
}

static bool defines_mentioned(Arena *arena, const char *file, const char *text)
{
    for (const char *line = file; line; line = strchr(line, '\n')) {
        const char *name = defined(arena, line += *line == '\n');

        if (name && str_mentions(text, name))
            return true;
    }
    return false;
}

static bool is_header(const char *name)
{
    return str_ends(name, ".h");
}

static bool needs(Arena *arena, const char *text, const char *name)
{
    if (is_header(name))
        return strstr(text, arena_printf(arena, "\n#include \"%s\"\n", name)) !=
               NULL;
    return defines_mentioned(arena, sources_text(arena, name), text);
}

/* What a header declares it does not need. */
static void add(Arena *arena, Sources *sources, const char *text, bool header)
{
    for (int i = 0; pack_path(i); i++) {
        const char *name = sources_file(i);

        if (!name || str_among(sources->at, sources->n, name) ||
            (header && !is_header(name)) || !needs(arena, text, name))
            continue;
        vec_push(arena, sources, name);
        add(arena, sources, sources_text(arena, name), is_header(name));
    }
}

void sources_add(Arena *arena, Sources *sources, const char *text)
{
    add(arena, sources, text, false);
}

Sources sources_page(Arena *arena)
{
    /* splitters and metrics without sums are asked for by models alone */
    static const char face[] =
        "nn_open nn_train_step nn_words nn_characters nn_whole nn_f1 "
        "nn_f1_chunks nn_confusion nn_bleu";
    static const char *const replaced[] = {"nn_file.c", "nn_textfile.c",
                                           "nn_thread.c", "nn_watch.c",
                                           "nn_writer.c"};
    int n = sizeof replaced / sizeof *replaced;
    Sources all = {0}, kept = {0};

    sources_add(arena, &all, face);
    for (int i = 0; i < all.n; i++)
        if (!str_among(replaced, n, all.at[i]))
            vec_push(arena, &kept, all.at[i]);
    return kept;
}
