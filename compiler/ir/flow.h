/* flow.h: where values come from and what is done to them: data { }.
 *
 * There is one flow for each input or target that is assigned, with a source
 * and transforms as its stages. */
#ifndef NNC_IR_FLOW_H
#define NNC_IR_FLOW_H

#include <stdbool.h>

#include "base/diag.h"

typedef struct Setting {
    const char *key; /* the argument's name */
    enum { SET_NUMBER, SET_TEXT, SET_WORD, SET_LIST, SET_SPAN, SET_INPUT } kind;
    double number; /* a percentage is its fraction; of an input its index */
    bool percent;
    const char *text; /* string or word */
    int n;
    const double *list;       /* numbers of a list or range, written out */
    const char *const *texts; /* strings of the list, or ends of a span */
    Span span;
} Setting;

typedef struct Stage { /* a source or transform: name(settings) */
    const char *name;
    int n;
    Setting *set;
    Span span;
} Stage;

typedef enum Part { PART_ALL, PART_TEST, PART_VALIDATION } Part;

typedef struct Flow {
    int n_feeds;
    int *feeds; /* input indices; two for `past, next = ... -> windows()` */
    Part part;  /* PART_ALL is split by `test` and `validation` */
    int n_stages;
    Stage *stages; /* stages[0] is the source */
    Span span;
} Flow;

typedef struct Split {
    enum { SPLIT_NONE, SPLIT_SHARE, SPLIT_ROWS, SPLIT_FOLD, SPLIT_OWN } kind;
    double amount; /* share 0..1, rows, or fold number */
    int folds;
    bool last;
    int stratified; /* input index, or -1 */
    Span span;
} Split;

/* The setting, or the transform, of this name; NULL where there is none. */
const Setting *flow_setting(const Stage *stage, const char *key);
const Stage *flow_transform(const Flow *flow, const char *name);

/* Whether the values are those of a text. */
bool flow_is_text(const Flow *flow);

/* What is done to the values of a flow: "standardize -> scale(factor: 2)", or
 * "none"; equal texts do the same. */
const char *flow_transforms(Arena *arena, const Flow *flow);

#endif
