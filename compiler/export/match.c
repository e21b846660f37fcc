/* match.c: how groups of nodes are found by their form; see idiom.h. */
#include <ctype.h>
#include <string.h>

#include "export/idiom.h"

/* Whether a value inside a group is needed under its name. */
static bool is_own(const Match *m, const Node *n)
{
    return n == m->root || !n->name || m->named ||
           (m->root->name && strcmp(n->name, m->root->name) == 0);
}

/* Whether two nodes have the same value. */
static bool same(const Reader *r, const Node *a, const Node *b)
{
    if (r->known[a->id] || r->known[b->id])
        return r->known[a->id] && r->known[b->id] &&
               r->value[a->id] == r->value[b->id];
    return a == b || (r->term[a->id] && r->term[a->id] == r->term[b->id]);
}

static bool match(const Reader *r, Match *m, const char **at, const Node *n)
{
    size_t size = strcspn(*at, "(),");
    const char *id = op_table[n->op].id;
    bool ok;

    if (islower((unsigned char)**at)) {
        const Node **seen = &m->at[*(*at)++ - 'a'];

        ok = !*seen || same(r, *seen, n);
        *seen = n;
        return ok;
    }
    if (strlen(id) != size || strncmp(id, *at, size) != 0 || !is_own(m, n))
        return false;
    m->node[m->n++] = n;
    *at += size;
    if (**at != '(')
        return true;
    for (int i = 0; i < n->n_in; i++)
        if (*(*at)++ != (i ? ',' : '(') || !match(r, m, at, n->in[i]))
            return false;
    return *(*at)++ == ')';
}

bool idiom_match(const Reader *r, Match *m, const char *pattern, const Node *n,
                 bool named)
{
    *m = (Match){.root = n, .named = named};
    return match(r, m, &pattern, n);
}

bool idiom_number(const Reader *r, const Node *n, double x)
{
    return r->known[n->id] && r->value[n->id] == x;
}

bool idiom_along(const Node *n, const Shape *s, int axis)
{
    if (n->shape.rank != s->rank)
        return false;
    for (int i = 0; i < s->rank; i++)
        if (n->shape.dim[i] != (i == axis ? s->dim[i] : 1))
            return false;
    return true;
}
