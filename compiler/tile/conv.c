/* conv.c: the public side of conv.h: checks a spec and calls the form of its
 * role. The forms themselves are in conv_forward.c (with direct.c and
 * columns.c), conv_input.c and conv_weight.c. */
#include <limits.h>

#include "base/diag.h"
#include "tile/conv_parts.h"

static void check(const ConvSpec *s)
{
    for (int i = 0; i < 2; i++) {
        bool window = s->pool == POOL_NONE || s->window[i] > 0;
        if (s->kernel[i] < 1 || s->stride[i] < 1 || !window ||
            conv_out(s, i) < 1 || conv_pooled(s, i) < 1) {
            nnc_bug("a convolution without results");
        }
    }
    if (s->y.channels != s->filters || s->y.height != conv_pooled(s, 0) ||
        s->y.width != conv_pooled(s, 1)) {
        nnc_bug("a convolution gives %d x %d x %d, not %d x %d x %d",
                s->filters, conv_pooled(s, 0), conv_pooled(s, 1), s->y.channels,
                s->y.height, s->y.width);
    }
}

ConvPlan *conv_plan(Arena *arena, const ConvSpec *spec, const Target *target)
{
    ConvPlan *plan = NEW(arena, ConvPlan);
    check(spec);
    plan->spec = *spec;
    plan->target = target;
    bool arg =
        spec->argmax || (spec->role != CONV_FORWARD && spec->pool == POOL_MAX);
    plan->arg_bytes = arg ? conv_arg_bytes(spec->window) : 0;
    plan->flops = 2.0 * spec->batch * conv_out(spec, 0) * conv_out(spec, 1) *
                  spec->filters * spec->x.channels * spec->kernel[0] *
                  spec->kernel[1];
    if (spec->role == CONV_FORWARD) {
        conv_forward_plan(arena, plan);
    } else if (spec->role == CONV_GRAD_INPUT) {
        conv_input_plan(arena, plan);
    } else {
        conv_weight_plan(arena, plan);
    }
    return plan;
}

void conv_emit(Text *out, const ConvPlan *plan, const char *name)
{
    if (plan->spec.role == CONV_FORWARD) {
        conv_forward_emit(out, plan, name);
    } else if (plan->spec.role == CONV_GRAD_INPUT) {
        conv_input_emit(out, plan, name);
    } else {
        conv_weight_emit(out, plan, name);
    }
}
