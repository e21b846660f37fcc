/* Words name the most probable classes of a row (or of each of its steps, one
 * a line); csv has nine digits, which is what it takes to give a float back. */
#include "nn_print.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_json.h"
#include "nn_mem.h"
#include "nn_say.h"

/* True where the output gives one value for each class of its target. */
static bool has_classes(const nn_printed *o)
{
    const nn_tensor *t = o->target != NULL ? o->target->tensor : NULL;
    return t != NULL && t->type != NN_F32 && t->classes > 0 &&
           o->output->values % t->classes == 0;
}

static bool open_output(nn_printed *o, const nn_tensor *output,
                        const nn_pairing *pair, const nn_prep *preps,
                        int64_t top, nn_error *e)
{
    size_t values = (size_t)output->values;
    *o = (nn_printed){.output = output, .probabilities = pair->probabilities};
    o->target = pair->target > 0 ? &preps[pair->target - 1] : NULL;
    int64_t classes = has_classes(o) ? o->target->tensor->classes : 1;
    o->top = top > 0 ? top : 3;
    o->top = o->top < classes ? o->top : classes;
    if (!nn_alloc(&o->order, (size_t)classes, sizeof *o->order, "output", e) ||
        !nn_alloc(&o->values, values, sizeof *o->values, "output", e) ||
        !nn_alloc(&o->ways, values, sizeof *o->ways, "output", e))
        return false;
    nn_unit_ways(o->ways, output->values, pair->units, pair->unit_count, preps);
    return true;
}

bool nn_print_open(nn_print *p, FILE *stream, nn_format format,
                   const nn_tensor *outputs, const nn_pairing *pairings,
                   int count, const nn_prep *preps, int64_t top, nn_error *e)
{
    static const nn_pairing none = {0};
    bool good;
    *p = (nn_print){.stream = stream, .format = format, .count = count};
    good = nn_alloc(&p->of, (size_t)count, sizeof *p->of, "output", e);
    for (int i = 0; good && i < count; i++)
        good =
            open_output(&p->of[i], &outputs[i],
                        pairings != NULL ? &pairings[i] : &none, preps, top, e);
    if (good && format == NN_PRINT_JSON)
        fprintf(stream, "[");
    return good;
}

void nn_print_close(nn_print *p)
{
    if (p->format == NN_PRINT_JSON && p->of != NULL)
        fprintf(p->stream, "%s]\n", p->rows > 0 ? "\n" : "");
    for (int i = 0; p->of != NULL && i < p->count; i++) {
        free(p->of[i].order);
        free(p->of[i].values);
        free(p->of[i].ways);
    }
    free(p->of);
    *p = (nn_print){0};
}

/* Moves the `top` largest of n values to the front of the order; of equal
 * ones the first wins. */
static void rank(nn_printed *o, const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        o->order[i] = i;
    for (int64_t k = 0; k < o->top; k++) {
        int64_t best = k;
        for (int64_t i = k + 1; i < n; i++)
            if (x[o->order[i]] > x[o->order[best]] ||
                (x[o->order[i]] == x[o->order[best]] &&
                 o->order[i] < o->order[best]))
                best = i;
        int64_t id = o->order[best];
        o->order[best] = o->order[k];
        o->order[k] = id;
    }
}

/* Room for the name of a class without a label. */
enum { NAME_ROOM = 64 };

/* The name of a class, or its number where there are no labels. A class that
 * training rows did not use is told from all labels. */
static const char *class_name(const nn_printed *o, int64_t id,
                              char room[NAME_ROOM])
{
    const nn_labels *l = &o->target->labels;
    const char *name = nn_prep_name(o->target, id);
    if (name != NULL)
        return name;
    snprintf(room, NAME_ROOM,
             l->count > 0 ? "unused class %" PRId64 : "%" PRId64, id);
    for (size_t n = strlen(room);
         n + 1 < NAME_ROOM && nn_labels_find(l, room, n) >= 0; n++)
        memcpy(room + n, "'", 2);
    return room;
}

/* True where the step is one of the row. */
static bool is_step(const nn_printed *o, int64_t step)
{
    return o->ids == NULL || o->ids[step] != 0;
}

/* "12", "12 NAME" where there are several outputs, "12.3" for a step. */
static void print_place(const nn_print *p, const nn_printed *o, int64_t step)
{
    fprintf(p->stream, "%" PRId64, p->rows);
    if (step > 0)
        fprintf(p->stream, ".%" PRId64, step);
    if (p->count > 1)
        fprintf(p->stream, " %s", o->output->name);
    fputs(":", p->stream);
}

static void print_classes(const nn_print *p, nn_printed *o)
{
    char room[NAME_ROOM];
    int64_t classes = o->target->tensor->classes;
    int64_t steps = o->output->values / classes;
    for (int64_t s = 0; s < steps; s++) {
        const double *x = o->values + s * classes;
        rank(o, x, classes);
        print_place(p, o, steps > 1 ? s + 1 : 0);
        for (int64_t k = 0; k < o->top; k++) {
            double value = x[o->order[k]];
            fputs(k == 0 ? " " : ",  ", p->stream);
            nn_show(p->stream, class_name(o, o->order[k], room));
            fputs(" ", p->stream);
            fprintf(p->stream, o->probabilities ? "%.2f %%" : "%.6g",
                    o->probabilities ? 100 * value : value);
        }
        fprintf(p->stream, "\n");
    }
}

