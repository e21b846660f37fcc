/* Flags of the programs: one table from which parsing and --help come. */
#ifndef NN_ARGS_H
#define NN_ARGS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    NN_ARG_SWITCH, /* bool *: present or not */
    NN_ARG_COUNT,  /* int64_t *: from `least` to NN_ARG_MOST */
    NN_ARG_FEW,    /* int64_t *: from `least` to NN_ARG_MOST_FEW */
    NN_ARG_WHOLE,  /* int64_t *: any whole number from `least` */
    NN_ARG_REAL,   /* double *: a finite number, more than 0 */
    NN_ARG_TEXT,   /* const char **: a name */
    NN_ARG_PROSE   /* const char **: any text, also an empty one */
} nn_arg_kind;

/* Counts beyond it mean nothing, and their products still fit. */
enum { NN_ARG_MOST = 1000000000, NN_ARG_MOST_FEW = 1000 };

typedef struct {
    const char *name;  /* without the dashes */
    const char *value; /* what --help calls it; NULL for a switch */
    const char *help;
    nn_arg_kind kind;
    void *at; /* changed only where the flag is given */
    int64_t least;
    bool *given; /* set to true where it is; may be NULL */
} nn_arg;

typedef struct {
    const char *program; /* "iris-train" */
    const char *usage;   /* what follows it: "[FLAG...]" */
    const char *about;   /* one line */
    const char *version; /* "iris, built by nnc 0.1" */
    const nn_arg *args;
    int count;
    const char *more; /* what --help says behind the flags, or NULL */
} nn_args;

typedef enum { NN_ARGS_RUN, NN_ARGS_DONE, NN_ARGS_WRONG } nn_args_end;

/* Parses --name value, --name=value and --; --help and --version print and
 * are NN_ARGS_DONE; a mistake is printed and is NN_ARGS_WRONG. What is no
 * flag is gathered at rest (room for argc), *rest_count of them; a NULL rest
 * allows none. */
nn_args_end nn_args_parse(const nn_args *a, int argc, char **argv,
                          const char **rest, int *rest_count);

#endif
