/* nn.y: the whole language, tokens to AST: LALR(1), no conflicts, no meaning.
 *
 * What binds to what: `if` and `for` reach as far right as they can; `->` is
 * looser than arithmetic and its right side is a stage; a..b is looser than
 * +; comparisons do not chain. A mistake costs the statement it stands in:
 * the reader (parse.c) skips to its end, and parsing goes on behind it. */
%define api.pure full
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param { Parse *p }

%code requires {
#include <stdlib.h>

#include "front/build.h"
}

%union {
    const char *name;
    Name word;
    Names words;
    Expr *expr;
    Exprs exprs;
    TypeExpr *type;
    Decl *decl;
    Decls decls;
    Formal formal;
    Formals formals;
    Item *item;
    Items items;
}

%code {
#define YYLLOC_DEFAULT(place, right, n) \
    ((place) = (n) ? span_join((right)[1], (right)[n]) \
                   : build_point((right)[0]))
#define yylex parse_next

/* Bison's own sizes: a stack that deep means nesting that nobody reads. */
#define YYINITDEPTH 400
#define YYMAXDEPTH 10000
#define YYMALLOC checked_malloc
#define YYFREE free

int parse_next(YYSTYPE *value, Span *span, Parse *p);
static void *checked_malloc(size_t size);
static void yyerror(Span *span, Parse *p, const char *message);
}

%token END 0 "end of the file"
%token <name> NAME "a name" PRIMED "a primed name" NUMBER "a number"
%token <name> PERCENT "a percentage" STRING "a string"
%token ARROW "->" DOTDOT ".." EQ "==" NE "!=" LE "<=" GE ">="
%token BAD "a stray character" COMMENT "a comment"
%token <name> USE "use" MODEL "model" BLOCK "block" CELL "cell"
%token <name> INPUT "input" TARGET "target" STATE "state" PARAM "param"
%token <name> LAYER "layer" OUTPUT "output" LOSS "loss" METRIC "metric"
%token <name> GENERATE "generate" DATA "data" TRAIN "train"
%token <name> IF "if" THEN "then" ELSE "else" FOR "for" IN "in" AS "as"
%token <name> AND "and" OR "or" NOT "not" TRUE "true" FALSE "false"
%token <name> TEST "test" VALIDATION "validation" LAST "last"
%token <name> STRATIFIED "stratified" BY "by" FROM "from" FOLD "fold" OF "of"
%token <name> OPTIMIZER "optimizer" CLIP "clip" CHECK "check"
%token <name> STATISTIC "statistic"
%token <name> UNIT "unit"

%type <word> name anyword by unit part label typename
%type <name> nametext plaintext wordtext parttext
%type <words> lhs statename
%type <expr> expr pipe stage or and not cmp range sum term unary postfix
%type <expr> primary arg number amount value reason
%type <exprs> args args1 exprs exprs1 stages opts dims values
%type <type> type
%type <decl> decl
%type <decls> decls
%type <formal> formal
%type <formals> formals formals1
%type <item> item ditem titem split
%type <items> items ditems titems body dbody tbody

%%

file: tops ;

tops: %empty
    | tops top ;

top: USE STRING ';'              { build_use(p, $2, @2); }
   | MODEL name formals body     { build_def(p, DEF_MODEL, @$, $2, $3, $4); }
   | BLOCK name formals body     { build_def(p, DEF_BLOCK, @$, $2, $3, $4); }
   | CELL name formals body      { build_def(p, DEF_CELL, @$, $2, $3, $4); }
   | OPTIMIZER name formals body
     { build_def(p, DEF_OPTIMIZER, @$, $2, $3, $4); }
   | CLIP name formals body      { build_def(p, DEF_CLIP, @$, $2, $3, $4); }
   | error ';'                   { if (build_lost_def(p)) yyerrok; }
   | error '}'                   { if (build_lost_def(p)) yyerrok; } ;

formals: %empty                  { $$ = (Formals){0}; }
       | '(' ')'                 { $$ = (Formals){0}; }
       | '(' formals1 ')'        { $$ = $2; }
       | '(' error ')'           { $$ = (Formals){0}; build_lost_head(p); } ;

