/* command_graph.c: `nnc graph`: a model's operators as text, dot or SVG.
 *
 * Shown is the graph as elaborated: of one training step where there is a
 * loss, else of inference. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "driver.h"
#include "process.h"

static const Entry *entry_to_show(const Program *p)
{
    for (int i = 0; i < p->entries.n; i++)
        if (strcmp(p->entries.at[i].name, p->has_loss ? "step" : "infer") == 0)
            return &p->entries.at[i];
    return &p->entries.at[0];
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n > m && strcmp(text + n - m, end) == 0;
}

static int write_text(const char *path, const Text *text)
{
    if (str_write_file(path, text_str(text), text->n))
        return 0;
    fprintf(stderr, "nnc: cannot write %s: %s\n", path, strerror(errno));
    return 1;
}

/* Lets graphviz draw the dot text; the drawing is renamed when complete. */
static int draw(Arena *a, const char *path, const Text *dot)
{
    const char *from = arena_printf(a, "%s.dot.%ld", path, (long)getpid());
    const char *to = arena_printf(a, "%s.%ld", path, (long)getpid());
    const char *argv[] = {"dot", "-Tsvg", "-o", to, from, NULL};
    Process p = {.argv = argv};
    bool drawn;

    if (!process_find(a, "dot")) {
        fputs("nnc: drawing needs graphviz: install it, or give -o a name "
              "that ends in .dot\n",
              stderr);
        return 1;
    }
    if (write_text(from, dot) != 0)
        return 1;
    drawn = process_run(&p, 1) && rename(to, path) == 0;
    if (!drawn)
        fprintf(stderr, "nnc: graphviz could not write %s\n", path);
    unlink(from);
    if (!drawn)
        unlink(to);
    return !drawn;
}

int command_graph(const Options *o)
{
    Diag *diag = diag_new(o->arena);
    Text text = {.arena = o->arena};
    const Entry *entry;
    Driver d;
    Program *p;

    if (o->output && !ends_with(o->output, ".svg") &&
        !ends_with(o->output, ".dot")) {
        fprintf(stderr, "nnc: -o %s: a drawing's name ends in .svg or .dot\n",
                o->output);
        return 2;
    }
    if (!driver_open(&d, o, diag, o->files.at[0]) || !(p = driver_program(&d)))
        return diag_errors(diag) ? driver_status(&d) : 2;
    driver_status(&d);
    entry = entry_to_show(p);
    if (!o->output) {
        graph_print(&text, entry->graph);
        fputs(text_str(&text), stdout);
        return 0;
    }
    graph_dot(&text, entry->graph, p->name);
    return ends_with(o->output, ".dot") ? write_text(o->output, &text)
                                        : draw(o->arena, o->output, &text);
}
