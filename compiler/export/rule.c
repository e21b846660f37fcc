/* rule.c: see rule.h. A rule of the prelude's is PyTorch's under that name, by
 * which it is called; any other is written out, as its formula has it. What a
 * rule is decides its formula, not its name. */
#include "export/rule.h"

#include <ctype.h>
#include <string.h>

#include "export/method.h"
#include "export/probe.h"
#include "export/python.h"
#include "export/read.h"

static const struct {
    const char *name, *call; /* with the rule's arguments as $NAME */
} known[] = {
    {"sgd", "torch.optim.SGD(weights, lr=rate, momentum=$momentum, "
            "nesterov=$nesterov)"},
    {"adagrad", "torch.optim.Adagrad(weights, lr=rate, eps=$eps)"},
    {"rmsprop", "torch.optim.RMSprop(weights, lr=rate, alpha=$alpha, "
                "eps=$eps, momentum=$momentum)"},
    {"adam", "torch.optim.Adam(weights, lr=rate, betas=($beta1, $beta2), "
             "eps=$eps)"},
    {"adamw", "torch.optim.AdamW(weights, lr=rate, betas=($beta1, $beta2), "
              "eps=$eps, weight_decay=$decay)"},
    {"norm", "torch.nn.utils.clip_grad_norm_(weights, $limit)"},
    {"value", "torch.nn.utils.clip_grad_value_(weights, $limit)"},
};

/* The prelude's rule of this name with the same arguments. */
static const Rule *prelude_rule(Arena *arena, const Rule *rule, bool clips)
{
    const char *use = arena_printf(
        arena,
        clips ? "optimizer sgd(rate: 1); "
                "clip %s(%s);"
              : "optimizer %s(rate: 1%s%s);",
        rule->name, clips || !*rule->arguments ? rule->arguments : ", ",
        rule->arguments);
    const Program *p = probe_program(
        arena, arena_printf(arena,
                            "model probe {\n  input x: f32[1]; target t: "
                            "f32[1];\n  y = x -> dense(1);\n  output y; loss "
                            "squared_error(y, t);\n  train { %s batch 1; "
                            "epochs 1; }\n}\n",
                            use));

    return clips ? p->train.clips.at[0] : p->train.optimizer;
}

/* The call with the numbers of "beta1: 0.9, beta2: 0.999" filled in. */
static const char *with_arguments(Arena *arena, const char *call,
                                  const char *arguments)
{
    for (const char *c = arguments; *c;) {
        size_t name = strcspn(c, ":"), end = strcspn(c, ",");
        const char *key = arena_printf(arena, "$%.*s", (int)name, c);
        const char *value = arena_copy(arena, c + name + 2, end - name - 2);

        if (isalpha((unsigned char)*value))
            value = *value == 't' ? "True" : "False";
        call = str_replace(arena, call, key, value);
        c += end + strspn(c + end, ", ");
    }
    return call;
}

/* The call of PyTorch's own, or NULL. */
static const char *pytorch_call(Arena *arena, const Rule *rule, bool clips)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const Rule *other;

        if (strcmp(known[i].name, rule->name) != 0 ||
            (strncmp(known[i].call, "torch.nn", 8) == 0) != clips)
            continue;
        other = prelude_rule(arena, rule, clips);
        if (strcmp(probe_text(arena, rule->body),
                   probe_text(arena, other->body)) == 0)
            return with_arguments(arena, known[i].call, rule->arguments);
    }
    return NULL;
}

/* The formula's leaves under the names that the text has for them. */
static const char *arg_name(Arena *arena, const Rule *rule, int index)
{
    static const char *const names[RULE_STATES] = {
        [RULE_WEIGHT] = "weight",
        [RULE_GRADIENT] = "gradient",
        [RULE_NORM] = "norm",
    };

    return index < RULE_STATES
               ? names[index]
               : python_name(arena, rule->states.at[index - RULE_STATES]);
}

typedef struct Formula {
    Terms terms;
    Reader *body;
    Method m;
} Formula;

static void bind(Formula *f, const char *name)
{
    method_bind(&f->m, term_atom(&f->terms, name), name);
}

/* Reads the body; its terms are printed by f->m. */
static void read_formula(Formula *f, const Export *e, const Rule *rule,
                         Text *out, int indent)
{
    Reader like = {.dialect = &dialect_pytorch,
                   .arena = e->arena,
                   .program = e->a,
                   .terms = &f->terms};
    Scan *ports = NEW(e->arena, Scan);
    int n = RULE_STATES + rule->states.n;

    f->terms = (Terms){.arena = e->arena, .places = {.arena = e->arena}};
    ports->n[PORT_FIXED] = n;
    like.scan = ports;
    like.port = NEWN(e->arena, Term *, n);
    for (int i = 0; i < n; i++) {
        like.port[i] = term_atom(&f->terms, arg_name(e->arena, rule, i));
        like.port[i]->shape = &rule->body->nodes.at[0]->shape;
    }
    f->body = read_graph(&like, rule->body, rule->body);
    f->m = method_new(&f->terms, out, indent);
    for (int i = 0; i < n; i++)
        bind(f, arg_name(e->arena, rule, i));
    bind(f, "rate");
    bind(f, "step");
}

static void states_begin(Text *out, Arena *arena, const Rule *rule)
{
    text_add(out, "        if not state:\n            state[\"step\"] = 0\n");
    for (int i = 0; i < rule->states.n; i++)
        text_printf(out,
                    "            state[\"%s\"] = torch.zeros_like(weight)\n",
                    rule->states.at[i]);
    text_add(out, "        state[\"step\"] += 1\n"
                  "        step = torch.tensor(float(state[\"step\"]))\n"
                  "        rate = torch.tensor(rate)\n");
    for (int i = 0; i < rule->states.n; i++)
        text_printf(out, "        %s = state[\"%s\"]\n",
                    arg_name(arena, rule, RULE_STATES + i), rule->states.at[i]);
}

