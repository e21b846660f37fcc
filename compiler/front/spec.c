/* spec.c: argument strings of table rows, and calls checked against them. */
#include "front/spec.h"

#include <stdlib.h>
#include <string.h>

#include "front/names.h"

typedef struct Spec {
    const char *name, *type, *fallback; /* fallback: NULL where there is none */
} Spec;

/* The next "name:type=default" of *text into out; false at the end. */
static bool next_spec(Arena *arena, const char **text, Spec *out)
{
    const char *s = *text + strspn(*text, ", ");
    size_t all = strcspn(s, ","), name = strcspn(s, ":");
    size_t type = strcspn(s, "=,");

    if (*s == '\0')
        return false;
    if (name >= type)
        nnc_bug("argument string `%s` has no type", s);
    out->name = arena_intern(arena, s, name);
    out->type = arena_intern(arena, s + name + 1, type - name - 1);
    out->fallback = NULL;
    if (type < all)
        out->fallback = arena_intern(arena, s + type + 1, all - type - 1);
    *text = s + all;
    return true;
}

static int read_specs(Arena *arena, const char *text, Spec *specs)
{
    Spec one;
    int n = 0;

    while (next_spec(arena, &text, &one)) {
        if (n == SPEC_MAX)
            nnc_bug("argument string `%s` is too long", text);
        specs[n++] = one;
    }
    return n;
}

Words spec_words(Arena *arena, const char *spec)
{
    Spec specs[SPEC_MAX];
    int n = read_specs(arena, spec, specs);
    Words words = {0};

    for (int i = 0; i < n; i++)
        vec_push(arena, &words, specs[i].name);
    return words;
}

/* Checks of types: each says whether v will do. */

static bool is_int(const Value *v)
{
    int64_t x;

    return value_whole(v, &x) && x >= 1;
}

static bool is_count(const Value *v)
{
    int64_t x;

    return value_whole(v, &x) && x >= 0;
}

static bool is_real(const Value *v)
{
    return v->kind == VAL_NUMBER;
}

/* A rate of dropout. */
static bool is_share(const Value *v)
{
    return is_real(v) && v->number >= 0 && v->number < 1;
}

static bool is_operand(const Value *v)
{
    return is_real(v) || v->kind == VAL_TENSOR;
}

static bool is_bool(const Value *v)
{
    return v->kind == VAL_BOOL;
}

static bool is_word(const Value *v)
{
    return v->kind == VAL_WORD ||
           (v->kind == VAL_RECIPE && !v->recipe->called && !v->recipe->chain);
}

static bool is_text(const Value *v)
{
    return v->kind == VAL_STRING;
}

/* A file may have any name; a control character in it is a slip. */
static bool is_file(const Value *v)
{
    if (!is_text(v) || v->text[0] == '\0')
        return false;
    for (const char *c = v->text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    return true;
}

static bool all_of(const Value *v, bool (*check)(const Value *))
{
    if (v->kind != VAL_LIST)
        return false;
    for (int i = 0; i < v->n; i++)
        if (!check(v->at[i]))
            return false;
    return true;
}

static bool is_pair(const Value *v)
{
    return is_int(v) || (all_of(v, is_int) && v->n == 2);
}

static bool is_pad(const Value *v)
{
    if (v->kind == VAL_WORD)
        return strcmp(v->text, "same") == 0 || strcmp(v->text, "valid") == 0 ||
               strcmp(v->text, "full") == 0;
    return is_count(v) || (all_of(v, is_count) && (v->n == 2 || v->n == 4));
}

/* Along time; `causal` keeps windows from what is to come. */
static bool is_pad1(const Value *v)
{
    if (v->kind == VAL_WORD && strcmp(v->text, "causal") == 0)
        return true;
    return is_pad(v) && (v->kind != VAL_LIST || v->n == 2);
}

static bool is_axis(const Value *v)
{
    static const char *const axes[] = {"time", "features", "channels", "height",
                                       "width"};

    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++)
        if (v->kind == VAL_WORD && strcmp(v->text, axes[i]) == 0)
            return true;
    return false;
}

static bool is_range(const Value *v)
{
    return v->kind == VAL_LIST && v->range && v->n > 0;
}

static bool is_list(const Value *v)
{
    return all_of(v, is_int) && v->n > 0;
}

static bool is_numbers(const Value *v)
{
    return all_of(v, is_real) && v->n > 0;
}

static bool is_column(const Value *v)
{
    return is_int(v) || is_text(v);
}

static bool is_columns(const Value *v)
{
    return v->kind == VAL_SPAN || (all_of(v, is_column) && v->n > 0);
}

