/* cell.c: cells over time: two that are always the same, and `own`, drawn for
 * each model: up to three states, one of them a counter, first values, primes
 * that read each other's old and new values in any order. */
#include <stdio.h>
#include <string.h>

#include "gen.h"

static int own_out; /* features that `own` gives a unit */

static void fixed(void)
{
    puts("cell book_lstm(n) {\n"
         "  state h: f32[n], c: f32[n];\n"
         "  xh = concat(in, h);\n"
         "  g = xh -> dense(n) -> tanh;\n"
         "  i = xh -> dense(n) -> sigmoid;\n"
         "  f = xh -> dense(n) -> sigmoid;\n"
         "  o = xh -> dense(n) -> sigmoid;\n"
         "  c' = g * i + c * f;\n"
         "  h' = c' * o;\n"
         "  out = h';\n"
         "}\n"
         "cell leaky(n) {\n"
         "  state s: f32[n] = 0.25;\n"
         "  k = in -> dense(n) -> sigmoid;\n"
         "  s' = k * s + (1 - k) * tanh(in -> dense(n));\n"
         "  out = s' - 0.5 * s;\n"
         "}");
}

static void own(void)
{
    int counts = one_in(3), a_first = some(0, 1);
    printf("cell own(n) {\n  state a: f32[n]%s, b: f32[n]%s;\n",
           WORD("", " = 0.25", " = -0.5"), WORD("", " = 1"));
    if (counts)
        puts("  state count: f32[1];\n  count' = count + 1;");
    printf("  x = in -> dense(n)%s;\n", WORD("", " -> tanh", " -> relu"));
    printf("  y = %s -> dense(n) -> sigmoid;\n",
           WORD("concat(in, a)", "b", "(a, in, b) -> concat", "in"));
    if (a_first)
        printf("  a' = %s;\n", WORD("tanh(x + b)", "y * a + (1 - y) * x",
                                    "b + 0.25 * x", "0.5 * a + y"));
    printf("  b' = %s;\n", a_first ? WORD("a", "a' * y", "0.5 * b + a'")
                                   : WORD("a", "y * tanh(x)", "y - 0.5 * b"));
    if (!a_first)
        printf("  a' = %s;\n", WORD("tanh(x + b')", "b' * a + x", "b + y"));
    own_out = one_in(4) ? 2 : 1;
    printf("  out = %s%s;\n}\n",
           own_out == 2 ? "concat(a', b)"
                        : WORD("a'", "a' * b", "b' - 0.5 * a", "y * b'"),
           counts ? " / (1 + count')" : "");
}

void gen_cells(void)
{
    fixed();
    own();
}

const char *cell_name(void)
{
    return WORD("rnn", "lstm", "gru", "book_lstm", "leaky", "own", "own");
}

int cell_out(const char *cell, int n)
{
    return strcmp(cell, "own") == 0 ? own_out * n : n;
}
