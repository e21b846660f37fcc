/* command_summary.c: `nnc summary`: a table of a model's layers as its author
 * wrote them, and the memory that training and inference take. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "driver.h"
#include "ir/outline.h"
#include "nn_say.h"

/* The cells of a row, as text. */
enum { LINE, NAME, KIND, SHAPE, PARAMS, PRODUCTS, COLUMNS };

typedef struct Row {
    const char *cell[COLUMNS];
} Row;

typedef struct Table {
    Arena *arena;
    VEC(Row) rows;
} Table;

/* Which boxes outputs are made of; without outputs, the loss. */
static bool *needed(const Outline *o)
{
    bool *need = NEWN(o->arena, bool, o->boxes.n + 1);

    for (int i = 0; i < o->ends.n; i++)
        need[o->ends.at[i].box] |= !o->ends.at[i].loss || i == 0;
    for (int i = o->links.n - 1; i >= 0; i--)
        need[o->links.at[i].from] |= need[o->links.at[i].to];
    for (int i = o->boxes.n - 1; i >= 0; i--)
        if (need[i] && o->boxes.at[i].up >= 0)
            need[o->boxes.at[i].up] = true;
    return need;
}

/* A number, "" for none. */
static const char *count_text(Arena *arena, int64_t n)
{
    return n ? str_commas(arena, n) : "";
}

static void add_box(Table *t, const Box *box, int64_t batch)
{
    Arena *a = t->arena;
    Row row = {{
        [LINE] = arena_printf(a, "%d", box->span.line),
        [NAME] = arena_printf(a, "%*s%s", 2 * box->depth, "",
                              box->name ? box->name : ""),
        [KIND] = box->kind,
        [SHAPE] = box->out ? outline_shape(a, box) : "",
        [PARAMS] = count_text(a, box->params),
        [PRODUCTS] = count_text(a, box->products / batch),
    }};

    vec_push(a, &t->rows, row);
}

static bool is_number(int column)
{
    return column == LINE || column >= PARAMS;
}

static void print_row(const Table *t, const Row *row, const int *width)
{
    Text line = {.arena = t->arena};

    for (int k = 0; k < COLUMNS; k++)
        text_printf(&line, "%s%*s", k ? "  " : "",
                    is_number(k) ? width[k] : -width[k], row->cell[k]);
    while (line.n > 0 && line.at[line.n - 1] == ' ')
        line.at[--line.n] = '\0';
    puts(text_str(&line));
}

static void print_table(const Table *t)
{
    int width[COLUMNS] = {0};

    for (int i = 0; i < t->rows.n; i++)
        for (int k = 0; k < COLUMNS; k++) {
            int n = (int)strlen(t->rows.at[i].cell[k]);

            width[k] = n > width[k] ? n : width[k];
        }
    for (int i = 0; i < t->rows.n; i++)
        print_row(t, &t->rows.at[i], width);
}

/* The layers, in the order of the text, between a head and the sums. */
static void print_layers(const Driver *d, const Program *p)
{
    Arena *a = d->arena;
    const Outline *o = outline_of(a, p, d->options->open);
    const bool *need = needed(o);
    int64_t batch = p->entries.at[0].batch, products = 0;
    Table t = {.arena = a};
    Row head = {
        {"line", "layer", "kind", "output", "parameters", "multiply-adds"}};

    vec_push(a, &t.rows, head);
    for (int i = 0; i < o->boxes.n; i++)
        if (need[i]) {
            add_box(&t, &o->boxes.at[i], batch);
            products += o->boxes.at[i].open ? 0 : o->boxes.at[i].products;
        }
    vec_push(a, &t.rows,
             ((Row){{"", "all", "", "", count_text(a, program_weights(p)),
                     count_text(a, products / batch)}}));
    print_table(&t);
}

/* The largest workspace among the entries that train, or those that do not. */
/* What the entry does, in words. */
static const char *work_of(const Entry *e)
{
    static const char *const infers[] = {[CARRIES_NOTHING] = "inference",
                                         [CARRIES_ON] = "a step of writing",
                                         [CARRIES_FIRST] = "encoding"};

    return e->mode == MODE_INFER ? infers[e->carries] : "training";
}

static void print_memory(const Driver *d, const Model *m, bool trains)
{
    Arena *a = d->arena;
    const Program *p = m->program;
    int64_t kept = program_reals(p, program_kept(p));
    int64_t all = program_reals(p, p->tensors.n);
    int64_t weights = 4 * (trains ? all : kept + p->prepared);

    for (int i = 0; i < m->plans.n; i++) {
        const Plan *plan = m->plans.at[i];
        long long batch = (long long)plan->entry->batch;

        if (trains ? plan->entry->mode != MODE_STEP
                   : plan->entry->mode != MODE_INFER)
            continue;
        printf("%s of %lld row%s: %s bytes (%s of weights%s, %s of "
               "workspace)\n",
               work_of(plan->entry), batch, str_s(batch),
               str_commas(a, weights + plan->workspace), str_commas(a, weights),
               trains && all > kept ? " and the optimiser's state" : "",
               str_commas(a, plan->workspace));
    }
}

int command_summary(const Options *o)
{
    Diag *diag = diag_new(o->arena);
    Program *p;
    Model m;
    Driver d;

    if (!driver_open(&d, o, diag, o->files.at[0]) ||
        !(p = driver_program(&d)) || !driver_model(&d, WANT_ALL, &m, NULL))
        return diag_errors(diag) ? driver_status(&d) : 2;
    driver_status(&d);
    nn_say(stdout, "%s, from %s; multiply-adds are those of one row\n", p->name,
           str_base_name(p->path));
    putchar('\n');
    print_layers(&d, p);
    putchar('\n');
    print_memory(&d, &m, true);
    print_memory(&d, &m, false);
    return 0;
}
