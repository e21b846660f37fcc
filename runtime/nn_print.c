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
static bool has_classes(const nn_print *p)
{
    const nn_tensor *t = p->target != NULL ? p->target->tensor : NULL;
    return t != NULL && t->type != NN_F32 && t->classes > 0 &&
           p->output->values % t->classes == 0;
}

bool nn_print_open(nn_print *p, FILE *stream, nn_format format,
                   const nn_tensor *output, const nn_pairing *pairing,
                   const nn_prep *preps, int64_t top, nn_error *e)
{
    static const nn_pairing none = {0};
    const nn_pairing *pair = pairing != NULL ? pairing : &none;
    size_t values = (size_t)output->values;
    *p = (nn_print){.stream = stream,
                    .format = format,
                    .output = output,
                    .probabilities = pair->probabilities};
    p->target = pair->target > 0 ? &preps[pair->target - 1] : NULL;
    int64_t classes = has_classes(p) ? p->target->tensor->classes : 1;
    p->top = top > 0 ? top : 3;
    p->top = p->top < classes ? p->top : classes;
    if (format == NN_PRINT_JSON)
        fprintf(stream, "[");
    if (!nn_alloc(&p->order, (size_t)classes, sizeof *p->order, "output", e) ||
        !nn_alloc(&p->values, values, sizeof *p->values, "output", e) ||
        !nn_alloc(&p->ways, values, sizeof *p->ways, "output", e))
        return false;
    nn_unit_ways(p->ways, output->values, pair->units, pair->unit_count, preps);
    return true;
}

void nn_print_close(nn_print *p)
{
    if (p->format == NN_PRINT_JSON && p->order != NULL)
        fprintf(p->stream, "%s]\n", p->rows > 0 ? "\n" : "");
    free(p->order);
    free(p->values);
    free(p->ways);
    *p = (nn_print){0};
}

/* Moves the `top` largest of n values to the front of the order; of equal
 * ones the first wins. */
static void rank(nn_print *p, const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        p->order[i] = i;
    for (int64_t k = 0; k < p->top; k++) {
        int64_t best = k;
        for (int64_t i = k + 1; i < n; i++)
            if (x[p->order[i]] > x[p->order[best]] ||
                (x[p->order[i]] == x[p->order[best]] &&
                 p->order[i] < p->order[best]))
                best = i;
        int64_t id = p->order[best];
        p->order[best] = p->order[k];
        p->order[k] = id;
    }
}

/* Room for the name of a class without a label. */
enum { NAME_ROOM = 64 };

/* The name of a class, or its number where there are no labels. A class that
 * training rows did not use is told from all labels. */
static const char *class_name(const nn_print *p, int64_t id,
                              char room[NAME_ROOM])
{
    const nn_labels *l = &p->target->labels;
    if (id < l->count)
        return l->text[id];
    snprintf(room, NAME_ROOM,
             l->count > 0 ? "unused class %" PRId64 : "%" PRId64, id);
    for (size_t n = strlen(room);
         n + 1 < NAME_ROOM && nn_labels_find(l, room, n) >= 0; n++)
        memcpy(room + n, "'", 2);
    return room;
}

static void print_classes(nn_print *p)
{
    char room[NAME_ROOM];
    int64_t classes = p->target->tensor->classes;
    int64_t steps = p->output->values / classes;
    for (int64_t s = 0; s < steps; s++) {
        const double *x = p->values + s * classes;
        rank(p, x, classes);
        fprintf(p->stream, "%" PRId64, p->rows);
        if (steps > 1)
            fprintf(p->stream, ".%" PRId64, s + 1);
        for (int64_t k = 0; k < p->top; k++) {
            double value = x[p->order[k]];
            fputs(k == 0 ? ": " : ",  ", p->stream);
            nn_show(p->stream, class_name(p, p->order[k], room));
            fputs(" ", p->stream);
            fprintf(p->stream, p->probabilities ? "%.2f %%" : "%.6g",
                    p->probabilities ? 100 * value : value);
        }
        fprintf(p->stream, "\n");
    }
}

static void print_words(nn_print *p)
{
    if (has_classes(p)) {
        print_classes(p);
        return;
    }
    fprintf(p->stream, "%" PRId64 ":", p->rows);
    for (int64_t i = 0; i < p->output->values; i++) {
        int digits = nn_unit_digits(p->ways[i], p->values[i]) - 3;
        fprintf(p->stream, " %.*g", digits > 6 ? digits : 6, p->values[i]);
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

static void print_values(nn_print *p)
{
    for (int64_t i = 0; i < p->output->values; i++) {
        fputs(i > 0 ? "," : "", p->stream);
        print_number(p, p->values[i], p->ways[i]);
    }
}

static void print_top(nn_print *p, const double *x)
{
    char room[NAME_ROOM];
    rank(p, x, p->target->tensor->classes);
    fprintf(p->stream, "[");
    for (int64_t k = 0; k < p->top; k++) {
        nn_text name = {0};
        nn_json_quote(&name, class_name(p, p->order[k], room));
        fprintf(p->stream, "%s{\"class\": %s, \"%s\": ", k > 0 ? ", " : "",
                name.failed ? "null" : name.bytes,
                p->probabilities ? "probability" : "value");
        print_number(p, x[p->order[k]], (nn_way){1, 0});
        fprintf(p->stream, "}");
        free(name.bytes);
    }
    fprintf(p->stream, "]");
}

static void print_json(nn_print *p)
{
    fprintf(p->stream, "%s\n  {\"row\": %" PRId64 ", ", p->rows > 1 ? "," : "",
            p->rows);
    if (has_classes(p)) {
        int64_t classes = p->target->tensor->classes;
        int64_t steps = p->output->values / classes;
        fprintf(p->stream, steps > 1 ? "\"top\": [" : "\"top\": ");
        for (int64_t s = 0; s < steps; s++) {
            fprintf(p->stream, "%s", s > 0 ? ", " : "");
            print_top(p, p->values + s * classes);
        }
        fprintf(p->stream, steps > 1 ? "], " : ", ");
    }
    fprintf(p->stream, "\"values\": [");
    print_values(p);
    fprintf(p->stream, "]}");
}

/* nan for each value, so that every row has its line and its columns. */
static void print_none(nn_print *p)
{
    if (p->format == NN_PRINT_CSV)
        for (int64_t i = 0; i < p->output->values; i++)
            fputs(i > 0 ? ",nan" : "nan", p->stream);
    else if (p->format == NN_PRINT_JSON)
        fprintf(p->stream, "%s\n  {\"row\": %" PRId64 ", \"values\": null}",
                p->rows > 1 ? "," : "", p->rows);
    else
        fprintf(p->stream, "%" PRId64 ": a value is missing", p->rows);
    if (p->format != NN_PRINT_JSON)
        fprintf(p->stream, "\n");
}

void nn_print_row(nn_print *p, const nn_real *values)
{
    if (values == NULL) {
        p->rows++;
        print_none(p);
        return;
    }
    for (int64_t i = 0; i < p->output->values; i++)
        p->values[i] = nn_unit_undo(p->ways[i], (double)values[i]);
    p->rows++;
    if (p->format == NN_PRINT_CSV) {
        print_values(p);
        fprintf(p->stream, "\n");
    } else if (p->format == NN_PRINT_JSON)
        print_json(p);
    else
        print_words(p);
}
