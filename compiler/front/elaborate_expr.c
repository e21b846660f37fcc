/* elaborate_expr.c: expressions, from numbers to whole networks.
 *
 * Everything that is known while compiling is a value of value.h; only
 * tensors become nodes. One function per kind of expression, in a table. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "front/operand.h"

static Value *wrong(Elab *e, const Expr *x, const char *wanted, const Value *v)
{
    if (v->kind != VAL_POISON)
        elab_wrong(e, x->span, v, "%s is wanted here", wanted);
    return e->poison;
}

static Value *on_error(Elab *e, const Expr *x)
{
    (void)x;
    return e->poison;
}

static Value *on_number(Elab *e, const Expr *x)
{
    Value *v = value_number(e->arena, x->number);
    size_t n = strlen(x->name);

    v->percent = n > 0 && x->name[n - 1] == '%';
    return v;
}

static Value *on_string(Elab *e, const Expr *x)
{
    return value_text(e->arena, VAL_STRING, x->name);
}

static Value *on_bool(Elab *e, const Expr *x)
{
    return value_bool(e->arena, x->number != 0);
}

/* A state's first value is made outside of the step. */
static Value *outside(Elab *e, const Expr *x, Value *v)
{
    if (elab_visible(e, v))
        return v;
    return elab_poison(e, x->at, "a first value cannot depend on a step");
}

static Value *on_name(Elab *e, const Expr *x)
{
    Value *v = elab_lookup(e, x->name, false);

    return v ? outside(e, x, v) : elab_bare_name(e, x);
}

static Value *on_primed(Elab *e, const Expr *x)
{
    Value *v = elab_lookup(e, x->name, true);

    return v ? outside(e, x, v) : e->poison; /* sema has said why */
}

static Value *on_in(Elab *e, const Expr *x)
{
    return e->frame->in ? outside(e, x, e->frame->in) : e->poison;
}

static Value *on_list(Elab *e, const Expr *x)
{
    Value *v = value_new(e->arena, VAL_LIST);
    bool ok = true;

    if (x->kind == EXPR_TUPLE)
        v->kind = VAL_TUPLE;
    v->n = x->kids.n;
    v->at = NEWN(e->arena, Value *, v->n ? v->n : 1);
    for (int i = 0; i < v->n; i++) {
        v->at[i] = elab_expr(e, x->kids.at[i]);
        ok &= v->at[i]->kind != VAL_POISON;
    }
    return ok ? v : e->poison;
}

static Value *on_range(Elab *e, const Expr *x)
{
    int64_t end[2];
    Value *v, *at[2];

    for (int i = 0; i < 2; i++)
        at[i] = elab_expr(e, x->kids.at[i]);
    if (at[0]->kind == VAL_STRING && at[1]->kind == VAL_STRING)
        return value_list(e->arena, VAL_SPAN, 2, at);
    for (int i = 0; i < 2; i++)
        if (!value_whole(at[i], &end[i]))
            return wrong(e, x->kids.at[i], "a whole number", at[i]);
    if (end[1] < end[0] - 1)
        return elab_poison(e, x->span, "this range runs backwards: %lld..%lld",
                           (long long)end[0], (long long)end[1]);
    if (end[1] - end[0] >= ELAB_LIST)
        return elab_poison(e, x->span, "a range has at most %d elements",
                           ELAB_LIST);
    v = value_new(e->arena, VAL_LIST);
    v->range = true;
    v->n = (int)(end[1] - end[0] + 1);
    v->at = NEWN(e->arena, Value *, v->n ? v->n : 1);
    for (int i = 0; i < v->n; i++)
        v->at[i] = value_number(e->arena, (double)(end[0] + i));
    return v;
}

static Value *on_if(Elab *e, const Expr *x)
{
    Value *c = elab_expr(e, x->kids.at[0]);

    if (c->kind != VAL_BOOL)
        return wrong(e, x->kids.at[0], "`true` or `false`", c);
    return elab_expr(e, x->kids.at[c->number != 0 ? 1 : 2]);
}

