/* elaborate_generate.c: what `generate X from Y;` asks for.
 *
 * X is an input of tokens, a row of them; Y has a number for each token at each
 * step, of which the next token is drawn. */
#include <string.h>

#include "front/generate.h"
#include "front/next.h"

enum { MOST_BEAM = 64 };

/* Tokens with which rows of a text begin and end where it says so. */
enum { TOKEN_START = 1, TOKEN_STOP = 2 };

/* A token named by an option; -1 after a message. */
static int token(Elab *e, const Expr *x, const Input *input)
{
    Value *v = elab_expr(e, x);
    int64_t id;

    if (v->kind == VAL_POISON)
        return -1;
    if (value_whole(v, &id) && id >= 0 && id < input->classes)
        return (int)id;
    elab_wrong(e, x->span, v,
               "a token of `%s` is a whole number from 0 to %lld", input->name,
               (long long)input->classes - 1);
    return -1;
}

/* How many texts are held side by side; 1 after a message. */
static int beam(Elab *e, const Expr *x)
{
    Value *v = elab_expr(e, x);
    int64_t n;

    if (v->kind == VAL_POISON)
        return 1;
    if (value_whole(v, &n) && n >= 1 && n <= MOST_BEAM)
        return (int)n;
    elab_wrong(e, x->span, v, "a beam is a whole number from 1 to %d",
               MOST_BEAM);
    return 1;
}

/* What makes ids of a text; NULL where nothing does. */
static const Stage *numbering(const Flow *flow)
{
    const Stage *ids = flow ? flow_transform(flow, "ids") : NULL;

    return ids || !flow ? ids : flow_transform(flow, "characters");
}

static bool says(const Stage *ids, const char *key)
{
    const Setting *s = flow_setting(ids, key);

    return s && s->number != 0;
}

/* A text begins as rows of training do, where these all begin alike. */
static void check_start(Elab *e, const Expr *x, const Generate *g)
{
    const Input *input = &e->program->inputs.at[g->input];
    const Flow *flow = elab_training_flow(e->program, g->input);
    const Stage *ids = numbering(flow), *shift;
    int first;
    Message *m;

    if (!ids)
        return;
    shift = flow_transform(flow, "shift");
    first = shift                ? (int)flow_setting(shift, "start")->number
            : says(ids, "start") ? TOKEN_START
                                 : -1;
    if (first == g->start || (first < 0 && g->start != TOKEN_START))
        return;
    m = diag_error(e->diag, x->span,
                   "no row of `%s` begins with token %d in training",
                   input->name, g->start);
    if (first >= 0)
        diag_help(m, "they begin with %d: write `start: %d`", first, first);
    else if (flow_transform(flow, "windows"))
        diag_help(m, "they are windows of one text: leave out `start`");
    else
        diag_help(m, "write `start: true` in `%s`", ids->name);
}

/* The token that ends rows is in some text that is learned from. */
static void check_stop(Elab *e, const Expr *x, const Generate *g)
{
    const Program *p = e->program;
    const Flow *flow = elab_training_flow(p, g->input);

    if (!flow || !flow_is_text(flow) || g->stop != TOKEN_STOP)
        return;
    for (int i = 0; i < p->flows.n; i++) {
        const Stage *ids = numbering(&p->flows.at[i]);

        if (ids && says(ids, "stop"))
            return;
    }
    diag_help(diag_error(e->diag, x->span,
                         "no text of the data ends with token %d", g->stop),
              "write `stop: true` where rows become ids, in `ids` or "
              "`characters`");
}

static void option(Elab *e, const Expr *x, Generate *g)
{
    const Input *input = &e->program->inputs.at[g->input];
    const char *label = x->label.text;

    if (strcmp(label, "start") == 0 && (g->start = token(e, x, input)) >= 0)
        check_start(e, x, g);
    else if (strcmp(label, "stop") == 0 && (g->stop = token(e, x, input)) >= 0)
        check_stop(e, x, g);
    else if (strcmp(label, "beam") == 0)
        g->beam = beam(e, x);
}

/* The input that is written; NULL after a message, which a name that nothing
 * has got when names were looked up. */
static const Value *written(Elab *e, const Item *item)
{
    const Value *v = elab_lookup(e, item->name.text, false);

    if (!v || v->kind == VAL_POISON)
        return NULL;
    if (v->kind == VAL_TENSOR && v->node->op == OP_INPUT && v->token &&
        v->axes.at[0] == AXIS_TIME)
        return v;
    diag_help(
        diag_error(e->diag, item->name.span,
                   "`generate` writes tokens, and `%s` is not an input of "
                   "such",
                   item->name.text),
        "declare it: input %s: token(n)[length];", item->name.text);
    return NULL;
}

/* Of probabilities tokens would be drawn nearly as if all were alike. */
static void warn_softmax(Elab *e, const Item *item, const Value *from)
{
    if (e->first && elab_shaped(from->node)->op == OP_SOFTMAX)
        diag_help(diag_warning(e->diag, item->value->span,
                               "`generate` takes logits, and this is a softmax "
                               "already"),
                  "give it the value before the softmax");
}

/* Whether `from` has a number for each token at each step, or a message. */
static bool serves(Elab *e, const Item *item, const Value *from,
                   const Input *input)
{
    Shape shape = from->kind == VAL_TENSOR ? value_shape(from) : shape_ones(1);
    Message *m;

    if (from->kind == VAL_POISON)
        return false;
    if (from->kind == VAL_TENSOR && from->rows &&
        from->node->type == TYPE_REAL && axes_over_time(&from->axes) &&
        shape.dim[0] == input->shape.dim[0] && shape.dim[1] == input->classes) {
        warn_softmax(e, item, from);
        return true;
    }
    m = elab_error(e, item->value->span,
                   "`%s` is generated from [%lld, %lld]: a number for each "
                   "token at each step",
                   input->name, (long long)input->shape.dim[0],
                   (long long)input->classes);
    elab_note(e, m, "this", from);
    return false;
}

void elab_generate(Elab *e, const Item *item)
{
    const Value *in = written(e, item);
    const Value *from = elab_expr(e, item->value);
    Generate g = {.span = item->span, .start = -1, .stop = -1, .beam = 1};

    if (e->generated)
        diag_error(e->diag, item->span, "a model generates once");
    if (!in || e->generated ||
        !serves(e, item, from, &e->program->inputs.at[in->input]))
        return;
    g.input = in->input;
    g.name = item->value->kind == EXPR_NAME ? item->value->name : "logits";
    for (int i = 0; i < item->options.n; i++)
        option(e, item->options.at[i], &g);
    e->program->generate = g;
    e->generated = from->node;
}

bool elab_fed(const Elab *e, int input)
{
    return e->next && input == e->program->generate.input;
}

void elab_next(Elab *e)
{
    e->top = next_step(e->diag, e->program, e->top, e->generated, &e->before);
    e->graph = e->top;
}
