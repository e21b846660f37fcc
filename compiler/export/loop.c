/* loop.c: loops over time: a module of PyTorch where it runs the same loop,
 * else the loop itself, in which a sequence is gone through and what each step
 * gives is stacked. */
#include "export/loop.h"

#include <string.h>

#include "base/bug.h"
#include "export/method.h"
#include "export/python.h"

/* The inputs of the scan; sequences and stacks are turned, so that the batch
 * stands in front: mostly that turns back what the graph has turned. */
static Term **inputs(Reader *r, const Node *n)
{
    const Scan *s = n->attr.scan;
    Term **in = NEWN(r->arena, Term *, n->n_in + 1);

    for (int i = 0; i < n->n_in; i++) {
        in[i] = read_input(r, n, i);
        if (scan_port(s, i).kind == PORT_SEQUENCE)
            in[i] = read_turned(r, in[i]);
        else
            in[i] = read_real(r, in[i]);
    }
    return in;
}

/* The name that the text has for what comes in by this port. */
static const char *arg_name(Arena *arena, const Scan *s, Port p)
{
    static const char *const names[] = {"x", "state", "fixed", ""};

    for (int i = 0; i < s->body->nodes.n; i++) {
        const Node *n = s->body->nodes.at[i];

        if (n->op == OP_ARG && n->attr.port.kind == p.kind &&
            n->attr.port.index == p.index && n->name &&
            strcmp(n->name, "in") != 0)
            return python_name(arena, n->name);
    }
    return p.kind == PORT_SEQUENCE && s->masked && p.index == s->mask
               ? "there"
               : names[p.kind];
}

static void lines_before(const Term *t, const Steps *s, Method *m,
                         const char *const *own)
{
    int states = s->scan->n[PORT_STATE];
    int first = scan_place(s->scan, PORT_STATE, 0);

    for (int i = 0; i < states; i++)
        method_line(m, "%s = %s", own[first + i],
                    method_expression(m, t->in[first + i]));
}

/* "for x, there in zip(a.unbind(1), b.unbind(1)):" */
static void loop_head(const Term *t, const Steps *s, Method *m,
                      const char *const *own)
{
    Text names = {.arena = m->arena}, of = {.arena = m->arena};
    int n = s->scan->n[PORT_SEQUENCE];

    for (int i = 0; i < n; i++) {
        bool atom = t->in[i]->atom || m->bound[t->in[i]->id];

        text_printf(&names, "%s%s", i ? ", " : "", own[i]);
        text_printf(&of, atom ? "%s%s.unbind(1)" : "%s(%s).unbind(1)",
                    i ? ", " : "", method_expression(m, t->in[i]));
    }
    if (n == 0)
        method_line(m, "for _ in range(%lld):", (long long)s->scan->steps);
    else
        method_line(m, n == 1 ? "for %s in %s:" : "for %s in zip(%s):",
                    text_str(&names), text_str(&of));
}

/* "h, c = h_next, c_next" */
static void lines_next(const Steps *s, Method *m, const char *const *own)
{
    Text left = {.arena = m->arena}, right = {.arena = m->arena};
    int states = s->scan->n[PORT_STATE];
    int first = scan_place(s->scan, PORT_STATE, 0);

    for (int i = 0; i < states; i++) {
        text_printf(&left, "%s%s", i ? ", " : "", own[first + i]);
        text_printf(&right, "%s%s", i ? ", " : "",
                    method_expression(m, s->next[i]));
    }
    if (states)
        method_line(m, "%s = %s", text_str(&left), text_str(&right));
}

/* Names for what is read of the loop when it is over. */
static void lines_behind(const Term *t, const Steps *s, Method *m,
                         const char *const *own, const char *const *stacked)
{
    for (int i = 0; i < s->picks.n; i++) {
        Port p = s->ports.at[i];
        const char *name = t->name ? t->name : "steps";

        if (m->bound[s->picks.at[i]->id])
            continue;
        if (p.kind == PORT_STATE) {
            int at = scan_place(s->scan, PORT_STATE, p.index);

            m->bound[s->picks.at[i]->id] = own[at];
            continue;
        }
        name = method_bind(m, s->picks.at[i], python_name(m->arena, name));
        method_line(m, "%s = torch.stack(%s, 1)", name, stacked[p.index]);
    }
}

/* The names of the loop's own values, by scan_place. */
static const char **own_names(const Steps *s, Method *m)
{
    int n = scan_place(s->scan, PORT_FIXED, 0);
    const char **own = NEWN(m->arena, const char *, n + 1);

    for (int i = 0; i < n; i++)
        own[i] = method_bind(m, s->arg[i], s->name[i]);
    return own;
}

