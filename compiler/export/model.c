/* model.c: see model.h.
 *
 * What training does is mostly what inference does, up to the outputs: then
 * one method has what both share, and `self.training` tells them apart. It is
 * found by reading the graph of training as if nothing trained and comparing
 * terms; where they differ, each has a method of its own. */
#include "export/model.h"

#include <string.h>

#include "base/pack.h"
#include "export/method.h"
#include "export/python.h"

typedef VEC(Term *) TermList;

typedef struct Class {
    const Export *e;
    Arena *arena;
    Text *out;
    Terms *terms;
    Layers *weights;
    Reader *step, *still, *eval, *infer; /* still: step, as if not training */
    TermList outputs, shared;            /* shared: what `body` returns */
    Term *loss;                          /* without penalties */
    const char *body;                    /* the method, or NULL */
} Class;

const char *model_inputs(Arena *arena, const Program *p, bool targets)
{
    Text out = {.arena = arena};

    for (int i = 0; i < (targets ? p->inputs.n : p->n_inputs); i++)
        text_printf(&out, "%s%s", i ? ", " : "",
                    python_name(arena, p->inputs.at[i].name));
    return text_str(&out);
}

static Reader *read_mode(const Class *c, Mode mode, bool still)
{
    const Entry *a = read_entry(c->e->a, mode, ROWS_A);
    const Entry *b = read_entry(c->e->b, mode, ROWS_B);
    Reader like = {.dialect = &dialect_pytorch,
                   .arena = c->arena,
                   .terms = c->terms,
                   .weights = c->weights,
                   .program = c->e->a,
                   .still = still,
                   .counted = c->e->counted};

    return a && b ? read_graph(&like, a->graph, b->graph) : NULL;
}

static Term *root_of(Reader *r, Role role, int index)
{
    for (int i = 0; i < r->a->roots.n; i++) {
        const Root *root = &r->a->roots.at[i];

        if (root->role == role && root->index == index)
            return read_root(r, root);
    }
    return NULL;
}

static void reach(const Term *t, bool *met)
{
    if (met[t->id])
        return;
    met[t->id] = true;
    for (int i = 0; i < t->n_in; i++)
        reach(t->in[i], met);
}

/* A module that the loss does not come to is not called: what it would gather
 * is computed. */
static void leave_uncalled(Class *c)
{
    const Term *loss = root_of(c->step, ROOT_LOSS, 0);
    bool *met = NEWN(c->arena, bool, c->terms->all.n + 1);
    Term **gathered = c->step->gathered;

    reach(loss, met);
    for (int i = 0; i < c->step->a->roots.n; i++)
        if (gathered[i] && !met[gathered[i]->id])
            gathered[i] = NULL;
}

/* What training computes where evaluation has this value, or NULL: also where
 * there are several, such as a value with and without dropout. */
static Term *in_training(const Class *c, const Term *wanted)
{
    Term *found = NULL;

    for (int i = 0; wanted && i < c->step->a->nodes.n; i++) {
        if (c->still->term[i] != wanted)
            continue;
        if (found && found != c->step->term[i])
            return NULL;
        found = c->step->term[i];
    }
    return found;
}

/* Whether one text does for training and for inference. */
static bool is_shared(Class *c)
{
    c->loss = in_training(c, root_of(c->eval, ROOT_LOSS, 0));
    for (int i = 0; i < c->e->a->outputs.n; i++) {
        Term *t = in_training(c, root_of(c->infer, ROOT_OUTPUT, i));

        if (!t)
            return false;
        vec_push(c->arena, &c->outputs, t);
    }
    for (int i = 0; i < c->step->a->roots.n; i++)
        if (c->step->a->roots.at[i].role == ROOT_TENSOR &&
            !c->step->gathered[i])
            return false;
    return c->loss != NULL;
}

/* The sums of metrics that are figures of sums, in order. */
static TermList metric_sums(Class *c, Reader *r)
{
    const Program *p = c->e->a;
    TermList sums = {0};

    for (int i = 0; i < p->metrics.n; i++)
        if (!p->metrics.at[i].scorer)
            for (int k = 0; k < 2; k++) {
                int64_t at = p->metrics.at[i].first;

                at += k ? p->metrics.at[i].sums : 0;
                vec_push(c->arena, &sums, root_of(r, ROOT_METRIC, (int)at));
            }
    return sums;
}

