/* pack.c: finds packed files, or the files of a folder that stand in for
 * them while a template is being written (--templates=DIR).
 *
 * The stand-ins are the one thing in the compiler that outlives a call
 * without being handed on: they are set once, before anything is looked up,
 * and looked up wherever C is written. */
#include "base/pack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/pack_table.h"
#include "base/quote.h"
#include "base/str.h"
#include "base/vec.h"

typedef VEC(PackFile) Files;

static Files stand_ins;

const char *pack_path(int i)
{
    return pack_table[i].path;
}

const char *pack_find(const char *path)
{
    for (int i = 0; i < stand_ins.n; i++)
        if (strcmp(stand_ins.at[i].path, path) == 0)
            return stand_ins.at[i].text;
    for (const PackFile *file = pack_table; file->path; file++)
        if (strcmp(file->path, path) == 0)
            return file->text;
    return NULL;
}

bool pack_override(Arena *arena, const char *folder)
{
    static const char prefix[] = "templates/";
    Files found = {0};

    for (const PackFile *file = pack_table; file->path; file++) {
        PackFile other = {.path = file->path};
        const char *path;
        size_t size;

        if (strncmp(file->path, prefix, strlen(prefix)) != 0)
            continue;
        path =
            arena_printf(arena, "%s/%s", folder, file->path + strlen(prefix));
        other.text = str_read_file(arena, path, &size);
        if (!other.text && errno != ENOENT) {
            fprintf(stderr, "nnc: cannot read the template %s: %s\n",
                    quote_text(arena, path), strerror(errno));
            return false;
        }
        if (other.text)
            vec_push(arena, &found, other);
    }
    if (found.n == 0)
        fprintf(stderr,
                "nnc: no template lies in %s: name the folder with copies of "
                "nnc's templates/*\n",
                quote_text(arena, folder));
    stand_ins = found;
    return found.n > 0;
}
