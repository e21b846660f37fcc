/* emit.h: what the writers of C share.
 *
 * In: a Program whose entries have Plans. Out: model.c, model.h and the two
 * programs' main files as text. Every kernel is one C function
 *
 *     static void lenet5_step_c1_conv(void *frame, int part)
 *
 * where the frame holds the addresses and scalars of the running entry. */
#ifndef NNC_EMIT_EMIT_H
#define NNC_EMIT_EMIT_H

#include "base/str.h"
#include "emit/names.h"
#include "pass/backend.h"
#include "tile/target.h"
#include "tile/template.h"

/* Functions of a tile that are written; all their names begin with `name`.
 * Tiles that do the same have one essence, see share.c. */
typedef struct Tile {
    const char *name, *essence;
} Tile;

typedef struct Emit {
    Arena *arena;
    const Program *program;
    const CodeOptions *options;
    Text *out;
    const Target *target;
    int lanes; /* of the target's vectors; 1 in the plain form */
    int rows;  /* of the table of kernels, so far */
    LocalNames names;
    const char **tensor_place; /* the constant that says where each begins */
    VEC(Tile) tiles;
} Emit;

/* A name that is not taken yet at file level; see names_global. */
const char *emit_name(Emit *e, const char *wish);

/* One kernel function being written. */
typedef struct Scope {
    Emit *e;
    const Plan *plan;
    const Kernel *kernel;
    size_t start;     /* of what is not settled yet in the file's text */
    const char *tile; /* of the tile's functions the names begin so, or NULL */
    Text head;        /* declarations of pointers */
    Text body;
    VEC(const Node *) nodes;    /* values with a pointer */
    VEC(const char *) pointers; /* their variables, in the same order */
} Scope;

Scope scope_new(Emit *e, const Plan *plan, const Kernel *k);

/* A local of the function: the stand-in that names_settle replaces. */
const char *scope_name(Scope *s, const char *wish);

/* The variable that points to element 0 of a stored value (offset and time
 * step included), declared at first use; const unless the kernel stores it. */
const char *scope_pointer(Scope *s, const Node *n);

/* Loads a vector of n, `lanes` of which count: the others hold anything. */
const char *scope_load_part(const Scope *s, const Node *n, const char *at,
                            int lanes);

/* The value of a number leaf (or a view of one) as a C expression. */
const char *scope_number(Scope *s, const Node *n);

/* Whether a tensor can never change: its numbers stand in the text and it is
 * constant, or frozen, or a weight that the model has nothing to train with. */
bool emit_fixed(const Program *p, const Tensor *tensor);

/* One digit of an index, idx / div % size, as short as it can be. */
const char *emit_digit(Arena *arena, const char *idx, int64_t div, int64_t size,
                       bool outer);

/* The place of an element as C text, one index expression an axis. */
const char *emit_index(Arena *arena, const Layout *l, const char *const *index);

/* A number as a constant of type nn_real, nine digits in the C locale. */
const char *emit_real(Arena *arena, double value);

/* Begins a comment with the user's line at a span, if it has a place. */
void emit_place(Text *out, const Span *span);

/* Writes the whole function, head and body, with a comment that says what it
 * computes, from which line, and its operations. */
void scope_write(Scope *s);

/* The C of a value's address with the type of its elements. */
const char *emit_address(Emit *e, const Value *v, Type type, bool writes);

/* Writers of one kind of kernel; each fills the scope's body. */
void emit_map(Scope *s);
void emit_reduce(Scope *s);
void emit_copy(Scope *s);
void emit_reference(Scope *s, const Node *n); /* one node of the kernel */

/* Gives every kernel of a plan (and of its bodies) its function's name. */
void emit_kernel_names(Emit *e, Plan *plan);

/* All functions of a plan's kernels, in order. */
void emit_kernels(Emit *e, const Plan *plan);

/* The call of one kernel. `frame` is the C of the frame's address. */
void emit_call(Emit *e, const Kernel *k, const char *frame, int indent);

/* The entry's own function, MODEL_NAME_entry, as the runtime calls it. */
void emit_entry(Emit *e, const Plan *plan);

/* The function that runs the kernels of all entries that depend on parameters
 * alone; nothing where there are none. */
void emit_prepare(Emit *e, Plan *const *plans, int n);

/* The table that tells where the loss went wrong, for the kernels up to
 * `last`; returns its number of rows. */
int emit_trace(Emit *e, const Plan *plan, const Kernel *last);

/* The entry as a typed function of its own: the comment on it, the prototype
 * (without `;`), the definition. */
void emit_contract(Emit *e, const Plan *plan);
void emit_prototype(Emit *e, const Plan *plan);
void emit_wrapper(Emit *e, const Plan *plan);

/* The comment at the head of model.c: layers, parameters, operations. */
void emit_header(Emit *e, Plan *const *plans, int n);

/* Arithmetic operations of one run of a kernel, and the bytes of the values
 * it reads and stores, each counted once. */
int64_t kernel_flops(const Kernel *k);
int64_t kernel_bytes(const Kernel *k);

/* Operations of one run of an entry. */
int64_t plan_flops(const Plan *plan);

/* The whole of model.c, which includes `header`, the one written by
 * emit_model_h; or (NULL) the model's part of a program, which includes
 * "nn_program.h" and has no typed functions. A program's weights it declares;
 * beside a header it then has what predict.h tells in place of tables and
 * typed functions. */
const char *emit_model_c(Arena *arena, const Program *p, Plan *const *plans,
                         int n, const CodeOptions *options, const char *header);

/* The whole of model.h; `header` is its name without folders. */
const char *emit_model_h(Arena *arena, const Program *p, Plan *const *plans,
                         int n, const char *header);

#endif