/* def update(self, weight, gradient, rate, state). */
static void own_update(Text *out, const Export *e, const Rule *rule)
{
    Formula f;
    Term **next = NEWN(e->arena, Term *, rule->body->roots.n);

    states_begin(out, e->arena, rule);
    read_formula(&f, e, rule, out, 8);
    for (int i = 0; i < rule->body->roots.n; i++)
        next[i] = read_root(f.body, &rule->body->roots.at[i]);
    method_statements(&f.m, rule->body->roots.n, next, true);
    for (int i = 0; i < rule->body->roots.n; i++) {
        const Root *root = &rule->body->roots.at[i];
        const char *value = method_expression(&f.m, next[i]);

        if (root->role == ROOT_STATE)
            method_line(&f.m, "state[\"%s\"] = (%s).expand_as(weight).clone()",
                        rule->states.at[root->index], value);
    }
    method_line(&f.m, "weight.copy_(%s)", method_expression(&f.m, next[0]));
}

static void own_optimizer(Text *out, const Export *e, const Rule *rule)
{
    text_printf(out,
                "class Rule(torch.optim.Optimizer):\n"
                "    \"\"\"%s(%s)\"\"\"\n\n"
                "    def __init__(self, weights, lr):\n"
                "        super().__init__(weights, {\"lr\": lr})\n\n"
                "    @torch.no_grad()\n"
                "    def step(self):\n"
                "        for group in self.param_groups:\n"
                "            for w in group[\"params\"]:\n"
                "                if w.grad is not None:\n"
                "                    self.update(w, w.grad, group[\"lr\"], "
                "self.state[w])\n\n"
                "    def update(self, weight, gradient, rate, state):\n",
                rule->name, rule->arguments);
    own_update(out, e, rule);
    text_add(out, "\n\n");
}

static void own_clip(Text *out, const Export *e, const Rule *rule)
{
    Formula f;
    Term *next;

    text_add(out, "    gradients = [w.grad for w in weights if w.grad is not "
                  "None]\n"
                  "    norm = sum(g.square().sum() for g in gradients).sqrt()\n"
                  "    for gradient in gradients:\n");
    read_formula(&f, e, rule, out, 8);
    next = read_root(f.body, &rule->body->roots.at[0]);
    method_statements(&f.m, 1, &next, false);
    method_line(&f.m, "gradient.copy_(%s)", method_expression(&f.m, next));
}

static const char weights[] =
    "    weights = [w for w in model.parameters() if w.requires_grad]\n";

static void clip(Text *out, const Export *e)
{
    const Train *t = &e->a->train;

    if (t->clips.n == 0) {
        text_add(out, "\n\ndef clip(model):\n    \"\"\"Gradients stay as they "
                      "are.\"\"\"\n");
        return;
    }
    text_printf(out, "\n\n@torch.no_grad()\ndef clip(model):\n%s", weights);
    for (int i = 0; i < t->clips.n; i++) {
        const char *call = pytorch_call(e->arena, t->clips.at[i], true);

        if (call)
            text_printf(out, "    %s\n", call);
        else
            own_clip(out, e, t->clips.at[i]);
    }
}

/* A half cosine from where the rise ends (Loshchilov, Hutter 2017). */
static void cosine(Text *out, const Export *e, const char *warmup)
{
    double to = e->a->train.schedule.to;
    const char *end = form_number(e->arena, to);

    if (*warmup)
        text_printf(out, "    step, steps = step - %s, steps - %s\n", warmup,
                    warmup);
    text_printf(out, "    if step >= steps:\n        return %s\n", end);
    text_add(out, "    turn = 0.5 * (1 + math.cos(math.pi * step / steps))\n");
    if (to == 0)
        text_add(out, "    return rate * turn\n");
    else
        text_printf(out, "    return %s + (rate - %s) * turn\n", end, end);
}

static void schedule(Text *out, const Export *e)
{
    const Schedule *s = &e->a->train.schedule;
    const char *warmup =
        s->warmup > 0 ? arena_printf(e->arena, "%.0f", s->warmup) : "";

    text_add(out, "\n\ndef rate_at(step, steps, per_epoch, rate=RATE):\n"
                  "    \"\"\"The rate of a step, counted from 0.\"\"\"\n");
    if (*warmup)
        text_printf(out,
                    "    if step < %s:\n        return rate * (step + 1) / "
                    "%s\n",
                    warmup, warmup);
    if (s->kind == RATE_COSINE)
        cosine(out, e, warmup);
    else if (s->kind == RATE_STEP)
        text_printf(out,
                    "    return rate * %s ** (step // per_epoch // %.0f)\n",
                    form_number(e->arena, s->factor), s->every);
    else
        text_add(out, "    return rate\n");
}

void rule_functions(Text *out, const Export *e)
{
    const Rule *rule = e->a->train.optimizer;
    const char *call = pytorch_call(e->arena, rule, false);
    Method m;

    if (!call) {
        own_optimizer(out, e, rule);
        call = "Rule(weights, rate)";
    }
    text_printf(out,
                "def optimizer(model, rate=RATE):\n"
                "    \"\"\"%s(%s)\"\"\"\n%s",
                rule->name, rule->arguments, weights);
    m = (Method){.arena = e->arena, .out = out, .indent = 4};
    method_line(&m, "return %s", call);
    clip(out, e);
    schedule(out, e);
}
