/* gen.h: what the parts of the generator of random models share. */
#ifndef TESTS_GEN_GEN_H
#define TESTS_GEN_GEN_H

#include <stdint.h>

typedef struct {
    int rank; /* 1: [f], 2: [t, f], 3: [c, h, w] */
    int dim[3];
} shape;

/* The next random number; `state` is set once. */
extern uint64_t gen_state;
uint64_t gen_draw(void);

/* No dropout. */
extern int gen_steady;

/* A number from..to, one in n, one of the words of a list. */
int some(int from, int to);
int one_in(int n);
const char *word(const char *const *list, int n);
#define WORD(...)                                                              \
    word((const char *const[]){__VA_ARGS__},                                   \
         (int)(sizeof(const char *[]){__VA_ARGS__} / sizeof(const char *)))

/* printf, but for places such as `<tanh|relu|>`, of which one alternative is
 * drawn, from left to right. At most one other argument may draw: their order
 * is the compiler's. */
void say(const char *format, ...);

/* The size of the feature axis. */
int *features(shape *s);

const char *axis_name(const shape *s, int axis);

/* What is said of a layer's parameters, as arguments behind others: "" or
 * `, l2: 0.5` and the like; `of_cell` where it is a cell, which has no
 * `weight` and `bias`. */
const char *options(int of_cell);

/* The text's own cells; `cell_out` is how many features a layer of `cell`, one
 * of the names that `cell_name` gives, with n units has; `cell_state` is a
 * state of it with n features. */
void gen_cells(void);
const char *cell_name(void);
int cell_out(const char *cell, int n);
const char *cell_state(const char *cell);

/* The text's own blocks. */
void gen_blocks(void);

/* Prints `  v<number> = ...;` with what it needs before it: a stage that takes
 * v<number - 1> of shape s, which becomes the result's. `other` is the shape
 * of the second input, `other` in the text. */
void gen_stage(shape *s, int number, const shape *other);

/* The same, where values have several users or meet others like them. */
void gen_sharing_stage(shape *s, const char *v, int number);

/* What only models have that are not steady: a function of any shape, the
 * largest of a series' steps, the text's own rule, and the name of one. */
void gen_other_function(const char *v);
void gen_largest(shape *s, const char *v);
void gen_rules(void);
const char *gen_other_rule(void);

#endif
