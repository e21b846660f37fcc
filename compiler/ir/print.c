/* print.c: graphs as text, one line a node, and as graphviz dot.
 *
 *     %4 = MATMUL real[64, 84] %2 %3 tb  # f6.nn:9
 *
 * The text is stable: it holds nothing but the graph, so equal graphs print
 * alike and a change of a pass can be read as a difference. */
#include "base/quote.h"
#include "ir/scan.h"

static const char *const type_names[] = {"real", "int", "byte", "none"};

static void print_list(Text *out, const int64_t *x, int n, const char *between)
{
    for (int i = 0; i < n; i++)
        text_printf(out, "%s%lld", i ? between : "", (long long)x[i]);
}

static void print_window(Text *out, const Window *w)
{
    text_printf(out, " kernel=");
    print_list(out, w->kernel, 2, "x");
    text_printf(out, " stride=");
    print_list(out, w->stride, 2, "x");
    text_printf(out, " pad=");
    print_list(out, w->pad, 4, ",");
}

static void print_perm(Text *out, const Node *n)
{
    text_add(out, " perm=");
    for (int i = 0; i < n->shape.rank; i++)
        text_printf(out, "%s%d", i ? "," : "", n->attr.perm[i]);
}

static void print_axes(Text *out, const Node *n)
{
    const char *between = "";

    text_add(out, " axes=");
    for (int a = 0; a < n->shape.rank; a++)
        if (n->attr.axes >> a & 1) {
            text_printf(out, "%s%d", between, a);
            between = ",";
        }
}

static const char *const ports[PORT_KINDS] = {"sequence", "state", "fixed",
                                              "stack"};

static void print_scan(Text *out, const Scan *s)
{
    text_printf(out, " steps=%lld", (long long)s->steps);
    for (int k = 0; k < PORT_KINDS; k++)
        text_printf(out, " %s=%d", ports[k], s->n[k]);
    text_add(out, s->backward ? " backward" : "");
    if (s->masked)
        text_printf(out, " mask=%d", s->mask);
}

static void print_attr(Text *out, const Node *n)
{
    const Attr *a = &n->attr;

    switch (op_table[n->op].attr) {
    case ATTR_NONE:
        break;
    case ATTR_VALUE:
        text_printf(out, " %.17g", a->value);
        break;
    case ATTR_INDEX:
        text_printf(out, " #%d", a->index);
        break;
    case ATTR_PORT:
        text_printf(out, " %s #%d", ports[a->port.kind], a->port.index);
        break;
    case ATTR_PART:
        text_printf(out, " axis=%d begin=%lld size=%lld", a->part.axis,
                    (long long)a->part.begin, (long long)a->part.size);
        break;
    case ATTR_AXIS:
        text_printf(out, " axis=%d", a->axis);
        break;
    case ATTR_AXES:
        print_axes(out, n);
        break;
    case ATTR_PERM:
        print_perm(out, n);
        break;
    case ATTR_SLIDE:
        text_printf(out, " axis=%d size=%lld stride=%lld apart=%lld",
                    a->slide.axis, (long long)a->slide.size,
                    (long long)a->slide.stride, (long long)a->slide.apart);
        break;
    case ATTR_MM:
        text_printf(out, "%s%s", a->mm.ta ? " ta" : "", a->mm.tb ? " tb" : "");
        break;
    case ATTR_WINDOW:
        print_window(out, &a->window);
        break;
    case ATTR_SCAN:
        print_scan(out, a->scan);
        break;
    case ATTR_RANDOM:
        text_printf(out, " rate=%g stream=%d", a->random.rate,
                    a->random.stream);
        if (a->random.axes)
            text_printf(out, " axes=0x%x", a->random.axes);
        break;
    }
}

static void print_shape(Text *out, const Node *n)
{
    text_add(out, type_names[n->type]);
    if (n->type == TYPE_NONE)
        return;
    text_add(out, "[");
    print_list(out, n->shape.dim, n->shape.rank, ", ");
    text_add(out, "]");
}