typedef VEC(Binding) Bindings;

/* Takes the names bound since `mark` away, and keeps those of `as`. */
static void gather(Elab *e, int mark, Bindings *kept)
{
    for (int i = mark; i < e->frame->names.n; i++)
        if (e->frame->names.at[i].as)
            vec_push(e->arena, kept, e->frame->names.at[i]);
    elab_unbind(e, mark);
}

/* Each name of a loop's body becomes a list, one element a turn. */
static void bind_lists(Elab *e, const Bindings *kept)
{
    for (int i = 0; i < kept->n; i++) {
        const char *name = kept->at[i].name;
        VEC(Value *) values = {0};

        for (int k = 0; k < kept->n; k++) {
            if (strcmp(kept->at[k].name, name) != 0)
                continue;
            if (k < i)
                break;
            vec_push(e->arena, &values, kept->at[k].value);
        }
        if (values.n == 0)
            continue;
        elab_bind_as(e, name,
                     value_list(e->arena, VAL_LIST, values.n, values.at));
    }
}

static bool count_turn(Elab *e, const Expr *x)
{
    if (e->turns++ < ELAB_TURNS)
        return true;
    elab_error(e, x->span, "the loops of this model turn more than %d times",
               ELAB_TURNS);
    return false;
}

static Value *on_for(Elab *e, const Expr *x)
{
    Value *over = elab_expr(e, x->kids.at[0]), *v;
    int mark = e->frame->names.n;
    Bindings kept = {0};
    bool ok = true;

    if (over->kind != VAL_LIST)
        return wrong(e, x->kids.at[0], "a list or range", over);
    v = value_list(e->arena, VAL_LIST, over->n, over->at);
    for (int i = 0; i < over->n && ok; i++) {
        ok = count_turn(e, x);
        if (!ok)
            break;
        elab_bind(e, x->name, false, over->at[i]);
        e->frame->loops++;
        v->at[i] = elab_expr(e, x->kids.at[1]);
        e->frame->loops--;
        ok = v->at[i]->kind != VAL_POISON;
        gather(e, mark, &kept);
    }
    bind_lists(e, &kept);
    return ok ? v : e->poison;
}

static Value *on_logic(Elab *e, const Expr *x)
{
    Value *a = elab_expr(e, x->kids.at[0]), *b;
    bool decided;

    if (a->kind != VAL_BOOL)
        return wrong(e, x->kids.at[0], "`true` or `false`", a);
    if (x->kind == EXPR_NOT)
        return value_bool(e->arena, a->number == 0);
    decided = (a->number != 0) == (x->kind == EXPR_OR);
    if (decided)
        return a;
    b = elab_expr(e, x->kids.at[1]);
    return b->kind == VAL_BOOL
               ? b
               : wrong(e, x->kids.at[1], "`true` or `false`", b);
}

bool elab_float(Elab *e, Span span, double number)
{
    if (fabs(number) <= (double)FLT_MAX)
        return true;
    elab_error(e, span, "%.9g is too large for a 32-bit float", number);
    return false;
}

static bool is_factor(Elab *e, const Expr *x, const Value *v)
{
    return v->kind != VAL_NUMBER || elab_float(e, x->span, v->number);
}

static Value *combine(Elab *e, Op op, Value *const *v, bool turned,
                      const Expr *x)
{
    Value *sides[2];

    for (int i = 0; i < 2; i++)
        sides[i] = elab_operand(e, op, v, i, x);
    return elab_binary(e, op, sides, turned, x);
}

/* Of values of the network: 1 where they are equal, or are not, else 0. */
static Value *equal_values(Elab *e, const Expr *x, Value *const *v)
{
    Value *y;

    for (int i = 0; i < 2; i++)
        if (!is_factor(e, x->kids.at[i], v[i]))
            return e->poison;
    y = combine(e, OP_EQ, v, false, x);
    if (x->kind == EXPR_EQ || y->kind == VAL_POISON)
        return y;
    v = (Value *[]){value_number(e->arena, 1), y};
    return elab_map(e, OP_SUB, 2, v, elab_place(e, x->at));
}

