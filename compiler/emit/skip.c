/* skip.c: steps of a loop over time that leave no trace; see `masked` in
 * ir/scan.h.
 *
 * NAME_holds tells whether some row has one of a few steps; NAME_skip is what
 * is left of a step that none has: states go on to the next slot, and what is
 * stacked is 0, which products of all steps may read. */
#include "emit/skip.h"

/* The leaf of the mask, or NULL where the loop leaves nothing out. */
static const Node *find_mask(const Kernel *k)
{
    const Scan *s = k->anchor->attr.scan;
    const Graph *body = k->body->graph;

    for (int i = 0; s->masked && i < body->nodes.n; i++) {
        const Node *n = body->nodes.at[i];

        if (scan_is_arg(n, PORT_SEQUENCE) && n->attr.port.index == s->mask)
            return n;
    }
    return NULL;
}

static void write_holds(Emit *e, const Kernel *k, const Node *mask)
{
    Value v = k->body->value[mask->id];

    v.moves = MOVES_NOT;
    text_printf(e->out,
                "\n/* Whether some row has one of the steps from t to end. */\n"
                "static int %s_holds(const nn_frame *f, size_t t, size_t end)\n"
                "{\n"
                "    const nn_real *mask = %s;\n"
                "    for (; t < end; t++) {\n"
                "        const nn_real *step = mask + (ptrdiff_t)t * %lld;\n"
                "        for (ptrdiff_t row = 0; row < %lld; row++) {\n"
                "            if (step[row * %lld] > 0)\n"
                "                return 1;\n"
                "        }\n"
                "    }\n"
                "    return 0;\n}\n",
                k->name, emit_address(e, &v, mask->type, false),
                (long long)v.step, (long long)mask->shape.dim[0],
                (long long)layout_stride(&v.layout, 0));
}

static void write_range(Emit *e, const Kernel *k)
{
    text_printf(
        e->out,
        "\n/* The rows, so many a step, from the first step that is there to "
        "the last. */\n"
        "static void %s_range(const nn_frame *f, ptrdiff_t rows,\n"
        "    ptrdiff_t *first, ptrdiff_t *last)\n{\n"
        "    size_t begin = 0;\n"
        "    size_t end = %lld;\n"
        "    while (begin + 1 < end && !%s_holds(f, begin, begin + 1))\n"
        "        begin++;\n"
        "    while (begin + 1 < end && !%s_holds(f, end - 1, end))\n"
        "        end--;\n"
        "    *first = (ptrdiff_t)begin * rows;\n"
        "    *last = (ptrdiff_t)end * rows;\n}\n",
        k->name, (long long)k->anchor->attr.scan->steps, k->name, k->name);
}

/* A root of the body where no row has the step. */
static void write_root(Emit *e, const Kernel *k, const Root *r)
{
    Value v = k->body->value[r->node->id];
    const char *to = emit_address(e, &v, r->node->type, true);
    const char *type = r->node->type == TYPE_INT    ? "int32_t"
                       : r->node->type == TYPE_BYTE ? "unsigned char"
                                                    : "nn_real";
    long long count = (long long)shape_count(&r->node->shape);

    if (r->role == ROOT_STATE) {
        v.moves = MOVES_NOW;
        text_printf(e->out,
                    "    memcpy(%s,\n        %s, %lld * sizeof(nn_real));\n",
                    to, emit_address(e, &v, r->node->type, false), count);
    } else if (v.moves == MOVES_TIME) {
        text_printf(e->out, "    memset(%s, 0,\n        %lld * sizeof(%s));\n",
                    to, count, type);
    }
}

bool emit_skip(Emit *e, const Plan *plan, const Kernel *k)
{
    bool ranges = false;
    const Node *mask = find_mask(k);
    const Graph *body = k->body->graph;

    if (!mask)
        return false;
    write_holds(e, k, mask);
    for (int i = 0; i < plan->kernels.n; i++)
        ranges |= plan->kernels.at[i]->within == k;
    if (ranges)
        write_range(e, k);
    text_printf(e->out,
                "\n/* Step f->t where no row has it. */\n"
                "static void %s_skip(const nn_frame *f)\n{\n",
                k->name);
    for (int i = 0; i < body->roots.n; i++)
        write_root(e, k, &body->roots.at[i]);
    text_add(e->out, "}\n");
    return true;
}