static void print_root(Text *out, const Root *r)
{
    static const char *const roles[] = {
        [ROOT_OUTPUT] = "output", [ROOT_LOSS] = "loss",
        [ROOT_METRIC] = "metric", [ROOT_GRAD] = "grad",
        [ROOT_TENSOR] = "tensor", [ROOT_STATE] = "state",
        [ROOT_STACK] = "stack"};

    text_printf(out, "%s %d = %%%d\n", roles[r->role], r->index, r->node->id);
}

static void print_graph(Text *out, const Graph *g, int indent)
{
    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        text_printf(out, "%*s%%%d = %s ", indent, "", n->id,
                    op_table[n->op].id);
        print_shape(out, n);
        for (int k = 0; k < n->n_in; k++)
            text_printf(out, " %%%d", n->in[k]->id);
        print_attr(out, n);
        if (n->name)
            text_printf(out, "  # %s", n->name);
        text_add(out, "\n");
        if (n->op == OP_SCAN)
            print_graph(out, n->attr.scan->body, indent + 4);
    }
    for (int i = 0; i < g->roots.n; i++) {
        text_printf(out, "%*s", indent, "");
        print_root(out, &g->roots.at[i]);
    }
}

void graph_print(Text *out, const Graph *g)
{
    print_graph(out, g, 0);
}

static void dot_node(Text *out, const Node *n, const char *scope)
{
    static const char *const styles[] = {
        [CLASS_LEAF] = "shape=ellipse, fillcolor=\"#e8f0e0\"",
        [CLASS_MAP] = "shape=box, fillcolor=\"#f4f4f4\"",
        [CLASS_REDUCE] = "shape=box, fillcolor=\"#f4ead8\"",
        [CLASS_VIEW] = "shape=box, fillcolor=\"#ffffff\"",
        [CLASS_CORE] = "shape=box, fillcolor=\"#dce6f4\""};
    Text attr = {.arena = out->arena};

    print_attr(&attr, n);
    text_printf(out, "    %sn%d [%s, label=\"%s", scope, n->id,
                styles[op_table[n->op].class], op_table[n->op].id);
    quote_dot(out, text_str(&attr));
    if (n->name) {
        text_add(out, "\\n");
        quote_dot(out, n->name);
    }
    text_add(out, "\\n");
    print_shape(out, n);
    text_add(out, "\"];\n");
}

static void dot_graph(Text *out, const Graph *g, const char *scope)
{
    static const char *const roles[] = {"output", "loss",  "metric", "gradient",
                                        "update", "state", "stack"};

    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        dot_node(out, n, scope);
        for (int k = 0; k < n->n_in; k++)
            text_printf(out, "    %sn%d -> %sn%d;\n", scope, n->in[k]->id,
                        scope, n->id);
        if (n->op != OP_SCAN)
            continue;
        text_printf(out,
                    "    subgraph cluster_%sn%d {\n    label=\"each of "
                    "%lld step%s\"; style=rounded;\n",
                    scope, n->id, (long long)n->attr.scan->steps,
                    str_s(n->attr.scan->steps));
        dot_graph(out, n->attr.scan->body,
                  arena_printf(out->arena, "%sn%d_", scope, n->id));
        text_add(out, "    }\n");
    }
    for (int i = 0; i < g->roots.n; i++) {
        const Root *r = &g->roots.at[i];

        text_printf(out,
                    "    %sr%d [shape=plaintext, label=\"%s %d\"];\n"
                    "    %sn%d -> %sr%d;\n",
                    scope, i, roles[r->role], r->index, scope, r->node->id,
                    scope, i);
    }
}

void graph_dot(Text *out, const Graph *g, const char *title)
{
    text_add(out, "digraph model {\n    label=\"");
    quote_dot(out, title);
    text_add(out, "\"; labelloc=t; fontname=\"Helvetica\";\n"
                  "    node [style=filled, fontname=\"Helvetica\"];\n");
    dot_graph(out, g, "");
    text_add(out, "}\n");
}
