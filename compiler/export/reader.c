/* reader.c: what a term is made of while a graph is read; see read.h. */
#include "export/read.h"

#include <string.h>

const Entry *read_entry(const Program *p, Mode mode, int64_t rows)
{
    for (int i = 0; i < p->entries.n; i++) {
        const Entry *e = &p->entries.at[i];

        if (e->mode == mode && e->batch == rows &&
            (mode != MODE_INFER || e->carries == CARRIES_NOTHING))
            return e;
    }
    return NULL;
}

Pair read_pair(const Reader *r, int id)
{
    return (Pair){r->a->nodes.at[id], r->b->nodes.at[id]};
}

Term *read_real(Reader *r, Term *t)
{
    bool made;
    Term *real;

    if (!t->truth)
        return t;
    real = term_of(r->terms, r->dialect->real, 1, &t, &made);
    real->shape = t->shape;
    real->hint = "mask";
    return real;
}

static Term *truth(Reader *r, Term *t)
{
    bool made;
    Term *is;

    if (t->truth)
        return t;
    is = term_of(r->terms, r->dialect->truth, 1, &t, &made);
    is->truth = true;
    is->shape = t->shape;
    is->hint = "mask";
    return is;
}

/* Whether the form says that truths will do for input k. */
static bool takes_truth(const char *form, int k)
{
    const char hole[] = {'$', '?', (char)('a' + k), '\0'};

    return strstr(form, hole) != NULL;
}

static const char *plain(Arena *arena, const char *form)
{
    size_t n = strlen(form);

    if (n && form[n - 1] == '?')
        form = arena_copy(arena, form, n - 1);
    return str_replace(arena, form, "$?", "$");
}

Term *read_form(Reader *r, const char *form, int id, int n_in, Term *const *in)
{
    Pair n = read_pair(r, id);
    bool made, view = op_table[n.a->op].class == CLASS_VIEW && n_in == 1;
    const char *text = r->dialect->fill(r->arena, form, n);
    Term **args = NEWN(r->arena, Term *, n_in + 1), *t;

    for (int i = 0; i < n_in; i++)
        args[i] = takes_truth(text, i) ? truth(r, in[i])
                  : view               ? in[i]
                                       : read_real(r, in[i]);
    t = term_of(r->terms, plain(r->arena, text), n_in, args, &made);
    if (!made)
        return t;
    t->truth = text[strlen(text) - 1] == '?' || (view && in[0]->truth);
    t->shape = &n.a->shape;
    t->span = n.a->span;
    t->hint = op_word(r->arena, n.a->op);
    return t;
}

Term *read_turned(Reader *r, Term *t)
{
    static const char turn[] = "$a.transpose(0, 1)";
    bool made;
    Term *turned;
    Shape *shape;

    if (strcmp(t->text, turn) == 0)
        return t->in[0];
    turned = term_of(r->terms, turn, 1, &t, &made);
    shape = NEW(r->arena, Shape);
    *shape = *t->shape;
    shape->dim[0] = t->shape->dim[1];
    shape->dim[1] = t->shape->dim[0];
    turned->shape = shape;
    turned->truth = t->truth;
    turned->hint = "turned";
    return turned;
}

Term *read_full(Reader *r, const Node *n)
{
    return read_form(r, r->dialect->full(r->arena, r->value[n->id]), n->id, 0,
                     NULL);
}

/* Whether the other inputs already have the result's shape, so that a number
 * may stand as it is. */
static bool spreads(const Reader *r, const Node *user)
{
    Shape s = shape_ones(user->shape.rank);

    for (int i = 0; i < user->n_in; i++)
        for (int a = 0; a < s.rank && !r->known[user->in[i]->id]; a++)
            if (user->in[i]->shape.dim[a] > s.dim[a])
                s.dim[a] = user->in[i]->shape.dim[a];
    return shape_equal(&s, &user->shape);
}

Term *read_input(Reader *r, const Node *user, int k)
{
    const Node *n = user->in[k];

    if (!r->known[n->id])
        return r->term[n->id];
    if (op_is_map(user->op) && spreads(r, user))
        return term_atom(r->terms,
                         r->dialect->number(r->arena, r->value[n->id]));
    return read_full(r, n);
}

Term *read_root(Reader *r, const Root *root)
{
    const Node *n = root->node;

    return read_real(r, r->known[n->id] ? read_full(r, n) : r->term[n->id]);
}

/* Masks of two streams are two, though nothing else tells them apart: the
 * stream is an input that the text does not show. */
Term *read_dropout(Reader *r, const Node *mask, Term *x)
{
    const char *form = x ? "F.dropout($a, $rate, self.training"
                         : "F.dropout(torch.ones($shape), $rate, self.training";
    Term *in[MAX_RANK + 2] = {x};
    int n = x ? 1 : 0, stream = mask->attr.random.stream;
    Term *drawn;

    for (int k = 0; r->counted && k < mask->n_in; k++) {
        form = arena_printf(r->arena, "%s, $%c", form, 'a' + n);
        in[n++] = read_input(r, mask, k);
    }
    if (r->counted)
        form = arena_printf(r->arena, "%s, stream=%d", form, stream);
    in[n++] = term_atom(r->terms, arena_printf(r->arena, "stream %d", stream));
    drawn = read_form(r, arena_printf(r->arena, "%s)", form), mask->id, n, in);
    drawn->drawn = true;
    drawn->hint = x ? "dropout" : "mask";
    return drawn;
}
