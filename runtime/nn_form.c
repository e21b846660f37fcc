/* The order of questions: do names decide, is this the training file's width,
 * is it the width of the values. What no answer fits is refused. */
#include "nn_form.h"

#include <string.h>

#include "nn_field.h"
#include "nn_header.h"

/* How a file may be read. */
typedef enum { BY_TEXT, BY_VALUES, BY_STEPS, NOT_AT_ALL } way;

bool nn_form_is_text(const nn_prep *p)
{
    const nn_flow *f = p->flow;
    return f != NULL && (f->reader == &nn_csv || f->reader == &nn_tsv);
}

static const nn_prep *prep_at(const nn_form *f, int i)
{
    return &f->preps[f->first + i];
}

/* Columns that input i takes: a whole row, or one step of a series. */
static int64_t columns_of(const nn_form *f, int i, bool steps)
{
    const nn_prep *p = prep_at(f, i);
    if (p->spelling != NULL)
        return 1;
    steps = steps && p->window != NULL;
    return steps ? p->tensor->values / p->window->length : p->tensor->values;
}

static int64_t all_columns(const nn_form *f, bool steps)
{
    int64_t columns = 0;
    for (int i = 0; i < f->count; i++)
        columns += columns_of(f, i, steps);
    return columns;
}

size_t nn_form_room(const nn_form *f)
{
    size_t room = (size_t)f->count;
    for (int i = 0; i < f->count; i++)
        if (prep_at(f, i)->names != NULL)
            room += (size_t)prep_at(f, i)->column_count;
    return room;
}

/* True where training takes all of these inputs from one text file. */
static bool one_file(const nn_form *f)
{
    for (int i = 0; i < f->count; i++)
        if (!nn_form_is_text(prep_at(f, i)) ||
            strcmp(prep_at(f, i)->flow->path, prep_at(f, 0)->flow->path) != 0)
            return false;
    return true;
}

static bool any_named(const nn_form *f)
{
    for (int i = 0; i < f->count; i++)
        if (nn_form_is_text(prep_at(f, i)) &&
            nn_header_named(prep_at(f, i)->flow))
            return true;
    return false;
}

static bool all_named(const nn_form *f)
{
    for (int i = 0; i < f->count; i++) {
        const nn_flow *flow = prep_at(f, i)->flow;
        if (!nn_form_is_text(prep_at(f, i)) || flow->column_count == 0)
            return false;
        for (int k = 0; k < flow->column_count; k++)
            if (flow->columns[k].name == NULL)
                return false;
    }
    return true;
}

/* The columns of the training file, or 0 where that is not known. */
static int64_t training_width(const nn_form *f)
{
    return one_file(f) ? prep_at(f, 0)->fields : 0;
}

/* True where the columns that the text gives are the values in order, so that
 * both forms of a file of this width are the same. */
static bool in_order(const nn_form *f, int64_t width, bool steps)
{
    int64_t next = 0;
    for (int i = 0; i < f->count; i++) {
        const nn_prep *p = prep_at(f, i);
        if (p->columns == NULL || p->column_count != columns_of(f, i, steps))
            return false;
        for (int64_t k = 0; k < p->column_count; k++)
            if (p->columns[k] != next++)
                return false;
    }
    return next == width;
}

/* The same by the text alone, where no column is named. */
static bool numbered_in_order(const nn_form *f, bool steps)
{
    int64_t next = 1;
    for (int i = 0; i < f->count; i++) {
        const nn_flow *flow = prep_at(f, i)->flow;
        int64_t end = next + columns_of(f, i, steps);
        for (int k = 0; k < flow->column_count; k++) {
            if (flow->columns[k].from != next)
                return false;
            next = flow->columns[k].to + 1;
        }
        if (next != end)
            return false;
    }
    return true;
}

/* True where every column that the text numbers lies inside the file. */
static bool numbers_fit(const nn_form *f, int64_t width)
{
    for (int i = 0; i < f->count; i++) {
        const nn_flow *flow = prep_at(f, i)->flow;
        if (flow->column_count == 0)
            return false;
        for (int k = 0; k < flow->column_count; k++)
            if (flow->columns[k].to > width)
                return false;
    }
    return true;
}