static bool is_among(const TermList *list, const Term *t)
{
    for (int i = 0; i < list->n; i++)
        if (list->at[i] == t)
            return true;
    return false;
}

/* What outputs and losses both need, as few values as tell all of it. */
static void find_body(Class *c)
{
    int n = c->terms->all.n;
    bool *of_outputs = NEWN(c->arena, bool, n), *edge = NEWN(c->arena, bool, n);
    bool *of_losses = NEWN(c->arena, bool, n);
    TermList sums = metric_sums(c, c->step);

    for (int i = 0; i < c->outputs.n; i++)
        reach(c->outputs.at[i], of_outputs);
    vec_push(c->arena, &sums, c->loss);
    for (int i = 0; i < sums.n; i++) {
        reach(sums.at[i], of_losses);
        edge[sums.at[i]->id] = true;
    }
    for (int i = 0; i < n; i++)
        for (int k = 0; k < c->terms->all.at[i]->n_in; k++)
            if (of_losses[i] && !of_outputs[i])
                edge[c->terms->all.at[i]->in[k]->id] = true;
    for (int i = 0; i < n; i++)
        if (edge[i] && of_outputs[i] && of_losses[i] &&
            !c->terms->all.at[i]->atom)
            vec_push(c->arena, &c->shared, c->terms->all.at[i]);
}

/* Whether the outputs are all that is shared. */
static bool outputs_do(const Class *c)
{
    for (int i = 0; i < c->shared.n; i++)
        if (!is_among(&c->outputs, c->shared.at[i]))
            return false;
    return c->shared.n > 0;
}

/* The head of a method, and the method for what stands in it. */
static Method begin(Class *c, Text *lines, const char *name, bool targets)
{
    const Program *p = c->e->a;
    Method m = method_new(c->terms, lines, 8);

    text_printf(c->out, "\n    def %s(self, %s):\n", name,
                model_inputs(c->arena, p, targets));
    for (int i = 0; i < (targets ? p->inputs.n : p->n_inputs); i++) {
        const char *input = python_name(c->arena, p->inputs.at[i].name);

        method_bind(&m, term_atom(c->terms, input), input);
    }
    return m;
}

/* Whether lines of Python, comments aside, have `n`. */
static bool has_rows(const char *text)
{
    bool comment = false;

    for (const char *c = text; *c; c++) {
        comment = *c == '#' || (comment && *c != '\n');
        if (!comment && *c == 'n' && !str_in_name(c[1]) &&
            !str_in_name(c[-1]) && c[-1] != '.')
            return true;
    }
    return false;
}

static void end(Class *c, const Text *lines)
{
    const char *text = text_str(lines);

    if (has_rows(text))
        text_printf(c->out, "        n = len(%s)\n",
                    python_name(c->arena, c->e->a->inputs.at[0].name));
    text_add(c->out, text);
}

/* "a, b" of values, which have been printed. */
static const char *listed(Method *m, const TermList *list)
{
    Text out = {.arena = m->arena};

    for (int i = 0; i < list->n; i++)
        text_printf(&out, "%s%s", i ? ", " : "",
                    method_expression(m, list->at[i]));
    return text_str(&out);
}

static void returns(Class *c, const char *name, const TermList *list)
{
    Text lines = {.arena = c->arena};
    Method m = begin(c, &lines, name, false);

    method_statements(&m, list->n, list->at, false);
    method_line(&m, "return %s", listed(&m, list));
    end(c, &lines);
}

/* "logits = self.body(image)": binds what the other method returns. */
static void call_body(Class *c, Method *m, const char *call,
                      const TermList *list)
{
    Text names = {.arena = c->arena};

    for (int i = 0; i < list->n; i++) {
        const Term *t = list->at[i];
        text_printf(&names, "%s%s", i ? ", " : "", method_name(m, t));
    }
    method_line(m, "%s = %s(%s)", text_str(&names), call,
                model_inputs(c->arena, c->e->a, false));
}

