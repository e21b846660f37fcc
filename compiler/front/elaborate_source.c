/* elaborate_source.c: what the settings of csv and tsv files mean together.
 * Each file is judged once for all its uses, so they may not disagree. */
#include <string.h>

#include "front/elab.h"

enum { MOST_COLUMNS = 1000000000 };

static bool is_text(const Flow *flow)
{
    return strcmp(flow->stages[0].name, "csv") == 0 ||
           strcmp(flow->stages[0].name, "tsv") == 0;
}

static const Setting *named_columns(const Stage *source)
{
    const Setting *one = flow_setting(source, "column");
    const Setting *many = flow_setting(source, "columns");

    if (one && one->kind == SET_TEXT)
        return one;
    return many && many->texts ? many : NULL;
}

/* Programs count columns in ints. */
static void check_numbers(Elab *e, const Stage *source)
{
    const Setting *one = flow_setting(source, "column");
    const Setting *many = flow_setting(source, "columns");
    double most = one && one->kind == SET_NUMBER ? one->number : 0;

    for (int i = 0; many && many->list && i < many->n; i++)
        most = many->list[i] > most ? many->list[i] : most;
    if (most > MOST_COLUMNS)
        diag_error(e->diag, one ? one->span : many->span,
                   "no file has a column %.0f", most);
}

static void check_signs(Elab *e, const Stage *source)
{
    const Setting *separator = flow_setting(source, "separator");
    const Setting *decimal = flow_setting(source, "decimal");
    bool tabs = strcmp(source->name, "tsv") == 0;
    char between = separator ? *separator->text : tabs ? '\t' : ',';

    if (decimal && *decimal->text == between)
        diag_help(diag_error(e->diag, decimal->span,
                             "a decimal comma needs another separator between "
                             "the columns"),
                  "write: csv(..., separator: \";\", decimal: \",\")");
}

/* Whether fields are labels or words. */
static bool holds_words(const Flow *flow)
{
    static const char *const how[] = {"category", "words", "characters", "ids",
                                      "letter_trigrams"};
    bool found = false;

    for (size_t i = 0; i < sizeof how / sizeof *how; i++)
        found |= flow_transform(flow, how[i]) != NULL;
    return found;
}

/* A class has no mean, and words are no numbers. */
static void check_missing(Elab *e, const Flow *flow)
{
    const Setting *missing = flow_setting(&flow->stages[0], "missing");
    const Input *input = &e->program->inputs.at[flow->feeds[0]];
    bool mean = missing && missing->kind != SET_NUMBER &&
                strcmp(missing->text, "mean") == 0;
    bool zero = missing && missing->kind == SET_NUMBER;

    if (mean && input->type == TYPE_INT)
        diag_help(diag_error(e->diag, missing->span,
                             "`%s` holds no numbers and has no mean",
                             input->name),
                  "write `missing: drop`");
    else if (zero && holds_words(flow))
        diag_help(diag_error(e->diag, missing->span,
                             "`%s` holds words, of which 0 is none",
                             input->name),
                  "write `missing: drop`");
}

/* Rows that are dropped would tear a series. */
static void check_dropped(Elab *e, const Flow *flow)
{
    const Setting *missing = flow_setting(&flow->stages[0], "missing");
    const Program *p = e->program;
    bool windows = false;

    for (int i = 0; i < p->flows.n; i++)
        windows |= flow_transform(&p->flows.at[i], "windows") != NULL;
    if (windows && missing && missing->kind != SET_NUMBER &&
        strcmp(missing->text, "drop") == 0)
        diag_help(diag_error(e->diag, missing->span,
                             "rows are cut into windows: one that is dropped "
                             "would join what does not follow each other"),
                  "write `missing: mean` or `missing: 0`");
}

/* What other uses of the same file say of its line 1. */
static void check_header(Elab *e, const Flow *flow)
{
    const Setting *path = flow_setting(&flow->stages[0], "path");
    const Setting *header = flow_setting(&flow->stages[0], "header");
    const Program *p = e->program;

    for (int i = 0; header && i < p->flows.n; i++) {
        const Flow *other = &p->flows.at[i];
        const Stage *source = &other->stages[0];
        const Setting *same = flow_setting(source, "path");
        const Setting *says = flow_setting(source, "header");
        const Setting *names = named_columns(source);

        if (!is_text(other) || strcmp(same->text, path->text) != 0)
            continue;
        if (says && says->number != header->number &&
            says->span.begin < header->span.begin)
            diag_error(
                e->diag, header->span, "line %d says that \"%s\" has %s header",
                says->span.line, path->text, says->number != 0 ? "a" : "no");
        if (names && header->number == 0 && (other == flow || !says))
            diag_error(e->diag, names->span,
                       "\"%s\" has no header, so its columns have no names",
                       path->text);
    }
}

static const char *encoding_of(const Flow *flow)
{
    const Setting *says = flow_setting(&flow->stages[0], "encoding");

    return says ? says->text : "utf-8";
}

/* What the first use of the file says of its encoding. */
static void check_encoding(Elab *e, const Flow *flow)
{
    const Setting *path = flow_setting(&flow->stages[0], "path"), *same = NULL;
    const Flow *first = e->program->flows.at;

    if (!path)
        return;
    for (; first != flow; first++) {
        same = flow_setting(&first->stages[0], "path");
        if (same && strcmp(same->text, path->text) == 0)
            break;
    }
    if (strcmp(encoding_of(first), encoding_of(flow)) != 0)
        diag_error(e->diag, path->span,
                   "\"%s\" is read as %s here, but as %s in line %d: say the "
                   "same of all uses",
                   path->text, encoding_of(flow), encoding_of(first),
                   same->span.line);
}

void elab_sources(Elab *e)
{
    const Program *p = e->program;

    for (int i = 0; i < p->flows.n; i++) {
        const Flow *flow = &p->flows.at[i];

        check_encoding(e, flow);
        if (!is_text(flow))
            continue;
        check_numbers(e, &flow->stages[0]);
        check_signs(e, &flow->stages[0]);
        check_missing(e, flow);
        check_dropped(e, flow);
        check_header(e, flow);
    }
}
