/* The main function of NAME-infer: weights and what preprocessing learned,
 * then rows of files or of standard input, batch by batch. */
#include "nn_infer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nn_args.h"
#include "nn_ckpt.h"
#include "nn_entry.h"
#include "nn_form.h"
#include "nn_generate.h"
#include "nn_init.h"
#include "nn_learned.h"
#include "nn_mem.h"
#include "nn_origin.h"
#include "nn_print.h"
#include "nn_processor.h"
#include "nn_rows.h"
#include "nn_say.h"
#include "nn_std.h"

typedef struct {
    const char *weights, *output;
    bool csv, json, bench;
    int64_t top, threads, data_limit;
    const char **files;
    int file_count;
    bool writes; /* a flag of the writing is given */
    nn_writing writing;
} options;

enum { WRITING_FLAGS = 8 }; /* which stand last */

static nn_args_end parse(const nn_program *p, options *o, int argc, char **argv)
{
    char program[200], about[300], version[300];
    const nn_arg args[] = {
        {"weights", "FILE", "the weights (NAME.safetensors here)", NN_ARG_TEXT,
         &o->weights, 0, NULL},
        {"csv", NULL, "one line a row: the values with nine digits",
         NN_ARG_SWITCH, &o->csv, 0, NULL},
        {"json", NULL, "a list with an object for each row", NN_ARG_SWITCH,
         &o->json, 0, NULL},
        {"data-limit", "MIB", "the most that a .gz file may unpack to",
         NN_ARG_COUNT, &o->data_limit, 1, NULL},
        {"top", "K", "name the K most probable classes (3)", NN_ARG_COUNT,
         &o->top, 1, NULL},
        {"output", "NAME", "only this output, where there are several",
         NN_ARG_TEXT, &o->output, 0, NULL},
        {"threads", "N", "threads to use (1)", NN_ARG_COUNT, &o->threads, 1,
         NULL},
        {"bench", NULL, "measure the speed and end", NN_ARG_SWITCH, &o->bench,
         0, NULL},
        {"prompt", "TEXT", "write, going on from this text", NN_ARG_PROSE,
         &o->writing.prompt, 0, &o->writes},
        {"length", "N", "most tokens to write", NN_ARG_COUNT,
         &o->writing.length, 1, &o->writes},
        {"temperature", "T", "above 1 more surprising, below 1 less (1)",
         NN_ARG_REAL, &o->writing.sampling.temperature, 0, &o->writing.draws},
        {"top-k", "K", "draw from the K most probable tokens (all)",
         NN_ARG_COUNT, &o->writing.sampling.top_k, 1, &o->writing.draws},
        {"top-p", "P", "draw from the fewest that are as probable (1)",
         NN_ARG_REAL, &o->writing.sampling.top_p, 0, &o->writing.draws},
        {"seed", "S", "another number, another text (1)", NN_ARG_WHOLE,
         &o->writing.seed, 0, &o->writing.draws},
        {"greedy", NULL, "always the most probable token", NN_ARG_SWITCH,
         &o->writing.sampling.greedy, 0, &o->writing.draws},
        {"beam", "N", "hold the N most probable texts side by side", NN_ARG_FEW,
         &o->writing.beam, 1, &o->writes},
    };
    int first = p->given != NULL; /* behind --weights */
    int last = (int)(sizeof args / sizeof *args) -
               (p->generation == NULL ? WRITING_FLAGS : 0);
    snprintf(program, sizeof program, "%s-infer", p->model->name);
    snprintf(about, sizeof about,
             "Runs the model %s of %s on rows of csv, IDX, npy%s files, or "
             "of standard input.",
             p->model->name, p->file, p->image != NULL ? " and PNG" : "");
    snprintf(version, sizeof version, "%s-infer, made by nnc %s for %s",
             p->model->name, p->model->version, p->model->processor);
    const nn_args table = {program,      "[FLAG...] [FILE | INPUT=FILE]...",
                           about,        version,
                           args + first, last - first,
                           NN_FORM_HELP};
    return nn_args_parse(&table, argc, argv, o->files, &o->file_count);
}

static int tensor_count(const nn_model *m)
{
    return m->input_count + m->target_count;
}

