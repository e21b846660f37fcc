/* One call of an inference program's entry. */
#include "nn_infer.h"

bool nn_infer_batch(nn_inference *f, int rows, nn_error *e)
{
    const nn_model *m = f->model;
    bool one = rows == 1 && m->infer1.run != NULL;
    const nn_stage *s = one ? &m->infer1 : &m->infer;
    int status = s->run(f->params, f->workspace,
                        (const void *const *)f->buffers, f->outputs, NULL, rows,
                        NULL, f->pool != NULL ? nn_pool_run : NULL, f->pool);
    return status == 0 ||
           nn_fail(e, "bug: %d rows were to be one batch of %s", rows, m->name);
}
