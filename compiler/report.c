/* report.c: kernels, memory map and parameters as text; see report.h. */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codesize.h"
#include "emit/places.h"
#include "emit/whole.h"
#include "ir/cost.h"
#include "nn_say.h"
#include "programs.h"
#include "tile/target.h"

static const char *shape_text(Arena *arena, const Shape *s)
{
    Text out = {.arena = arena};

    text_add(&out, "[");
    for (int a = 0; a < s->rank; a++)
        text_printf(&out, "%s%lld", a ? ", " : "", (long long)s->dim[a]);
    text_add(&out, "]");
    return text_str(&out);
}

/* Without vectors, tiles are of single values. */
static const char *form(const Driver *d, const Kernel *k)
{
    bool vectors = target_find(d->code.target)->lanes > 1;

    if (k->why)
        return vectors ? k->why
                       : str_replace(d->arena, k->why, "vector", "value");
    if (d->code.plain)
        return "reference loops (--plain)";
    if (!vectors)
        return "plain loops";
    if (k->kind == KERNEL_MAP || k->kind == KERNEL_REDUCE ||
        k->kind == KERNEL_ROW || k->kind == KERNEL_GATHER)
        return "loops, on vectors where values lie side by side";
    return "plain loops";
}

/* What --unroll=full has made of the kernel. */
static const char *whole_text(Arena *arena, const Kernel *k)
{
    if (k->whole == WHOLE_WRITTEN)
        return "; written out whole";
    if (k->whole == WHOLE_PARTLY)
        return arena_printf(arena,
                            "; loops stay: more than %d statements, or bounds "
                            "that only the call knows",
                            WHOLE_MOST);
    return "";
}

/* The shapes that go in and come out: "[64, 400] x [120, 400] -> [64, 120]".*/
static const char *shapes(Arena *arena, const Kernel *k)
{
    const Node *first = k->anchor ? k->anchor : k->nodes.at[0];
    const Node *last =
        k->stores.n ? k->stores.at[0] : k->nodes.at[k->nodes.n - 1];
    Text out = {.arena = arena};

    for (int i = 0; i < first->n_in && i < 3; i++)
        text_printf(&out, "%s%s", i ? " x " : "",
                    shape_text(arena, &first->in[i]->shape));
    if (first->n_in > 3)
        text_add(&out, " ...");
    text_printf(&out, " -> %s", shape_text(arena, &last->shape));
    return text_str(&out);
}

static void print_kernel(const Driver *d, const Kernel *k, const char *indent,
                         const CodeSizes *sizes)
{
    Arena *a = d->arena;
    const Span *span = &k->nodes.at[0]->span;
    int64_t code = codesize_of(sizes, k);

    printf("%s%s  %s%s\n", indent, k->name, kernel_kind(k),
           span->source ? arena_printf(a, ", line %d", span->line) : "");
    printf("%s    %s\n", indent, shapes(a, k));
    printf("%s    %s operation%s, %s bytes moved, %d part%s", indent,
           str_commas(a, kernel_flops(k)), str_s(kernel_flops(k)),
           str_commas(a, kernel_bytes(k)), k->parts, str_s(k->parts));
    if (k->prepared)
        printf(", once when parameters are set");
    if (k->scratch)
        printf(", %s bytes of scratch", str_commas(a, k->scratch));
    if (code)
        printf(", %s bytes of code", str_commas(a, code));
    if (code && k->helper)
        printf(" with %s", k->helper);
    printf("\n%s    %s%s\n", indent, form(d, k), whole_text(a, k));
    for (int i = 0; k->body && i < k->body->kernels.n; i++)
        print_kernel(d, k->body->kernels.at[i],
                     arena_printf(a, "%s    ", indent), sizes);
}

static int64_t element_bytes(const Buffer *b)
{
    return b->type == TYPE_BYTE ? 1 : 4;
}

