/* kernel.c: one kernel to one C function, and its call.
 *
 * Chooses the writer by the kernel's kind; names functions after the user's
 * values: lenet5_step_c1_conv, lenet5_step_d_f5_weight_matmul. */
#include <ctype.h>
#include <string.h>

#include "emit/places.h"
#include "emit/skip.h"
#include "emit/straight.h"
#include "emit/tiles.h"
#include "emit/weights.h"
#include "emit/whole.h"

/* The name of the tensor whose place a value has; or NULL. */
static const char *tensor_name(const Plan *plan, const Node *n)
{
    const Buffer *b = plan->value[n->id].buffer;
    return b && b->place == PLACE_TENSOR ? b->name : NULL;
}

/* The layer whose tensor the node reads: c1 of c1.weight; or NULL. */
static const char *layer_name(const Emit *e, const Plan *plan, const Node *n)
{
    for (int k = 0; k < n->n_in; k++) {
        const char *name = tensor_name(plan, n->in[k]);
        if (!name)
            continue;
        const char *dot = strrchr(name, '.');
        return dot ? arena_copy(e->arena, name, (size_t)(dot - name)) : name;
    }
    return NULL;
}

/* The user's name nearest to what the kernel computes, or NULL. */
static const char *given_name(const Emit *e, const Plan *plan, const Kernel *k,
                              const Node *main)
{
    for (int j = k->nodes.n - 1; j >= 0; j--)
        if (k->nodes.at[j]->name)
            return k->nodes.at[j]->name;
    return layer_name(e, plan, main);
}

/* A kernel's name without its entry: whose value, and what is done, which is
 * its `main` operator. */
static const char *title(const Emit *e, const Plan *plan, const Kernel *k,
                         const Node *main)
{
    const char *tensor = tensor_name(plan, main);
    const char *given = given_name(e, plan, k, main);
    if (tensor)
        return arena_printf(e->arena, "%s_update", tensor);
    const char *op = plan_is_view(main) ? "copy" : op_word(e->arena, main->op);
    return given ? arena_printf(e->arena, "%s_%s", given, op) : op;
}

void emit_kernel_names(Emit *e, Plan *plan)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        Kernel *k = plan->kernels.at[i];
        k->row = e->rows++;
        if (k->kind == KERNEL_STRAIGHT) {
            k->name = emit_name(
                e, arena_printf(e->arena, "%s_straight", plan->prefix));
            return;
        }
        const Node *n = k->anchor ? k->anchor : k->nodes.at[k->nodes.n - 1];
        k->name = emit_name(e, arena_printf(e->arena, "%s_%s", plan->prefix,
                                            title(e, plan, k, n)));
        if (k->body)
            emit_kernel_names(e, k->body);
    }
}

static void call(Emit *e, const char *name, int parts, const char *frame,
                 int indent)
{
    text_printf(e->out, "%*s", 4 * indent, "");
    if (parts > 1)
        text_printf(e->out, "nn_run_parts(%s, %s, %d);\n", frame, name, parts);
    else
        text_printf(e->out, "%s(%s, 0);\n", name, frame);
}

void emit_call(Emit *e, const Kernel *k, const char *frame, int indent)
{
    if (k->empty || k->feeds)
        return;
    call(e, k->name, k->parts, frame, indent);
    if (k->finish)
        call(e, arena_printf(e->arena, "%s_finish", k->name), k->finish, frame,
             indent);
}

/* NAME_block: the parts of a product that make the next steps' rows. */
static void emit_block(Emit *e, const Kernel *k)
{
    long long steps = (long long)k->feeds->anchor->attr.scan->steps;
    text_printf(e->out,
                "\n/* the block of step f->t */\n"
                "static void %s_block(void *frame, int part)\n{\n"
                "    const nn_frame *f = frame;\n"
                "    %s(frame, (int)f->t / %lld * %d + part);\n}\n",
                k->name, k->name, steps / k->blocks, k->parts / k->blocks);
}

