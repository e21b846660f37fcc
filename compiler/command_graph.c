/* command_graph.c: `nnc graph`: a model's layers as text, dot or SVG; with
 * --open those inside of blocks as well, with --nodes all operators.
 *
 * Shown is the graph as elaborated: of one training step where there is a
 * loss, else of inference. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "driver.h"
#include "ir/outline.h"
#include "keeper.h"
#include "nn_say.h"
#include "nn_writer.h"
#include "output.h"
#include "process.h"

/* Lets graphviz turn the dot text, which lies beside the drawing while that
 * is made, into the file that replaces it. */
static bool run_dot(const char *path, const Text *dot, nn_writer *to,
                    nn_error *e)
{
    nn_writer from;
    bool drawn;

    if (!nn_writer_open(&from, path, e))
        return false;
    fwrite(text_str(dot), 1, dot->n, from.stream);
    drawn = fflush(from.stream) == 0;
    if (drawn) {
        const char *argv[] = {"dot",         "-Tsvg",        "-o",
                              to->temporary, from.temporary, NULL};
        Process p = {.argv = argv};
        Keeper keepers[2];

        keeper_start(&keepers[0], from.temporary);
        keeper_start(&keepers[1], to->temporary);
        drawn = process_run(&p, 1);
        keeper_end(&keepers[1], true);
        keeper_end(&keepers[0], true);
    }
    nn_writer_cancel(&from);
    return drawn || nn_fail(e, "graphviz could not write %s", path);
}

static int draw(Arena *a, const char *path, const Text *dot)
{
    nn_error e;
    nn_writer to;
    bool drawn;

    if (path[0] == '-') /* no flag of graphviz */
        path = arena_printf(a, "./%s", path);
    if (!process_find(a, "dot")) {
        fputs("nnc: drawing needs graphviz: install it, or give -o a name "
              "that ends in .dot\n",
              stderr);
        return 1;
    }
    nn_writer_sweep(path);
    drawn = nn_writer_open(&to, path, &e);
    if (drawn && !run_dot(path, dot, &to, &e)) {
        nn_writer_cancel(&to);
        drawn = false;
    }
    drawn = drawn && nn_writer_finish(&to, &e);
    if (!drawn)
        nn_say(stderr, "nnc: %s\n", e.text);
    return !drawn;
}

/* The text or, where it goes to a file, the drawing. */
static void describe(Text *text, const Options *o, const Program *p)
{
    const Outline *outline = outline_of(o->arena, p, o->open);
    const Graph *graph = p->entries.at[0].graph;

    if (o->nodes && o->output)
        graph_dot(text, graph, p->name);
    else if (o->nodes)
        graph_print(text, graph);
    else if (o->output)
        outline_dot(text, outline, p->name);
    else
        outline_print(text, outline);
}

int command_graph(const Options *o)
{
    Diag *diag = diag_new(o->arena);
    Text text = {.arena = o->arena};
    Driver d;
    Program *p;

    if (o->output && !str_ends(o->output, ".svg") &&
        !str_ends(o->output, ".dot")) {
        nn_say(stderr, "nnc: -o %s: a drawing's name ends in .svg or .dot\n",
               o->output);
        return 2;
    }
    if (!driver_open(&d, o, diag, o->files.at[0]) || !(p = driver_program(&d)))
        return diag_errors(diag) ? driver_status(&d) : 2;
    driver_status(&d);
    describe(&text, o, p);
    if (!o->output) {
        fputs(text_str(&text), stdout);
        return 0;
    }
    if (!output_allowed(&d, p, o->output))
        return 1;
    if (str_ends(o->output, ".dot"))
        return !output_write(o->output, text_str(&text), text.n, false);
    return draw(o->arena, o->output, &text);
}
