/* ast_file.c: the syntax tree of a whole file as text in canonical form. */
#include "ast_file.h"

#include "ir/ast_print.h"

/* With their labels. */
static void print_list(Text *out, const Exprs *list, const char *before)
{
    for (int i = 0; i < list->n; i++) {
        const Expr *expr = list->at[i];

        text_add(out, i ? ", " : before);
        if (expr->label.text)
            text_printf(out, "%s: ", expr->label.text);
        ast_print_expr(out, expr);
    }
}

static void print_type(Text *out, const TypeExpr *type)
{
    text_add(out, type->name.text);
    if (type->count) {
        text_add(out, "(");
        ast_print_expr(out, type->count);
        text_add(out, ")");
    }
    if (type->dims.n) {
        text_add(out, "[");
        print_list(out, &type->dims, "");
        text_add(out, "]");
    }
}

static void print_decls(Text *out, const Decls *decls)
{
    for (int i = 0; i < decls->n; i++) {
        const Decl *decl = decls->at[i];

        text_printf(out, "%s%s: ", i ? ", " : " ", decl->name.text);
        print_type(out, decl->type);
        if (decl->value) {
            text_add(out, " = ");
            ast_print_expr(out, decl->value);
        }
    }
}

static void print_names(Text *out, const Names *names)
{
    for (int i = 0; i < names->n; i++)
        text_printf(out, "%s%s%s", i ? ", " : "", names->at[i].text,
                    names->at[i].primed ? "'" : "");
}

static void print_split(Text *out, const Item *item)
{
    if (item->kind == ITEM_FOLD) {
        text_add(out, " fold ");
        ast_print_expr(out, item->values.at[0]);
        text_add(out, " of ");
        ast_print_expr(out, item->values.at[1]);
    } else {
        text_add(out, item->last ? " last " : " ");
        ast_print_expr(out, item->value);
    }
    if (item->other.text)
        text_printf(out, " stratified by %s", item->other.text);
}

static void print_setting(Text *out, const Item *item)
{
    text_add(out, item->call ? "(" : "");
    if (item->other.text)
        text_printf(out, " %s", item->other.text);
    print_list(out, &item->values, item->call ? "" : " ");
    text_add(out, item->call ? ")" : "");
}

/* The statement behind its words and names, without its end. */
static void print_rest(Text *out, const Item *item)
{
    switch (item->kind) {
    case ITEM_DEFINE:
        text_add(out, " = ");
        break;
    case ITEM_LAYER:
    case ITEM_OUTPUT:
        text_add(out, item->name.text ? " = " : " ");
        break;
    case ITEM_CHECK:
        text_add(out, " ");
        ast_print_expr(out, item->value);
        print_list(out, &item->values, ", ");
        return;
    case ITEM_GENERATE:
        text_add(out, " from ");
        break;
    case ITEM_SPLIT:
    case ITEM_FOLD:
        print_split(out, item);
        return;
    case ITEM_SETTING:
        print_setting(out, item);
        return;
    default:
        print_decls(out, &item->decls);
        print_list(out, &item->values, " ");
    }
    if (item->value)
        ast_print_expr(out, item->value);
    if (item->kind == ITEM_OUTPUT && item->other.text)
        text_printf(out, " unit %s", item->other.text);
}

static void print_items(Text *out, const Items *items, int indent);

static void print_item(Text *out, const Item *item, int indent)
{
    const char *word = ast_item_word(item->kind);
    bool group = item->kind == ITEM_DATA || item->kind == ITEM_TRAIN ||
                 item->kind == ITEM_PART;

    text_printf(out, "%*s%s", indent, "", word ? word : "");
    if (item->name.text)
        text_printf(out, "%s%s", word ? " " : "", item->name.text);
    print_names(out, &item->names);
    if (group) {
        print_items(out, &item->items, indent);
        return;
    }
    print_rest(out, item);
    for (int i = 0; i < item->options.n; i++) {
        const Expr *option = item->options.at[i];

        text_printf(out, ", %s: ", option->label.text);
        ast_print_expr(out, option);
    }
    text_add(out, ";\n");
}

static void print_items(Text *out, const Items *items, int indent)
{
    text_add(out, " {\n");
    for (int i = 0; i < items->n; i++)
        print_item(out, items->at[i], indent + 4);
    text_printf(out, "%*s}\n", indent, "");
}

static void print_def(Text *out, const Def *def)
{
    text_printf(out, "%s %s", ast_def_word(def->kind), def->name.text);
    for (int i = 0; i < def->params.n; i++) {
        const Formal *formal = &def->params.at[i];

        text_printf(out, "%s%s", i ? ", " : "(", formal->name.text);
        if (formal->value) {
            text_add(out, " = ");
            ast_print_expr(out, formal->value);
        }
    }
    text_add(out, def->params.n ? ")" : "");
    print_items(out, &def->items, 0);
}

void ast_file_print(Text *out, const File *file)
{
    for (int i = 0; i < file->uses.n; i++) {
        text_add(out, "use ");
        ast_print_expr(
            out, &(Expr){.kind = EXPR_STRING, .name = file->uses.at[i].text});
        text_add(out, ";\n");
    }
    for (int i = 0; i < file->defs.n; i++) {
        text_add(out, i || file->uses.n ? "\n" : "");
        print_def(out, file->defs.at[i]);
    }
}
