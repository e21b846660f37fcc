/* form.h: the `PyTorch` column of ops.def: Python for a node's value.
 *
 * Of a form, $a $b ... are the node's inputs; $?a is one of which truths will
 * do, and what ends in ? gives truths instead of numbers. All other words
 * stand for the node's attributes and shape and are filled in here. The number
 * of rows is no literal there: it is `n`, or left to PyTorch. */
#ifndef NNC_EXPORT_FORM_H
#define NNC_EXPORT_FORM_H

#include "ir/graph.h"

/* The same node where a batch has ROWS_A rows and where it has ROWS_B. */
typedef struct Pair {
    const Node *a, *b;
} Pair;

enum { ROWS_A = 2, ROWS_B = 3 };

/* The nodes' row of the table without words. */
const char *form_fill(Arena *arena, const char *form, Pair n);

/* The same with other words, which end with one without a name. */
typedef struct FormWord {
    const char *name;
    void (*write)(Text *out, Pair n);
} FormWord;
const char *form_with(Arena *arena, const FormWord *words, const char *form,
                      Pair n);

/* "n", "n * 3" or "3". */
const char *form_size(Arena *arena, int64_t a, int64_t b);

/* "(3, 8)", and "3, 8". */
const char *form_tuple(Arena *arena, const int64_t *size, int n);
const char *form_sizes(Arena *arena, const Shape *s);

/* "[...]" with eight numbers a line, each behind `indent` blanks. */
void form_list(Text *out, const double *x, int64_t n, int indent);

/* As few digits as tell a double from all others: "0.1", "1e-05", "3.0". */
const char *form_number(Arena *arena, double x);

#endif
