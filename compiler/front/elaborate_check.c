/* elaborate_check.c: what a definition asks of its arguments. */
#include "front/elab.h"
#include "ir/ast_print.h"

typedef struct Check {
    Elab *e;
    Message *m;
    Span span; /* of the first argument that the condition names */
    bool found;
} Check;

static bool names(const Expr *x, const char *name)
{
    if (x->kind == EXPR_NAME && x->name == name)
        return true;
    for (int i = 0; i < x->kids.n; i++)
        if (names(x->kids.at[i], name))
            return true;
    return false;
}

/* Visits the head's parameters that the condition names, each once. */
static void formals(Check *c, const Expr *truth)
{
    const Frame *f = c->e->frame;

    for (int i = 0; i < f->def->params.n; i++) {
        const char *name = f->def->params.at[i].name.text;

        if (!names(truth, name))
            continue;
        if (c->m)
            diag_note(c->m, "%s is %s", name,
                      value_what(c->e->arena, elab_lookup(c->e, name, false)));
        else if (f->bound[i] && !c->found)
            c->span = f->bound[i]->span;
        c->found |= f->bound[i] != NULL;
    }
}

bool elab_check(Elab *e, const Item *item)
{
    const Expr *truth = item->value;
    const Value *v = elab_expr(e, truth);
    Check c = {.e = e, .span = elab_place(e, truth->span)};
    const Def *def = e->frame->def;
    Text text = {.arena = e->arena};

    if (v->kind == VAL_POISON || (v->kind == VAL_BOOL && v->number != 0))
        return v->kind == VAL_BOOL;
    if (v->kind != VAL_BOOL) {
        elab_error(e, truth->span, "`check` takes what is true or false");
        return false;
    }
    ast_print_expr(&text, truth);
    formals(&c, truth);
    if (item->values.n)
        c.m = diag_error(e->diag, c.span, "%s", item->values.at[0]->name);
    else
        c.m = diag_error(e->diag, c.span, "`%s%s` needs %s",
                         def->kind == DEF_CLIP ? "clip " : "", def->name.text,
                         text_str(&text));
    formals(&c, truth);
    return false;
}
