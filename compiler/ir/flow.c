/* flow.c: what a flow is made of; see flow.h. */
#include "ir/flow.h"

#include <string.h>

#include "base/str.h"

const Setting *flow_setting(const Stage *stage, const char *key)
{
    for (int i = 0; i < stage->n; i++)
        if (strcmp(stage->set[i].key, key) == 0)
            return &stage->set[i];
    return NULL;
}

const Stage *flow_transform(const Flow *flow, const char *name)
{
    for (int i = 1; i < flow->n_stages; i++)
        if (strcmp(flow->stages[i].name, name) == 0)
            return &flow->stages[i];
    return NULL;
}

bool flow_is_text(const Flow *flow)
{
    const char *source = flow->stages[0].name;

    return strcmp(source, "lines") == 0 || strcmp(source, "text") == 0 ||
           flow_transform(flow, "words") || flow_transform(flow, "ids") ||
           flow_transform(flow, "characters") ||
           flow_transform(flow, "letter_trigrams");
}

static void add_stage(Text *out, const Stage *stage)
{
    text_printf(out, "%s%s", out->n ? " -> " : "", stage->name);
    for (int i = 0; i < stage->n; i++) {
        const Setting *set = &stage->set[i];

        text_printf(out, "%s%s: ", i ? ", " : "(", set->key);
        if (set->kind == SET_NUMBER || set->kind == SET_INPUT)
            text_add(out, str_number(out->arena, set->number));
        else if (set->kind == SET_WORD)
            text_add(out, set->text);
        else
            nnc_bug("`%s` takes more than numbers and words", stage->name);
    }
    text_add(out, stage->n ? ")" : "");
}

const char *flow_transforms(Arena *arena, const Flow *flow)
{
    Text text = {.arena = arena};

    for (int i = 1; i < flow->n_stages; i++)
        add_stage(&text, &flow->stages[i]);
    return text.n ? text_str(&text) : "none";
}
