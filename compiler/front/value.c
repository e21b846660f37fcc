/* value.c: making, comparing and describing values of expressions. */
#include "front/value.h"

#include <math.h>
#include <string.h>

Value *value_new(Arena *arena, ValueKind kind)
{
    Value *v = NEW(arena, Value);

    v->kind = kind;
    v->input = -1;
    return v;
}

Value *value_number(Arena *arena, double number)
{
    Value *v = value_new(arena, VAL_NUMBER);

    v->number = number;
    return v;
}

Value *value_bool(Arena *arena, bool truth)
{
    Value *v = value_new(arena, VAL_BOOL);

    v->number = truth;
    return v;
}

Value *value_text(Arena *arena, ValueKind kind, const char *text)
{
    Value *v = value_new(arena, kind);

    v->text = text;
    return v;
}

Value *value_list(Arena *arena, ValueKind kind, int n, Value *const *at)
{
    Value *v = value_new(arena, kind);

    v->n = n;
    v->at = NEWN(arena, Value *, n ? n : 1);
    for (int i = 0; i < n; i++)
        v->at[i] = at[i];
    return v;
}

Shape value_shape(const Value *v)
{
    Shape row = v->node->shape;

    if (!v->rows)
        return row;
    row.rank--;
    for (int i = 0; i < row.rank; i++)
        row.dim[i] = row.dim[i + 1];
    row.dim[row.rank] = 0;
    return row;
}

bool value_holds_tensor(const Value *v)
{
    if (v->kind == VAL_TENSOR)
        return true;
    if (v->kind != VAL_TUPLE && v->kind != VAL_LIST)
        return false;
    for (int i = 0; i < v->n; i++)
        if (v->at[i]->kind == VAL_TENSOR)
            return true;
    return false;
}

bool value_whole(const Value *v, int64_t *out)
{
    if (v->kind != VAL_NUMBER || !(fabs(v->number) <= VALUE_LARGEST) ||
        v->number != floor(v->number))
        return false;
    *out = (int64_t)v->number;
    return true;
}

const char *value_shape_text(Arena *arena, const Shape *shape)
{
    Text text = {.arena = arena};

    text_add(&text, "[");
    for (int i = 0; i < shape->rank; i++)
        text_printf(&text, "%s%lld", i ? ", " : "", (long long)shape->dim[i]);
    text_add(&text, "]");
    return text_str(&text);
}

const char *value_what(Arena *arena, const Value *v)
{
    Shape shape;

    switch (v->kind) {
    case VAL_POISON:
        return "a mistake";
    case VAL_NUMBER:
        return arena_printf(arena, "the number %.15g%s", v->number,
                            fabs(v->number) > VALUE_LARGEST
                                ? ", beyond the whole numbers (2^53)"
                                : "");
    case VAL_BOOL:
        return v->number != 0 ? "`true`" : "`false`";
    case VAL_STRING:
        return arena_printf(arena, "the text \"%s\"", v->text);
    case VAL_WORD:
        return arena_printf(arena, "the word `%s`", v->text);
    case VAL_LIST:
        return v->range ? "a range" : "a list";
    case VAL_SPAN:
        return "a range of names";
    case VAL_TUPLE:
        return arena_printf(arena, "a group of %d values", v->n);
    case VAL_RECORD:
        return "a record of states";
    case VAL_RECIPE:
        return arena_printf(arena, "`%s`, a layer not yet applied",
                            v->recipe->name);
    case VAL_INIT:
        return "an initialiser";
    case VAL_METRIC:
        return "a metric";
    case VAL_TENSOR:
        break;
    }
    shape = value_shape(v);
    if (v->node->type == TYPE_INT && shape_count(&shape) == 1)
        return v->token ? "a token" : "a class";
    return arena_printf(arena, "%s%s",
                        v->node->type != TYPE_INT ? ""
                        : v->token                ? "tokens "
                                                  : "classes ",
                        value_shape_text(arena, &shape));
}

/* A name that is only written stands for a word too. */
static bool is_word(const Recipe *r)
{
    return !r->called && !r->chain && !r->shared;
}

bool value_equal(const Value *a, const Value *b, int *steps)
{
    if (--*steps < 0 || a->kind != b->kind)
        return false;
    if (a == b && a->kind <= VAL_LIST)
        return true;
    switch (a->kind) {
    case VAL_NUMBER:
    case VAL_BOOL:
        return a->number == b->number;
    case VAL_STRING:
    case VAL_WORD:
        return strcmp(a->text, b->text) == 0;
    case VAL_RECIPE:
        return is_word(a->recipe) && is_word(b->recipe) &&
               strcmp(a->recipe->name, b->recipe->name) == 0;
    case VAL_LIST:
        for (int i = 0; i < a->n && i < b->n; i++)
            if (!value_equal(a->at[i], b->at[i], steps))
                return false;
        return a->n == b->n;
    default:
        return false;
    }
}
