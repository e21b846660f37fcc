/* recursion.c: finds blocks and cells that contain themselves.
 *
 * Those are the circles in the graph of who names whom: its strongly connected
 * components (Tarjan 1972), walked with a path of its own in place of C's
 * stack, since a file may nest thousands of blocks. Definitions are known by
 * their numbers; the prelude's, number 0, name none of the user's. */
#include "front/recursion.h"

typedef struct Visit {
    int next, end; /* edges still to be followed */
    int entered;   /* when, counted from 1; 0: not yet */
    int low;       /* the earliest entered that is reached from here */
    bool open;     /* its component is not complete */
    bool loops;    /* contains itself */
} Visit;

typedef struct Walk {
    const Scope *scope;
    Visit *of; /* by number */
    int *path; /* from the first definition to the one looked at */
    int *open; /* entered, and not yet of a complete component */
    int n_path, n_open, entered;
} Walk;

static void enter(Walk *w, int i)
{
    w->of[i].entered = w->of[i].low = ++w->entered;
    w->of[i].open = true;
    w->path[w->n_path++] = i;
    w->open[w->n_open++] = i;
}

static void follow(Walk *w, int from, int to)
{
    Visit *v = &w->of[from];

    v->loops |= to == from;
    if (to == 0)
        return;
    if (!w->of[to].entered)
        enter(w, to);
    else if (w->of[to].open && w->of[to].entered < v->low)
        v->low = w->of[to].entered;
}

/* Takes the last of the path away. What was entered since is a component
 * where nothing earlier is reached from it. */
static void leave(Walk *w)
{
    int i = w->path[--w->n_path], member;
    Visit *v = &w->of[i], *before;

    if (w->n_path > 0) {
        before = &w->of[w->path[w->n_path - 1]];
        if (v->low < before->low)
            before->low = v->low;
    }
    if (v->low < v->entered)
        return;
    v->loops |= w->open[w->n_open - 1] != i;
    do {
        member = w->open[--w->n_open];
        w->of[member].open = false;
        w->of[member].loops |= v->loops;
    } while (member != i);
}

static void walk(Walk *w, int first)
{
    if (!w->of[first].entered)
        enter(w, first);
    while (w->n_path > 0) {
        int i = w->path[w->n_path - 1];

        if (w->of[i].next < w->of[i].end)
            follow(w, i, w->scope->edges.at[w->of[i].next++].to->number);
        else
            leave(w);
    }
}

bool recursion_check(Scope *s)
{
    const Defs *own = &s->unit->own;
    Walk w = {.scope = s,
              .of = NEWN(s->arena, Visit, own->n + 1),
              .path = NEWN(s->arena, int, own->n),
              .open = NEWN(s->arena, int, own->n)};
    bool ok = true;

    for (int e = s->edges.n - 1; e >= 0; e--) {
        Visit *v = &w.of[s->edges.at[e].from->number];

        v->next = e;
        v->end = v->end ? v->end : e + 1;
    }
    for (int i = 1; i <= own->n; i++)
        walk(&w, i);
    for (int i = 1; i <= own->n; i++)
        if (w.of[i].loops) {
            diag_error(s->diag, own->at[i - 1]->name.span,
                       "`%s` contains itself", own->at[i - 1]->name.text);
            ok = false;
        }
    return ok;
}
