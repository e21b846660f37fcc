/* scope.c: one kernel function in the making: its pointers, names, frame.
 *
 * A value's pointer is declared once, at the head of the function, with the
 * value's own name; places are literal offsets into the workspace or the
 * parameters, and whatever moves with the steps of a scan is added there. */
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "emit/places.h"

const char *emit_name(Emit *e, const char *wish)
{
    return names_global(e->arena, &e->names, wish);
}

Scope scope_new(Emit *e, const Plan *plan, const Kernel *k)
{
    Scope s = {.e = e, .plan = plan, .kernel = k};
    s.start = e->out ? e->out->n : 0;
    s.head.arena = s.body.arena = e->arena;
    return s;
}

const char *scope_name(Scope *s, const char *wish)
{
    return names_local(s->e->arena, &s->e->names, wish);
}

static const char *type_name(Type type)
{
    return type == TYPE_BYTE  ? "unsigned char"
           : type == TYPE_INT ? "int32_t"
                              : "nn_real";
}

/* Another operand in the same buffer forbids `restrict`. */
static bool shared(const Scope *s, const Node *n)
{
    const Buffer *b = s->plan->value[n->id].buffer;
    for (int j = 0; j < s->kernel->nodes.n; j++) {
        const Node *m = s->kernel->nodes.at[j];
        for (int i = 0; i <= m->n_in; i++) {
            const Node *o = i < m->n_in ? m->in[i] : m;
            const Buffer *x = s->plan->value[o->id].buffer;
            if (o == n || !x || !b)
                continue;
            if (x == b || (b->place == PLACE_TENSOR && x->place == b->place &&
                           x->index == b->index))
                return true;
        }
    }
    return false;
}

static const char *base_of(Emit *e, const Buffer *b, const char *type,
                           bool writes)
{
    const char *params = writes ? "updated" : "params";
    switch (b->place) {
    case PLACE_TENSOR:
        return arena_printf(e->arena, "f->%s + %s", params,
                            e->tensor_place[b->index]);
    case PLACE_PREPARED:
        return arena_printf(e->arena, "f->%s + %s_prepared + %lld", params,
                            e->program->name,
                            (long long)(b->plan->prepared_at + b->at));
    case PLACE_OUTPUT:
        return arena_printf(e->arena, "f->outputs[%d]", b->index);
    case PLACE_INPUT:
        return arena_printf(e->arena, "(const %s *)f->inputs[%d]", type,
                            b->index);
    default:
        return arena_printf(e->arena, "(%s%s *)nn_at(f, %s)",
                            writes ? "" : "const ", type, places_at(e, b));
    }
}

const char *emit_address(Emit *e, const Value *v, Type type, bool writes)
{
    Text out = {.arena = e->arena};
    text_add(&out, base_of(e, v->buffer, type_name(type), writes));
    if (v->layout.offset)
        text_printf(&out, " + %lld", (long long)v->layout.offset);
    if (v->moves == MOVES_TIME)
        text_printf(&out, v->step < 0 ? " - f->t * %lld" : " + f->t * %lld",
                    llabs((long long)v->step));
    else if (v->moves != MOVES_NOT)
        text_printf(&out, " + %s%s * %lld",
                    v->moves == MOVES_NEXT ? "(f->slot + 1)" : "f->slot",
                    v->wraps ? " % 2" : "", (long long)v->step);
    return text_str(&out);
}

const char *scope_pointer(Scope *s, const Node *n)
{
    for (int i = 0; i < s->nodes.n; i++)
        if (s->nodes.at[i] == n)
            return s->pointers.at[i];
    const Value *v = &s->plan->value[n->id];
    if (!v->buffer)
        nnc_bug("node %d (%s) is read but not stored", n->id,
                op_table[n->op].id);
    const char *wish = n->name ? n->name : v->buffer->name;
    const char *name = scope_name(s, wish);
    bool writes = kernel_stores(s->kernel, n);
    const char *type = type_name(n->type), *constant = writes ? "" : "const ";
    text_printf(&s->head, "    %s%s *%s%s = %s;\n", constant, type,
                shared(s, n) ? "" : "restrict ", name,
                emit_address(s->e, v, n->type, writes));
    vec_push(s->e->arena, &s->nodes, n);
    vec_push(s->e->arena, &s->pointers, name);
    return name;
}

const char *emit_real(Arena *arena, double value)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.9g", value);
    if ((double)strtod(digits, NULL) != value)
        snprintf(digits, sizeof digits, "%.17g", value);
    bool whole = strpbrk(digits, ".en") == NULL;
    return arena_printf(arena, value < 0 ? "((nn_real)%s%s)" : "(nn_real)%s%s",
                        digits, whole ? ".0" : "");
}

bool emit_fixed(const Program *p, const Tensor *t)
{
    bool constant = t->kind == TENSOR_CONSTANT || t->frozen;
    bool weight = t->kind == TENSOR_WEIGHT && !p->has_loss;
    return t->init.kind == INIT_LITERAL && (constant || weight);
}