static void steps_block(const Term *t, Method *m)
{
    const Steps *s = t->what;
    int states = s->scan->n[PORT_STATE], stacks = s->scan->n[PORT_STACK];
    const char **stacked = NEWN(m->arena, const char *, stacks + 1);
    const char **own = own_names(s, m);
    Method inner = method_inner(m);

    lines_before(t, s, m, own);
    for (int i = 0; i < stacks; i++) {
        stacked[i] =
            arena_printf(m->arena, "%s_steps",
                         t->name ? python_name(m->arena, t->name) : "all");
        if (i > 0)
            stacked[i] = arena_printf(m->arena, "%s%d", stacked[i], i + 1);
        method_line(m, "%s = []", stacked[i]);
    }
    loop_head(t, s, m, own);
    method_statements(&inner, states + stacks, s->next, false);
    for (int i = 0; i < stacks; i++)
        method_line(&inner, "%s.append(%s)", stacked[i],
                    method_expression(&inner, s->next[states + i]));
    lines_next(s, &inner, own);
    lines_behind(t, s, m, own, stacked);
}

/* What stands for the inputs in the body: leaves of its own, and what is fixed
 * as it is outside. */
static void set_args(Reader *r, const Term *t, Steps *s, const Node *n)
{
    const char **names = NEWN(r->arena, const char *, n->n_in + 1);

    for (int i = 0; i < n->n_in; i++) {
        Port p = scan_port(s->scan, i);
        Shape *shape = NEW(r->arena, Shape);

        s->arg[i] = t->in[i];
        if (p.kind == PORT_FIXED)
            continue;
        names[i] = arg_name(r->arena, s->scan, p);
        *shape = n->in[i]->shape;
        if (p.kind == PORT_SEQUENCE)
            *shape = shape_rest(shape);
        s->arg[i] = term_atom(
            r->terms, arena_printf(r->arena, "argument %d %d", t->id, i));
        s->arg[i]->shape = shape;
        s->arg[i]->truth = t->in[i]->truth;
    }
    s->name = names;
}

/* A body's text as a number's name: equal bodies do the same. */
static const char *body_text(Reader *r, const Scan *s)
{
    Text text = {.arena = r->arena};

    graph_print(&text, s->body);
    return arena_printf(r->arena, "loop of %lld, %d, %d: %s",
                        (long long)s->steps, s->backward, s->masked,
                        text_str(&text));
}

Term *read_scan(Reader *r, const Node *n)
{
    const Scan *s = n->attr.scan;
    Term **in = inputs(r, n), *t = recurrent_call(r, n, in);
    Steps *steps;
    Reader like = *r, *body;
    bool made;

    if (t)
        return t;
    if (s->backward)
        nnc_bug("a loop runs backwards as elaborated");
    t = term_of(r->terms, body_text(r, s), n->n_in, in, &made);
    if (!made)
        return t;
    steps = NEW(r->arena, Steps);
    steps->scan = s;
    steps->arg = NEWN(r->arena, Term *, n->n_in + 1);
    t->block = steps_block;
    t->what = steps;
    set_args(r, t, steps, n);
    like.port = steps->arg;
    like.scan = s;
    body = read_graph(&like, s->body, r->b->nodes.at[n->id]->attr.scan->body);
    steps->next = NEWN(r->arena, Term *, s->body->roots.n + 1);
    for (int i = 0; i < s->body->roots.n; i++)
        steps->next[i] = read_root(body, &s->body->roots.at[i]);
    return t;
}

Term *read_pick(Reader *r, const Node *n)
{
    Term *scan = r->term[n->in[0]->id], *t;
    Port p = n->attr.port;
    const char *text =
        scan->block ? arena_printf(r->arena, "pick %d of %d", p.index, p.kind)
                    : recurrent_pick(r, scan, p);
    bool made;
    Shape *shape = NEW(r->arena, Shape);

    t = term_of(r->terms, text, 1, &scan, &made);
    *shape = n->shape;
    if (p.kind == PORT_STACK) {
        shape->dim[0] = n->shape.dim[1];
        shape->dim[1] = n->shape.dim[0];
    }
    if (made) {
        t->shape = shape;
        t->span = n->span;
        t->hint = "steps";
    }
    if (made && scan->block) {
        Steps *steps = (Steps *)(uintptr_t)scan->what;

        vec_push(r->arena, &steps->picks, t);
        vec_push(r->arena, &steps->ports, p);
    }
    return p.kind == PORT_STACK ? read_turned(r, t) : t;
}
