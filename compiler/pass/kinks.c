/* kinks.c: finds operators at which differences say little; see kinks.h.
 *
 * In: the graph of an entry before autodiff. Two marks run backwards from the
 * loss: nodes that it depends on, and of those the ones that reach it through
 * a surrogate gradient. A loop counts as a surrogate where its body has one. */
#include "pass/kinks.h"

#include "base/str.h"
#include "ir/scan.h"

typedef bool Met[OP_COUNT];

/* Notes the operators of a node and its body; whether one is a surrogate. */
static bool meet(const Node *n, Met met)
{
    bool surrogate = op_table[n->op].check == CHECK_SURROGATE;
    met[n->op] = true;
    if (n->op != OP_SCAN)
        return surrogate;
    const Graph *body = n->attr.scan->body;
    for (int i = 0; i < body->nodes.n; i++)
        surrogate |= meet(body->nodes.at[i], met);
    return surrogate;
}

static const char *list(Arena *arena, const Met met, OpCheck check)
{
    Text out = {.arena = arena};
    for (int op = 0; op < OP_COUNT; op++) {
        const OpInfo *row = &op_table[op];
        if (!met[op] || row->check != check)
            continue;
        text_printf(&out, "%s%s", out.n ? ", " : "", op_word(arena, (Op)op));
    }
    return out.n ? text_str(&out) : NULL;
}

const struct Kinks *kinks_find(const Program *p, const Graph *g)
{
    struct Kinks *k = NEW(p->arena, struct Kinks);
    bool *live = NEWN(p->arena, bool, g->nodes.n + 1);
    bool *behind = NEWN(p->arena, bool, g->nodes.n + 1);
    Met met = {false};

    k->behind = NEWN(p->arena, bool, p->tensors.n + 1);
    live[graph_find_root(g, ROOT_LOSS, 0)->id] = true;
    for (int i = g->nodes.n - 1; i >= 0; i--) {
        const Node *n = g->nodes.at[i];
        if (!live[i])
            continue;
        bool through = meet(n, met) || behind[i];
        for (int j = 0; j < n->n_in; j++) {
            live[n->in[j]->id] = true;
            behind[n->in[j]->id] |= through;
        }
        if (n->op == OP_TENSOR)
            k->behind[n->attr.index] |= behind[i];
    }
    k->kinks = list(p->arena, met, CHECK_KINK);
    k->surrogates = list(p->arena, met, CHECK_SURROGATE);
    return k;
}
