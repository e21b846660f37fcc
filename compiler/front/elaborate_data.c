/* elaborate_data.c: the `data` block, as Program's Flows and Splits.
 *
 * A flow is a source and transforms, rows of settings.def, that fill one input
 * or target, or with `windows` two of them. What can be known before a file is
 * opened is checked here. */
#include <math.h>
#include <string.h>

#include "front/elab.h"
#include "front/settings.h"

static int find_input(Elab *e, const Name *name)
{
    const Program *p = e->program;
    Words words = {0};

    for (int i = 0; i < p->inputs.n; i++) {
        if (strcmp(p->inputs.at[i].name, name->text) == 0)
            return i;
        vec_push(e->arena, &words, p->inputs.at[i].name);
    }
    if (!unit_lost(e->model, name->text))
        names_unknown(e->diag, name->span, name->text, "input or target",
                      &words);
    return -1;
}

static bool fill_list(Elab *e, Setting *s, const Value *v)
{
    double *list = NEWN(e->arena, double, v->n ? v->n : 1);
    const char **texts = NEWN(e->arena, const char *, v->n ? v->n : 1);

    s->kind = v->kind == VAL_SPAN ? SET_SPAN : SET_LIST;
    s->n = v->n;
    for (int i = 0; i < v->n; i++) {
        if (v->at[i]->kind != v->at[0]->kind) {
            diag_error(e->diag, s->span,
                       "a list holds numbers or texts, not both");
            return false;
        }
        list[i] = v->at[i]->number;
        texts[i] = v->at[i]->text;
    }
    if (v->n > 0 && v->at[0]->kind == VAL_STRING)
        s->texts = texts;
    else
        s->list = list;
    return true;
}

static bool fill_setting(Elab *e, Setting *s, const Value *v)
{
    s->number = v->number;
    s->percent = v->percent;
    s->text = v->text;
    switch (v->kind) {
    case VAL_NUMBER:
        s->kind = SET_NUMBER;
        return true;
    case VAL_STRING:
        s->kind = SET_TEXT;
        return true;
    case VAL_WORD:
        s->kind = SET_WORD;
        return true;
    case VAL_BOOL:
        s->kind = SET_WORD;
        s->text = v->number != 0 ? "true" : "false";
        return true;
    case VAL_TENSOR:
        s->kind = SET_INPUT;
        s->number = v->input;
        return true;
    case VAL_LIST:
    case VAL_SPAN:
        return fill_list(e, s, v);
    default:
        nnc_bug("a setting cannot be %s", value_what(e->arena, v));
    }
}

/* One source or transform with its arguments; false after a message. */
static bool stage_of(Elab *e, const Expr *x, SettingGroup group, Stage *out)
{
    Args args = {0};
    Bound bound;
    const char *spec;

    if (x->kind == EXPR_ERROR)
        return false;
    if (x->parens || (x->kind != EXPR_CALL && x->kind != EXPR_NAME)) {
        diag_help(diag_error(e->diag, x->span, "a %s is wanted here",
                             group == GROUP_SOURCE ? "source" : "transform"),
                  "write: x = csv(\"file.csv\") -> standardize;");
        return false;
    }
    spec = settings_find(group, x->name);
    if (!spec)
        return false; /* sema has said so */
    if (x->kind == EXPR_CALL && !elab_args(e, &x->kids, &args))
        return false;
    if (!spec_bind(e->arena, e->diag, spec, x->name, x->at, &args, &bound))
        return false;
    *out = (Stage){.name = x->name, .span = x->span};
    out->set = NEWN(e->arena, Setting, bound.n ? bound.n : 1);
    for (int i = 0; i < bound.n; i++) {
        Setting *s = &out->set[out->n];

        if (!bound.at[i])
            continue;
        s->key = bound.name[i];
        s->span = bound.span[i];
        if (!fill_setting(e, s, bound.at[i]))
            return false;
        out->n++;
    }
    return true;
}

static bool stages_of(Elab *e, Flow *flow, const Expr *x)
{
    bool pipe = x->kind == EXPR_PIPE, ok = true;
    int n = pipe ? x->kids.n : 1;

    flow->stages = NEWN(e->arena, Stage, n);
    flow->n_stages = n;
    for (int i = 0; i < n; i++) {
        const Expr *stage = pipe ? x->kids.at[i] : x;

        if (stage->as.text) {
            diag_error(e->diag, stage->as.span,
                       "`as` has no meaning in `data`");
            ok = false;
        }
        ok &= stage_of(e, stage, i ? GROUP_TRANSFORM : GROUP_SOURCE,
                       &flow->stages[i]);
    }
    return ok;
}