static void print_memory(const Driver *d, const Plan *plan)
{
    Arena *a = d->arena;
    int n;
    Buffer **order = places_order(a, plan, &n);

    printf("  memory of %s: %s bytes\n", plan->entry->name,
           str_commas(a, plan->workspace));
    if (n > 0)
        printf("    %12s  %12s  %-9s value\n", "offset", "bytes", "kernels");
    for (int i = 0; i < n; i++)
        printf("    %12s  %12s  %-9s %s%s\n", str_commas(a, order[i]->at),
               str_commas(a, order[i]->count * element_bytes(order[i])),
               arena_printf(a, "%d..%d", order[i]->first, order[i]->last),
               places_value(order[i]),
               order[i]->place == PLACE_INPUT ? ", where rows are absent" : "");
}

static void print_entry(const Driver *d, const Plan *plan,
                        const CodeSizes *sizes)
{
    Arena *a = d->arena;

    printf("\n%s, batch %lld: %s operation%s in %d kernel%s\n",
           plan->entry->name, (long long)plan->entry->batch,
           str_commas(a, plan_flops(plan)), str_s(plan_flops(plan)),
           plan->kernels.n, str_s(plan->kernels.n));
    for (int i = 0; i < plan->kernels.n; i++)
        print_kernel(d, plan->kernels.at[i], "  ", sizes);
    print_memory(d, plan);
}

static void print_params(const Driver *d, const Program *p)
{
    Arena *a = d->arena;
    int64_t all = program_weights(p), kept = program_reals(p, program_kept(p));
    int64_t state = program_reals(p, p->tensors.n) - kept;

    printf("\n%s parameter%s, %s bytes of the optimiser's state\n",
           str_commas(a, all), str_s(all), str_commas(a, 4 * state));
    if (p->prepared)
        printf("%s bytes behind them for what inference makes of them\n",
               str_commas(a, 4 * p->prepared));
    for (int i = 0; i < program_kept(p); i++) {
        const Tensor *t = &p->tensors.at[i];

        printf("  %-32s %-20s %s%s\n", t->name, shape_text(a, &t->shape),
               str_commas(a, shape_count(&t->shape)),
               t->frozen ? ", frozen" : "");
    }
}

/* What a processor without an operating system must have room for. */
static void print_room(const Driver *d, const Model *m, const CodeSizes *sizes)
{
    Arena *a = d->arena;
    const Program *p = m->program;
    int64_t all = 4 * program_reals(p, p->tensors.n);

    printf("flash: %s bytes of weights, %s bytes of code and constants of all "
           "functions\n",
           str_commas(a, 4 * program_reals(p, program_kept(p))),
           sizes->fixed ? str_commas(a, sizes->fixed) : "an unknown number of");
    for (int i = 0; i < m->plans.n; i++) {
        const Plan *plan = m->plans.at[i];
        const Entry *e = plan->entry;
        int64_t products = 0;

        for (int k = 0; k < e->graph->nodes.n; k++)
            products += cost_products(e->graph->nodes.at[k]);
        printf("RAM for %s, batch %lld: %s bytes%s; %s multiply-add%s%s\n",
               e->name, (long long)e->batch, str_commas(a, plan->workspace),
               e->mode == MODE_STEP
                   ? arena_printf(a, " and %s for weights and optimiser",
                                  str_commas(a, all))
                   : "",
               str_commas(a, products), str_s(products),
               e->mode == MODE_STEP ? " forward" : "");
    }
}

int report_print(const Driver *d, const Model *m)
{
    CodeSizes sizes = codesize_measure(d, m);

    nn_say(stdout, "%s, from %s, for %s%s\n", m->program->name,
           str_base_name(m->program->path), d->code.target,
           d->code.plain ? ", plain" : "");
    if (target_find(d->code.target)->bare)
        print_room(d, m, &sizes);
    if (sizes.fixed == 0)
        printf("bytes of code are not known: there is no C compiler, or its "
               "objects are not ELF\n");
    for (int i = 0; i < m->plans.n; i++)
        print_entry(d, m->plans.at[i], &sizes);
    print_params(d, m->program);
    return 0;
}

int report_model(Driver *d)
{
    Model m;

    if (!driver_model(d, d->options->infer_only ? WANT_INFER : WANT_ALL, &m,
                      NULL))
        return driver_status(d);
    driver_status(d);
    return report_print(d, &m);
}
