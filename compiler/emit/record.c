/* record.c: see record.h. The order of a tensor's pieces, and of a flow's
 * transforms, is that in which programs go through them. */
#include "emit/record.h"

#include <string.h>

#include "ir/layout.h"
#include "nn_token.h"

int64_t record_room(int64_t reals)
{
    return (reals + RECORD_VECTOR - 1) / RECORD_VECTOR * RECORD_VECTOR;
}

int64_t *record_places(Arena *arena, const Program *p)
{
    int64_t *at = NEWN(arena, int64_t, p->tensors.n + 1), end = 0;
    for (int i = 0; i < p->tensors.n; i++) {
        at[i] = end;
        if (!p->tensors.at[i].absent)
            end += record_room(p->tensors.at[i].layout->extent);
    }
    at[p->tensors.n] = end + RECORD_VECTOR;
    return at;
}

int64_t record_reals(const Program *p)
{
    return record_places(p->arena, p)[p->tensors.n] + p->prepared;
}

static void add_pieces(nn_param *to, const Layout *l)
{
    for (int a = 0; a < l->rank; a++) {
        int64_t div = 1;
        for (int i = l->axis[a].n - 1; i >= 0; i--) {
            Piece p = l->axis[a].piece[i];
            if (to->piece_count == NN_MAX_PIECES)
                nnc_bug("%s lies in too many pieces", to->name);
            to->pieces[to->piece_count++] =
                (nn_piece){a, div, p.size, p.stride};
            div *= p.size;
        }
    }
}

nn_param record_param(const Program *p, int i)
{
    static const nn_param_kind kinds[] = {
        [TENSOR_WEIGHT] = NN_WEIGHT,   [TENSOR_SLOT] = NN_SLOT,
        [TENSOR_CARRIED] = NN_CARRIED, [TENSOR_STATISTIC] = NN_STATISTIC,
        [TENSOR_HANDED] = NN_HANDED,   [TENSOR_CONSTANT] = NN_CONSTANT};
    static const nn_init inits[] = {[INIT_UNIFORM] = NN_INIT_UNIFORM,
                                    [INIT_NORMAL] = NN_INIT_NORMAL,
                                    [INIT_CONSTANT] = NN_INIT_CONSTANT,
                                    [INIT_HE] = NN_INIT_HE,
                                    [INIT_GLOROT] = NN_INIT_GLOROT,
                                    [INIT_ORTHOGONAL] = NN_INIT_ORTHOGONAL,
                                    [INIT_LITERAL] = NN_INIT_LITERAL};
    const Tensor *t = &p->tensors.at[i];
    nn_param param = {.name = t->name,
                      .kind = kinds[t->kind],
                      .rank = t->shape.rank,
                      .size = t->layout->extent,
                      .init = inits[t->init.kind],
                      .scale = t->init.a,
                      .literal = t->init.literal,
                      .frozen = t->frozen,
                      .padding = t->padding};
    for (int a = 0; a < t->shape.rank; a++)
        param.shape[a] = t->shape.dim[a];
    add_pieces(&param, t->layout);
    return param;
}

static nn_tensor record(const char *name, const Shape *shape)
{
    nn_tensor t = {
        .name = name, .rank = shape->rank, .values = shape_count(shape)};
    for (int a = 0; a < shape->rank; a++)
        t.shape[a] = shape->dim[a];
    return t;
}

nn_tensor record_input(const Input *in)
{
    nn_tensor t = record(in->name, &in->shape);
    t.type = in->type == TYPE_REAL ? NN_F32 : in->token ? NN_TOKEN : NN_CLASS;
    t.classes = in->classes;
    if (in->classes > 0 && t.rank == 1 && t.shape[0] == 1)
        t.rank = 0;
    return t;
}

nn_tensor record_output(const Output *o)
{
    return record(o->name, &o->shape);
}

static double number(const Stage *stage, const char *key, double otherwise)
{
    const Setting *s = flow_setting(stage, key);
    return s && s->kind == SET_NUMBER ? s->number : otherwise;
}

static bool is_set(const Stage *stage, const char *key, const char *word)
{
    const Setting *s = flow_setting(stage, key);
    return s && strcmp(s->text, word) == 0;
}

