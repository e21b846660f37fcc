/* One call of an inference program's entry. */
#include "nn_entry.h"
#include "nn_infer.h"

bool nn_infer_batch(nn_inference *f, int rows, nn_error *e)
{
    const nn_entry *n = nn_entry_find(f->model, NN_INFER, rows);
    int status = n->run(f->params, NULL, f->workspace,
                        (const void *const *)f->buffers, f->outputs, NULL, rows,
                        NULL, f->pool != NULL ? nn_pool_run : NULL, f->pool);
    return status == 0 || nn_fail(e, "bug: %d rows were to be one batch of %s",
                                  rows, f->model->name);
}
