/* other.c: what only models that are not steady have, since tests/judge does
 * not know it: more functions, maxima along time, rules. */
#include <stdio.h>

#include "gen.h"

void gen_other_function(const char *v)
{
    switch (some(0, 6)) {
    case 0:
    case 1:
        say("%s -> dropout(<0.25|0.5|0.125>)", v);
        break;
    case 2:
        say("softplus(<|-2 * >%s)", v);
        break;
    case 3:
        say("%s -> <gelu|gelu(approximate: tanh)|silu|elu|elu(alpha: "
            "0.5)|leaky_relu|leaky_relu(slope: 0.25)>",
            v);
        break;
    case 4:
        say("<abs|sign|erf|gaussian>(%s)", v);
        break;
    case 5:
        printf("where(0.25 %s %s, %s, 0.5 * %s)", WORD("<", "<=", ">", ">="), v,
               v, v);
        break;
    default:
        say("<min|max>(%s, 0.25 + 0.5 * %s)", v, v);
    }
}

void gen_largest(shape *s, const char *v)
{
    int n = some(1, 9), width = some(1, s->dim[0] < 3 ? s->dim[0] : 3);
    if (one_in(2))
        say("%s -> conv1d(%d, %d) -> <relu -> |tanh -> |>max_over_time", v, n,
            width);
    else
        say("%s -> dense(%d) -> <|softplus -> >max_over_time", v, n);
    *s = (shape){.rank = 1, .dim = {n}};
}

void gen_rules(void)
{
    puts("optimizer slowed(rate: real) {\n"
         "  out = weight - rate / step * gradient;\n"
         "}");
}

const char *gen_other_rule(void)
{
    return WORD("adagrad(rate: 1, eps: 0.125)",
                "rmsprop(rate: 1, eps: 0.125, momentum: 0.5)",
                "rmsprop(rate: 1, alpha: 0.5, eps: 0.125)",
                "adamw(rate: 1, eps: 0.125)", "slowed(rate: 1)");
}