/* The form in which the file holds just the values. */
static way values_way(const nn_form *f, int64_t width)
{
    return width == all_columns(f, false)  ? BY_VALUES
           : width == all_columns(f, true) ? BY_STEPS
                                           : NOT_AT_ALL;
}

static bool all_words(const nn_records *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (!nn_field_is_word(&r->fields[i]))
            return false;
    return true;
}

static bool holds(const nn_records *r, const char *name)
{
    for (size_t j = 0; name != NULL && j < r->count; j++)
        if (strlen(name) == r->fields[j].length &&
            memcmp(name, r->fields[j].bytes, r->fields[j].length) == 0)
            return true;
    return false;
}

/* True where line 1 holds one of the names that the text gives. */
static bool holds_a_name(const nn_form *f, const nn_records *r)
{
    for (int i = 0; i < f->count; i++) {
        const nn_flow *flow = prep_at(f, i)->flow;
        for (int k = 0; flow != NULL && k < flow->column_count; k++)
            if (holds(r, flow->columns[k].name))
                return true;
    }
    return false;
}

/* A range of names is those columns that stood in it in training. */
static void take_names(const nn_form *f, nn_flow *flows, nn_columns *columns)
{
    for (int i = 0; i < f->count; i++) {
        const nn_prep *p = prep_at(f, i);
        if (p->names == NULL)
            continue;
        flows[i].columns = columns;
        flows[i].column_count = (int)p->column_count;
        for (int64_t k = 0; k < p->column_count; k++)
            *columns++ = (nn_columns){.name = p->names[k]};
    }
}

/* The flows of a file that holds just the values, or one step of them. */
static void take_values(const nn_form *f, bool steps, nn_flow *flows,
                        nn_columns *columns)
{
    int next = 1;
    for (int i = 0; i < f->count; i++) {
        int last = next + (int)columns_of(f, i, steps) - 1;
        columns[i] = (nn_columns){.from = next, .to = last};
        flows[i].columns = &columns[i];
        flows[i].column_count = 1;
        next = last + 1;
    }
}

/* A line as wide as the values is a header where a word stands for each
 * number; another where it holds nothing but words. */
static bool is_header(const nn_form *f, const nn_records *r, way values,
                      nn_flow *flows, nn_columns *columns)
{
    if (flows[0].header != NN_HEADER_JUDGE)
        return flows[0].header == NN_HEADER_YES;
    if (holds_a_name(f, r))
        return true;
    if (values == NOT_AT_ALL)
        return all_words(r);
    take_values(f, values == BY_STEPS, flows, columns);
    return nn_header_judge(r, flows, f->count, f->path) == NN_LINE_HEADER;
}

/* Where the text names columns. */
static way choose_named(const nn_form *f, const nn_records *r, bool header)
{
    int64_t width = (int64_t)r->count, known = training_width(f);
    way values = values_way(f, width);
    if (header && all_named(f))
        return BY_TEXT;
    if (header)
        return one_file(f) &&
                       (known == width || (known == 0 && numbers_fit(f, width)))
                   ? BY_TEXT
                   : NOT_AT_ALL;
    return known != width || in_order(f, width, values == BY_STEPS)
               ? values
               : NOT_AT_ALL;
}

/* Where the text gives numbers of columns, or none. */
static way choose_numbered(const nn_form *f, const nn_records *r,
                           bool *ambiguous)
{
    int64_t width = (int64_t)r->count, known = training_width(f);
    way values = values_way(f, width);
    bool fit = one_file(f) && numbers_fit(f, width);
    *ambiguous = known == 0 && fit && values != NOT_AT_ALL &&
                 !numbered_in_order(f, values == BY_STEPS);
    if (known > 0)
        return known == width ? BY_TEXT : values;
    return fit ? BY_TEXT : values;
}