formals1: formal                 { $$ = build_formals(p, (Formals){0}, $1); }
        | formals1 ',' formal    { $$ = build_formals(p, $1, $3); } ;

formal: name                     { $$ = (Formal){$1, NULL}; }
      | name '=' expr            { $$ = (Formal){$1, $3}; } ;

/* models, blocks, cells */

body: '{' items '}'              { $$ = $2; }
    | '{' items error '}'        { $$ = $2; build_lost(p, @3); } ;

items: %empty                    { $$ = (Items){0}; }
     | items item                { $$ = build_items(p, $1, $2); } ;

item: INPUT decls ';'            { $$ = build_decls(p, ITEM_INPUT, @$, $2); }
    | TARGET decls ';'           { $$ = build_decls(p, ITEM_TARGET, @$, $2); }
    | STATE decls ';'            { $$ = build_decls(p, ITEM_STATE, @$, $2); }
    | PARAM decl opts ';'
      { $$ = build_param(p, ITEM_PARAM, @$, $2, $3); }
    | STATISTIC decl opts ';'
      { $$ = build_param(p, ITEM_STATISTIC, @$, $2, $3); }
    | lhs '=' expr ';'           { $$ = build_define(p, @$, $1, $3); }
    | statename '=' expr ';'     { $$ = build_define(p, @$, $1, $3); }
    | CHECK expr reason ';'
      { $$ = build_check(p, @$, $2, $3); }
    | LAYER name '=' expr ';'    { $$ = build_item(p, ITEM_LAYER, @$, $2, $4); }
    | OUTPUT expr unit ';'
      { $$ = build_output(p, @$, (Name){0}, $2, $3); }
    | OUTPUT name '=' expr unit ';'
      { $$ = build_output(p, @$, $2, $4, $5); }
    | LOSS exprs1 ';'            { $$ = build_values(p, ITEM_LOSS, @$, $2); }
    | METRIC exprs1 ';'          { $$ = build_values(p, ITEM_METRIC, @$, $2); }
    | GENERATE name FROM expr opts ';'
      { $$ = build_generate(p, @$, $2, $4, $5); }
    | DATA dbody
      { $$ = build_group(p, ITEM_DATA, @$, (Name){0}, $2); }
    | TRAIN tbody
      { $$ = build_group(p, ITEM_TRAIN, @$, (Name){0}, $2); }
    | error ';'
      { $$ = NULL; if (build_lost(p, @$)) yyerrok; } ;

reason: %empty                   { $$ = NULL; }
      | ',' STRING               { $$ = build_string(p, @2, $2); } ;

unit: %empty                     { $$ = (Name){0}; }
    | UNIT name                  { $$ = $2; } ;

opts: %empty                     { $$ = (Exprs){0}; }
    | opts ',' label expr
      { $$ = build_exprs(p, $1, build_label(p, $3, $4)); }
    | opts ',' label plaintext '[' exprs1 ']' /* no option: sema tells */
      { $$ = build_exprs(p, $1, build_label(p, $3, build_leaf(p, EXPR_NAME,
                                                              @4, $4))); } ;

decls: decl                      { $$ = build_decl_list(p, (Decls){0}, $1); }
     | decls ',' decl            { $$ = build_decl_list(p, $1, $3); } ;

decl: name ':' type              { $$ = build_decl(p, $1, $3, NULL); }
    | name ':' type '=' expr     { $$ = build_decl(p, $1, $3, $5); } ;

type: typename dims              { $$ = build_type(p, @$, $1, NULL, $2); }
    | typename '(' expr ')' dims { $$ = build_type(p, @$, $1, $3, $5); } ;

typename: plaintext              { $$ = (Name){$1, @1, false}; } ;

dims: %empty                     { $$ = (Exprs){0}; }
    | '[' exprs1 ']'             { $$ = $2; } ;

lhs: name                        { $$ = build_names(p, (Names){0}, $1); }
   | PRIMED
      { $$ = build_names(p, (Names){0}, build_primed(p, $1, @1)); }
   | lhs ',' name                { $$ = build_names(p, $1, $3); } ;

statename: STATE
      { $$ = build_names(p, (Names){0}, (Name){$1, @1, false}); } ;

/* data */

dbody: '{' ditems '}'            { $$ = $2; }
     | '{' ditems error '}'      { $$ = $2; build_lost(p, @3); } ;

