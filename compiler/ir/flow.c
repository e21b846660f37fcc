/* flow.c: what a flow does, in words. */
#include "ir/flow.h"

#include "base/str.h"

static void add_stage(Text *out, const Stage *stage)
{
    text_printf(out, "%s%s", out->n ? " -> " : "", stage->name);
    for (int i = 0; i < stage->n; i++) {
        const Setting *set = &stage->set[i];

        text_add(out, i ? ", " : "(");
        if (set->key)
            text_printf(out, "%s: ", set->key);
        if (set->kind != SET_NUMBER)
            nnc_bug("`%s` takes more than numbers", stage->name);
        text_add(out, str_number(out->arena, set->number));
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
