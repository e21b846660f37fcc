/* roots.c: what a graph computes, by role. */
#include "ir/graph.h"

void graph_root(Graph *g, Node *node, Role role, int index)
{
    Root root = {.node = node, .role = role, .index = index};

    vec_push(g->arena, &g->roots, root);
}

bool graph_has_root(const Graph *g, Role role)
{
    for (int i = 0; i < g->roots.n; i++)
        if (g->roots.at[i].role == role)
            return true;
    return false;
}

Node *graph_find_root(const Graph *g, Role role, int index)
{
    for (int i = 0; i < g->roots.n; i++)
        if (g->roots.at[i].role == role && g->roots.at[i].index == index)
            return g->roots.at[i].node;
    return NULL;
}