static Value *on_equal(Elab *e, const Expr *x)
{
    Value *v[2];
    int steps = ELAB_LIST;
    bool equal;

    for (int i = 0; i < 2; i++) {
        v[i] = elab_expr(e, x->kids.at[i]);
        if (v[i]->kind == VAL_POISON)
            return e->poison;
    }
    if (v[0]->kind == VAL_TENSOR || v[1]->kind == VAL_TENSOR)
        return equal_values(e, x, v);
    equal = value_equal(v[0], v[1], &steps);
    if (steps >= 0)
        return value_bool(e->arena, equal == (x->kind == EXPR_EQ));
    return elab_poison(
        e, x->span, "lists of more than %d elements are compared", ELAB_LIST);
}

/* Which operator, of the right side and the left where `turned`. */
static const struct {
    Op op;
    bool turned;
} binary[EXPR_KINDS] = {
    [EXPR_LT] = {OP_GT, true},    [EXPR_GT] = {OP_GT, false},
    [EXPR_LE] = {OP_LE, false},   [EXPR_GE] = {OP_LE, true},
    [EXPR_ADD] = {OP_ADD, false}, [EXPR_SUB] = {OP_SUB, false},
    [EXPR_MUL] = {OP_MUL, false}, [EXPR_DIV] = {OP_DIV, false},
};

static Value *of_numbers(Elab *e, const Expr *x, Value *const *v)
{
    int turned = binary[x->kind].turned;
    double y = op_table[binary[x->kind].op].value(v[turned]->number,
                                                  v[!turned]->number, 0);

    if (x->kind < EXPR_ADD)
        return value_bool(e->arena, y != 0);
    if (isfinite(y))
        return value_number(e->arena, y);
    if (x->kind == EXPR_DIV && v[1]->number == 0)
        return elab_poison(e, x->at, "division by zero");
    return elab_poison(e, x->at, "the result is not a finite number");
}

/* Whether it is 0, or lists of numbers with a 0 among them. */
static bool holds_zero(Elab *e, const Value *v)
{
    Shape shape;
    const double *numbers = elab_numbers(e, v, ELAB_LIST, &shape);

    for (int64_t i = 0; numbers && i < shape_count(&shape); i++)
        if (numbers[i] == 0)
            return true;
    return v->kind == VAL_NUMBER && v->number == 0;
}

/* Of values of the network; a comparison is 1 where it holds, else 0. */
static Value *on_binary(Elab *e, const Expr *x)
{
    bool order = x->kind < EXPR_ADD;
    Value *v[2];

    for (int i = 0; i < 2; i++)
        v[i] = elab_expr(e, x->kids.at[i]);
    if (v[0]->kind == VAL_NUMBER && v[1]->kind == VAL_NUMBER)
        return of_numbers(e, x, v);
    order &= v[0]->kind != VAL_TENSOR && v[1]->kind != VAL_TENSOR;
    for (int i = 0; i < 2; i++)
        if (v[i]->kind != VAL_NUMBER && order)
            return wrong(e, x->kids.at[i], "a number", v[i]);
        else if (!is_factor(e, x->kids.at[i], v[i]))
            return e->poison;
    if (x->kind == EXPR_DIV && holds_zero(e, v[1]))
        return elab_poison(e, x->at, "division by zero");
    return combine(e, binary[x->kind].op, v, binary[x->kind].turned, x);
}

/* A number, or lists of numbers of the same lengths, with the other sign. */
static Value *negated(Elab *e, const Value *a)
{
    Value *v;

    if (a->kind == VAL_NUMBER)
        return value_number(e->arena, -a->number);
    v = value_list(e->arena, VAL_LIST, a->n, a->at);
    for (int i = 0; i < a->n; i++)
        v->at[i] = negated(e, a->at[i]);
    return v;
}

