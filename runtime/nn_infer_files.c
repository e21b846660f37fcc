/* Rows to infer, of the files that the command line names. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "nn_infer.h"
#include "nn_mem.h"
#include "nn_say.h"

/* A row that is dropped has its place in the result, and is told. */
static void tell_dropped(const nn_rows *r)
{
    char where[300];
    int64_t first = -1, count = 0;
    for (int64_t row = 0; row < r->rows; row++)
        if (nn_rows_dropped_by(r, row) != NULL && count++ == 0)
            first = row;
    if (count == 0)
        return;
    nn_table_where(nn_rows_dropped_by(r, first), first, where, sizeof where);
    nn_say(stderr,
           "%s: a value is missing, so there is no result (%" PRId64
           " row%s in all)\n",
           where, count, nn_s(count));
}

static int find_input(const nn_model *m, const char *name, size_t length)
{
    for (int i = 0; i < m->input_count; i++)
        if (strlen(m->inputs[i].name) == length &&
            memcmp(m->inputs[i].name, name, length) == 0)
            return i;
    return -1;
}

/* Fills paths with FILE of each INPUT=FILE; *named is how many there are. A
 * file that exists under such a name is a file. */
static bool name_inputs(const nn_inference *f, const char *const *files,
                        int count, const char **paths, int *named, nn_error *e)
{
    *named = 0;
    for (int i = 0; i < count; i++) {
        const char *equals = strchr(files[i], '=');
        size_t length = equals ? (size_t)(equals - files[i]) : 0;
        int input = equals ? find_input(f->model, files[i], length) : -1;
        if (input < 0)
            continue;
        if (paths[input] != NULL)
            return nn_fail(e, "%s is given twice",
                           f->model->inputs[input].name);
        paths[input] = equals + 1;
        (*named)++;
    }
    if (*named == 0 || (*named == count && *named == f->model->input_count))
        return true;
    return nn_fail(e,
                   "give a file for each of the %d inputs as INPUT=FILE, "
                   "or files that hold all of them",
                   f->model->input_count);
}

static bool use_rows(nn_rows *r, nn_use_rows *use, void *context, nn_error *e)
{
    bool good = use(context, r, e);
    if (good)
        tell_dropped(r);
    nn_rows_close(r);
    return good;
}

static bool use_file(const nn_inference *f, const char *path, nn_use_rows *use,
                     void *context, nn_error *e)
{
    nn_rows r;
    return nn_rows_read(&r, f->program, f->preps, path, e) &&
           use_rows(&r, use, context, e);
}

bool nn_infer_files(const nn_inference *f, const char *const *files, int count,
                    nn_use_rows *use, void *context, nn_error *e)
{
    const char **paths = NULL;
    nn_rows r;
    int named = 0;
    bool good = nn_alloc(&paths, (size_t)f->model->input_count, sizeof *paths,
                         "files", e);
    good = good && name_inputs(f, files, count, paths, &named, e);
    if (good && named > 0)
        good = nn_rows_read_each(&r, f->program, f->preps, paths, e) &&
               use_rows(&r, use, context, e);
    else if (good && count == 0)
        good = use_file(f, "-", use, context, e);
    else
        for (int i = 0; good && i < count; i++)
            good = use_file(f, files[i], use, context, e);
    free(paths);
    return good;
}