/* The most probable class of each step, as a row of words. */
static void print_labels(const nn_print *p, nn_printed *o)
{
    char room[NAME_ROOM];
    int64_t classes = o->target->tensor->classes;
    print_place(p, o, 0);
    for (int64_t s = 0; s < o->output->values / classes; s++) {
        if (!is_step(o, s))
            continue;
        rank(o, o->values + s * classes, classes);
        fputs(" ", p->stream);
        nn_show(p->stream, class_name(o, o->order[0], room));
    }
    fprintf(p->stream, "\n");
}

static void print_words(const nn_print *p, nn_printed *o)
{
    if (has_classes(o)) {
        bool text = o->target->spelling != NULL && o->target->tensor->rank > 0;
        (text ? print_labels : print_classes)(p, o);
        return;
    }
    print_place(p, o, 0);
    for (int64_t i = 0; i < o->output->values; i++) {
        int digits = nn_unit_digits(o->ways[i], o->values[i]) - 3;
        fprintf(p->stream, " %.*g", digits > 6 ? digits : 6, o->values[i]);
    }
    fprintf(p->stream, "\n");
}

/* As many digits as tell any two numbers apart; JSON knows finite ones only. */
static void print_number(const nn_print *p, double x, nn_way way)
{
    if (p->format == NN_PRINT_JSON && !isfinite(x))
        fputs("null", p->stream);
    else
        fprintf(p->stream, "%.*g", nn_unit_digits(way, x), x);
}

static void print_values(const nn_print *p, const nn_printed *o)
{
    for (int64_t i = 0; i < o->output->values; i++) {
        fputs(i > 0 ? "," : "", p->stream);
        print_number(p, o->values[i], o->ways[i]);
    }
}

static void print_quoted(nn_print *p, const char *name)
{
    nn_text text = {0};
    nn_json_quote(&text, name);
    if (text.failed)
        p->failed = true;
    else
        fputs(text.bytes, p->stream);
    free(text.bytes);
}

static void print_top(nn_print *p, nn_printed *o, const double *x)
{
    char room[NAME_ROOM];
    rank(o, x, o->target->tensor->classes);
    fprintf(p->stream, "[");
    for (int64_t k = 0; k < o->top; k++) {
        fprintf(p->stream, "%s{\"class\": ", k > 0 ? ", " : "");
        print_quoted(p, class_name(o, o->order[k], room));
        fprintf(p->stream,
                ", \"%s\": ", o->probabilities ? "probability" : "value");
        print_number(p, x[o->order[k]], (nn_way){1, 0});
        fprintf(p->stream, "}");
    }
    fprintf(p->stream, "]");
}

/* "top": [...], "values": [...] */
static void print_members(nn_print *p, nn_printed *o)
{
    if (has_classes(o)) {
        int64_t classes = o->target->tensor->classes;
        int64_t steps = o->output->values / classes;
        const char *more = "";
        fprintf(p->stream, steps > 1 ? "\"top\": [" : "\"top\": ");
        for (int64_t s = 0; s < steps; s++) {
            if (!is_step(o, s))
                continue;
            fputs(more, p->stream);
            print_top(p, o, o->values + s * classes);
            more = ", ";
        }
        fprintf(p->stream, steps > 1 ? "], " : ", ");
    }
    fprintf(p->stream, "\"values\": [");
    print_values(p, o);
    fprintf(p->stream, "]");
}

static void print_json(nn_print *p)
{
    fprintf(p->stream, "%s\n  {\"row\": %" PRId64 ", ", p->rows > 1 ? "," : "",
            p->rows);
    if (p->count == 1)
        print_members(p, &p->of[0]);
    for (int i = 0; p->count > 1 && i < p->count; i++) {
        fputs(i > 0 ? ", " : "\"outputs\": {", p->stream);
        print_quoted(p, p->of[i].output->name);
        fputs(": {", p->stream);
        print_members(p, &p->of[i]);
        fputs("}", p->stream);
    }
    fputs(p->count > 1 ? "}}" : "}", p->stream);
}

static void to_units(nn_printed *o, const nn_real *values)
{
    for (int64_t i = 0; i < o->output->values; i++)
        o->values[i] = nn_unit_undo(o->ways[i], (double)values[i]);
}

/* nan for each value, so that every row has its line and its columns. */
static void print_none(const nn_print *p)
{
    if (p->format == NN_PRINT_CSV)
        for (int64_t i = 0; i < p->of[0].output->values; i++)
            fputs(i > 0 ? ",nan" : "nan", p->stream);
    else if (p->format == NN_PRINT_JSON)
        fprintf(p->stream, "%s\n  {\"row\": %" PRId64 ", \"values\": null}",
                p->rows > 1 ? "," : "", p->rows);
    else
        fprintf(p->stream, "%" PRId64 ": a value is missing", p->rows);
    if (p->format != NN_PRINT_JSON)
        fprintf(p->stream, "\n");
}

bool nn_print_row(nn_print *p, const nn_real *const *values, nn_error *e)
{
    p->rows++;
    if (values == NULL) {
        print_none(p);
        return true;
    }
    for (int i = 0; i < p->count; i++)
        to_units(&p->of[i], values[i]);
    if (p->format == NN_PRINT_JSON)
        print_json(p);
    for (int i = 0; p->format != NN_PRINT_JSON && i < p->count; i++)
        if (p->format == NN_PRINT_CSV) {
            print_values(p, &p->of[i]);
            fprintf(p->stream, "\n");
        } else
            print_words(p, &p->of[i]);
    return !p->failed || nn_fail(e, "no memory to print a name");
}
