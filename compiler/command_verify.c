/* command_verify.c: `nnc verify`: whether PyTorch computes what our programs
 * compute.
 *
 * In a folder of its own NAME-verify writes what it computes, and
 * templates/verify.py compares that with what the exported model makes of the
 * same weights and rows. */
#include <stdio.h>
#include <string.h>

#include "base/pack.h"
#include "commands.h"
#include "exported.h"
#include "folder.h"
#include "interpreter.h"
#include "ir/scan.h"
#include "nn_say.h"
#include "output.h"
#include "process.h"
#include "programs.h"

typedef struct Comparison {
    const Options *o;
    Driver d;
    Export e;
    const char *python;
    const char *folder; /* its files, which go at the end */
} Comparison;

static const char *in_folder(const Comparison *c, const char *name)
{
    return arena_printf(c->o->arena, "%s/%s", c->folder, name);
}

/* Runs one command; what it says goes to standard output, or, where it fails,
 * to `failed`. Returns its exit status. */
static int run(const Comparison *c, const char *const *argv, FILE *failed)
{
    Process p = {.argv = argv, .log = in_folder(c, "log")};
    bool good = process_run(&p, 1);
    size_t size;
    const char *text = str_read_file(c->o->arena, p.log, &size);

    if (text)
        fwrite(text, 1, size, good ? stdout : failed);
    return p.status < 0 ? 1 : p.status;
}

/* Python with what the comparison is written in; false with a message. */
static bool find_python(Comparison *c)
{
    const char *name = interpreter_name(c->o);

    c->python = interpreter_find(c->o);
    if (!c->python) {
        nn_say(stderr,
               "nnc: verify compares with PyTorch, and there is no %s to run "
               "it: install Python, and then\n    pip install torch numpy\n",
               name);
        return false;
    }
    if (interpreter_has(c->o->arena, c->python, "numpy torch"))
        return true;
    nn_say(stderr,
           "nnc: verify compares with PyTorch, which %s does not have: run\n"
           "    %s -m pip install torch numpy\n",
           name, name);
    return false;
}

/* The masks' streams and the axes that count from where rows begin, in the
 * order in which a step meets them. */
static const char *masks(const Program *p)
{
    Text out = {.arena = p->arena};
    const Entry *step = program_entry(p, MODE_STEP);

    for (int i = 0; step && i < step->graph->nodes.n; i++) {
        const Node *n = step->graph->nodes.at[i];

        if (n->op == OP_DROP_MASK)
            text_printf(&out, "%s(%d, 0x%x)", out.n ? ", " : "",
                        n->attr.random.stream, n->attr.random.axes);
    }
    return text_str(&out);
}

static bool write(const Comparison *c, const char *name, const char *text)
{
    return output_write(in_folder(c, name), text, strlen(text), false);
}

static bool write_files(const Comparison *c, const char *model)
{
    const char *judge = str_replace(
        c->o->arena, pack_find("templates/verify.py"), "$MASKS", masks(c->e.a));

    return write(c, "model.py", model) && write(c, "verify.py", judge) &&
           write(c, "computed.py", pack_find("templates/computed.py"));
}

/* Our side; its exit status. */
static int compute(Comparison *c, const Built *built)
{
    const Options *o = c->o;
    VEC(const char *) argv = {0};
    int status;

    vec_push(o->arena, &argv, built->path);
    vec_push(o->arena, &argv, "--out");
    vec_push(o->arena, &argv, in_folder(c, "computed.safetensors"));
    if (!o->data) {
        vec_push(o->arena, &argv, "--data");
        vec_push(o->arena, &argv, str_folder(o->arena, o->files.at[0]));
    }
    for (int i = 0; i < o->rest.n; i++)
        vec_push(o->arena, &argv, o->rest.at[i]);
    vec_push(o->arena, &argv, NULL);
    status = run(c, argv.at, stderr);
    if (status == 1 && c->e.a->has_data &&
        !str_among(o->rest.at, o->rest.n, "--drawn"))
        nn_say(stderr, "nnc: --drawn compares on rows drawn at random\n");
    return status;
}

static int compare(Comparison *c, const char *model, const Built *built)
{
    const char *const argv[] = {c->python,
                                "-B",
                                in_folder(c, "verify.py"),
                                in_folder(c, "model.py"),
                                in_folder(c, "computed.safetensors"),
                                NULL};
    int status;

    if (!write_files(c, model))
        return 1;
    status = compute(c, built);
    return status != 0 ? status : run(c, argv, stdout);
}

static int in_own_folder(Comparison *c, const char *model, const Built *built)
{
    int status;

    c->folder = folder_own(c->o->arena, "verify");
    if (!c->folder)
        return 1;
    status = compare(c, model, built);
    folder_remove(c->o->arena, c->folder, "log");
    return status;
}

int command_verify(const Options *o)
{
    Comparison c = {.o = o, .e = {.counted = true}};
    Diag *diag = diag_new(o->arena);
    const char *model;
    Built built;
    int status;

    if (!driver_open(&c.d, o, diag, o->files.at[0]))
        return diag_errors(diag) ? driver_status(&c.d) : 2;
    model = exported_open(&c.d, &c.e) ? export_pytorch(&c.e) : NULL;
    if (driver_status(&c.d) != 0 || !model || !find_python(&c))
        return 1;
    status = program_make(&c.d, PROGRAM_VERIFY, false, &built);
    return status != 0 ? status : in_own_folder(&c, model, &built);
}
