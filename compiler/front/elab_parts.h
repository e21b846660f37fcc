/* elab_parts.h: what each file elaborate*.c offers the others. All take the
 * walk's state; values that come back are never NULL unless said. */
#ifndef NNC_FRONT_ELAB_PARTS_H
#define NNC_FRONT_ELAB_PARTS_H

/* elaborate_tensor.c: tensors, their axes and their graphs. */
Value *elab_tensor(Elab *e, Node *node, bool rows, Axes axes);
/* A node with the axes of v, whose steps hold and has rows where v does. */
Value *elab_like(Elab *e, Node *node, const Value *v);
Value *elab_scalar(Elab *e, Node *node); /* [1], for all rows: a loss */
/* A leaf of the model's graph for a tensor; `local` as in TensorLeaf. */
Value *elab_leaf(Elab *e, Tensor tensor, const char *local);
Node *elab_node(Elab *e, const Value *v); /* in the innermost graph */
/* Whether its nodes, or those it holds, are in graphs that the walk is in. */
bool elab_visible(const Elab *e, Value *v);
Node *elab_rows(Elab *e, const Value *v); /* the same with a batch axis */
Node *elab_constant(Elab *e, double value, Shape shape);
/* Numbers of the text, and 0, 1, ... n - 1, as constants. */
Value *elab_literal(Elab *e, Shape shape, const double *numbers, Span span);
Value *elab_places(Elab *e, int64_t n, Span span);
int elab_node_axis(const Value *v, int axis); /* of its node, for a row's */

/* elaborate_map.c: values element by element. */
/* An operator of maps.def with n inputs, tensors and numbers (not all of them
 * numbers), broadcast; NULL where their shapes do not fit. */
Value *elab_map(Elab *e, Op op, int n, Value *const *v, Span span);
/* The same of the two sides of x, here v[0] and v[1], with messages; `turned`
 * gives the right side first. */
Value *elab_binary(Elab *e, Op op, Value *const *v, bool turned, const Expr *x);
/* Another row, padding 0 where it loses its steps; NULL: counts differ. */
Value *elab_reshape(Elab *e, Value *v, Shape row);
/* Makes a shape of sizes; false with a message where they are not. */
bool elab_shape(Elab *e, const Exprs *dims, Shape *out);
bool elab_fits(Elab *e, Span span, const Shape *shape);

/* elaborate_expr.c: expressions. */
Value *elab_expr(Elab *e, const Expr *x);
bool elab_args(Elab *e, const Exprs *kids, Args *out); /* false: poison */
/* Whether a number can meet those of the network, which are floats. */
bool elab_float(Elab *e, Span span, double number);

/* elaborate_field.c: what stands after a dot. */
Value *elab_field(Elab *e, const Expr *x);

/* elaborate_call.c: calls, pipes and recipes. */
Value *elab_call(Elab *e, const Expr *x);
Value *elab_pipe(Elab *e, const Expr *x);
Value *elab_bare_name(Elab *e, const Expr *x); /* a name that is no value */
Value *elab_apply(Elab *e, const Recipe *r, Value *in, Site site);
/* Appends the nodes of one call of a form. */
typedef Value *Lower(Elab *e, Call *call);
/* The builder of a row of surface.def. */
Lower *elab_builder(const Form *form);
#define FORM(name, builder, ...) Lower lower_##builder;
#include "front/surface.def"

/* elaborate_block.c: models, blocks and cells. */
Value *elab_apply_def(Elab *e, const Recipe *r, Value *in, Site site);
bool elab_enter(Elab *e, Frame *f, const Def *def, const Args *args, Site s);
void elab_leave(Elab *e);
/* Takes up frozen:, l1: and l2:; any other label says nothing of learning.
 * False with a message. */
bool elab_learning(Elab *e, const char *label, const Value *v, Span span,
                   Learning *out);
