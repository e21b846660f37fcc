/* facts.c: see facts.h. */
#include "emit/facts.h"

#include <string.h>

#include "base/quote.h"
#include "base/version.h"
#include "emit/record.h"
#include "nn_prep.h"

/* Numbers that a person may be asked for. */
enum { MOST_VALUES = 1024, LEAST_SQUARE = 64 };

/* The flow of an input's training rows and its place among the feeds; NULL
 * where it has none. */
static const Flow *flow_of(const Program *p, int input, int *feed)
{
    for (int i = 0; i < p->flows.n; i++)
        for (*feed = 0; *feed < p->flows.at[i].n_feeds; ++*feed)
            if (p->flows.at[i].part == PART_ALL &&
                p->flows.at[i].feeds[*feed] == input)
                return &p->flows.at[i];
    return NULL;
}

/* Whether a row is text that is cut into tokens. */
static bool is_spelled(const Program *p, const Flow *flow)
{
    int n = 0;
    const nn_transform *t = flow ? record_transforms(p->arena, flow, &n) : NULL;

    for (int i = 0; i < n; i++)
        if (t[i].kind == NN_SPLIT)
            return true;
    return false;
}

static bool standardizes(const Program *p, int input)
{
    int feed;
    const Flow *flow = flow_of(p, input, &feed);

    return flow && flow_transform(flow, "standardize");
}

/* Channels, height and width of an input that is a picture: it says so, or it
 * has as many numbers as a square of points, which are of one kind. */
static bool is_picture(const Program *p, int input, int64_t size[3])
{
    const Input *in = &p->inputs.at[input];
    int64_t n = shape_count(&in->shape), side = 1;

    if (in->type != TYPE_REAL)
        return false;
    if (axes_image(&in->axes)) {
        memcpy(size, in->shape.dim, 3 * sizeof *size);
        return size[0] == 1 || size[0] == 3;
    }
    while (side * side < n)
        side++;
    size[0] = 1;
    size[1] = size[2] = side;
    return in->shape.rank == 1 && side * side == n && n >= LEAST_SQUARE &&
           !standardizes(p, input);
}

static bool learns(const Program *p, int input)
{
    int feed;
    const Flow *flow = flow_of(p, input, &feed);
    nn_tensor tensor = record_input(&p->inputs.at[input]);
    nn_flow f;
    nn_prep prep;
    nn_error e;
    bool yes;

    if (!flow)
        return false;
    f = record_flow(p->arena, flow, feed);
    yes = nn_prep_open(&prep, &f, &tensor, &e) && nn_prep_learns(&prep);
    nn_prep_close(&prep);
    return yes;
}

static const char *refuse_input(const Program *p, int i, bool weights)
{
    const Input *in = &p->inputs.at[i];
    long long n = shape_count(&in->shape);
    int64_t size[3];
    int feed;
    const Flow *flow = flow_of(p, i, &feed);
    bool is_text = is_spelled(p, flow);

    if (is_text && in->type == TYPE_REAL)
        return arena_printf(p->arena,
                            "%s is text of which the network takes numbers",
                            in->name);
    if (n > MOST_VALUES && !is_text && !is_picture(p, i, size))
        return arena_printf(p->arena,
                            "%s has %lld values a row, and nobody fills in "
                            "more than %d",
                            in->name, n, MOST_VALUES);
    if (!weights && learns(p, i))
        return arena_printf(p->arena,
                            "what the data teach of %s stands in a weights "
                            "file: train the model, then say --weights FILE",
                            in->name);
    return NULL;
}

const char *facts_refusal(const Program *p, bool weights)
{
    const char *why = p->outputs.n == 0  ? "it has no `output`"
                      : p->generate.name ? "it writes text, and a page shows "
                                           "numbers and classes"
                                         : NULL;

    for (int i = 0; !why && i < p->inputs.n; i++)
        why = refuse_input(p, i, weights);
    return why;
}

static void put_text(Text *out, const char *key, const char *text)
{
    text_printf(out, "\"%s\": ", key);
    quote_json(out, text);
    text_add(out, ", ");
}

static void put_numbers(Text *out, const char *key, const int64_t *x, int n)
{
    text_printf(out, "\"%s\": [", key);
    for (int i = 0; i < n; i++)
        text_printf(out, "%s%lld", i ? ", " : "", (long long)x[i]);
    text_add(out, "]");
}

/* Whether numbers are those of bytes, 0 to 255. */
static bool is_bytes(const Flow *flow)
{
    const char *name = flow ? flow->stages[0].name : "";

    return strcmp(name, "idx") == 0 || strcmp(name, "cifar") == 0;
}

static const char *yes(bool is)
{
    return is ? "true" : "false";
}

static void put_input(Text *out, const Program *p, int i)
{
    const Input *in = &p->inputs.at[i];
    nn_tensor t = record_input(in);
    int64_t size[3];
    int feed;
    const Flow *flow = flow_of(p, i, &feed);
    bool fills = flow && record_missing(&flow->stages[0]) == NN_MISSING_MEAN;

    text_add(out, "{");
    put_text(out, "name", in->name);
    put_numbers(out, "shape", t.shape, t.rank);
    text_printf(out, ", \"values\": %lld, \"classes\": %lld",
                (long long)t.values, (long long)t.classes);
    text_printf(out,
                ", \"bytes\": %s, \"standardized\": %s, \"fills\": %s, "
                "\"text\": %s",
                yes(is_bytes(flow)), yes(standardizes(p, i)), yes(fills),
                yes(is_spelled(p, flow)));
    if (is_picture(p, i, size)) {
        text_add(out, ", ");
        put_numbers(out, "picture", size, 3);
    }
    text_add(out, "}");
}

static void put_output(Text *out, const Output *o)
{
    nn_tensor t = record_output(o);

    text_add(out, "{");
    put_text(out, "name", o->name);
    put_numbers(out, "shape", t.shape, t.rank);
    text_printf(out,
                ", \"values\": %lld, \"target\": %d, \"probabilities\": %s}",
                (long long)t.values, o->target, yes(o->classes));
}

static void put_all(Text *out, const Program *p, bool trains)
{
    text_add(out, "{");
    put_text(out, "model", p->name);
    put_text(out, "file", str_base_name(p->path));
    put_text(out, "nnc", NNC_VERSION);
    if (trains)
        put_text(out, "optimizer", p->train.optimizer->name);
    text_printf(out, "\"rate\": %.9g, \"parameters\": %lld,\n\"inputs\": [",
                trains ? p->train.rate : 0.0, (long long)program_weights(p));
    for (int i = 0; i < p->inputs.n; i++) {
        text_add(out, i == p->n_inputs ? "],\n\"targets\": [" : i ? ", " : "");
        put_input(out, p, i);
    }
    if (p->inputs.n == p->n_inputs)
        text_add(out, "],\n\"targets\": [");
    text_add(out, "],\n\"outputs\": [");
    for (int i = 0; i < p->outputs.n; i++) {
        text_add(out, i ? ", " : "");
        put_output(out, &p->outputs.at[i]);
    }
    text_add(out, "]}");
}

void emit_facts(Text *out, const Program *p, bool trains)
{
    Text text = {.arena = out->arena};

    put_all(&text, p, trains);
    /* `<` stands within strings alone, and would end the script */
    text_add(out, str_replace(out->arena, text_str(&text), "<", "\\u003c"));
}