/* The program's own weights serve as they are where nothing is written among
 * them: neither what is prepared nor what a token hands to the next. */
static bool open_params(nn_inference *f, nn_error *e)
{
    const nn_given *given = f->program->given;
    const nn_model *m = f->model;
    if (given != NULL && m->prepare == NULL && f->program->generation == NULL) {
        f->params = given->params;
        return true;
    }
    if (!nn_alloc(&f->own, (size_t)m->reals, sizeof *f->own, "weights", e))
        return false;
    f->params = f->own;
    if (given != NULL)
        memcpy(f->own, given->params, (size_t)given->reals * sizeof *f->own);
    if (given != NULL && m->prepare != NULL)
        m->prepare(f->own);
    return true;
}

static bool open_memory(nn_inference *f, nn_error *e)
{
    const nn_model *m = f->model;
    size_t inputs = (size_t)m->input_count, outputs = (size_t)m->output_count;
    size_t batch = (size_t)nn_entry_rows(m), workspace = nn_entry_workspace(m);
    bool good = open_params(f, e) &&
                nn_reserve(&f->workspace, workspace, 1, "workspace", e) &&
                nn_alloc(&f->buffers, inputs, sizeof *f->buffers, "rows", e) &&
                nn_alloc(&f->outputs, outputs, sizeof *f->outputs, "rows", e);
    for (size_t i = 0; good && i < inputs; i++) {
        bool real = m->inputs[i].type == NN_F32;
        good = nn_alloc(&f->buffers[i], batch * (size_t)m->inputs[i].values,
                        real ? sizeof(nn_real) : sizeof(int32_t), "rows", e);
    }
    for (size_t i = 0; good && i < outputs; i++)
        good = nn_alloc(&f->outputs[i], batch * (size_t)m->outputs[i].values,
                        sizeof **f->outputs, "rows", e);
    return good;
}

static bool open_inference(nn_inference *f, const nn_program *p,
                           int64_t threads, nn_error *e)
{
    const nn_model *m = p->model;
    size_t tensors = (size_t)tensor_count(m);
    *f = (nn_inference){.program = p, .model = m};
    f->batch = nn_entry_find(m, NN_INFER, NN_MOST_ROWS)->batch;
    if (!nn_alloc(&f->preps, tensors, sizeof *f->preps, "rows", e))
        return false;
    bool good = true;
    for (int i = 0; good && i < tensor_count(m); i++)
        good = nn_prep_open(&f->preps[i],
                            nn_prep_flow(p->flows, p->flow_count, i, NN_TRAIN),
                            &m->inputs[i], e);
    if (good)
        nn_prep_share(f->preps, tensor_count(m));
    good = good && open_memory(f, e);
    nn_thread_flush_denormals();
    if (!good || threads == 1)
        return good;
    f->pool = nn_pool_open((int)threads, e);
    return f->pool != NULL;
}

static void close_inference(nn_inference *f)
{
    const nn_model *m = f->model;
    nn_pool_close(f->pool);
    for (int i = 0; f->preps != NULL && i < tensor_count(m); i++)
        nn_prep_close(&f->preps[i]);
    for (int i = 0; f->buffers != NULL && i < m->input_count; i++)
        free(f->buffers[i]);
    for (int i = 0; f->outputs != NULL && i < m->output_count; i++)
        free(f->outputs[i]);
    free(f->preps);
    free(f->buffers);
    free(f->outputs);
    free(f->own);
    free(f->workspace);
}

static bool learned_is_needed(const nn_inference *f)
{
    for (int i = 0; i < tensor_count(f->model); i++)
        if (nn_prep_learns(&f->preps[i]))
            return true;
    return false;
}

static bool load_file(nn_inference *f, const char *path, nn_error *e)
{
    nn_tensors t;
    if (!nn_tensors_open(&t, path, e))
        return false;
    bool good = nn_ckpt_load_weights(f->model, &t, path, f->own, e) &&
                nn_learned_load(&t, path, f->preps, tensor_count(f->model), e);
    if (good)
        nn_origin_tell(f->model, &t, path, f->preps, tensor_count(f->model));
    nn_tensors_close(&t);
    return good;
}