static bool refuse(const nn_form *f, const nn_records *r, bool ambiguous,
                   bool header, nn_error *e)
{
    int64_t known = training_width(f), values = all_columns(f, false);
    nn_fail(e, "%s has %zu column%s; ", f->path, r->count,
            nn_s((long long)r->count));
    if (ambiguous)
        return nn_fail_also(e,
                            "these may be just the values in order or the "
                            "columns of the training file, whose number the "
                            "weights do not know: add it with `--eval --init "
                            "WEIGHTS --out NEW` of the training program");
    if (known == (int64_t)r->count && !header)
        return nn_fail_also(e, "it has no header, as the training file had, "
                               "and the model's text takes columns by name");
    if (known > 0)
        nn_fail_also(e, "the training file had %lld, and ", (long long)known);
    nn_fail_also(e, "a row takes %lld value%s (", (long long)values,
                 nn_s(values));
    for (int i = 0; i < f->count; i++)
        nn_fail_also(e, "%s%s: %lld", i > 0 ? ", " : "",
                     prep_at(f, i)->tensor->name,
                     (long long)columns_of(f, i, false));
    nn_fail_also(e, ")");
    return nn_field_hint(r, e);
}

bool nn_form_is_raw(const nn_form *f, bool good, const nn_records *line1)
{
    const nn_prep *p = prep_at(f, 0);
    if (f->count > 1 || p->spelling == NULL)
        return false;
    if (!nn_form_is_text(p) || !good)
        return true;
    if (nn_header_named(p->flow))
        return !holds_a_name(f, line1);
    return p->flow->reader == &nn_csv || line1->separator != '\t' ||
           (int64_t)line1->count != p->fields;
}

/* Copies what the text says of the files; one notation holds for a file. */
static void copy_flows(const nn_form *f, nn_flow *flows)
{
    nn_flow common = {0};
    for (int i = 0; i < f->count; i++) {
        const nn_flow *flow = prep_at(f, i)->flow;
        if (!nn_form_is_text(prep_at(f, i)))
            continue;
        if (common.header == NN_HEADER_JUDGE)
            common.header = flow->header;
        common.separator =
            common.separator != 0 ? common.separator : flow->separator;
        common.decimal = common.decimal != 0 ? common.decimal : flow->decimal;
    }
    for (int i = 0; i < f->count; i++) {
        const nn_prep *p = prep_at(f, i);
        flows[i] = p->flow != NULL ? *p->flow : (nn_flow){0};
        flows[i].tensor = f->first + i;
        flows[i].path = f->path;
        flows[i].header = common.header;
        flows[i].separator = common.separator;
        flows[i].decimal = common.decimal;
    }
}

/* Where the inputs take only words, line 1 is what it is for all that training
 * takes from the file. */
static void settle_header(const nn_form *f, const nn_records *r, nn_flow *flows)
{
    const nn_program *p = f->program;
    if (nn_header_judge(r, flows, f->count, f->path) != NN_LINE_OPEN ||
        nn_header_judge(r, p->flows, p->flow_count,
                        prep_at(f, 0)->flow->path) != NN_LINE_HEADER)
        return;
    for (int i = 0; i < f->count; i++)
        flows[i].header = NN_HEADER_YES;
}

bool nn_form_plan(const nn_form *f, const nn_records *line1, nn_flow *flows,
                  nn_columns *columns, nn_error *e)
{
    bool ambiguous = false, header = false;
    way by;
    copy_flows(f, flows);
    if (any_named(f)) {
        way values = values_way(f, (int64_t)line1->count);
        header = is_header(f, line1, values, flows, columns);
        by = choose_named(f, line1, header);
        copy_flows(f, flows);
    } else
        by = choose_numbered(f, line1, &ambiguous);
    if (ambiguous || by == NOT_AT_ALL)
        return refuse(f, line1, ambiguous, header, e);
    if (by != BY_TEXT)
        take_values(f, by == BY_STEPS, flows, columns);
    else
        take_names(f, flows, columns);
    if (by == BY_TEXT && one_file(f))
        settle_header(f, line1, flows);
    return true;
}