/* How many values of a row the named columns give; 0: not known here. */
static int64_t column_count(Elab *e, const Stage *source)
{
    const Setting *one = flow_setting(source, "column");
    const Setting *many = flow_setting(source, "columns");

    if (one && many)
        diag_error(e->diag, many->span, "give `column` or `columns`, not both");
    if (many && many->kind == SET_SPAN)
        return 0;
    return one ? 1 : many ? many->n : strcmp(source->name, "lines") == 0;
}

static void check_type(Elab *e, const Stage *stage, const Input *input)
{
    bool category = strcmp(stage->name, "category") == 0;
    bool windows = strcmp(stage->name, "windows") == 0;

    if (windows || (category == (input->type == TYPE_INT) && !input->token))
        return;
    diag_error(e->diag, stage->span, "`%s` gives %s, and `%s` holds %s",
               stage->name, category ? "classes" : "real numbers", input->name,
               input->token              ? "tokens"
               : input->type == TYPE_INT ? "classes"
                                         : "real numbers");
}

/* Every value times 0 is the same value, and cannot be undone: so it is where
 * a chain of factors leaves the range of numbers. */
static void check_factors(Elab *e, const Flow *flow)
{
    double product = 1;

    for (int i = 1; i < flow->n_stages; i++) {
        const Stage *stage = &flow->stages[i];
        const Setting *factor = flow_setting(stage, "factor");

        if (!factor)
            continue;
        product *= factor->number;
        if (product != 0 && isfinite(product))
            continue;
        if (factor->number == 0)
            diag_error(e->diag, factor->span,
                       "`%s` by 0 leaves nothing of the values", stage->name);
        else
            diag_error(e->diag, factor->span,
                       "`%s` multiplies to %s with those before it",
                       stage->name, product == 0 ? "0" : "infinity");
        return;
    }
}

/* What learns from the values does so once. */
static void check_once(Elab *e, const Flow *flow)
{
    for (int i = 2; i < flow->n_stages; i++)
        for (int k = 1; k < i; k++)
            if (strcmp(flow->stages[i].name, "scale") != 0 &&
                strcmp(flow->stages[i].name, flow->stages[k].name) == 0) {
                diag_error(e->diag, flow->stages[i].span,
                           "`%s` comes once in a chain", flow->stages[i].name);
                return;
            }
}

/* Values of a row, steps and columns must fit each other. */
static void check_count(Elab *e, const Flow *flow, int feed)
{
    const Input *input = &e->program->inputs.at[flow->feeds[feed]];
    const Stage *last = &flow->stages[flow->n_stages - 1];
    const Setting *length = flow_setting(last, "length");
    int64_t columns = column_count(e, &flow->stages[0]);
    int64_t values = shape_count(&input->shape);
    int64_t steps = length ? (int64_t)length->number : 1;

    if (length && feed == 0 && values % steps != 0) {
        diag_note(diag_error(e->diag, length->span,
                             "windows of %lld row%s do not fit `%s`",
                             (long long)steps, str_s(steps), input->name),
                  "a row of %s is %s", input->name,
                  value_shape_text(e->arena, &input->shape));
        return;
    }
    if (columns == 0 || values == columns ||
        (length && values == columns * steps))
        return;
    diag_note(diag_error(e->diag, flow->stages[0].span,
                         "%lld column%s cannot fill `%s`", (long long)columns,
                         str_s(columns), input->name),
              "a row of %s is %s", input->name,
              value_shape_text(e->arena, &input->shape));
}

/* `windows` comes last, and only it fills two. */
static bool check_windows(Elab *e, const Flow *flow, const Item *item)
{
    const Stage *last = &flow->stages[flow->n_stages - 1];

    for (int i = 1; i < flow->n_stages - 1; i++)
        if (strcmp(flow->stages[i].name, "windows") == 0) {
            diag_error(e->diag, flow->stages[i].span,
                       "`windows` comes after all other transforms");
            return false;
        }
    if (flow->n_feeds == 1)
        return true;
    if (flow->n_feeds == 2 && strcmp(last->name, "windows") == 0)
        return true;
    diag_help(diag_error(e->diag, item->names.at[1].span,
                         "one source fills two names only with `windows`"),
              "write: past, next = csv(...) -> windows(20, ahead: 1);");
    return false;
}