/* A definition, `param` or `layer`; other items are the caller's. */
bool elab_item(Elab *e, const Item *item);
/* All statements of the frame's block or cell; its `out`, or poison. Behind a
 * mistake in a `check` or in the library the rest would only repeat it. */
Value *elab_run(Elab *e);

/* elaborate_param.c */
void elab_param(Elab *e, const Item *item);
/* Whether every extra argument of the frame named a parameter. */
void elab_extra_args(Elab *e, const Def *def);
/* Whether each input that `vectors` is for has words. */
void elab_check_vectors(Elab *e);

/* elaborate_scan.c */
Value *elab_scan(Elab *e, const Recipe *cell, Value *in, const Arg *start,
                 Site site);
void elab_state(Elab *e, const Item *item);
/* Assigns a state's next value; false where there is no such state. */
bool elab_prime(Elab *e, const Name *name, Value *value, Span span);

/* elaborate_model.c */
void elab_model(Elab *e);

/* elaborate_data.c, elaborate_part.c, elaborate_train.c */
void elab_data(Elab *e, const Item *data);
/* Refuses transforms of a part that training does not have. */
void elab_check_parts(Elab *e);
/* elaborate_source.c: whether files of text are said to be one thing. */
void elab_sources(Elab *e);
/* elaborate_text.c: says what is wrong with a flow of text. */
void elab_check_text(Elab *e, const Flow *flow);
/* A part whose text has no transforms has those of training. */
void elab_adopt_text(Elab *e, Flow *flow);
/* Makes `shift(word)` the flow of `word` and one step more; false after a
 * message. */
bool elab_shift(Elab *e, Flow *flow);
/* The flow that fills an input for training, or NULL. */
const Flow *elab_training_flow(const Program *p, int input);
void elab_train(Elab *e, const Item *train);

/* elaborate_loss.c: whether metrics that read names of classes have some. */
void elab_check_scored(Elab *e);

/* elaborate_unit.c: the units of the program's outputs and metrics. */
void elab_units(Elab *e);
/* Which input an `output ... unit NAME;` names, or UNIT_...; complains where
 * the output's values cannot have its unit. */
int elab_unit_named(Elab *e, const Item *item, const Shape *output);
/* elaborate_change.c: whether numbers of an input are scaled or standardized,
 * and whether those of two units are so alike. */
bool elab_changes(const Program *p, int input);
bool elab_same_unit(const Program *p, Measure a, Measure b);

/* elaborate_misfit.c: whether input i is real, or a message. */
bool elab_real(Elab *e, const Call *call, int i);
/* Says what to do where v is tokens. */
void elab_help_tokens(Message *m, const Value *v);
/* A part that was refused: the reason, what it was given, and poison. */
Value *elab_refused(Elab *e, const Call *call, Span span, const char *why);
/* "`maxpool` takes an image ...", with what it was given; poison. */
Value *elab_misfit(Elab *e, const Call *call, const char *form);

/* elaborate_statistic.c: what training gathers. */
/* Whether the walk is in the training form. */
bool elab_training(const Elab *e);
/* A statistic outside of training: its prime is what it is; or false. */
bool elab_rests(Elab *e, const Name *name);
/* Assigns a statistic's next value; false where there is none of this name. */
bool elab_gather(Elab *e, const Name *name, Value *value, Span span);
/* `per:` of sum and mean: of each feature over present rows, [features]. */
Value *elab_per(Elab *e, const Call *call, int arg, bool mean);

/* elaborate_check.c, elaborate_rule.c: optimisers, clips, and what definitions
 * ask of arguments. */
/* Whether `check` holds; otherwise a message. */
bool elab_check(Elab *e, const Item *item);

/* An optimiser or clip with these arguments, and what its `rate` is (0: none);
 * NULL after a message. */
Rule *elab_rule(Elab *e, const Def *def, const Args *args, Span span,
                double *rate);

/* The node whose elements this one has, in whatever shape. */
const Node *elab_shaped(const Node *n);

#endif