const char *scope_load_part(const Scope *s, const Node *n, const char *at,
                            int lanes)
{
    const Buffer *b = s->plan->value[n->id].buffer;
    if (b && b->place == PLACE_WORK)
        return arena_printf(s->e->arena, "nn_vload(&%s)", at);
    return arena_printf(s->e->arena, "nn_vload_n(&%s, %d)", at, lanes);
}

const char *scope_number(Scope *s, const Node *n)
{
    while (plan_is_view(n))
        n = n->in[0];
    switch (n->op) {
    case OP_CONST:
        return emit_real(s->e->arena, n->attr.value);
    case OP_RATE:
        return "(nn_real)f->s->rate";
    case OP_ROWS:
        return "(nn_real)f->rows";
    case OP_STEP:
        return "(nn_real)(f->s->step + 1)";
    case OP_POW_STEP:
        return arena_printf(s->e->arena,
                            "(nn_real)nn_power(%.17g, f->s->step + 1)",
                            n->attr.value);
    default:
        nnc_bug("%s is no number", op_table[n->op].id);
    }
}

const char *emit_digit(Arena *arena, const char *idx, int64_t div, int64_t size,
                       bool outer)
{
    const char *d =
        div == 1 ? idx : arena_printf(arena, "%s / %lld", idx, (long long)div);
    return outer ? d : arena_printf(arena, "%s %% %lld", d, (long long)size);
}

/* Adds a digit of an index, `stride` apart, to a sum. */
static void add_digit(Text *sum, const char *digit, int64_t stride)
{
    text_add(sum, sum->n ? " + " : "");
    text_add(sum, digit);
    if (stride != 1)
        text_printf(sum, " * %lld", (long long)stride);
}

const char *emit_index(Arena *arena, const Layout *l, const char *const *index)
{
    Text sum = {.arena = arena}, less = {.arena = arena};
    for (int a = 0; a < l->rank; a++) {
        int64_t div = 1;
        const AxisLayout *axis = &l->axis[a];
        for (int i = axis->n - 1; i >= 0; i--) {
            Piece p = axis->piece[i];
            const char *d = emit_digit(arena, index[a], div, p.size, i == 0);
            div *= p.size;
            if (p.size > 1 && p.stride > 0)
                add_digit(&sum, d, p.stride);
            else if (p.size > 1 && p.stride < 0)
                add_digit(&less, d, -p.stride);
        }
    }
    const char *up = sum.n ? text_str(&sum) : "0", *down = text_str(&less);
    bool many = strchr(down, '+') != NULL;
    return less.n ? arena_printf(arena, "(ptrdiff_t)(%s - %s%s%s)", up,
                                 many ? "(" : "", down, many ? ")" : "")
                  : up;
}

void emit_place(Text *out, const Span *span)
{
    enum { MOST = 72 };
    if (!span->source)
        return;
    const char *text = span->source->text;
    const char *line = text + span->begin;
    const char *file = str_base_name(span->source->path);
    size_t n = 0;
    while (line > text && line[-1] != '\n')
        line--;
    line += strspn(line, " \t");
    while (n < MOST && !strchr("\n#", line[n]))
        n++;
    bool cut = n == MOST;
    while (n > 0 && ((unsigned char)line[n] & 0xc0) == 0x80)
        n--; /* whole characters */
    while (n > 0 && line[n - 1] == ' ')
        n--;
    quote_comment(out, file, strlen(file));
    text_printf(out, ":%d  ", span->line);
    quote_comment(out, line, n);
    text_add(out, cut ? " ...\n * " : "\n * ");
}

static void write_comment(const Scope *s)
{
    const Kernel *k = s->kernel;
    const Node *n = k->anchor ? k->anchor : k->nodes.at[k->nodes.n - 1];
    Arena *arena = s->e->arena;
    Text *out = s->e->out;
    text_add(out, "\n/* ");
    emit_place(out, &n->span);
    for (int j = 0; j < k->nodes.n; j++)
        text_printf(out, "%s%s", j ? ", " : "",
                    op_table[k->nodes.at[j]->op].id);
    int64_t flops = kernel_flops(k);
    if (flops > 0)
        text_printf(out, ": %s operation%s", str_commas(arena, flops),
                    str_s(flops));
    text_add(out, " */\n");
}

void scope_write(Scope *s)
{
    Text *out = s->e->out;
    write_comment(s);
    text_printf(out,
                "static void %s(void *frame, int part)\n"
                "{\n"
                "    const nn_frame *f = frame;\n",
                s->kernel->name);
    text_add(out, text_str(&s->head));
    if (s->kernel->parts == 1)
        text_add(out, "    (void)part;\n");
    text_add(out, text_str(&s->body));
    text_add(out, "}\n");
}