/* The stride that the target's type asks for: 1 for the value after a window,
 * the window's length for a sequence moved by one. */
static void default_stride(Elab *e, Flow *flow)
{
    Stage *last = &flow->stages[flow->n_stages - 1];
    const Setting *length = flow_setting(last, "length");
    const Input *target;
    Setting *set;
    bool sequence;

    if (!length || flow_setting(last, "stride"))
        return;
    target = &e->program->inputs.at[flow->feeds[flow->n_feeds - 1]];
    sequence = flow->n_feeds == 2 &&
               target->shape.dim[0] == (int64_t)length->number &&
               target->axes.at[0] == AXIS_TIME && length->number > 1;
    set = NEWN(e->arena, Setting, last->n + 1);
    for (int i = 0; i < last->n; i++)
        set[i] = last->set[i];
    set[last->n] = (Setting){.key = "stride",
                             .kind = SET_NUMBER,
                             .number = sequence ? length->number : 1,
                             .span = last->span};
    last->set = set;
    last->n++;
}

static bool feeds_of(Elab *e, Flow *flow, const Item *item)
{
    bool ok = true;

    flow->n_feeds = item->names.n;
    flow->feeds = NEWN(e->arena, int, item->names.n);
    for (int i = 0; i < item->names.n; i++) {
        flow->feeds[i] = find_input(e, &item->names.at[i]);
        ok &= flow->feeds[i] >= 0;
    }
    return ok;
}

static bool fed(const Program *p, int input, Part part)
{
    for (int i = 0; i < p->flows.n; i++)
        for (int k = 0; k < p->flows.at[i].n_feeds; k++)
            if (p->flows.at[i].part == part && p->flows.at[i].feeds[k] == input)
                return true;
    return false;
}

/* What the transforms give and take. */
static void check_stages(Elab *e, const Flow *flow)
{
    if (flow_is_text(flow)) {
        elab_check_text(e, flow);
        return;
    }
    for (int i = 0; i < flow->n_feeds; i++)
        for (int k = 1; k < flow->n_stages; k++)
            check_type(e, &flow->stages[k],
                       &e->program->inputs.at[flow->feeds[i]]);
}

/* Whether a row of the flow is ids of a text, not values of columns. */
static bool counted(const Flow *flow)
{
    return !flow_is_text(flow) ||
           (flow->n_stages > 1 &&
            strcmp(flow->stages[1].name, "category") == 0);
}

static void one_flow(Elab *e, const Item *item, Part part)
{
    Flow flow = {.part = part, .span = item->span};
    int errors = diag_errors(e->diag);
    bool ok = feeds_of(e, &flow, item);

    if (!stages_of(e, &flow, item->value) || !ok)
        ok = false;
    for (int i = 0; ok && i < flow.n_feeds; i++)
        if (fed(e->program, flow.feeds[i], part))
            diag_error(e->diag, item->names.at[i].span,
                       "`%s` has a source already", item->names.at[i].text);
    if (ok && strcmp(flow.stages[0].name, "shift") == 0)
        ok = elab_shift(e, &flow);
    else if (ok)
        elab_adopt_text(e, &flow);
    if (ok)
        check_stages(e, &flow);
    if (ok)
        check_factors(e, &flow);
    if (ok && check_windows(e, &flow, item)) {
        check_once(e, &flow);
        for (int i = 0; i < flow.n_feeds && counted(&flow); i++)
            check_count(e, &flow, i);
    }
    if (ok && diag_errors(e->diag) == errors)
        default_stride(e, &flow);
    if (ok)
        vec_push(e->arena, &e->program->flows, flow);
}

static void one_split(Elab *e, const Item *item, Split *out)
{
    Value *v = elab_expr(e, item->value);
    int64_t rows;

    out->last = item->last;
    if (v->kind == VAL_NUMBER && v->percent && v->number > 0 && v->number < 1) {
        out->kind = SPLIT_SHARE;
        out->amount = v->number;
    } else if (!v->percent && value_whole(v, &rows) && rows >= 1) {
        out->kind = SPLIT_ROWS;
        out->amount = v->number;
    } else if (v->kind != VAL_POISON) {
        Message *m = diag_error(e->diag, item->value->span,
                                "a part is a share such as 20%% or a whole "
                                "number of rows");

        diag_note(m, "this is %s", value_what(e->arena, v));
    }
}