static Value *on_neg(Elab *e, const Expr *x)
{
    Value *a = elab_expr(e, x->kids.at[0]);
    Shape shape;
    Node *node;

    if (a->kind == VAL_NUMBER || elab_numbers(e, a, ELAB_LIST, &shape))
        return negated(e, a);
    if (a->kind != VAL_TENSOR || a->node->type != TYPE_REAL)
        return wrong(e, x->kids.at[0], "a number or a value", a);
    node = graph_unary(e->graph, OP_NEG, elab_node(e, a));
    node->span = elab_place(e, x->at);
    return elab_like(e, node, a);
}

static Value *(*const on_kind[EXPR_KINDS])(Elab *, const Expr *) = {
    [EXPR_ERROR] = on_error,   [EXPR_NUMBER] = on_number,
    [EXPR_STRING] = on_string, [EXPR_BOOL] = on_bool,
    [EXPR_NAME] = on_name,     [EXPR_PRIMED] = on_primed,
    [EXPR_IN] = on_in,         [EXPR_CALL] = elab_call,
    [EXPR_FIELD] = elab_field, [EXPR_LIST] = on_list,
    [EXPR_TUPLE] = on_list,    [EXPR_PIPE] = elab_pipe,
    [EXPR_IF] = on_if,         [EXPR_FOR] = on_for,
    [EXPR_RANGE] = on_range,   [EXPR_OR] = on_logic,
    [EXPR_AND] = on_logic,     [EXPR_NOT] = on_logic,
    [EXPR_EQ] = on_equal,      [EXPR_NE] = on_equal,
    [EXPR_LT] = on_binary,     [EXPR_GT] = on_binary,
    [EXPR_LE] = on_binary,     [EXPR_GE] = on_binary,
    [EXPR_ADD] = on_binary,    [EXPR_SUB] = on_binary,
    [EXPR_MUL] = on_binary,    [EXPR_DIV] = on_binary,
    [EXPR_NEG] = on_neg,
};

/* Half of the budget is for what is made here; then one message says where it
 * went, and all ends in poison. */
static bool spent(Elab *e, const Expr *x)
{
    if (arena_room(e->arena) >= e->reserve)
        return false;
    if (diag_errors(e->diag) == 0)
        diag_help(elab_error(e, x->span,
                             "here the model grows beyond its budget of "
                             "memory"),
                  "--budget allows more");
    return true;
}

Value *elab_expr(Elab *e, const Expr *x)
{
    Value *v = e->poison;

    if (spent(e, x))
        return v;
    if (e->nesting >= ELAB_NESTING) {
        elab_error(e, x->span, "this is nested too deeply");
        return v;
    }
    e->nesting++;
    v = on_kind[x->kind](e, x);
    e->nesting--;
    return v;
}

/* Where a message on an argument points. What the library only hands on is the
 * user's own argument. */
static Span argument_place(const Elab *e, const Expr *x)
{
    const Frame *f = e->frame;

    for (int i = 0; x->kind == EXPR_NAME && i < f->def->params.n; i++)
        if (x->span.source->prelude && f->bound[i] &&
            strcmp(f->def->params.at[i].name.text, x->name) == 0)
            return f->bound[i]->span;
    return elab_place(e, x->span);
}

bool elab_args(Elab *e, const Exprs *kids, Args *out)
{
    bool ok = true;

    for (int i = 0; i < kids->n; i++) {
        const Expr *kid = kids->at[i];
        Arg arg = {.label = kid->label.text,
                   .value = elab_expr(e, kid),
                   .span = argument_place(e, kid)};

        arg.label_span = arg.label ? elab_place(e, kid->label.span) : arg.span;
        ok &= arg.value->kind != VAL_POISON;
        vec_push(e->arena, out, arg);
    }
    return ok;
}
