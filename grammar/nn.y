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

/* A list with one element more. */
#define ADD(to, list, element) \
    ((to) = (list), vec_push(p->arena, &(to), element))
/* A statement, and an expression made of others, as a rule gives them. */
#define ITEM(word, place, ...) \
    build_item(p, (Item){.kind = ITEM_##word, .span = place, __VA_ARGS__})
#define KIDS(...) \
    sizeof (Expr *[]){__VA_ARGS__} / sizeof(Expr *), (Expr *[]){__VA_ARGS__}
#define EXPR(kind, span, at, ...) \
    build_expr(p, EXPR_##kind, span, at, KIDS(__VA_ARGS__))
#define LIST(kind, span, kids) \
    build_expr(p, EXPR_##kind, span, span, (kids).n, (kids).at)

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

%type <word> name anyword by unit part label typename kind
%type <name> nametext plaintext wordtext parttext
%type <words> lhs statename
%type <expr> expr pipe stage or and not cmp range sum term unary postfix
%type <expr> primary arg number amount count value
%type <exprs> args args1 exprs exprs1 exprs2 piped opts dims values value1
%type <exprs> reason
%type <type> type
%type <decl> decl
%type <decls> decls decl1
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

formals1: formal                 { ADD($$, (Formals){0}, $1); }
        | formals1 ',' formal    { ADD($$, $1, $3); } ;

formal: name kind                { $$ = (Formal){$1, $2, NULL}; }
      | name kind '=' expr       { $$ = (Formal){$1, $2, $4}; } ;

kind: %empty                     { $$ = (Name){0}; }
    | ':' anyword                { $$ = $2; } ;

/* models, blocks, cells */

body: '{' items '}'              { $$ = $2; }
    | '{' items error '}'        { $$ = $2; build_lost(p, @3); } ;

items: %empty                    { $$ = (Items){0}; }
     | items item                { $$ = build_items(p, $1, $2); } ;

item: INPUT decls ';'            { $$ = ITEM(INPUT, @$, .decls = $2); }
    | TARGET decls ';'           { $$ = ITEM(TARGET, @$, .decls = $2); }
    | STATE decls ';'            { $$ = ITEM(STATE, @$, .decls = $2); }
    | PARAM decl1 opts ';'
      { $$ = ITEM(PARAM, @$, .decls = $2, .options = $3); }
    | STATISTIC decl1 opts ';'
      { $$ = ITEM(STATISTIC, @$, .decls = $2, .options = $3); }
    | lhs '=' expr ';'
      { $$ = ITEM(DEFINE, @$, .names = $1, .value = $3); }
    | statename '=' expr ';'
      { $$ = ITEM(DEFINE, @$, .names = $1, .value = $3); }
    | CHECK expr reason ';'
      { $$ = ITEM(CHECK, @$, .value = $2, .values = $3); }
    | LAYER name '=' expr ';'
      { $$ = ITEM(LAYER, @$, .name = $2, .value = $4); }
    | OUTPUT expr unit ';'
      { $$ = ITEM(OUTPUT, @$, .value = $2, .other = $3); }
    | OUTPUT name '=' expr unit ';'
      { $$ = ITEM(OUTPUT, @$, .name = $2, .value = $4, .other = $5); }
    | LOSS exprs1 ';'            { $$ = ITEM(LOSS, @$, .values = $2); }
    | METRIC exprs1 ';'          { $$ = ITEM(METRIC, @$, .values = $2); }
    | GENERATE name FROM expr opts ';'
      { $$ = ITEM(GENERATE, @$, .name = $2, .value = $4, .options = $5); }
    | DATA dbody                 { $$ = ITEM(DATA, @$, .items = $2); }
    | TRAIN tbody                { $$ = ITEM(TRAIN, @$, .items = $2); }
    | error ';'
      { $$ = NULL; if (build_lost(p, @$)) yyerrok; } ;

reason: %empty                   { $$ = (Exprs){0}; }
      | ',' STRING
      { ADD($$, (Exprs){0}, build_string(p, @2, $2)); } ;

unit: %empty                     { $$ = (Name){0}; }
    | UNIT name                  { $$ = $2; } ;

opts: %empty                     { $$ = (Exprs){0}; }
    | opts ',' label expr
      { ADD($$, $1, $4); $4->label = $3; }
    | opts ',' label plaintext '[' exprs1 ']' /* no option: sema tells */
      { Expr *type = build_leaf(p, EXPR_NAME, @4, $4);
        type->label = $3;
        ADD($$, $1, type); } ;

decl1: decl                      { ADD($$, (Decls){0}, $1); } ;

decls: decl1
     | decls ',' decl            { ADD($$, $1, $3); } ;

decl: name ':' type              { $$ = build_decl(p, $1, $3, NULL); }
    | name ':' type '=' expr     { $$ = build_decl(p, $1, $3, $5); } ;

type: typename dims              { $$ = build_type(p, @$, $1, NULL, $2); }
    | typename '(' expr ')' dims { $$ = build_type(p, @$, $1, $3, $5); } ;

typename: plaintext              { $$ = (Name){$1, @1, false}; } ;

dims: %empty                     { $$ = (Exprs){0}; }
    | '[' exprs1 ']'             { $$ = $2; } ;

lhs: name                        { ADD($$, (Names){0}, $1); }
   | PRIMED
      { ADD($$, (Names){0}, build_primed(p, $1, @1)); }
   | lhs ',' name                { ADD($$, $1, $3); } ;

statename: STATE
      { ADD($$, (Names){0}, ((Name){$1, @1, false})); } ;

/* data */

dbody: '{' ditems '}'            { $$ = $2; }
     | '{' ditems error '}'      { $$ = $2; build_lost(p, @3); } ;

ditems: %empty                   { $$ = (Items){0}; }
      | ditems ditem             { $$ = build_items(p, $1, $2); } ;

ditem: lhs '=' expr ';'
      { $$ = ITEM(DEFINE, @$, .names = $1, .value = $3); }
     | part split ';'
      { $$ = $2; $$->span = @$; $$->name = $1; }
     | part dbody
      { $$ = ITEM(PART, @$, .name = $1, .items = $2); }
     | error ';'
      { $$ = NULL; if (build_lost(p, @$)) yyerrok; } ;

part: parttext                   { $$ = (Name){$1, @1, false}; } ;
parttext: TEST | VALIDATION ;

split: amount by
      { $$ = ITEM(SPLIT, @$, .value = $1, .other = $2); }
     | LAST amount by
      { $$ = ITEM(SPLIT, @$, .last = true, .value = $2, .other = $3); }
     | FOLD count OF count by
      { Exprs both = {0};
        ADD(both, both, $2);
        ADD(both, both, $4);
        $$ = ITEM(FOLD, @$, .values = both, .other = $5); } ;

by: %empty                       { $$ = (Name){0}; }
  | STRATIFIED BY name           { $$ = $3; } ;

amount: count
      | PERCENT                  { $$ = build_number(p, @1, $1); } ;

count: number
     | plaintext                 { $$ = build_leaf(p, EXPR_NAME, @1, $1); } ;

number: NUMBER                   { $$ = build_number(p, @1, $1); } ;

/* train: no operators, or `clip norm -3` would be norm - 3 */

tbody: '{' titems '}'            { $$ = $2; }
     | '{' titems error '}'      { $$ = $2; build_lost(p, @3); } ;

titems: %empty                   { $$ = (Items){0}; }
      | titems titem             { $$ = build_items(p, $1, $2); } ;

titem: name value1 ';'
      { $$ = ITEM(SETTING, @$, .name = $1, .values = $2); }
     | name name value1 ';'
      { $$ = ITEM(SETTING, @$, .name = $1, .other = $2, .values = $3); }
     | name '(' args ')' ';'
      { $$ = ITEM(SETTING, @$, .call = true, .name = $1, .values = $3); }
     | error ';'
      { $$ = NULL; if (build_lost(p, @$)) yyerrok; } ;

value1: value                    { ADD($$, (Exprs){0}, $1); } ;

value: number
     | PERCENT                   { $$ = build_number(p, @1, $1); }
     | STRING                    { $$ = build_string(p, @1, $1); }
     | TRUE                      { $$ = build_bool(p, @1, 1); }
     | FALSE                     { $$ = build_bool(p, @1, 0); }
     | name                      { $$ = build_leaf(p, EXPR_NAME, @1, $1.text); }
     | name '(' args ')'         { $$ = build_call(p, @$, $1, $3); }
     | '[' values ']'            { $$ = LIST(LIST, @$, $2); } ;

values: exprs ;

/* expressions */

expr: pipe
    | IF expr THEN expr ELSE expr { $$ = EXPR(IF, @$, @1, $2, $4, $6); }
    | FOR name IN expr ':' expr
      { $$ = EXPR(FOR, @$, $2.span, $4, $6); $$->name = $2.text; } ;

pipe: or
    | piped                      { $$ = LIST(PIPE, @$, $1); } ;

piped: or ARROW stage            { ADD($$, (Exprs){0}, $1); ADD($$, $$, $3); }
     | piped ARROW stage         { ADD($$, $1, $3); } ;

stage: postfix                   { $$ = build_stage(p, $1, (Name){0}); }
     | postfix AS name           { $$ = build_stage(p, $1, $3); } ;

or: and
  | or OR and
      { $$ = EXPR(OR, @$, @2, $1, $3); } ;

and: not
   | and AND not
      { $$ = EXPR(AND, @$, @2, $1, $3); } ;

not: cmp
   | NOT not
      { $$ = EXPR(NOT, @$, @1, $2); } ;

cmp: range
   | range EQ range
      { $$ = EXPR(EQ, @$, @2, $1, $3); }
   | range NE range
      { $$ = EXPR(NE, @$, @2, $1, $3); }
   | range '<' range
      { $$ = EXPR(LT, @$, @2, $1, $3); }
   | range '>' range
      { $$ = EXPR(GT, @$, @2, $1, $3); }
   | range LE range
      { $$ = EXPR(LE, @$, @2, $1, $3); }
   | range GE range
      { $$ = EXPR(GE, @$, @2, $1, $3); } ;

range: sum
     | sum DOTDOT sum
      { $$ = EXPR(RANGE, @$, @2, $1, $3); } ;

sum: term
   | sum '+' term
      { $$ = EXPR(ADD, @$, @2, $1, $3); }
   | sum '-' term
      { $$ = EXPR(SUB, @$, @2, $1, $3); } ;

term: unary
    | term '*' unary
      { $$ = EXPR(MUL, @$, @2, $1, $3); }
    | term '/' unary
      { $$ = EXPR(DIV, @$, @2, $1, $3); } ;

unary: postfix
     | '-' unary
      { $$ = EXPR(NEG, @$, @1, $2); } ;

postfix: primary
       | postfix '.' anyword
      { $$ = EXPR(FIELD, @$, @3, $1); $$->name = $3.text; } ;

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
       | '(' expr ')'
      { $$ = $2; $$->parens = true; $$->span = @$; }
       | '(' exprs2 ')'          { $$ = LIST(TUPLE, @$, $2); }
       | '[' exprs ']'           { $$ = LIST(LIST, @$, $2); } ;

exprs: %empty                    { $$ = (Exprs){0}; }
     | exprs1 ;

exprs1: expr                     { ADD($$, (Exprs){0}, $1); }
      | exprs1 ',' expr          { ADD($$, $1, $3); } ;

exprs2: expr ',' expr            { ADD($$, (Exprs){0}, $1); ADD($$, $$, $3); }
      | exprs2 ',' expr          { ADD($$, $1, $3); } ;

args: %empty                     { $$ = (Exprs){0}; }
    | args1 ;

args1: arg                       { ADD($$, (Exprs){0}, $1); }
     | args1 ',' arg             { $$ = build_args(p, $1, $3); } ;

arg: expr
   | label expr                  { $$ = $2; $$->label = $1; } ;

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
