/* cell.c: cells over time: two that are always the same, and two drawn for
 * each model. `own` has up to three states, one of them a counter, first
 * values, primes that read each other's old and new values in any order; in
 * `odd` products and gates have several users. */
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
    say("cell own(n) {\n"
        "  state a: f32[n]<| = 0.25| = -0.5>, b: f32[n]<| = 1>;\n");
    if (counts)
        puts("  state count: f32[1];\n  count' = count + 1;");
    say("  x = in -> dense(n)<| -> tanh| -> relu>;\n");
    say("  y = <concat(in, a)|b|(a, in, b) -> concat|in> -> dense(n) -> "
        "sigmoid;\n");
    if (a_first)
        say("  a' = <tanh(x + b)|y * a + (1 - y) * x|b + 0.25 * x|0.5 * a + "
            "y>;\n");
    printf("  b' = %s;\n", a_first ? WORD("a", "a' * y", "0.5 * b + a'")
                                   : WORD("a", "y * tanh(x)", "y - 0.5 * b"));
    if (!a_first)
        say("  a' = <tanh(x + b')|b' * a + x|b + y>;\n");
    own_out = one_in(4) ? 2 : 1;
    printf("  out = %s%s;\n}\n",
           own_out == 2 ? "concat(a', b)"
                        : WORD("a'", "a' * b", "b' - 0.5 * a", "y * b'"),
           counts ? " / (1 + count')" : "");
}

static void odd(void)
{
    say("cell odd(n) {\n"
        "  param w1: f32[n, n]<|, l2: 0.25|, frozen: true>;\n"
        "  param w2: f32[n, n];\n"
        "  param b1: f32[n], init: uniform(1);\n"
        "  param b2: f32[n], init: zeros;\n"
        "  state h: f32[n]<| = 0.5>;\n");
    say("  x = in -> dense(n<|, bias: false>)<| -> softmax| -> tanh>;\n");
    say("  p = matmul(h, w1<|, transposed: true>);\n");
    say("  q = matmul(h, <w1|w2>, transposed: true);\n");
    say("  r = <p|p|q|matmul(x, w2)|matmul(h, w2, transposed: true)> + b1;\n");
    say("  s = q + <b1|b2>;\n");
    puts("  g = concat(in, h) -> dense(2 * n);\n"
         "  a = slice(g, 1..n);\n"
         "  b = slice(g, n + 1..2 * n);");
    say("  h' = tanh(x + r + <p * q - s|s - p * s|q + r * p><| + a * b| + "
        "softmax(a) - "
        "b| - mean(g)>);\n");
    say("  out = <h'|h' * sigmoid(a)|h' - p|r * h'>;\n"
        "}\n");
}

void gen_cells(void)
{
    fixed();
    own();
    odd();
}

const char *cell_name(void)
{
    return WORD("rnn", "lstm", "gru", "peephole_lstm", "book_lstm", "leaky",
                "own", "own", "odd", "odd");
}

const char *cell_state(const char *cell)
{
    return strcmp(cell, "own") == 0     ? "a"
           : strcmp(cell, "leaky") == 0 ? "s"
                                        : "h";
}

int cell_out(const char *cell, int n)
{
    return strcmp(cell, "own") == 0 ? own_out * n : n;
}
