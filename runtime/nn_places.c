/* Files are compared by what they are, not by their names: links and other
 * spellings of a path lead to the same one. A file that nothing reads now, as
 * the model's text, is safe as well: only files of the kind that is written
 * are replaced. */
#include "nn_places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nn_history.h"
#include "nn_mem.h"
#include "nn_writer.h"

typedef enum { WEIGHTS, CHECKPOINT, EPOCHS, CURVE, TABLES, PLACES } kind;

static const struct {
    const char *flag, *what;
} kinds[PLACES] = {
    {"--out", "weights file"},      {"--out", "checkpoint"},
    {"--log", "table of epochs"},   {"--log", "learning curve"},
    {"--log", "table of a metric"},
};

/* The path with another ending in the place of `old`, or behind it. */
static char *with_ending(const char *path, const char *old, const char *new)
{
    nn_text t = {0};
    size_t length = strlen(path), end = strlen(old);
    if (length > end && strcmp(path + length - end, old) == 0)
        length -= end;
    nn_text_add(&t, path, length);
    nn_text_add(&t, new, strlen(new));
    if (t.failed)
        free(t.bytes);
    return t.failed ? NULL : t.bytes;
}

bool nn_places_open(nn_places *p, const nn_trainer *r, nn_error *e)
{
    const nn_options *o = &r->options;
    bool tables = o->log != NULL && r->model->table_count > 0;
    *p = (nn_places){
        .weights = with_ending(o->out, "", ""),
        .checkpoint = with_ending(o->out, ".safetensors", ".ckpt.safetensors")};
    if (o->log != NULL) {
        p->log = with_ending(o->log, "", "");
        p->curve = with_ending(o->log, ".csv", ".svg");
    }
    if (tables)
        p->tables = with_ending(o->log, ".csv", ".tables.csv");
    bool good = p->weights != NULL && p->checkpoint != NULL &&
                (o->log == NULL || (p->log != NULL && p->curve != NULL)) &&
                (!tables || p->tables != NULL);
    return good || nn_fail(e, "no memory");
}

void nn_places_close(nn_places *p)
{
    free(p->weights);
    free(p->checkpoint);
    free(p->log);
    free(p->curve);
    free(p->tables);
    *p = (nn_places){0};
}

static bool is_one(const nn_stamp *a, const nn_stamp *b)
{
    return a->inode == b->inode && a->device == b->device;
}

/* The file that this run reads under this number, or NULL. Weights may go
 * where they came from, and a checkpoint where it was resumed from. */
static const char *read_from(const nn_trainer *r, kind k, const nn_stamp *s)
{
    const nn_options *o = &r->options;
    nn_stamp init = {0}, resume = {0};
    if (!s->plain)
        return NULL;
    if (o->init != NULL && k != WEIGHTS)
        init = nn_stamp_of(o->init);
    if (o->resume != NULL && k != CHECKPOINT)
        resume = nn_stamp_of(o->resume);
    if (init.plain && is_one(s, &init))
        return o->init;
    if (resume.plain && is_one(s, &resume))
        return o->resume;
    return nn_dataset_reads(&r->data, s);
}

/* True where a file that begins so may be of the kind: an empty one is. */
static bool is_kind(kind k, const char *head, size_t size)
{
    if (size == 0)
        return true;
    switch (k) {
    case EPOCHS:
        return strncmp(head, NN_HISTORY_HEAD, strlen(NN_HISTORY_HEAD)) == 0;
    case TABLES:
        return strncmp(head, NN_TABLES_HEAD, strlen(NN_TABLES_HEAD)) == 0;
    case CURVE:
        return strstr(head, NN_CURVE_TITLE) != NULL;
    default:
        return size > 8 && head[8] == '{';
    }
}

/* A file of another kind stays, and one that cannot be looked at. */
static bool check_kind(kind k, const char *path, nn_error *e)
{
    char head[512] = "";
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return nn_fail(e, "%s: cannot read %s to see whether it is a %s: %s",
                       kinds[k].flag, path, kinds[k].what, strerror(errno));
    size_t size = fread(head, 1, sizeof head - 1, f);
    bool read = ferror(f) == 0;
    fclose(f);
    if (read && is_kind(k, head, size))
        return true;
    return nn_fail(e,
                   "%s: %s is there and is no %s: name another file, or "
                   "move it away",
                   kinds[k].flag, path, kinds[k].what);
}

static bool try_to_write(const char *path, nn_error *e)
{
    nn_writer w;
    if (!nn_writer_open(&w, path, e))
        return false;
    nn_writer_cancel(&w);
    nn_writer_sweep(path);
    return true;
}

static bool check_place(const nn_trainer *r, kind k, const char *path,
                        nn_error *e)
{
    nn_stamp stamp = nn_stamp_of(path);
    const char *source = read_from(r, k, &stamp);
    if (source != NULL)
        return nn_fail(e,
                       "%s: the %s would overwrite %s, which this run reads "
                       "as %s: name another file",
                       kinds[k].flag, kinds[k].what, path, source);
    return (!stamp.plain || check_kind(k, path, e)) && try_to_write(path, e);
}

/* True where both paths are one name in one folder, whatever lies there. */
static bool are_one(const char *a, const char *b, bool *one, nn_error *e)
{
    char *x = nn_writer_target(a, e), *y = x ? nn_writer_target(b, e) : NULL;
    char *in_x = y ? nn_file_folder(x) : NULL,
         *in_y = y ? nn_file_folder(y) : 0;
    bool good = in_x != NULL && in_y != NULL;
    if (good) {
        nn_stamp s = nn_stamp_of(in_x), t = nn_stamp_of(in_y);
        *one = is_one(&s, &t) && strcmp(nn_file_name(x), nn_file_name(y)) == 0;
    } else if (y != NULL)
        nn_fail(e, "no memory");
    free(x);
    free(y);
    free(in_x);
    free(in_y);
    return good;
}

bool nn_places_check(const nn_places *p, const nn_trainer *r, nn_error *e)
{
    const char *path[PLACES] = {p->weights, p->checkpoint, p->log, p->curve,
                                p->tables};
    for (int k = 0; k < PLACES && path[k] != NULL; k++) {
        if (!check_place(r, (kind)k, path[k], e))
            return false;
        for (int j = 0; j < k; j++) {
            bool one = false;
            if (!are_one(path[j], path[k], &one, e))
                return false;
            if (one)
                return nn_fail(e,
                               "%s: the %s and the %s would both be %s: name "
                               "another file",
                               kinds[k].flag, kinds[j].what, kinds[k].what,
                               path[k]);
        }
    }
    return true;
}