/* What no number and no quoted text can hold. */
static bool is_separator(const Value *v)
{
    return is_text(v) && strlen(v->text) == 1 && strchr(",;|: \t", *v->text);
}

static bool is_decimal(const Value *v)
{
    return is_text(v) &&
           (strcmp(v->text, ".") == 0 || strcmp(v->text, ",") == 0);
}

/* Whether v is one of the words up to a NULL, by whatever it is known. */
static bool is_one_of(const Value *v, const char *const *words)
{
    const char *word = v->kind == VAL_WORD     ? v->text
                       : v->kind == VAL_RECIPE ? v->recipe->name
                                               : "";

    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

static bool is_missing(const Value *v)
{
    static const char *const words[] = {"mean", "drop", NULL};

    if (v->kind == VAL_NUMBER)
        return v->number == 0 && !v->percent;
    return is_one_of(v, words);
}

static bool is_punctuation(const Value *v)
{
    static const char *const words[] = {"split", "keep", "drop", NULL};

    return is_one_of(v, words);
}

static bool is_side(const Value *v)
{
    static const char *const words[] = {"left", "right", NULL};

    return is_one_of(v, words);
}

static bool is_encoding(const Value *v)
{
    return is_text(v) && (strcmp(v->text, "utf-8") == 0 ||
                          strcmp(v->text, "windows-1252") == 0);
}

static bool is_input(const Value *v)
{
    return v->kind == VAL_TENSOR && v->input >= 0;
}

static bool is_layer(const Value *v)
{
    return v->kind == VAL_RECIPE;
}

static bool is_layers(const Value *v)
{
    return all_of(v, is_layer);
}

static bool is_value(const Value *v)
{
    (void)v;
    return true;
}

static const struct SpecType {
    const char *name;
    bool (*check)(const Value *);
    const char *doc;
} types[] = {
    {"int", is_int, "a whole number of at least 1"},
    {"count", is_count, "a whole number of at least 0"},
    {"real", is_real, "a number"},
    {"share", is_share, "a number of at least 0 and less than 1"},
    {"operand", is_operand, "a number or a value of the network"},
    {"numbers", is_numbers, "a list of numbers such as [1, 0.5]"},
    {"bool", is_bool, "`true` or `false`"},
    {"word", is_word, "a word"},
    {"text", is_text, "a text in quotes"},
    {"file", is_file, "a file's name in quotes, without control characters"},
    {"pair", is_pair, "a size or a list [height, width]"},
    {"pad", is_pad,
     "a number, `valid`, `same`, `full`, [height, width] or "
     "[top, left, bottom, right]"},
    {"pad1", is_pad1,
     "a number, `valid`, `same`, `full`, `causal` or [front, behind]"},
    {"axis", is_axis, "one of time, features, channels, height, width"},
    {"range", is_range, "a range such as 1..4"},
    {"list", is_list, "a list of sizes such as [4, 7]"},
    {"column", is_column, "a column's number, counted from 1, or its name"},
    {"columns", is_columns,
     "a range or list of columns, by number, counted from 1, or by name"},
    {"separator", is_separator,
     "one of \",\", \";\", \"|\", \":\", a tab and a blank, which stands for "
     "any number of them"},
    {"decimal", is_decimal, "\".\" or \",\""},
    {"missing", is_missing, "`mean`, `drop` or 0"},
    {"punctuation", is_punctuation, "`split`, `keep` or `drop`"},
    {"side", is_side, "`left` or `right`"},
    {"encoding", is_encoding, "\"utf-8\" or \"windows-1252\""},
    {"input", is_input, "an input or target"},
    {"layer", is_layer, "a layer such as lstm(5)"},
    {"layers", is_layers, "a list of layers"},
    {"value", is_value, "a value"},
};

static const struct SpecType *find_type(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    return NULL;
}

static const struct SpecType *type_of(const char *name)
{
    const struct SpecType *type = find_type(name);

    if (!type)
        nnc_bug("`%s` is no type of argument", name);
    return type;
}

bool spec_is_kind(const char *name)
{
    return find_type(name) != NULL;
}

static Value *fallback(Arena *arena, const Spec *spec, const Bound *out)
{
    char *end;
    double number = strtod(spec->fallback, &end);

    if (*end == '\0')
        return value_number(arena, number);
    if (strcmp(spec->fallback, "none") == 0)
        return NULL;
    if (strcmp(spec->fallback, "true") == 0)
        return value_bool(arena, true);
    if (strcmp(spec->fallback, "false") == 0)
        return value_bool(arena, false);
    for (int i = 0; i < out->n; i++)
        if (strcmp(out->name[i], spec->fallback) == 0)
            return out->at[i];
    return value_text(arena, VAL_WORD, spec->fallback);
}

/* A recipe without arguments stands for its name where a word is wanted. */
static Value *as_word(Arena *arena, Value *v)
{
    return v->kind == VAL_RECIPE ? value_text(arena, VAL_WORD, v->recipe->name)
                                 : v;
}

bool spec_check(Arena *arena, Diag *diag, const char *kind, const char *name,
                const char *what, const Arg *arg)
{
    const struct SpecType *type = type_of(kind);
    Value list = *arg->value;
    const char *of =
        strcmp(name, what) == 0 ? "" : arena_printf(arena, " of `%s`", what);
    Message *m;

    if (arg->value->kind == VAL_POISON)
        return false;
    if (type->check(arg->value))
        return true;
    m = diag_error(diag, arg->span, "`%s`%s must be %s", name, of, type->doc);
    diag_note(m, "this is %s", value_what(arena, arg->value));
    list.kind = VAL_LIST;
    if (arg->value->kind == VAL_TUPLE && type->check(&list))
        diag_help(m, "a list stands in square brackets: [3, 3]");
    return false;
}

Words spec_kinds(Arena *arena)
{
    Words words = {0};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        vec_push(arena, &words, types[i].name);
    return words;
}

/* The argument as its type has it, or NULL after a message. */
static Value *typed(Arena *arena, Diag *diag, const Spec *spec,
                    const char *what, const Arg *arg)
{
    static const char *const words[] = {"word", "missing", "punctuation",
                                        "side"};

    if (!spec_check(arena, diag, spec->type, spec->name, what, arg))
        return NULL;
    return str_among(words, sizeof words / sizeof *words, spec->type)
               ? as_word(arena, arg->value)
               : arg->value;
}

/* The place of a name among others, or -1. */
static int find(const Words *names, const char *name)
{
    for (int i = 0; i < names->n; i++)
        if (strcmp(names->at[i], name) == 0)
            return i;
    return -1;
}

static bool given_twice(Diag *diag, const Arg *arg, const char *name)
{
    diag_error(diag, arg->label_span, "`%s` is given twice", name);
    return false;
}

/* An argument whose label is none of the names. */
static bool place_extra(Arena *arena, Diag *diag, const Head *head,
                        const Arg *arg, Args *extra)
{
    if (!str_among(head->all.at, head->all.n, arg->label)) {
        names_unknown_of(arena, diag, arg->label_span, arg->label, "argument",
                         arena_printf(arena, "`%s`", head->what), &head->all);
        return false;
    }
    for (int i = 0; i < extra->n; i++)
        if (strcmp(extra->at[i].label, arg->label) == 0)
            return given_twice(diag, arg, arg->label);
    vec_push(arena, extra, *arg);
    return true;
}

bool spec_place(Arena *arena, Diag *diag, const Head *head, const Args *args,
                const Arg **owner, Args *extra)
{
    int next = 0;
    bool ok = true;

    for (int i = 0; i < args->n; i++) {
        const Arg *arg = &args->at[i];
        int to = arg->label ? find(&head->names, arg->label) : next++;

        if (to >= head->names.n) {
            diag_note(diag_error(diag, arg->span,
                                 "`%s` does not take this argument",
                                 head->what),
                      "it takes %s", names_list(arena, &head->names));
            ok = false;
        } else if (to < 0) {
            ok &= place_extra(arena, diag, head, arg, extra);
        } else if (owner[to]) {
            ok = given_twice(diag, arg, head->names.at[to]);
        } else {
            owner[to] = arg;
        }
    }
    return ok;
}

bool spec_bind(Arena *arena, Diag *diag, const char *spec, const char *what,
               Span where, const Args *args, Bound *out)
{
    Spec specs[SPEC_MAX];
    int n = read_specs(arena, spec, specs);
    Words words = spec_words(arena, spec);
    Head head = {what, words, words};
    const Arg *owner[SPEC_MAX] = {NULL};
    bool ok = spec_place(arena, diag, &head, args, owner, NULL);
    bool complete = ok;

    *out = (Bound){0};
    for (int i = 0; i < n; i++) {
        out->name[i] = specs[i].name;
        out->span[i] = where;
        if (owner[i]) {
            out->span[i] = owner[i]->span;
            out->given |= 1U << i;
            out->at[i] = typed(arena, diag, &specs[i], what, owner[i]);
            ok &= out->at[i] != NULL;
        } else if (specs[i].fallback) {
            out->at[i] = fallback(arena, &specs[i], out);
        } else if (complete) {
            Message *m =
                diag_error(diag, where, "`%s` needs `%s`", what, specs[i].name);

            diag_help(m, "`%s` is %s", specs[i].name,
                      type_of(specs[i].type)->doc);
            ok = false;
        }
        out->n = i + 1;
    }
    return ok;
}
