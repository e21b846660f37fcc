/* ast_print.c: expressions as text in canonical form.
 *
 * Out: text that parses back to an equal expression. Parentheses stand only
 * where the levels of nn.y ask for them, so `(a * b) + c` loses its own. */
#include "ir/ast_print.h"

const char *ast_def_word(DefKind kind)
{
    static const char *const words[] = {
        [DEF_MODEL] = "model", [DEF_BLOCK] = "block",
        [DEF_CELL] = "cell",   [DEF_OPTIMIZER] = "optimizer",
        [DEF_CLIP] = "clip",
    };

    return words[kind];
}

/* An operator's sign or word. */
static const char *sign_of(ExprKind kind)
{
    static const char *const signs[EXPR_KINDS] = {
        [EXPR_PIPE] = "->", [EXPR_RANGE] = "..", [EXPR_OR] = "or",
        [EXPR_AND] = "and", [EXPR_NOT] = "not",  [EXPR_EQ] = "==",
        [EXPR_NE] = "!=",   [EXPR_LT] = "<",     [EXPR_GT] = ">",
        [EXPR_LE] = "<=",   [EXPR_GE] = ">=",    [EXPR_ADD] = "+",
        [EXPR_SUB] = "-",   [EXPR_MUL] = "*",    [EXPR_DIV] = "/",
        [EXPR_NEG] = "-",   [EXPR_FIELD] = ".",
    };

    return signs[kind];
}

const char *ast_item_word(ItemKind kind)
{
    static const char *const words[ITEM_KINDS] = {
        [ITEM_INPUT] = "input",         [ITEM_TARGET] = "target",
        [ITEM_STATE] = "state",         [ITEM_PARAM] = "param",
        [ITEM_LAYER] = "layer",         [ITEM_OUTPUT] = "output",
        [ITEM_LOSS] = "loss",           [ITEM_METRIC] = "metric",
        [ITEM_GENERATE] = "generate",   [ITEM_DATA] = "data",
        [ITEM_TRAIN] = "train",         [ITEM_CHECK] = "check",
        [ITEM_STATISTIC] = "statistic",
    };

    return words[kind];
}

/* How tightly a kind binds: the nonterminals of nn.y, loosest first. */
typedef enum Level {
    LEVEL_EXPR, /* if, for */
    LEVEL_PIPE,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARE,
    LEVEL_RANGE,
    LEVEL_SUM,
    LEVEL_TERM,
    LEVEL_UNARY,
    LEVEL_POSTFIX /* the level of every kind that is not listed below */
} Level;

static Level level_of(const Expr *expr)
{
    static const Level levels[EXPR_KINDS] = {
        [EXPR_PIPE] = LEVEL_PIPE,  [EXPR_RANGE] = LEVEL_RANGE,
        [EXPR_OR] = LEVEL_OR,      [EXPR_AND] = LEVEL_AND,
        [EXPR_NOT] = LEVEL_NOT,    [EXPR_EQ] = LEVEL_COMPARE,
        [EXPR_NE] = LEVEL_COMPARE, [EXPR_LT] = LEVEL_COMPARE,
        [EXPR_GT] = LEVEL_COMPARE, [EXPR_LE] = LEVEL_COMPARE,
        [EXPR_GE] = LEVEL_COMPARE, [EXPR_ADD] = LEVEL_SUM,
        [EXPR_SUB] = LEVEL_SUM,    [EXPR_MUL] = LEVEL_TERM,
        [EXPR_DIV] = LEVEL_TERM,   [EXPR_NEG] = LEVEL_UNARY,
    };

    if (expr->kind == EXPR_IF || expr->kind == EXPR_FOR)
        return LEVEL_EXPR;
    return levels[expr->kind] ? levels[expr->kind] : LEVEL_POSTFIX;
}

static void print_at(Text *out, const Expr *expr, Level level);