static void call_shared(Class *c, Method *m)
{
    if (!c->body)
        return;
    if (strcmp(c->body, "self") == 0)
        call_body(c, m, c->body, &c->outputs);
    else
        call_body(c, m, c->body, &c->shared);
}

static void forward_shared(Class *c)
{
    Text lines = {.arena = c->arena};
    Method m;

    find_body(c);
    if (outputs_do(c))
        c->body = "self";
    else if (c->shared.n > 0)
        c->body = "self.body";
    if (!c->body || strcmp(c->body, "self") == 0) {
        returns(c, "forward", &c->outputs);
        return;
    }
    m = begin(c, &lines, "forward", false);
    call_shared(c, &m);
    method_statements(&m, c->outputs.n, c->outputs.at, false);
    method_line(&m, "return %s", listed(&m, &c->outputs));
    end(c, &lines);
    returns(c, "body", &c->shared);
}

static bool has_penalty(const Program *p)
{
    for (int i = 0; i < p->tensors.n; i++) {
        const Tensor *t = &p->tensors.at[i];

        if (t->kind == TENSOR_WEIGHT && !t->frozen && t->shape.rank > 1 &&
            (p->train.l2 + t->l2 != 0 || p->train.l1 + t->l1 != 0))
            return true;
    }
    return false;
}

/* What training adds to the loss: a line for each factor and weight. */
static void penalty(Class *c)
{
    const Program *p = c->e->a;

    text_add(c->out, "\n    def penalty(self):\n        sum = 0.0\n");
    for (int i = 0; i < p->tensors.n; i++) {
        const Tensor *t = &p->tensors.at[i];
        double l2 = (p->train.l2 + t->l2) / 2, l1 = p->train.l1 + t->l1;
        const char *w = layers_text(c->weights, i);

        if (t->kind != TENSOR_WEIGHT || t->frozen || t->shape.rank < 2)
            continue;
        if (l2 != 0)
            text_printf(c->out, "        sum = sum + %s * %s.square().sum()\n",
                        form_number(c->arena, l2), w);
        if (l1 != 0)
            text_printf(c->out, "        sum = sum + %s * %s.abs().sum()\n",
                        form_number(c->arena, l1), w);
    }
    text_add(c->out, "        return sum\n");
}

static void loss_shared(Class *c)
{
    Text lines = {.arena = c->arena};
    Method m = begin(c, &lines, "loss", true);
    const char *text;

    call_shared(c, &m);
    method_statements(&m, 1, &c->loss, false);
    text = method_expression(&m, c->loss);
    if (has_penalty(c->e->a)) {
        if (strcmp(text, "loss") != 0)
            method_line(&m, "loss = %s", text);
        method_line(&m, "return loss + self.penalty() if self.training else "
                        "loss");
    } else {
        method_line(&m, "return %s", text);
    }
    end(c, &lines);
}

/* The values that tensors get, which are all known before one gets it. */
static void hand_on(Class *c, Method *m)
{
    const Graph *g = c->step->a;
    Text names = {.arena = c->arena}, values = {.arena = c->arena};

    for (int i = 0; i < g->roots.n; i++) {
        const Root *root = &g->roots.at[i];
        const Tensor *t = &c->e->a->tensors.at[root->index];
        const char *value;

        if (root->role != ROOT_TENSOR || c->step->gathered[i])
            continue;
        value = method_expression(m, read_root(c->step, root));
        if (t->kind == TENSOR_CARRIED) {
            method_line(m, "self.carry(\"%s\", %s.detach())", t->name, value);
            continue;
        }
        text_printf(&names, "%s%s", names.n ? ", " : "",
                    layers_text(c->weights, root->index));
        text_printf(&values, "%s%s.detach().clone()", values.n ? ", " : "",
                    value);
    }
    if (names.n)
        method_line(m, "%s = (%s)", text_str(&names), text_str(&values));
}

