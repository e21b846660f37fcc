/* command_verify.c: `nnc verify`: whether PyTorch and ONNX Runtime compute what
 * our programs compute.
 *
 * In a folder of their own NAME-verify writes what it computes of each model,
 * and templates/verify.py, which runs once, compares that with what the
 * exported models make of the same weights and rows. Files of one model are
 * called by its number among those of the command line; it lives in an arena of
 * its own. */
#include <stdio.h>
#include <string.h>

#include "base/pack.h"
#include "commands.h"
#include "exported.h"
#include "folder.h"
#include "given.h"
#include "interpreter.h"
#include "ir/scan.h"
#include "keeper.h"
#include "nn_say.h"
#include "output.h"
#include "process.h"
#include "programs.h"

/* All models. */
typedef struct Verification {
    const Options *o;
    const char *python;
    const char *folder;     /* for files, which go at the end */
    VEC(const char *) argv; /* of Python: the judge, then the models */
} Verification;

typedef struct Subject {
    Options o;
    Driver d;
    Export e;
    Program *program;
    const char *stem; /* of its files */
} Subject;

static const char *file_of(const Subject *s, const char *ending)
{
    return arena_printf(s->o.arena, "%s%s", s->stem, ending);
}

/* Runs one command; what it says goes to standard output, or, where it fails,
 * to `failed`. Returns its exit status. */
static int run(Arena *arena, const char *folder, const char *const *argv,
               FILE *failed)
{
    Process p = {.argv = argv, .log = arena_printf(arena, "%s/log", folder)};
    bool good = process_run(&p, 1);
    size_t size;
    const char *text = str_read_file(arena, p.log, &size);

    if (text)
        fwrite(text, 1, size, good ? stdout : failed);
    return p.status < 0 ? 1 : p.status;
}

/* Python with what the comparison is written in; NULL with a message. */
static const char *find_python(const Options *o)
{
    const char *name = interpreter_name(o), *python = interpreter_find(o);

    if (!python) {
        nn_say(stderr,
               "nnc: verify compares with PyTorch, and there is no %s to run "
               "it: install Python, and then\n"
               "    pip install torch numpy onnxruntime\n"
               "    " INTERPRETER_OTHER "\n",
               name);
        return NULL;
    }
    if (interpreter_has(o->arena, python, "numpy torch"))
        return python;
    nn_say(stderr,
           "nnc: verify compares with PyTorch, which %s does not have: run\n"
           "    %s -m pip install torch numpy onnxruntime\n"
           "    " INTERPRETER_OTHER "\n",
           name, name);
    return NULL;
}

/* The masks' streams and the axes that count from where rows begin. */
static const char *masks(const Program *p)
{
    Text out = {.arena = p->arena};
    const Entry *step = program_entry(p, MODE_STEP);

    for (int i = 0; step && i < step->graph->nodes.n; i++) {
        const Node *n = step->graph->nodes.at[i];

        if (n->op == OP_DROP_MASK)
            text_printf(&out, "%d %u\n", n->attr.random.stream,
                        n->attr.random.axes);
    }
    return text_str(&out);
}

static bool write_text(const Subject *s, const char *ending, const char *text)
{
    return output_write(file_of(s, ending), text, strlen(text), false);
}

static bool is_drawn(const Subject *s)
{
    return !s->program->has_data ||
           str_among(s->o.rest.at, s->o.rest.n, "--drawn");
}

static void print_errors(FILE *stream, const void *diag)
{
    diag_print(diag, stream, false);
}

/* The ONNX file of the weights that our side has begun with, or why there is
 * none. */
static bool write_onnx(Subject *s)
{
    Diag *diag = diag_new(s->o.arena);
    nn_error error = {""};
    Weights w;
    bool good;

    s->e.diag = diag;
    if (!export_onnx_fits(&s->e))
        return output_fill(file_of(s, ".why"), print_errors, diag, false);
    s->e.given = given_open(&w, s->program, file_of(s, ".safetensors"),
                            is_drawn(s), &error);
    if (!s->e.given) {
        nn_say(stderr, "nnc: %s\n", error.text);
        return false;
    }
    good = output_fill(file_of(s, ".onnx"), export_onnx_write,
                       export_onnx(&s->e), false);
    weights_close(&w);
    return good;
}