ditems: %empty                   { $$ = (Items){0}; }
      | ditems ditem             { $$ = build_items(p, $1, $2); } ;

ditem: lhs '=' expr ';'          { $$ = build_define(p, @$, $1, $3); }
     | part split ';'            { $$ = build_split(p, @$, $1, $2); }
     | part dbody                { $$ = build_group(p, ITEM_PART, @$, $1, $2); }
     | error ';'
      { $$ = NULL; if (build_lost(p, @$)) yyerrok; } ;

part: parttext                   { $$ = (Name){$1, @1, false}; } ;
parttext: TEST | VALIDATION ;

split: amount by                 { $$ = build_amount(p, @$, false, $1, $2); }
     | LAST amount by            { $$ = build_amount(p, @$, true, $2, $3); }
     | FOLD number OF number     { $$ = build_fold(p, @$, $2, $4); } ;

by: %empty                       { $$ = (Name){0}; }
  | STRATIFIED BY name           { $$ = $3; } ;

amount: number
      | PERCENT                  { $$ = build_number(p, @1, $1); }
      | plaintext                { $$ = build_leaf(p, EXPR_NAME, @1, $1); } ;

number: NUMBER                   { $$ = build_number(p, @1, $1); } ;

/* train: no operators, or `clip norm -3` would be norm - 3 */

tbody: '{' titems '}'            { $$ = $2; }
     | '{' titems error '}'      { $$ = $2; build_lost(p, @3); } ;

titems: %empty                   { $$ = (Items){0}; }
      | titems titem             { $$ = build_items(p, $1, $2); } ;

titem: name value ';'
      { $$ = build_setting(p, @$, $1, (Name){0}, $2); }
     | name name value ';'       { $$ = build_setting(p, @$, $1, $2, $3); }
     | name '(' args ')' ';'     { $$ = build_call_setting(p, @$, $1, $3); }
     | error ';'
      { $$ = NULL; if (build_lost(p, @$)) yyerrok; } ;

value: number
     | PERCENT                   { $$ = build_number(p, @1, $1); }
     | STRING                    { $$ = build_string(p, @1, $1); }
     | TRUE                      { $$ = build_bool(p, @1, 1); }
     | FALSE                     { $$ = build_bool(p, @1, 0); }
     | name                      { $$ = build_leaf(p, EXPR_NAME, @1, $1.text); }
     | name '(' args ')'         { $$ = build_call(p, @$, $1, $3); }
     | '[' values ']'
      { $$ = build_expr(p, EXPR_LIST, @$, @$, $2); } ;

values: exprs ;

/* expressions */

expr: pipe
    | IF expr THEN expr ELSE expr { $$ = build_if(p, @$, @1, $2, $4, $6); }
    | FOR name IN expr ':' expr  { $$ = build_for(p, @$, $2, $4, $6); } ;

pipe: or
    | or stages                  { $$ = build_pipe(p, @$, $1, $2); } ;

stages: ARROW stage              { $$ = build_exprs(p, (Exprs){0}, $2); }
      | stages ARROW stage       { $$ = build_exprs(p, $1, $3); } ;

stage: postfix                   { $$ = build_stage(p, $1, (Name){0}); }
     | postfix AS name           { $$ = build_stage(p, $1, $3); } ;

or: and
  | or OR and
      { $$ = build_binary(p, EXPR_OR, @$, @2, $1, $3); } ;

and: not
   | and AND not
      { $$ = build_binary(p, EXPR_AND, @$, @2, $1, $3); } ;

not: cmp
   | NOT not
      { $$ = build_unary(p, EXPR_NOT, @$, @1, $2); } ;

cmp: range
   | range EQ range
      { $$ = build_binary(p, EXPR_EQ, @$, @2, $1, $3); }
   | range NE range
      { $$ = build_binary(p, EXPR_NE, @$, @2, $1, $3); }
   | range '<' range
      { $$ = build_binary(p, EXPR_LT, @$, @2, $1, $3); }
   | range '>' range
      { $$ = build_binary(p, EXPR_GT, @$, @2, $1, $3); }
   | range LE range
      { $$ = build_binary(p, EXPR_LE, @$, @2, $1, $3); }
   | range GE range
      { $$ = build_binary(p, EXPR_GE, @$, @2, $1, $3); } ;