/* What cuts text into tokens; labels are names, of which nothing is cut. */
static nn_transform splitter(const nn_splitter *by, const Stage *how,
                             bool labels)
{
    nn_transform t = {.kind = NN_SPLIT, .splitter = by};
    t.lower = is_set(how, "lower", "true");
    if (is_set(how, "punctuation", "keep") ||
        (labels && !flow_setting(how, "punctuation")))
        t.punctuation = NN_PUNCTUATION_KEEP;
    if (is_set(how, "punctuation", "drop"))
        t.punctuation = NN_PUNCTUATION_DROP;
    return t;
}

static nn_transform ids(const Stage *how)
{
    return (nn_transform){.kind = NN_IDS,
                          .least = (int64_t)number(how, "min_count", 1),
                          .left = is_set(how, "pad", "left"),
                          .start = is_set(how, "start", "true"),
                          .stop = is_set(how, "stop", "true")};
}

/* The transforms that stage i of a text is, and how many; 0: it is none. */
static int text_stage(const Flow *flow, int i, nn_transform *to)
{
    const Stage *stage = &flow->stages[i];
    const char *name = stage->name;
    bool labels = flow_transform(flow, "category");
    bool characters = strcmp(name, "characters") == 0;
    bool whole = i == 1 && strcmp(name, "ids") == 0;
    int n = 0;
    if (strcmp(name, "words") == 0)
        to[n++] = splitter(&nn_words, stage, labels);
    else if (strcmp(name, "letter_trigrams") == 0)
        to[n++] = splitter(&nn_hashed, stage, false);
    if (whole || characters)
        to[n++] = splitter(whole ? &nn_whole : &nn_characters, stage, false);
    if (characters || strcmp(name, "ids") == 0)
        to[n++] = ids(stage);
    return n;
}

static nn_transform windows(const Flow *flow, const Stage *stage)
{
    bool alone = flow_is_text(flow) && flow->n_feeds == 1;
    return (nn_transform){.kind = NN_WINDOWS,
                          .length = (int64_t)number(stage, "length", 1),
                          .ahead =
                              alone ? 0 : (int64_t)number(stage, "ahead", 1),
                          .stride = (int64_t)number(stage, "stride", 0)};
}

static nn_transform other_stage(const Flow *flow, const Stage *stage)
{
    const char *name = stage->name;
    if (strcmp(name, "standardize") == 0)
        return (nn_transform){.kind = NN_STANDARDIZE};
    if (strcmp(name, "scale") == 0)
        return (nn_transform){.kind = NN_SCALE,
                              .factor = number(stage, "factor", 1)};
    if (strcmp(name, "category") == 0)
        return (nn_transform){.kind = NN_CATEGORY,
                              .other = is_set(stage, "other", "true")};
    if (strcmp(name, "shift") == 0)
        return (nn_transform){.kind = NN_SHIFT,
                              .start = (int)number(stage, "start", 1)};
    if (strcmp(name, "windows") == 0)
        return windows(flow, stage);
    nnc_bug("the runtime has no transform %s", name);
}

nn_transform *record_transforms(Arena *arena, const Flow *flow, int *n)
{
    nn_transform *all = NEWN(arena, nn_transform, 2 * flow->n_stages);
    *n = 0;
    for (int i = 1; i < flow->n_stages; i++) {
        int made = text_stage(flow, i, &all[*n]);
        if (made == 0)
            all[(*n)++] = other_stage(flow, &flow->stages[i]);
        *n += made;
    }
    return all;
}

nn_missing record_missing(const Stage *source)
{
    const Setting *missing = flow_setting(source, "missing");
    return !missing                             ? NN_MISSING_ERROR
           : missing->kind == SET_NUMBER        ? NN_MISSING_ZERO
           : strcmp(missing->text, "mean") == 0 ? NN_MISSING_MEAN
                                                : NN_MISSING_DROP;
}

int record_like(const Flow *flow, int feed)
{
    const Stage *shift = flow_transform(flow, "shift");
    return !flow_is_text(flow) ? -1
           : shift             ? (int)flow_setting(shift, "of")->number
           : feed > 0          ? flow->feeds[0]
                               : -1;
}

nn_flow record_flow(Arena *arena, const Flow *flow, int feed)
{
    nn_flow f = {.tensor = flow->feeds[feed],
                 .part = flow->part == PART_TEST         ? NN_TEST
                         : flow->part == PART_VALIDATION ? NN_VALIDATION
                                                         : NN_TRAIN,
                 .line = flow->span.line,
                 .missing = record_missing(&flow->stages[0]),
                 .ahead = feed > 0,
                 .like = record_like(flow, feed) + 1};
    f.transforms = record_transforms(arena, flow, &f.transform_count);
    return f;
}