/* Our side; its exit status. */
static int compute(const Verification *v, const Subject *s, const char *path,
                   const Built *built)
{
    Arena *a = s->o.arena;
    VEC(const char *) argv = {0};

    vec_push(a, &argv, built->path);
    vec_push(a, &argv, "--out");
    vec_push(a, &argv, file_of(s, ".computed"));
    vec_push(a, &argv, "--save");
    vec_push(a, &argv, file_of(s, ".safetensors"));
    if (!s->o.data) {
        vec_push(a, &argv, "--data");
        vec_push(a, &argv, str_folder(a, path));
    }
    for (int i = 0; i < s->o.rest.n; i++)
        vec_push(a, &argv, s->o.rest.at[i]);
    vec_push(a, &argv, NULL);
    return run(a, v->folder, argv.at, stderr);
}

/* Writes all that Python compares of a model; the exit status. */
static int prepare_files(const Verification *v, Subject *s, const char *path)
{
    Diag *diag = diag_new(s->o.arena);
    const char *model = NULL;
    Built built;
    int status;

    if (!driver_open(&s->d, &s->o, diag, path))
        return diag_errors(diag) ? driver_status(&s->d) : 2;
    s->program = exported_open(&s->d, &s->e);
    if (s->program)
        model = export_pytorch(&s->e);
    if (driver_status(&s->d) != 0 || !model)
        return 1;
    status = program_make(&s->d, PROGRAM_VERIFY, false, &built);
    if (status == 0)
        status = compute(v, s, path, &built);
    if (status != 0)
        return status;
    return !write_text(s, ".py", model) ||
           !write_text(s, ".masks", masks(s->program)) || !write_onnx(s);
}

/* Adds a model to those that Python compares; the exit status. */
static int add(Verification *v, int i)
{
    Arena *a = v->o->arena;
    Subject s = {.o = *v->o,
                 .e = {.counted = true},
                 .stem = arena_printf(a, "%s/%d", v->folder, i)};
    int status;

    s.o.arena = arena_new();
    s.o.templates = NULL;
    arena_limit(s.o.arena, (size_t)s.o.budget << 20);
    status = prepare_files(v, &s, v->o->files.at[i]);
    arena_free(s.o.arena);
    if (status == 0)
        vec_push(a, &v->argv, s.stem);
    return status;
}

/* What Python runs; NULL with a message. */
static const char *write_judge(const Verification *v)
{
    static const char *const parts[] = {"computed.py", "verify.py"};
    const char *path = NULL;

    for (int i = 0; i < 2; i++) {
        const char *text =
            pack_find(arena_printf(v->o->arena, "templates/%s", parts[i]));

        path = arena_printf(v->o->arena, "%s/%s", v->folder, parts[i]);
        if (!output_write(path, text, strlen(text), false))
            return NULL;
    }
    return path;
}

/* Python's side: 1 where numbers differ, or Python could not tell. */
static int judge_all(const Verification *v)
{
    int status = run(v->o->arena, v->folder, v->argv.at, stdout);

    if (status <= 1)
        return status;
    nn_say(stderr, "nnc: %s ended with status %d before it had compared\n",
           interpreter_name(v->o), status);
    return 1;
}

/* Prepares all models and compares those that can be; the exit status. */
static int compare(Verification *v)
{
    Arena *a = v->o->arena;
    const char *judge = write_judge(v);
    int status = 0, of_all = 0, n = v->o->files.n, left;

    if (!judge)
        return 1;
    vec_push(a, &v->argv, v->python);
    vec_push(a, &v->argv, "-B");
    vec_push(a, &v->argv, judge);
    for (int i = 0; i < n; i++) {
        status = add(v, i);
        of_all = status > of_all ? status : of_all;
    }
    left = n + 3 - v->argv.n;
    if (left > 0 && n > 1)
        nn_say(stderr, "nnc: %d of %d models cannot be compared\n", left, n);
    if (left == n)
        return of_all;
    vec_push(a, &v->argv, NULL);
    status = judge_all(v);
    return status > of_all ? status : of_all;
}

static int in_own_folder(Verification *v)
{
    Keeper keeper;
    int status;

    v->folder = folder_own(v->o->arena, "verify");
    if (!v->folder)
        return 1;
    keeper_start(&keeper, v->folder);
    status = compare(v);
    keeper_end(&keeper, false);
    return status;
}

int command_verify(const Options *o)
{
    Verification v = {.o = o};

    if (o->templates && !pack_override(o->arena, o->templates))
        return 2;
    v.python = find_python(o);
    return v.python ? in_own_folder(&v) : 1;
}
