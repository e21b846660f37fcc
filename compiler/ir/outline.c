/* outline.c: from nodes to the boxes that an author knows; see outline.h. */
#include "ir/outline.h"

#include <string.h>

#include "base/quote.h"
#include "ir/cost.h"

/* One building of an outline. */
typedef struct Build {
    Outline *o;
    const Program *program;
    const Entry *entry;
    bool open;
    bool *depends; /* on an input, by id: others are sizes and weights */
    int *shown;    /* the box of each applied layer, or -1 */
    int next;      /* applied layer to begin */
} Build;

static const Node *node_at(const Build *b, int id)
{
    return b->o->graph->nodes.at[id];
}

static bool depends_on_input(const Build *b, const Node *n)
{
    bool depends = n->op == OP_INPUT;

    for (int i = 0; i < n->n_in; i++)
        depends |= b->depends[n->in[i]->id];
    return depends;
}

static bool is_weight(const Program *p, const Node *n)
{
    return n->op == OP_TENSOR &&
           p->tensors.at[n->attr.index].kind == TENSOR_WEIGHT;
}

/* Adds a box; its nodes are its own until boxes inside take them. */
static int add_box(Build *b, Box box)
{
    Outline *o = b->o;
    int at = o->boxes.n;

    box.depth = box.up < 0 ? 0 : o->boxes.at[box.up].depth + 1;
    for (int i = box.from; i < box.to; i++) {
        const Node *n = node_at(b, i);

        o->box_of[i] = at;
        box.products += cost_products(n);
        if (is_weight(b->program, n))
            box.params += shape_count(&n->shape);
    }
    vec_push(o->arena, &o->boxes, box);
    return at;
}

static void begin_layers(Build *b, int id)
{
    const Entry *e = b->entry;

    for (; b->next < e->applied.n && e->applied.at[b->next].from <= id;
         b->next++) {
        const Applied *a = &e->applied.at[b->next];
        int up = a->up < 0 ? -1 : b->shown[a->up];

        b->shown[b->next] = up;
        if (a->from == a->to || (up >= 0 && !b->o->boxes.at[up].open))
            continue;
        b->shown[b->next] = add_box(b, (Box){.name = a->name,
                                             .kind = a->kind,
                                             .up = up,
                                             .open = b->open && a->opens,
                                             .from = a->from,
                                             .to = a->to,
                                             .out = a->out,
                                             .span = a->span});
    }
}

static const char *kind_of(const Build *b, const Node *n)
{
    if (n->op == OP_INPUT && b->program->inputs.at[n->attr.index].target)
        return "target";
    return op_word(b->o->arena, n->op);
}

/* The node's name, but for one that it has because it is the value of the
 * block around it. */
static const char *own_name(const Outline *o, const Node *n, int around)
{
    const char *block = around < 0 ? "" : o->boxes.at[around].name;
    size_t length = block ? strlen(block) : 0;

    if (!n->name || around < 0)
        return n->name;
    return length && strncmp(n->name, block, length) == 0 &&
                   n->name[length] == '.'
               ? n->name
               : NULL;
}

/* A node that no layer made: an input, an operator of an expression, or a
 * view, which is not shown. */
static void lone_node(Build *b, const Node *n)
{
    Outline *o = b->o;
    int around = o->box_of[n->id];
    Box box = {.up = around,
               .from = n->id,
               .to = n->id + 1,
               .out = n,
               .span = n->span};

    o->box_of[n->id] = -1;
    if (!b->depends[n->id])
        return;
    if (op_table[n->op].class == CLASS_VIEW && n->n_in == 1) {
        o->box_of[n->id] = o->box_of[n->in[0]->id];
        return;
    }
    box.name = own_name(o, n, around);
    box.kind = kind_of(b, n);
    add_box(b, box);
}

static void add_links(Build *b)
{
    Outline *o = b->o;
    int *last = NEWN(o->arena, int, o->boxes.n + 1); /* box + 1 it goes to */

    for (int i = 0; i < o->graph->nodes.n; i++) {
        const Node *n = node_at(b, i);
        int to = o->box_of[i];

        for (int k = 0; k < n->n_in && to >= 0; k++) {
            int from = o->box_of[n->in[k]->id];

            if (from < 0 || from == to || last[from] == to + 1)
                continue;
            last[from] = to + 1;
            vec_push(o->arena, &o->links, ((Link){from, to}));
        }
    }
}

/* Whether the layers that begin at a node or after it leave it to itself: it
 * lies in none, or in one whose kids are shown. */
static bool is_lone(const Build *b, int id)
{
    int box = b->o->box_of[id];

    return box < 0 || b->o->boxes.at[box].open;
}

/* Boxes without a name are numbered by their kind, to be told apart. */
static void add_labels(Outline *o)
{
    struct Count {
        const char *kind;
        int n;
    };
    VEC(struct Count) counts = {0};

    for (int i = 0; i < o->boxes.n; i++) {
        Box *box = &o->boxes.at[i];
        int k = 0;

        box->label = box->name;
        if (box->name)
            continue;
        while (k < counts.n && strcmp(counts.at[k].kind, box->kind) != 0)
            k++;
        if (k == counts.n)
            vec_push(o->arena, &counts, ((struct Count){box->kind, 0}));
        box->label =
            arena_printf(o->arena, "%s.%d", box->kind, ++counts.at[k].n);
    }
}

static void add_end(Outline *o, const char *name, const Node *node, bool loss)
{
    int box = o->box_of[node->id];

    if (box >= 0)
        vec_push(o->arena, &o->ends, ((End){name, box, loss}));
}

