/* elaborate_misfit.c: what is said of inputs that an operator cannot take. */
#include <string.h>

#include "front/elab.h"
#include "front/foreign.h"

void elab_help_tokens(Message *m, const Value *v)
{
    if (v->token)
        diag_help(m, "`embedding(n)` makes numbers of tokens");
}

bool elab_real(Elab *e, const Call *call, int i)
{
    const Value *v = call->in[i];
    const char *layer;
    Message *m;

    if (v->kind == VAL_TENSOR && v->node->type == TYPE_REAL)
        return true;
    if (v->kind == VAL_POISON)
        return false;
    m = elab_wrong(e, call->site.span, v,
                   "`%s` takes real numbers of the network", call->name);
    elab_help_tokens(m, v);
    layer = foreign_layer(call->name);
    if (layer && v->kind == VAL_NUMBER)
        diag_help(m, "use `%s`, which has weights of its own", layer);
    return false;
}

Value *elab_misfit(Elab *e, const Call *call, const char *form)
{
    Message *m =
        elab_error(e, call->site.span, "`%s` takes %s", call->name, form);

    for (int i = 0; i < call->n_in; i++)
        elab_note(e, m, call->n_in == 1 ? "the value" : "one", call->in[i]);
    return e->poison;
}

Value *elab_refused(Elab *e, const Call *call, Span span, const char *why)
{
    size_t n = strcspn(why, "\n");
    Message *m = elab_error(e, span, "%.*s", (int)n, why);

    for (why += n; *why; why += n) {
        n = strcspn(++why, "\n");
        diag_note(m, "%.*s", (int)n, why);
    }
    for (int i = 0; i < call->n_in; i++)
        if (call->in[i]->rows)
            elab_note(e, m, "the value", call->in[i]);
    return e->poison;
}