range: sum
     | sum DOTDOT sum
      { $$ = build_binary(p, EXPR_RANGE, @$, @2, $1, $3); } ;

sum: term
   | sum '+' term
      { $$ = build_binary(p, EXPR_ADD, @$, @2, $1, $3); }
   | sum '-' term
      { $$ = build_binary(p, EXPR_SUB, @$, @2, $1, $3); } ;

term: unary
    | term '*' unary
      { $$ = build_binary(p, EXPR_MUL, @$, @2, $1, $3); }
    | term '/' unary
      { $$ = build_binary(p, EXPR_DIV, @$, @2, $1, $3); } ;

unary: postfix
     | '-' unary
      { $$ = build_unary(p, EXPR_NEG, @$, @1, $2); } ;

postfix: primary
       | postfix '.' anyword     { $$ = build_field(p, @$, $1, $3); } ;

primary: number
       | PERCENT                 { $$ = build_number(p, @1, $1); }
       | STRING                  { $$ = build_string(p, @1, $1); }
       | TRUE                    { $$ = build_bool(p, @1, 1); }
       | FALSE                   { $$ = build_bool(p, @1, 0); }
       | PRIMED
      { $$ = build_leaf(p, EXPR_PRIMED, @1, build_primed(p, $1, @1).text); }
       | IN                      { $$ = build_leaf(p, EXPR_IN, @1, $1); }
       | name                    { $$ = build_leaf(p, EXPR_NAME, @1, $1.text); }
       | name '(' args ')'       { $$ = build_call(p, @$, $1, $3); }
       | '(' expr ')'            { $$ = build_parens(p, @$, $2); }
       | '(' expr ',' exprs1 ')' { $$ = build_tuple(p, @$, $2, $4); }
       | '[' exprs ']'
      { $$ = build_expr(p, EXPR_LIST, @$, @$, $2); } ;

exprs: %empty                    { $$ = (Exprs){0}; }
     | exprs1 ;

exprs1: expr                     { $$ = build_exprs(p, (Exprs){0}, $1); }
      | exprs1 ',' expr          { $$ = build_exprs(p, $1, $3); } ;

args: %empty                     { $$ = (Exprs){0}; }
    | args1 ;

args1: arg                       { $$ = build_exprs(p, (Exprs){0}, $1); }
     | args1 ',' arg             { $$ = build_exprs(p, $1, $3); } ;

arg: expr
   | label expr                  { $$ = build_label(p, $1, $2); } ;

label: anyword ':'               { $$ = $1; } ;

/* Soft words are names wherever a name may stand; any word may be a label or
 * stand behind a dot. */

name: nametext                   { $$ = (Name){$1, @1, false}; } ;
anyword: wordtext                { $$ = (Name){$1, @1, false}; } ;

plaintext: NAME | UNIT ;

nametext: plaintext | TEST | VALIDATION | LAST | STRATIFIED | BY | FROM | FOLD
        | OF | OPTIMIZER | CLIP | CHECK | STATISTIC ;

wordtext: nametext | USE | MODEL | BLOCK | CELL | INPUT | TARGET | STATE | PARAM
        | LAYER | OUTPUT | LOSS | METRIC | GENERATE | DATA | TRAIN | IF | THEN
        | ELSE | FOR | IN | AS | AND | OR | NOT | TRUE | FALSE ;

%%

/* For the stacks, so that no memory is not taken for deep nesting. */
static void *checked_malloc(size_t size)
{
    void *memory = malloc(size);

    if (!memory)
        arena_exhausted();
    return memory;
}

/* Only Bison's complaint about its stack arrives here. */
static void yyerror(Span *span, Parse *p, const char *message)
{
    (void)message;
    build_too_deep(p, *span);
}

static int yyreport_syntax_error(const yypcontext_t *context, Parse *p)
{
    yysymbol_kind_t expected[YYNTOKENS];
    const char *names[YYNTOKENS];
    int n = yypcontext_expected_tokens(context, expected, YYNTOKENS);

    for (int i = 0; i < n; i++)
        names[i] = yysymbol_name(expected[i]);
    build_unexpected(p, names, n);
    return 0;
}