/* `stratified by y` */
static void stratify(Elab *e, const Item *item, Split *out)
{
    if (!item->other.text)
        return;
    out->stratified = find_input(e, &item->other);
    if (out->stratified >= 0 &&
        (e->program->inputs.at[out->stratified].type != TYPE_INT ||
         e->program->inputs.at[out->stratified].token))
        diag_error(e->diag, item->other.span,
                   "rows are stratified by a class, and `%s` is none",
                   item->other.text);
}

/* `fold 3 of 10` */
static void one_fold(Elab *e, const Item *item, Split *out)
{
    Value *k = elab_expr(e, item->values.at[0]);
    Value *n = elab_expr(e, item->values.at[1]);
    int64_t fold, folds;

    out->kind = SPLIT_FOLD;
    if (strcmp(item->name.text, "validation") == 0)
        diag_error(e->diag, item->span, "only `test` takes a fold");
    if (k->kind == VAL_POISON || n->kind == VAL_POISON)
        return;
    if (value_whole(k, &fold) && value_whole(n, &folds) && folds >= 2 &&
        folds <= 1000000 && fold >= 1 && fold <= folds) {
        out->amount = (double)fold;
        out->folds = (int)folds;
        return;
    }
    diag_note(diag_error(e->diag, item->span,
                         "a fold is a whole number from 1 to the number of "
                         "folds, of which there are at least 2"),
              "this is %s of %s", value_what(e->arena, k),
              value_what(e->arena, n));
}

static void one_part(Elab *e, const Item *item)
{
    bool test = strcmp(item->name.text, "test") == 0;
    Split *out = test ? &e->program->test : &e->program->validation;
    Part part = test ? PART_TEST : PART_VALIDATION;

    if (out->kind != SPLIT_NONE) {
        diag_error(e->diag, item->span, "the %s part is given twice",
                   item->name.text);
        return;
    }
    out->span = item->span;
    if (item->kind == ITEM_SPLIT || item->kind == ITEM_FOLD) {
        (item->kind == ITEM_SPLIT ? one_split : one_fold)(e, item, out);
        stratify(e, item, out);
    } else {
        out->kind = SPLIT_OWN;
        for (int i = 0; i < item->items.n; i++) {
            const Item *inner = item->items.at[i];

            if (inner->kind == ITEM_DEFINE)
                one_flow(e, inner, part);
            else
                diag_error(e->diag, inner->span,
                           "a part with sources of its own is not split again");
        }
    }
}

/* Every input and target needs a source in a part that has sources. */
static void check_complete(Elab *e, Span span, Part part, const char *where)
{
    const Program *p = e->program;

    for (int i = 0; i < p->inputs.n; i++)
        if (!fed(p, i, part))
            diag_error(e->diag, span, "`%s` has no source in `%s`",
                       p->inputs.at[i].name, where);
}

/* Shares of one whole; where a part is a number of rows, the trainer sees. */
static void check_shares(Elab *e)
{
    const Split *test = &e->program->test;
    const Split *validation = &e->program->validation;

    if (test->kind == SPLIT_SHARE && validation->kind == SPLIT_SHARE &&
        test->amount + validation->amount >= 1)
        diag_error(e->diag,
                   test->span.begin > validation->span.begin ? test->span
                                                             : validation->span,
                   "test and validation leave nothing to train on");
}

void elab_data(Elab *e, const Item *data)
{
    Program *p = e->program;
    int errors = diag_errors(e->diag);

    p->has_data = true;
    for (int i = 0; i < data->items.n; i++) {
        const Item *item = data->items.at[i];

        if (item->kind == ITEM_DEFINE)
            one_flow(e, item, PART_ALL);
        else
            one_part(e, item);
    }
    if (e->quiet_names || diag_errors(e->diag) != errors)
        return;
    check_complete(e, data->span, PART_ALL, "data");
    check_shares(e);
    elab_sources(e);
    if (p->test.kind == SPLIT_OWN)
        check_complete(e, p->test.span, PART_TEST, "test");
    if (p->validation.kind == SPLIT_OWN)
        check_complete(e, p->validation.span, PART_VALIDATION, "validation");
    if (diag_errors(e->diag) == errors)
        elab_check_parts(e);
}
