/* command_fmt.c: `nnc fmt`: files in canonical form.
 *
 * A file with mistakes is left as it is and its mistakes are printed; a file
 * that would not change is not written. A link is followed. */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "front/fmt.h"
#include "front/parse.h"
#include "nn_say.h"
#include "output.h"

static bool write_text(const char *path, const Text *text)
{
    if (strcmp(path, "-") == 0)
        return fwrite(text_str(text), 1, text->n, stdout) == text->n;
    return output_write(path, text_str(text), text->n, false);
}

/* 0, or 1 where something was wrong or, with --check, would change. */
static int format_file(const Options *o, Diag *diag, const char *path)
{
    bool input = strcmp(path, "-") == 0;
    Source *source = NEW(o->arena, Source);
    Text text = {.arena = o->arena};
    bool same;

    source->path = input ? "input" : path;
    source->text = str_read_most(o->arena, input ? "/dev/stdin" : path,
                                 parse_limit(o->arena) + 1, &source->size);
    if (!source->text) {
        nn_say(stderr, "nnc: cannot read %s: %s\n", path, strerror(errno));
        return 1;
    }
    if (!fmt_text(o->arena, diag, source, &text))
        return 1;
    same = text.n == source->size &&
           memcmp(text_str(&text), source->text, text.n) == 0;
    if (o->check) {
        if (!same)
            nn_say(stdout, "%s\n", path);
        return !same;
    }
    return same && !input ? 0 : !write_text(path, &text);
}

int command_fmt(const Options *o)
{
    Diag *diag = diag_new(o->arena);
    int status = 0;

    for (int i = 0; i < o->files.n; i++)
        status |= format_file(o, diag, o->files.at[i]);
    diag_print(diag, stderr, false);
    return status;
}