static void add_ends(Outline *o, const Program *p, const Entry *e)
{
    const Node *loss = graph_find_root(e->graph, ROOT_LOSS, 0);

    for (int i = 0; i < e->outputs.n; i++)
        add_end(o, p->outputs.at[i].name, e->outputs.at[i], false);
    if (loss)
        add_end(o, "loss", loss, true);
}

Outline *outline_of(Arena *arena, const Program *p, bool open)
{
    const Entry *entry = &p->entries.at[0];
    int nodes = entry->graph->nodes.n, layers = entry->applied.n;
    Outline *o = NEW(arena, Outline);
    Build b = {.o = o,
               .program = p,
               .entry = entry,
               .open = open,
               .depends = NEWN(arena, bool, nodes + 1),
               .shown = NEWN(arena, int, layers + 1)};

    o->arena = arena;
    o->graph = entry->graph;
    o->box_of = NEWN(arena, int, nodes + 1);
    for (int i = 0; i < nodes; i++)
        o->box_of[i] = -1;
    for (int i = 0; i < entry->written; i++) {
        b.depends[i] = depends_on_input(&b, node_at(&b, i));
        begin_layers(&b, i);
        if (is_lone(&b, i))
            lone_node(&b, node_at(&b, i));
    }
    add_links(&b);
    add_labels(o);
    add_ends(o, p, entry);
    return o;
}

int outline_layers(const Entry *entry)
{
    int layers = 0;

    for (int i = 0; i < entry->applied.n; i++) {
        const Applied *a = &entry->applied.at[i];
        bool inside = a->up >= 0 && !entry->applied.at[a->up].opens;

        layers += !a->opens && !inside;
    }
    return layers;
}

const char *outline_shape(Arena *arena, const Box *box)
{
    Text text = {.arena = arena};
    const Shape *s = &box->out->shape;

    text_add(&text, "[");
    for (int i = s->rank > 1; i < s->rank; i++)
        text_printf(&text, "%s%lld", i > 1 ? ", " : "", (long long)s->dim[i]);
    text_add(&text, "]");
    return text_str(&text);
}

/* A line of the drawing as text: what it is, and the labels it comes from. */
static void print_line(Text *out, const char *label, const char *kind,
                       const char *shape, const char *from)
{
    if (*from)
        text_printf(out, "%-28s %-14s %-16s <- %s\n", label, kind, shape, from);
    else
        text_printf(out, "%-28s %-14s %s\n", label, kind, shape);
}

/* "a, b": the labels of the boxes that lead to box i. */
static const char *sources(const Outline *o, int i, int *link)
{
    Text from = {.arena = o->arena};

    for (; *link < o->links.n && o->links.at[*link].to == i; ++*link)
        text_printf(&from, "%s%s", from.n ? ", " : "",
                    o->boxes.at[o->links.at[*link].from].label);
    return text_str(&from);
}

void outline_print(Text *out, const Outline *o)
{
    int link = 0;

    for (int i = 0; i < o->boxes.n; i++) {
        const Box *box = &o->boxes.at[i];

        print_line(
            out,
            arena_printf(o->arena, "%*s%s", 2 * box->depth, "", box->label),
            box->kind, box->out ? outline_shape(o->arena, box) : "",
            sources(o, i, &link));
    }
    for (int i = 0; i < o->ends.n; i++)
        print_line(out, o->ends.at[i].name, "", "",
                   o->boxes.at[o->ends.at[i].box].label);
}

static void dot_box(Text *out, const Outline *o, int i)
{
    const Box *box = &o->boxes.at[i];
    bool given = box->out && box->out->op == OP_INPUT;

    text_printf(out, "    b%d [shape=%s, fillcolor=\"%s\", label=\"", i,
                given ? "ellipse" : "box",
                given           ? "#e8f0e0"
                : box->products ? "#dce6f4"
                                : "#f4f4f4");
    if (box->name) {
        quote_dot(out, box->name);
        text_add(out, "\\n");
    }
    quote_dot(out, box->kind);
    if (box->out)
        text_printf(out, "\\n%s", outline_shape(o->arena, box));
    text_add(out, "\"];\n");
}

/* The boxes from i on that lie in `up`; returns the first that does not. */
static int dot_boxes(Text *out, const Outline *o, int i, int up)
{
    while (i < o->boxes.n && o->boxes.at[i].up == up) {
        const Box *box = &o->boxes.at[i];

        if (!box->open) {
            dot_box(out, o, i++);
            continue;
        }
        text_printf(
            out, "    subgraph cluster_%d {\n    style=rounded; label=\"", i);
        quote_dot(out, box->name ? box->name : box->kind);
        text_add(out, "\";\n");
        i = dot_boxes(out, o, i + 1, i);
        text_add(out, "    }\n");
    }
    return i;
}

void outline_dot(Text *out, const Outline *o, const char *title)
{
    text_add(out, "digraph model {\n    label=\"");
    quote_dot(out, title);
    text_add(out, "\"; labelloc=t; fontname=\"Helvetica\";\n"
                  "    node [style=filled, fontname=\"Helvetica\"];\n");
    dot_boxes(out, o, 0, -1);
    for (int i = 0; i < o->links.n; i++)
        text_printf(out, "    b%d -> b%d;\n", o->links.at[i].from,
                    o->links.at[i].to);
    for (int i = 0; i < o->ends.n; i++) {
        text_printf(out, "    e%d [shape=plaintext, style=\"\", label=\"", i);
        quote_dot(out, o->ends.at[i].name);
        text_printf(out, "\"];\n    b%d -> e%d;\n", o->ends.at[i].box, i);
    }
    text_add(out, "}\n");
}
