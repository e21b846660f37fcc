/* driver.c: parse, elaborate, run the pipeline; see driver.h. */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pack.h"
#include "cache.h"
#include "front/parse.h"
#include "nn_say.h"
#include "tile/target.h"

enum { BATCH = 64, WORKSPACE_LIMIT = 256 << 20 };

/* --dump names a pass of the table, in which some stand several times. */
static bool known_pass(Arena *arena, const char *name)
{
    VEC(const char *) names = {0};
    const char *near, *pass;

    for (int i = 0; (pass = pipeline_pass(i)); i++) {
        if (strcmp(pass, name) == 0)
            return true;
        if (!str_among(names.at, names.n, pass))
            vec_push(arena, &names, pass);
    }
    near = str_nearest(name, names.at, names.n);
    nn_say(stderr, "nnc: there is no pass `%s`%s%s%s\n", name,
           near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
    fputs("the passes are:", stderr);
    for (int i = 0; i < names.n; i++)
        nn_say(stderr, " %s", names.at[i]);
    fputc('\n', stderr);
    return false;
}

bool driver_open(Driver *d, const Options *o, Diag *diag, const char *path)
{
    *d = (Driver){.options = o,
                  .arena = o->arena,
                  .diag = diag,
                  .code = o->code,
                  .rows = o->batch};
    if (!o->code.target || strcmp(o->code.target, "native") == 0)
        d->code.target = target_native()->name;
    if (o->dump && !known_pass(o->arena, o->dump))
        return false;
    if (o->templates && !pack_override(o->arena, o->templates))
        return false;
    d->file = parse_file(o->arena, diag, path);
    return d->file && !d->file->partial;
}

/* Adds a tensor by its name, or by its numbers: where it stands in the table
 * depends on what else the program holds. */
static CacheKey add_tensor(CacheKey key, const Program *p, const Tensor *t)
{
    int64_t n = t->kind == TENSOR_CONSTANT ? shape_count(&t->shape) : 0;

    if (n == 0)
        return cache_add(key, t->name);
    for (int64_t k = 0; k < n; k++)
        key =
            cache_add(key, arena_printf(p->arena, "%.17g", t->init.literal[k]));
    return key;
}

/* Adds a graph without the names of its values. */
static CacheKey add_graph(CacheKey key, const Program *p, const Graph *g)
{
    Text text = {.arena = p->arena};

    graph_print(&text, g);
    for (char *line = text.n ? text.at : NULL; line && *line;) {
        char *end = strchr(line, '\n'), *name;
        char *tensor = strstr(line, " = TENSOR ");

        *end = '\0';
        name = strstr(line, "  # ");
        if (name)
            *name = '\0';
        if (tensor && tensor < end && (tensor = strchr(tensor, '#'))) {
            key = add_tensor(key, p, &p->tensors.at[atoi(tensor + 1)]);
            *tensor = '\0';
        }
        key = cache_add(key, line);
        line = end + 1;
    }
    return key;
}

/* Adds the graph of an entry of this mode, if there is one. */
static CacheKey add_entry(CacheKey key, const Program *p, Mode mode)
{
    const Entry *entry = program_entry(p, mode);

    return entry ? add_graph(key, p, entry->graph) : key;
}

static const char *key_text(Arena *arena, CacheKey key)
{
    return arena_printf(arena, "%016llx", (unsigned long long)key.a);
}

/* Of a training step, the tensors and what updates them: the same digest, the
 * same computation. */
static const char *digest(const Program *p)
{
    CacheKey key = add_entry(cache_start(), p, MODE_STEP);

    for (int i = 0; i < p->tensors.n; i++) {
        const Tensor *x = &p->tensors.at[i];

        key = cache_add(key, arena_printf(p->arena, "%s %d %.17g %.17g",
                                          x->name, x->frozen, x->l2, x->l1));
    }
    for (int i = 0; i < p->metrics.n; i++)
        if (p->metrics.at[i].scorer)
            key = cache_add(key, p->metrics.at[i].scorer);
    for (int i = 0; i < p->train.clips.n; i++)
        key = add_graph(key, p, p->train.clips.at[i]->body);
    key = add_graph(key, p, p->train.optimizer->body);
    return key_text(p->arena, key);
}

static Program *elaborate(Driver *d, int64_t batch)
{
    const Options *o = d->options;
    ElabOptions options = {.model = o->model,
                           .n_defines = o->defines.n,
                           .defines = o->defines.at,
                           .batch = batch,
                           .step_batch = d->rows,
                           .infer_only = o->infer_only};
    Program *p = elaborate_program(d->arena, d->diag, d->file, &options);

    if (diag_errors(d->diag))
        return NULL;
    if (p->has_loss)
        p->digest = digest(p);
    p->network = key_text(d->arena, add_entry(cache_start(), p, MODE_INFER));
    return p;
}

Program *driver_program(Driver *d)
{
    return elaborate(d, d->options->batch ? d->options->batch : BATCH);
}

/* The most bytes of workspace that an entry of inference takes. */
static int64_t infer_workspace(const Plans *plans)
{
    int64_t most = 0;

    for (int i = 0; i < plans->n; i++) {
        const Plan *plan = plans->at[i];

        if (plan->entry->mode == MODE_INFER && plan->workspace > most)
            most = plan->workspace;
    }
    return most;
}

static const char *mebibytes(Arena *arena, int64_t bytes)
{
    return arena_printf(arena, "%.0f MiB", (double)bytes / (1 << 20));
}

/* How much memory there is, where that is known, and where. */
static int64_t memory_of(const Driver *d, const char **where)
{
    const Target *target = target_find(d->code.target);
    int64_t pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

    *where = target->memory ? target->name : "this machine";
    if (target->memory)
        return target->memory;
    return pages > 0 && page > 0 ? pages * page : INT64_MAX;
}

/* Refuses what memory cannot hold. */
static void check_memory(Driver *d, Want want, const Model *m)
{
    const char *where;
    int64_t memory = memory_of(d, &where);
    int64_t weights = program_reals(m->program, m->program->tensors.n) *
                      (want == WANT_CHECK ? 8 : 4);
    int64_t most = 0;
    const char *entry = "";
    Message *message;

    for (int i = 0; i < m->plans.n; i++)
        if (m->plans.at[i]->workspace > most) {
            most = m->plans.at[i]->workspace;
            entry = m->plans.at[i]->entry->name;
        }
    if (weights + most < memory)
        return;
    message = diag_error(d->diag, (Span){0},
                         "the model %s needs more memory than %s has",
                         m->program->name, where);
    diag_note(message, "weights and optimiser: %s",
              mebibytes(d->arena, weights));
    diag_note(message, "workspace of `%s`: %s", entry,
              mebibytes(d->arena, most));
    diag_note(message, "%s: %s", where, mebibytes(d->arena, memory));
    diag_help(message, "make layers or the batch smaller");
}

bool driver_model(Driver *d, Want want, Model *model, Text *dumped)
{
    int64_t given = d->options->batch;
    Text waste = {.arena = d->arena};

    for (int64_t batch = given ? given : BATCH;; batch /= 2) {
        *model = (Model){.program = elaborate(d, batch)};
        if (!model->program)
            return false;
        model->plans = pipeline_run(model->program, want, &d->code,
                                    dumped ? d->options->dump : NULL,
                                    dumped ? dumped : &waste);
        if (given || batch == 1 ||
            infer_workspace(&model->plans) < WORKSPACE_LIMIT)
            break;
        if (dumped)
            dumped->n = 0;
    }
    if (model->plans.n == 0) {
        diag_help(diag_error(d->diag, (Span){0},
                             "the model %s has no `output`, so there is "
                             "nothing to infer",
                             model->program->name),
                  "write: output NAME;");
        return false;
    }
    check_memory(d, want, model);
    return diag_errors(d->diag) == 0;
}

void driver_complain(Driver *d, const Program *p, const char *path,
                     const char *text)
{
    int n = (int)strcspn(text, "\n");
    Message *message = diag_error(d->diag, (Span){0}, "%.*s", n, text);

    for (text += n; *text; text += n) {
        text += strspn(text, "\n ");
        n = (int)strcspn(text, "\n");
        diag_note(message, "%.*s", n, text);
    }
    if (p->has_loss && p->has_data && access(path, F_OK) != 0)
        diag_help(message, "`nnc train %s` saves weights as %s.safetensors",
                  p->path, p->name);
}

bool driver_weights(Driver *d, Model *m, bool computes)
{
    const char *name = m->program->name, *init = d->options->init;
    const char *path = init ? init : d->options->weights;
    nn_error e = {""};

    if (!path)
        return true;
    m->weights = NEW(d->arena, Weights);
    *m->weights = (Weights){.program = m->program,
                            .plans = m->plans.at,
                            .plan_count = m->plans.n,
                            .computes = computes && !init,
                            .starts = init != NULL,
                            .alone = init != NULL,
                            .name = arena_printf(d->arena, "%s_%s", name,
                                                 init ? "init" : "weights")};
    if (weights_open(m->weights, path, &e))
        return true;
    driver_complain(d, m->program, path, e.text);
    driver_close(m);
    return false;
}

void driver_close(Model *m)
{
    if (m->weights)
        weights_close(m->weights);
    m->weights = NULL;
}

int driver_status(const Driver *d)
{
    diag_print(d->diag, stderr, false);
    return diag_errors(d->diag) > 0;
}
