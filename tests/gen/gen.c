/* gen.c: writes a random model in the language: `gen SEED` prints the model
 * `random_SEED`; the same seed gives the same text everywhere. `gen SEED
 * steady` leaves out dropout, so that a step computes what can be known, and
 * what tests/judge does not know.
 *
 * The grammar: an image, a series or a row goes through a few stages that fit
 * its shape (stage.c), until it ends in a loss; the optimiser and what belongs
 * to it are drawn as well. What a stage does to the shape is followed here, so
 * that every text is correct; sizes stay small and odd ones are as likely as
 * even ones. */
#include "gen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t gen_state;
int gen_steady;

/* Splitmix64 (Steele, Lea, Flood 2014). */
uint64_t gen_draw(void)
{
    uint64_t z = (gen_state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int some(int from, int to)
{
    return from + (int)(gen_draw() % (uint64_t)(to - from + 1));
}

int one_in(int n)
{
    return some(1, n) == 1;
}

const char *word(const char *const *list, int n)
{
    return list[some(0, n - 1)];
}

/* Where the alternative at `at` ends: at a | or a > that is no arrow's. */
static const char *alternative(const char *at)
{
    while (*at != '|' && (*at != '>' || at[-1] == '-'))
        at++;
    return at;
}

/* Prints one of the alternatives between < and >; returns what is behind. */
static const char *choose(const char *at)
{
    const char *end = alternative(at);
    int n = 1;
    for (; *end == '|'; n++)
        end = alternative(end + 1);
    for (n = some(1, n); n > 1; n--)
        at = alternative(at) + 1;
    fwrite(at, 1, (size_t)(alternative(at) - at), stdout);
    return end + 1;
}

void say(const char *format, ...)
{
    char text[2000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (const char *at = text; *at;)
        if (*at == '<')
            at = choose(at + 1);
        else
            putchar(*at++);
}

int *features(shape *s)
{
    return s->rank == 3 ? &s->dim[0] : &s->dim[s->rank - 1];
}

static void type(const char *word, const char *name, const shape *s)
{
    printf("  %s %s: f32[", word, name);
    for (int a = 0; a < s->rank; a++)
        printf("%s%d", a ? ", " : "", s->dim[a]);
    printf("];\n");
}

/* An input of this shape; some are tokens, of which a value of that name and
 * shape is made: most series, so that their rows are of different lengths. */
static void declare(const char *name, const shape *s)
{
    int vocab = some(2, 20), n = *features((shape *)s);
    if (s->rank == 3 || some(1, 12) > (s->rank == 2 ? 10 : 3)) {
        type("input", name, s);
        return;
    }
    printf("  input %s_ids: token(%d)", name, vocab);
    if (s->rank == 2)
        printf("[%d]", s->dim[0]);
    printf(";\n  %s = %s_ids -> ", name, name);
    if (one_in(4))
        printf("one_hot(%d) -> dense(%d);\n", some(vocab, 24), n);
    else
        say("embedding(%d<||, l2: 0.5|, frozen: true|, init: uniform(0.5)>);\n",
            n);
}

static shape input(int most_rank)
{
    shape s = {.rank = some(1, most_rank)};
    int wide = one_in(8) ? 70 : 30;
    for (int a = 0; a < s.rank; a++)
        s.dim[a] = some(1, s.rank == 1 ? wide : s.rank == 2 ? 9 : 10);
    if (s.rank == 3)
        s.dim[0] = some(1, 4);
    return s;
}

/* How it ends: the target's size, per step of a series or of a whole row. */
typedef struct {
    int size, classes, steps; /* steps 0: one for the whole row */
} ending;

static void target(const ending *e)
{
    printf("  target t: ");
    if (e->classes)
        printf("class(%d)", e->size);
    else if (e->steps)
        printf("f32[%d, %d]", e->steps, e->size);
    else
        printf("f32[%d]", e->size);
    if (e->classes && e->steps)
        printf("[%d]", e->steps);
    printf(";\n");
}

/* What steps of each class count for, and for how much. */
static void counts(int classes, int smooth)
{
    if (one_in(3))
        printf(", ignore: %d", some(0, classes - 1));
    if (one_in(4)) {
        printf(", weights: [0.5");
        for (int i = 1; i < classes; i++)
            say(", <1|0.25|2>");
        printf("]");
    }
    if (smooth && one_in(4))
        say(", smoothing: <0.25|0.125>");
}

/* The loss of the target and what is reported beside it. */
static void first_loss(const ending *e)
{
    int by_sum = one_in(4);
    const char *reduce = by_sum ? ", reduce: sum" : "";
    printf("  loss %s", by_sum ? "0.125 * " : WORD("", "", "1.5 * "));
    if (!e->classes && one_in(4))
        say("<sum|mean>(square(y - t)) / %d", e->size);
    else if (!e->classes)
        printf("squared_error(y, t%s)", reduce);
    else {
        int of_shares = one_in(4);
        if (of_shares)
            say("log_loss(<softmax(y)|0.25 * softmax(y) + 0.75 * "
                "softmax(-y)>, t%s",
                reduce);
        else
            printf("cross_entropy(y, t%s", reduce);
        counts(e->size, !of_shares);
        printf(")");
    }
}

static void losses(const ending *e, const shape *first, int last)
{
    int size = 1;
    for (int a = 0; a < first->rank; a++)
        size *= first->dim[a];
    first_loss(e);
    if (one_in(4) && size <= 60)
        printf(" + 0.5 * squared_error(v%d -> flatten -> dense(%d) as back, "
               "v0 -> flatten)",
               last, size);
    puts(";");
    if (one_in(4))
        say("  loss 0.25 * <sum|mean>(<square|tanh>(v%d));\n", last);
    if (!e->classes)
        printf("  metric rmse(y, t);\n");
    else if (one_in(2))
        say("  metric accuracy(y, t<|, ignore: 1>);\n");
}

static void ends(const ending *e, const shape *first, int last)
{
    printf("  y = v%d%s -> dense(%d) as end;\n", last,
           e->steps ? "" : " -> flatten", e->size);
    printf("  output %s;\n", e->classes && one_in(2) ? "softmax(y)" : "y");
    if (one_in(4))
        printf("  output before = v%d;\n", last);
    losses(e, first, last);
}

static void train(void)
{
    int batches[] = {1, 3, 4, 7, 16, 19};
    if (!gen_steady && one_in(3)) {
        printf("  train { optimizer %s; batch %d; epochs 1; }\n}\n",
               gen_other_rule(), 1 + some(0, 18));
        return;
    }
    say("  train { optimizer <sgd(rate: 1)|sgd(rate: 1)|sgd(rate: 1, momentum: "
        "0.75)|sgd(rate: 1, momentum: 0.5, nesterov: true)|adam(rate: 1, eps: "
        "0.125)>; batch %d; epochs 1;<||| l2 1e-2;| l1 1e-3;><||| clip norm "
        "0.25;> }\n"
        "}\n",
        batches[some(0, 5)]);
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3) {
        fprintf(stderr, "usage: gen SEED [steady]\n");
        return 2;
    }
    gen_steady = argc == 3;
    gen_state = strtoull(argv[1], NULL, 10) * 0x2545f4914f6cdd1du;
    int stages = some(3, 7);
    shape s = input(3), first = s, other = input(2);
    ending e = {.classes = some(0, 1)};
    e.size = some(2, 9);
    gen_cells();
    gen_blocks();
    if (!gen_steady)
        gen_rules();
    printf("model random_%s {\n", argv[1]);
    declare("v0", &s);
    declare("other", &other);
    for (int i = 1; i <= stages; i++)
        gen_stage(&s, i, &other);
    if (s.rank == 2 && some(0, 2))
        e.steps = s.dim[0];
    target(&e);
    ends(&e, &first, stages);
    train();
    return 0;
}
