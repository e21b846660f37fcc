/* gen.c: writes a random model in the language: `gen SEED` prints the model
 * `random_SEED`; the same seed gives the same text everywhere. `gen SEED
 * steady` leaves out dropout, so that a step computes what can be known.
 *
 * The grammar: an image, a series or a row goes through a few stages that fit
 * its shape (stage.c), until it ends in a loss; the optimiser and what belongs
 * to it are drawn as well. What a stage does to the shape is followed here, so
 * that every text is correct; sizes stay small and odd ones are as likely as
 * even ones. */
#include "gen.h"

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

static void loss(const ending *e, int last)
{
    int by_sum = one_in(4);
    const char *reduce = by_sum ? ", reduce: sum" : "";
    printf("  y = v%d%s -> dense(%d) as end;\n", last,
           e->steps ? "" : " -> flatten", e->size);
    printf("  output %s;\n", e->classes && one_in(2) ? "softmax(y)" : "y");
    if (one_in(4))
        printf("  output before = v%d;\n", last);
    printf("  loss %s", by_sum ? "0.125 * " : "");
    if (!e->classes)
        printf("squared_error(y, t%s);\n  metric rmse(y, t);\n", reduce);
    else if (one_in(4))
        printf("log_loss(softmax(y), t%s);\n", reduce);
    else
        printf("cross_entropy(y, t%s);\n  metric accuracy(y, t);\n", reduce);
    if (one_in(6))
        printf("  loss 0.25 * %s(square(v%d));\n", WORD("sum", "mean"), last);
}

static void train(void)
{
    int batches[] = {1, 3, 4, 7, 16, 19};
    printf("  train { optimizer %s; batch %d; epochs 1;%s%s }\n}\n",
           WORD("sgd(rate: 1)", "sgd(rate: 1)", "sgd(rate: 1, momentum: 0.75)",
                "sgd(rate: 1, momentum: 0.5, nesterov: true)",
                "adam(rate: 1, eps: 0.125)"),
           batches[some(0, 5)], WORD("", "", "", " l2 1e-2;", " l1 1e-3;"),
           WORD("", "", "", " clip norm 0.25;"));
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3) {
        fprintf(stderr, "usage: gen SEED [steady]\n");
        return 2;
    }
    gen_steady = argc == 3;
    gen_state = strtoull(argv[1], NULL, 10) * 0x2545f4914f6cdd1du;
    int stages = some(2, 6);
    shape s = input(3), other = input(2);
    ending e = {.classes = some(0, 1), .size = some(2, 9)};
    gen_cells();
    printf("model random_%s {\n", argv[1]);
    type("input", "v0", &s);
    type("input", "other", &other);
    for (int i = 1; i <= stages; i++)
        gen_stage(&s, i, &other);
    if (s.rank == 2 && some(0, 2))
        e.steps = s.dim[0];
    target(&e);
    loss(&e, stages);
    train();
    return 0;
}
