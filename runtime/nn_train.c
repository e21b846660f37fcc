/* The main function of NAME-train: flags, then one of three things: training,
 * --eval, --gradcheck. */
#include <stdio.h>
#include <unistd.h>

#include "nn_args.h"
#include "nn_ckpt.h"
#include "nn_log.h"
#include "nn_places.h"
#include "nn_processor.h"
#include "nn_say.h"
#include "nn_std.h"
#include "nn_trainer.h"

static nn_options default_options(const nn_program *p, const char *out)
{
    return (nn_options){.out = out,
                        .epochs = p->train.epochs,
                        .threads = nn_thread_processors(),
                        .seed = (int64_t)p->train.seed,
                        .rate = p->train.rate};
}

static nn_args_end parse(const nn_program *p, nn_options *o, int argc,
                         char **argv)
{
    char program[200], about[300], version[300];
    const nn_arg args[] = {
        {"data", "DIR", "read the data below DIR (the current folder)",
         NN_ARG_TEXT, &o->data, 0, NULL},
        {"data-limit", "MIB", "the most that a .gz file may unpack to",
         NN_ARG_COUNT, &o->data_limit, 1, NULL},
        {"epochs", "N", "train for N epochs", NN_ARG_COUNT, &o->epochs, 1,
         &o->epochs_given},
        {"rate", "R", "learning rate", NN_ARG_REAL, &o->rate, 0,
         &o->rate_given},
        {"seed", "S", "of first values, order of rows and dropout",
         NN_ARG_WHOLE, &o->seed, 0, &o->seed_given},
        {"threads", "N", "threads to use (all processors)", NN_ARG_COUNT,
         &o->threads, 1, NULL},
        {"resume", "FILE", "go on from a checkpoint", NN_ARG_TEXT, &o->resume,
         0, NULL},
        {"init", "FILE", "start from these weights", NN_ARG_TEXT, &o->init, 0,
         NULL},
        {"out", "FILE", "where to save the weights (NAME.safetensors)",
         NN_ARG_TEXT, &o->out, 0, &o->out_given},
        {"log", "FILE.csv", "write every epoch's figures, and FILE.svg",
         NN_ARG_TEXT, &o->log, 0, NULL},
        {"eval", NULL, "only evaluate the weights of --init (or --out)",
         NN_ARG_SWITCH, &o->eval, 0, NULL},
        {"gradcheck", NULL, "compare gradients with differences", NN_ARG_SWITCH,
         &o->gradcheck, 0, NULL},
        {"quiet", NULL, "say only the result, and mistakes", NN_ARG_SWITCH,
         &o->quiet, 0, NULL},
    };
    snprintf(program, sizeof program, "%s-train", p->model->name);
    snprintf(about, sizeof about, "Trains the model %s of %s.", p->model->name,
             p->file);
    snprintf(version, sizeof version, "%s-train, made by nnc %s for %s",
             p->model->name, p->model->version, p->model->processor);
    const nn_args table = {program, "[FLAG...]",
                           about,   version,
                           args,    (int)(sizeof args / sizeof *args),
                           NULL};
    return nn_args_parse(&table, argc, argv, NULL, NULL);
}

static bool can_save(const nn_trainer *r, nn_error *e)
{
    nn_places places;
    bool good = nn_places_open(&places, r, e) && nn_places_check(&places, r, e);
    nn_places_close(&places);
    return good;
}

static bool measure(nn_trainer *r, nn_log *log, nn_error *e)
{
    nn_figures f;
    bool good = nn_figures_open(&f, r->program, r->data.preps, e);
    for (int part = 0; part < NN_PARTS && good; part++)
        if (r->data.parts[part].count > 0) {
            good = nn_trainer_evaluate(r, (nn_part)part, &f, e);
            if (good)
                nn_log_part(log, (nn_part)part, &f);
        }
    nn_figures_close(&f);
    return good;
}

/* With --init and --out, foreign weights get what preprocessing learned, so
 * that the inference program takes raw rows with them. */
static int evaluate(nn_trainer *r, nn_error *e)
{
    const nn_options *o = &r->options;
    const char *path = o->init != NULL ? o->init : o->out;
    nn_log log = nn_log_open(r->model, false, 1);
    bool saves = o->init != NULL && o->out_given;
    if (o->init == NULL && access(path, F_OK) != 0) {
        nn_fail(e,
                "there is no %s here: train the model first, or name a "
                "weights file with --init FILE",
                path);
        return 1;
    }
    if ((saves && !can_save(r, e)) || !nn_trainer_load(r, path, e))
        return 1;
    if (!measure(r, &log, e))
        return 1;
    if (saves)
        return nn_ckpt_save_weights(r->model, r->params, r->data.preps,
                                    r->data.tensors, o->out, e)
                   ? 0
                   : 1;
    return 0;
}

static int run_program(const nn_program *p, const nn_options *o, nn_error *e)
{
    nn_trainer r;
    nn_unpacker unpacker;
    nn_program program = *p;
    int status;
    program.unpacker =
        nn_unpacker_within(p->unpacker, o->data_limit, &unpacker);
    if (!nn_processor_check(p->model, e) ||
        !nn_trainer_open(&r, &program, o, e))
        return 1;
    if (o->gradcheck)
        status = p->gradcheck(&r, e);
    else if (o->eval)
        status = evaluate(&r, e);
    else
        status = nn_fit(&r, e);
    nn_trainer_close(&r);
    return status;
}

/* What needs another build is said before any data are read. */
static bool can_check(const nn_program *p)
{
    if (p->gradcheck != NULL)
        return true;
    nn_say(stderr,
           "%s-train: gradients are checked in a build of its own: run\n"
           "    nnc train --gradcheck %s\n",
           p->model->name, p->file);
    return false;
}

static int run(int argc, char **argv, const nn_program *p, const char *out)
{
    nn_error e = {""};
    nn_options o = default_options(p, out);
    nn_args_end end = parse(p, &o, argc, argv);
    if (end != NN_ARGS_RUN)
        return end == NN_ARGS_DONE ? 0 : 2;
    if (o.gradcheck && !can_check(p))
        return 2;
    if (o.resume != NULL && (o.init != NULL || o.eval)) {
        fprintf(stderr, "%s-train: --resume and --%s exclude each other%s\n",
                p->model->name, o.eval ? "eval" : "init",
                o.eval ? ": name the weights with --init" : "");
        return 2;
    }
    int status = run_program(p, &o, &e);
    if (e.text[0] != 0 && status != 0)
        nn_say(stderr, "%s-train: %s\n", p->model->name, e.text);
    return status;
}

int nn_train_main(int argc, char **argv, const nn_program *p)
{
    char out[300], name[300];
    nn_std_open();
    snprintf(out, sizeof out, "%s.safetensors", p->model->name);
    snprintf(name, sizeof name, "%s-train", p->model->name);
    return nn_std_close(name, run(argc, argv, p, out));
}
