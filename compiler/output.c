/* output.c: see output.h. Files are compared by what they are, not by their
 * names; writing is the runtime's, which leaves the old file until the new one
 * is complete and on the disk. */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "folder.h"
#include "nn_file.h"
#include "nn_say.h"
#include "nn_writer.h"

static bool is_file(const nn_stamp *s, const char *path)
{
    nn_stamp other = nn_stamp_of(path);

    return other.plain && s->inode == other.inode && s->device == other.device;
}

/* What the file is among all that were read, or NULL. */
static const char *text_read(const Driver *d, const nn_stamp *s,
                             const char *path)
{
    const Options *o = d->options;
    const char *weights[] = {o->weights, o->begin, o->init};
    const char *folder = o->templates;

    for (int i = 0; i < 3; i++)
        if (weights[i] && is_file(s, weights[i]))
            return "the weights of this model";
    for (int i = 0; i < diag_sources(d->diag); i++)
        if (is_file(s, diag_source(d->diag, i)->path))
            return "a text of this model";
    if (!folder)
        return NULL;
    path = arena_printf(d->arena, "%s/%s", folder, str_base_name(path));
    return is_file(s, path) ? "a template" : NULL;
}

static bool is_data(const Driver *d, const Program *p, const nn_stamp *s)
{
    for (int i = 0; i < p->flows.n; i++) {
        const Setting *path = flow_setting(&p->flows.at[i].stages[0], "path");

        if (path && is_file(s, str_beside(d->arena, p->path, path->text)))
            return true;
    }
    return false;
}

bool output_same(Arena *arena, const char *a, const char *b)
{
    nn_stamp s = nn_stamp_of(a), in_a = nn_stamp_of(str_folder(arena, a)),
             in_b = nn_stamp_of(str_folder(arena, b));

    return (s.plain && is_file(&s, b)) ||
           (strcmp(str_base_name(a), str_base_name(b)) == 0 &&
            in_a.inode == in_b.inode && in_a.device == in_b.device);
}

bool output_allowed(const Driver *d, const Program *p, const char *path)
{
    nn_stamp s = nn_stamp_of(path);
    const char *what;

    if (!s.plain)
        return true;
    what = text_read(d, &s, path);
    if (!what && is_data(d, p, &s))
        what = "data of this model";
    if (what)
        nn_say(stderr, "nnc: %s is %s: name another file\n", path, what);
    return !what;
}

bool output_folder(Arena *arena, const char *path)
{
    if (folder_make(arena, path, 0777))
        return true;
    nn_say(stderr, "nnc: cannot make the folder %s: %s\n", path,
           strerror(errno));
    return false;
}

/* Whoever may read the file may run it. */
static bool make_run(FILE *stream)
{
    struct stat s;
    int fd = fileno(stream);

    return fstat(fd, &s) == 0 &&
           fchmod(fd, s.st_mode | (s.st_mode & 0444) >> 2) == 0;
}

bool output_fill(const char *path, OutputFill *fill, const void *what,
                 bool runs)
{
    nn_error e = {""};
    nn_writer w;
    bool good = nn_writer_open(&w, path, &e);

    if (good) {
        fill(w.stream, what);
        good = !runs || make_run(w.stream);
        if (!good)
            nn_fail(&e, "cannot make a program of %s", path);
        if (!good)
            nn_writer_cancel(&w);
        good = good && nn_writer_finish(&w, &e);
    }
    nn_writer_sweep(path);
    if (!good)
        nn_say(stderr, "nnc: %s\n", e.text);
    return good;
}

typedef struct Bytes {
    const char *text;
    size_t size;
} Bytes;

static void put_bytes(FILE *stream, const void *what)
{
    const Bytes *b = what;

    fwrite(b->text, 1, b->size, stream);
}

bool output_write(const char *path, const char *text, size_t size, bool runs)
{
    Bytes b = {text, size};

    return output_fill(path, put_bytes, &b, runs);
}