static void print_string(Text *out, const char *s)
{
    text_add(out, "\"");
    for (; *s; s++) {
        if (*s == '\n')
            text_add(out, "\\n");
        else if (*s == '\t')
            text_add(out, "\\t");
        else
            text_printf(out, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    }
    text_add(out, "\"");
}

/* Kids from `first` on, with their labels. */
static void print_list(Text *out, const Exprs *list, const char *before)
{
    for (int i = 0; i < list->n; i++) {
        const Expr *expr = list->at[i];

        text_add(out, i ? ", " : before);
        if (expr->label.text)
            text_printf(out, "%s: ", expr->label.text);
        print_at(out, expr, LEVEL_EXPR);
    }
}

/* A stage is a name or a call; everything else needs parentheses. */
static void print_stage(Text *out, const Expr *stage)
{
    bool bare = stage->kind == EXPR_NAME || stage->kind == EXPR_CALL;

    text_add(out, bare ? " -> " : " -> (");
    print_at(out, stage, LEVEL_EXPR);
    text_add(out, bare ? "" : ")");
    if (stage->as.text)
        text_printf(out, " as %s", stage->as.text);
}

static void print_pipe(Text *out, const Expr *expr)
{
    print_at(out, expr->kids.at[0], LEVEL_OR);
    for (int i = 1; i < expr->kids.n; i++)
        print_stage(out, expr->kids.at[i]);
}

/* Left operands may stand on the same level, right ones are tighter; ranges
 * and comparisons do not chain. */
static void print_operator(Text *out, const Expr *expr)
{
    Level level = level_of(expr);
    bool chains = level != LEVEL_RANGE && level != LEVEL_COMPARE;
    const char *space = expr->kind == EXPR_RANGE ? "" : " ";

    if (expr->kind == EXPR_NEG || expr->kind == EXPR_NOT) {
        text_add(out, expr->kind == EXPR_NEG ? "-" : "not ");
        print_at(out, expr->kids.at[0], level);
        return;
    }
    print_at(out, expr->kids.at[0], chains ? level : level + 1);
    text_printf(out, "%s%s%s", space, sign_of(expr->kind), space);
    print_at(out, expr->kids.at[1], level + 1);
}

static void print_if(Text *out, const Expr *expr)
{
    text_add(out, "if ");
    print_at(out, expr->kids.at[0], LEVEL_EXPR);
    text_add(out, " then ");
    print_at(out, expr->kids.at[1], LEVEL_EXPR);
    text_add(out, " else ");
    print_at(out, expr->kids.at[2], LEVEL_EXPR);
}

static void print_for(Text *out, const Expr *expr)
{
    text_printf(out, "for %s in ", expr->name);
    print_at(out, expr->kids.at[0], LEVEL_EXPR);
    text_add(out, ": ");
    print_at(out, expr->kids.at[1], LEVEL_EXPR);
}

/* A number keeps its parentheses: `3.x` would be a slip. */
static void print_field(Text *out, const Expr *expr)
{
    const Expr *of = expr->kids.at[0];
    bool number = of->kind == EXPR_NUMBER;

    text_add(out, number ? "(" : "");
    print_at(out, of, LEVEL_POSTFIX);
    text_printf(out, "%s.%s", number ? ")" : "", expr->name);
}

static void print_bare(Text *out, const Expr *expr)
{
    switch (expr->kind) {
    case EXPR_NUMBER:
    case EXPR_NAME:
    case EXPR_IN:
        text_add(out, expr->name);
        break;
    case EXPR_PRIMED:
        text_printf(out, "%s'", expr->name);
        break;
    case EXPR_STRING:
        print_string(out, expr->name);
        break;
    case EXPR_BOOL:
        text_add(out, expr->number != 0 ? "true" : "false");
        break;
    case EXPR_CALL:
        text_printf(out, "%s(", expr->name);
        print_list(out, &expr->kids, "");
        text_add(out, ")");
        break;
    case EXPR_FIELD:
        print_field(out, expr);
        break;
    case EXPR_LIST:
    case EXPR_TUPLE:
        text_add(out, expr->kind == EXPR_LIST ? "[" : "(");
        print_list(out, &expr->kids, "");
        text_add(out, expr->kind == EXPR_LIST ? "]" : ")");
        break;
    case EXPR_PIPE:
        print_pipe(out, expr);
        break;
    case EXPR_IF:
        print_if(out, expr);
        break;
    case EXPR_FOR:
        print_for(out, expr);
        break;
    case EXPR_ERROR:
        text_add(out, "?");
        break;
    default:
        print_operator(out, expr);
    }
}

static void print_at(Text *out, const Expr *expr, Level level)
{
    bool parens = level_of(expr) < level;

    text_add(out, parens ? "(" : "");
    print_bare(out, expr);
    text_add(out, parens ? ")" : "");
}

void ast_print_expr(Text *out, const Expr *expr)
{
    print_at(out, expr, LEVEL_EXPR);
}