static void training_loss(Class *c)
{
    Text lines = {.arena = c->arena};
    Method m = begin(c, &lines, "training_loss", true);
    const Graph *g = c->step->a;
    TermList roots = {0};
    Term *loss = root_of(c->step, ROOT_LOSS, 0);

    for (int i = 0; i < g->roots.n; i++)
        if (g->roots.at[i].role == ROOT_TENSOR && !c->step->gathered[i])
            vec_push(c->arena, &roots, read_root(c->step, &g->roots.at[i]));
    vec_push(c->arena, &roots, loss);
    method_statements(&m, roots.n, roots.at, true);
    hand_on(c, &m);
    method_line(&m, "return %s", method_expression(&m, loss));
    end(c, &lines);
}

static void loss_apart(Class *c)
{
    Text lines = {.arena = c->arena};
    Method m = begin(c, &lines, "loss", true);
    Term *loss = root_of(c->eval, ROOT_LOSS, 0);

    method_line(&m, "if self.training:");
    method_line(&m, "    return self.training_loss(%s)",
                model_inputs(c->arena, c->e->a, true));
    method_statements(&m, 1, &loss, false);
    method_line(&m, "return %s", method_expression(&m, loss));
    end(c, &lines);
    training_loss(c);
}

static void metrics(Class *c, Reader *r)
{
    const Program *p = c->e->a;
    Text lines = {.arena = c->arena};
    TermList sums = metric_sums(c, r);
    Method m;

    m = begin(c, &lines, "metrics", true);
    for (int i = 0; i < p->metrics.n; i++)
        if (p->metrics.at[i].scorer)
            method_line(&m, "# `%s` is counted by nnc's programs alone.",
                        p->metrics.at[i].name);
    if (sums.n == 0) {
        method_line(&m, "return {}");
        end(c, &lines);
        return;
    }
    if (r == c->step)
        call_shared(c, &m);
    method_statements(&m, sums.n, sums.at, false);
    method_line(&m, "return {");
    for (int i = 0, k = 0; i < p->metrics.n; i++) {
        if (p->metrics.at[i].scorer)
            continue;
        method_line(&m, "    \"%s\": (%s, %s),", p->metrics.at[i].name,
                    method_expression(&m, sums.at[k]),
                    method_expression(&m, sums.at[k + 1]));
        k += 2;
    }
    method_line(&m, "}");
    end(c, &lines);
}

static void infer_outputs(Class *c)
{
    c->outputs = (TermList){0};
    for (int i = 0; i < c->e->a->outputs.n; i++)
        vec_push(c->arena, &c->outputs, root_of(c->infer, ROOT_OUTPUT, i));
}

static void methods(Class *c)
{
    bool shared = c->step && is_shared(c);

    if (shared) {
        if (c->infer)
            forward_shared(c);
        loss_shared(c);
    } else {
        if (c->infer) {
            infer_outputs(c);
            returns(c, "forward", &c->outputs);
        }
        if (c->step)
            loss_apart(c);
    }
    if (shared && has_penalty(c->e->a))
        penalty(c);
    if (c->step)
        metrics(c, shared ? c->step : c->eval);
}

void model_class(Text *out, const Export *e)
{
    Terms terms = {.arena = e->arena, .places = {.arena = e->arena}};
    Layers weights = {.arena = e->arena, .program = e->a};
    Text body = {.arena = e->arena};
    Class c = {.e = e,
               .arena = e->arena,
               .out = &body,
               .terms = &terms,
               .weights = &weights};

    c.step = read_mode(&c, MODE_STEP, false);
    if (c.step)
        leave_uncalled(&c);
    c.still = read_mode(&c, MODE_STEP, true);
    c.eval = read_mode(&c, MODE_EVAL, true);
    c.infer = read_mode(&c, MODE_INFER, true);
    methods(&c);
    if (str_mentions(text_str(&body), "carried"))
        text_add(&body, pack_find("templates/pytorch_carried.py"));
    text_printf(out, "class Model(nn.Module):\n    def __init__(self):\n"
                     "        super().__init__()\n");
    if (str_mentions(text_str(&body), "carried"))
        text_add(out, "        self.states = {}\n");
    layers_declare(out, &weights, text_str(&body));
    text_add(out, text_str(&body));
}