static void call_block(Emit *e, const Kernel *k, bool skips)
{
    long long n = (long long)k->feeds->anchor->attr.scan->steps / k->blocks;
    text_printf(e->out, "        if (f.slot %% %lld == 0", n);
    if (skips)
        text_printf(e->out,
                    " &&\n            %s_holds(&f, f.t / %lld * %lld, "
                    "f.t / %lld * %lld + %lld)",
                    k->feeds->name, n, n, n, n, n);
    text_add(e->out, ")\n    ");
    call(e, arena_printf(e->arena, "%s_block", k->name), k->parts / k->blocks,
         "&f", 2);
}

static void emit_scan(Emit *e, const Plan *plan, const Kernel *k)
{
    const Scan *s = k->anchor->attr.scan;
    long long steps = (long long)s->steps;
    emit_kernels(e, k->body);
    bool skips = emit_skip(e, plan, k);
    for (int i = 0; i < k->position; i++)
        if (plan->kernels.at[i]->feeds == k)
            emit_block(e, plan->kernels.at[i]);
    text_add(e->out, "\n/* ");
    emit_place(e->out, &k->anchor->span);
    text_printf(e->out, "scan of %lld step%s%s */\n", steps, str_s(steps),
                s->backward ? ", last to first" : "");
    text_printf(e->out,
                "static void %s(void *frame, int part)\n{\n"
                "    nn_frame f = *(const nn_frame *)frame;\n"
                "    (void)part;\n"
                "    for (f.slot = 0; f.slot < %lld; f.slot++) {\n",
                k->name, steps);
    if (s->backward)
        text_printf(e->out, "        f.t = %lld - f.slot;\n", steps - 1);
    else
        text_add(e->out, "        f.t = f.slot;\n");
    for (int i = 0; i < k->position; i++)
        if (plan->kernels.at[i]->feeds == k)
            call_block(e, plan->kernels.at[i], skips);
    if (skips)
        text_printf(e->out,
                    "        if (!%s_holds(&f, f.t, f.t + 1)) {\n"
                    "            %s_skip(&f);\n"
                    "            continue;\n        }\n",
                    k->name, k->name);
    for (int i = 0; i < k->body->kernels.n; i++)
        emit_call(e, k->body->kernels.at[i], "&f", 2);
    text_add(e->out, "    }\n}\n");
}

static void write_body(Scope *s)
{
    const Kernel *k = s->kernel;
    switch (k->kind) {
    case KERNEL_MAP:
        emit_map(s);
        break;
    case KERNEL_REDUCE:
        emit_reduce(s);
        break;
    case KERNEL_COPY:
        emit_copy(s);
        break;
    default:
        if (k->tile && k->kind == KERNEL_MATMUL)
            emit_product(s);
        else if (k->tile && k->kind == KERNEL_POOL)
            emit_pool(s);
        else if (k->tile)
            emit_conv(s);
        else
            for (int i = 0; i < k->nodes.n; i++)
                emit_reference(s, k->nodes.at[i]);
        break;
    }
}

/* The last step of a function: its locals get their names. */
static void settle(Emit *e, size_t start)
{
    names_settle(e->out, start, &e->names);
    names_forget(&e->names);
}

static void emit_kernel(Emit *e, const Plan *plan, Kernel *k)
{
    size_t start = e->out->n;
    Scope s = scope_new(e, plan, k);
    write_body(&s);
    k->helper = s.tile;
    scope_write(&s);
    settle(e, s.start);
    if (e->options->unroll == UNROLL_FULL && !e->options->plain)
        k->whole = whole_write(e->out, start, k->parts);
}

void emit_kernels(Emit *e, const Plan *plan)
{
    places_write(e, plan);
    for (int i = 0; i < plan->kernels.n; i++) {
        Kernel *k = plan->kernels.at[i];
        if (k->empty || (k->prepared && weights_prepared(e->program)))
            continue;
        size_t start = e->out->n;
        if (k->kind == KERNEL_STRAIGHT) {
            emit_straight(e, plan);
            settle(e, start);
        } else if (k->kind == KERNEL_SCAN) {
            emit_scan(e, plan, k);
        } else {
            emit_kernel(e, plan, k);
        }
    }
}