/* What preprocessing learned, of a program that has its weights in it. */
static bool load_given(nn_inference *f, nn_error *e)
{
    const nn_given *g = f->program->given;
    nn_tensors t = {.notes = g->notes, .note_count = (size_t)g->note_count};
    return nn_learned_load(&t, "this program", f->preps, tensor_count(f->model),
                           e);
}

/* A file named, the default file, or the text's own numbers; *here: what is
 * learned is there. */
static bool load_weights(nn_inference *f, const options *o, bool *here,
                         nn_error *e)
{
    char path[300];
    const nn_model *m = f->model;
    bool given = nn_init_is_given(m) && !learned_is_needed(f);
    snprintf(path, sizeof path, "%s.safetensors", m->name);
    const char *from = o->weights != NULL ? o->weights : path;
    *here = o->weights != NULL || access(path, F_OK) == 0;
    if (!*here && !given && !o->bench)
        return nn_fail(e,
                       "there is no %s here: train the model first, or name "
                       "a weights file with --weights FILE",
                       path);
    return *here ? load_file(f, from, e) : nn_init_params(m, f->own, 1, e);
}

static bool load(nn_inference *f, const options *o, nn_error *e)
{
    bool here = true;
    if (f->program->given != NULL ? !load_given(f, e)
                                  : !load_weights(f, o, &here, e))
        return false;
    for (int i = 0; i < tensor_count(f->model); i++) {
        nn_prep *p = &f->preps[i];
        int64_t period = p->period > 0 ? p->period : 1;
        if ((here || !p->standardize) && !nn_prep_finish(p, period, e))
            return false;
    }
    return true;
}

/* What is shown of the outputs: all from `first` on that print has. */
typedef struct {
    nn_inference *f;
    nn_print print;
    int first;
    const nn_real **row; /* one row of each */
} answer;

/* The ids of the text whose steps row i of this output tells of, or NULL:
 * those of an input made of the target, or of the first with as many. */
static const int32_t *ids_of(const nn_inference *f, const nn_printed *o, int i)
{
    const int32_t *ids = NULL;
    int64_t classes = o->target != NULL ? o->target->tensor->classes : 0;
    for (int k = 0; classes > 0 && k < f->model->input_count; k++) {
        const nn_prep *p = &f->preps[k];
        int64_t values = p->tensor->values;
        bool own = p->spelling != NULL && p->flow->like > 0 &&
                   &f->preps[p->flow->like - 1] == o->target;
        if (p->spelling != NULL && values * classes == o->output->values &&
            (ids == NULL || own))
            ids = (const int32_t *)f->buffers[k] + i * values;
    }
    return ids;
}

/* Row i of the batch, or that it has no result. */
static bool print_row(const nn_inference *f, answer *a, int i, bool dropped,
                      nn_error *e)
{
    for (int k = 0; k < a->print.count; k++) {
        int output = a->first + k;
        a->print.of[k].ids = ids_of(f, &a->print.of[k], i);
        a->row[k] = f->outputs[output] + i * f->model->outputs[output].values;
    }
    return nn_print_row(&a->print, dropped ? NULL : a->row, e);
}

static bool infer_rows(void *context, const nn_rows *r, nn_error *e)
{
    answer *a = context;
    nn_inference *f = a->f;
    int batch = f->batch;
    for (int64_t row = 0; row < r->rows; row += batch) {
        int64_t left = r->rows - row;
        int rows = left < batch ? (int)left : batch;
        for (int i = 0; i < rows; i++)
            nn_rows_fetch(r, f->preps, row + i, i, f->buffers);
        if (!nn_infer_batch(f, rows, e))
            return false;
        for (int i = 0; i < rows; i++)
            if (!print_row(f, a, i, nn_rows_dropped_by(r, row + i) != NULL, e))
                return false;
    }
    return true;
}

static bool find_output(const nn_model *m, const char *name, int *output,
                        nn_error *e)
{
    *output = 0;
    if (name == NULL)
        return true;
    for (int i = 0; i < m->output_count; i++)
        if (strcmp(m->outputs[i].name, name) == 0) {
            *output = i;
            return true;
        }
    nn_fail(e, "there is no output '%s'; the outputs are", name);
    for (int i = 0; i < m->output_count; i++)
        nn_fail_also(e, "%s %s", i > 0 ? "," : "", m->outputs[i].name);
    return false;
}

