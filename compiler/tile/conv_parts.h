/* conv_parts.h: what the files of conv.h share among themselves. */
#ifndef NNC_TILE_CONV_PARTS_H
#define NNC_TILE_CONV_PARTS_H

#include "tile/conv.h"
#include "tile/template.h"

enum { CONV_HOLES = 64, CONV_FORMALS = 16 };

/* A list of holes while it is put together. */
typedef struct Holes {
    Arena *arena;
    Hole at[CONV_HOLES];
    int n;
} Holes;

void holes_int(Holes *holes, const char *name, int64_t value);
void holes_text(Holes *holes, const char *name, const char *text);
void holes_hook(Holes *holes, const char *name, const char *params,
                const char *text);
void holes_write(Holes *holes, const char *name,
                 void (*write)(Text *, void *, int, const char *const *),
                 void *context);

/* Leaves the section of this name out of a template. */
void holes_drop(Holes *holes, const char *section);

/* Fills a section of templates/FILE into out. */
void holes_fill(Text *out, const Holes *holes, const char *path,
                const char *section, int indent);

/* A parameter of an emitted function, and what a caller hands it. */
typedef struct Formal {
    const char *type; /* with a space or star at its end */
    const char *name;
    const char *arg;
} Formal;

/* Prints `static void NAME(formals) { body }` with those formals that the
 * body uses; returns the call's text, NAME(args);. */
const char *conv_function(Text *out, const char *name, const Formal *formals,
                          int n, const Epilogue *epilogue, const char *body);

/* Pieces of b that cover a. */
static inline int ceil_div(int a, int b)
{
    return a / b + (a % b > 0);
}

/* The result's height and width before (i = 0, 1) pooling. */
int conv_out(const ConvSpec *spec, int i);

/* Its height and width as stored, which pooling may have made smaller. */
int conv_pooled(const ConvSpec *spec, int i);

/* A window's height and width; 1 without pooling. */
int conv_window(const ConvSpec *spec, int i);

/* What windows cover of the result's height and width before pooling. */
int conv_in_windows(const ConvSpec *spec, int i);

/* The layout [K][kh][u] of weights, where u reals hold a filter's row: kw
 * pixels of C channels, and what fills up vectors. */
ConvWeights conv_row_weights(const ConvSpec *spec, int64_t u);

/* The most steps of `each` multiply-adds to write out, a divisor of trips. */
int conv_unroll(const ConvSpec *spec, int trips, int each);

/* Bytes an argmax index of this window needs. */
int conv_arg_bytes(const int window[2]);

/* The place of weight (k, c, u, v) as a C expression of these names. */
const char *conv_place_text(Arena *arena, const int shape[4],
                            const ConvWeights *layout);

/* A row of digits as a number. */
int conv_int(const char *text);

/* The C expression name + n. */
const char *conv_sum(Arena *arena, const char *name, int64_t n);

/* The C expression e / div * stride. */
const char *conv_scaled(Arena *arena, const char *e, int div, int64_t stride);

/* The expression of a tile's first row (or column), moved back at the edge of
 * `trips` rows; *clip gets the statement that computes `name` from the loop
 * variable where that is needed. */
const char *conv_clipped(Arena *arena, const char *var, const char *name,
                         int trips, int size, const char **clip);

/* The holes of pooling in registers, and the sections that are not wanted. */
void conv_pool_holes(Holes *holes, const ConvSpec *spec, const Target *target);

/* The layout of arg. */
const Image *conv_arg(const ConvSpec *spec);

/* Prints `static inline nn_vec NAME(nn_vec a, nn_vec b)`, whose lane i is
 * lane lane(i, lanes) of a and b, b's counted from `lanes` on. */
void conv_shuffle_emit(Text *out, const char *name, int lanes,
                       int (*lane)(int i, int lanes));

/* Cycles of a tile step: acc accumulators, `loads` vectors and scalars. */
double conv_step_cycles(const Target *target, int acc, int loads);

/* The section of templates/conv2d_loops.c whose order of loops suits planes:
 * those of x, of whose rows a row of tiles reads `rows`, and the weights of
 * all channels. */
const char *conv_order(const Target *target, const Image *x, int rows,
                       double weights);

/* Cycles that tiles wait for planes of x beyond the second cache where each of
 * `passes` tiles of channels walks the image anew, in that order. */
double conv_order_cycles(const Target *target, const Image *x, int passes,
                         const char *order);

/* Cycles that a tile needs to find its way from plane to plane of x. */
double conv_plane_cycles(const Image *x);

/* True where the registers hold acc accumulators, `live` vectors more, and what
 * these are multiplied by: so many scalars (or vectors) a step. */
bool conv_fits(const Target *target, int acc, int live, int scalars);

/* One form each: fills the plan's fields for a spec already checked. */
void conv_forward_plan(Arena *arena, ConvPlan *plan);
void conv_input_plan(Arena *arena, ConvPlan *plan);
void conv_weight_plan(Arena *arena, ConvPlan *plan);
void conv_forward_emit(Text *out, const ConvPlan *plan, const char *name);
void conv_input_emit(Text *out, const ConvPlan *plan, const char *name);
void conv_weight_emit(Text *out, const ConvPlan *plan, const char *name);

#endif