/* All outputs, unless one is named; csv has no names, and takes the first. */
static bool infer(nn_inference *f, const options *o, nn_error *e)
{
    answer a = {.f = f};
    const nn_program *p = f->program;
    nn_format format = o->csv    ? NN_PRINT_CSV
                       : o->json ? NN_PRINT_JSON
                                 : NN_PRINT_WORDS;
    int outputs = f->model->output_count;
    int count = o->output != NULL || o->csv ? 1 : outputs;
    if (!find_output(f->model, o->output, &a.first, e) ||
        !nn_alloc(&a.row, (size_t)outputs, sizeof *a.row, "outputs", e))
        return false;
    bool good =
        nn_print_open(&a.print, stdout, format, &f->model->outputs[a.first],
                      p->pairings ? &p->pairings[a.first] : NULL, count,
                      f->preps, o->top, e) &&
        nn_infer_files(f, o->files, o->file_count, infer_rows, &a, e);
    nn_print_close(&a.print);
    free(a.row);
    return good;
}

static bool tells(const options *o)
{
    return o->csv || o->json || o->output != NULL || o->top > 0;
}

/* Whether rows hold other inputs than the one that is written. */
static bool has_others(const nn_program *p)
{
    return p->generation != NULL && p->model->input_count > 1;
}

/* Whether a text is written, not outputs. */
static bool writes(const nn_program *p, const options *o)
{
    return o->writes || o->writing.draws || (has_others(p) && !tells(o));
}

static bool run_program(const nn_program *p, const options *o, nn_error *e)
{
    nn_inference f = {.model = p->model};
    nn_unpacker unpacker;
    nn_program program = *p;
    program.unpacker =
        nn_unpacker_within(p->unpacker, o->data_limit, &unpacker);
    bool good = nn_processor_check(p->model, e) &&
                open_inference(&f, &program, o->threads, e) && load(&f, o, e);
    if (good && o->bench)
        good = nn_bench(&f, e);
    else if (good && writes(p, o))
        good = p->generation->run(&f, &o->writing, e);
    else if (good)
        good = infer(&f, o, e);
    close_inference(&f);
    return good;
}

/* What is wrong with these flags together, or NULL. */
static const char *exclude(const nn_program *p, const options *o)
{
    bool flags = o->writes || o->writing.draws;
    bool reads = tells(o) || o->bench || (o->file_count > 0 && !has_others(p));
    if (o->csv && o->json)
        return "--csv and --json exclude each other";
    if (o->writing.sampling.top_p > 1)
        return "--top-p is a probability, at most 1";
    if (o->writing.beam > 0 && o->writing.draws)
        return "--beam looks for the most probable text, and nothing is drawn: "
               "leave out --temperature, --top-k, --top-p, --seed and --greedy";
    if (flags && reads)
        return "a text is written or rows are read, not both: leave out "
               "files, --csv, --json, --top, --output and --bench";
    return NULL;
}

static int run(int argc, char **argv, const nn_program *p)
{
    nn_error e = {""};
    options o = {
        .threads = 1,
        .writing = {.seed = 1, .sampling = {.temperature = 1, .top_p = 1}}};
    nn_args_end end = NN_ARGS_RUN;
    bool good = nn_alloc(&o.files, (size_t)argc, sizeof *o.files, "files", &e);
    if (good)
        end = parse(p, &o, argc, argv);
    o.writing.files = o.files;
    o.writing.file_count = o.file_count;
    int status = end == NN_ARGS_DONE ? 0 : 2;
    const char *wrong = end == NN_ARGS_RUN ? exclude(p, &o) : NULL;
    if (wrong != NULL)
        fprintf(stderr, "%s-infer: %s\n", p->model->name, wrong);
    else if (end == NN_ARGS_RUN)
        status = good && run_program(p, &o, &e) ? 0 : 1;
    if (status == 1)
        nn_say(stderr, "%s-infer: %s\n", p->model->name, e.text);
    free(o.files);
    return status;
}

int nn_infer_main(int argc, char **argv, const nn_program *p)
{
    char name[300];
    nn_std_open();
    snprintf(name, sizeof name, "%s-infer", p->model->name);
    return nn_std_close(name, run(argc, argv, p));
}
