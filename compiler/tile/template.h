/* template.h: fills a C template.
 *
 * A template is a C file in templates/ that compiles as it stands once its
 * holes are defined with -D. Four things in it are the generator's:
 *
 *   $NAME            a hole: replaced by a name, number, type or expression.
 *   $NAME(a, b);     a hook: replaced by statements, or within an expression
 *                    ($LOAD(i, k)) by an expression. Where it is empty its
 *                    statement goes away, and a loop left empty with it.
 *   for (int $i = 0; $i < $MR; $i++)   a loop the generator writes out; its
 *                    bounds are literal once the holes are filled, and $i is
 *                    replaced in the body (++, += and < only).
 *   nn_vec acc[$MR][$NR];   an array declared with holes for all its bounds,
 *                    alone, under a name of its own and without first
 *                    values, is a set of registers:
 *                    acc[0][1] becomes acc_0_1, so every subscript must be
 *                    literal in the end.
 *
 * A loop over literal bounds that runs once is written out too, one that runs
 * never vanishes. Literal index arithmetic is folded.
 *
 * Sections: the line `/ * section: NAME * /` opens one, which runs to the
 * matching `/ * end: NAME * /`. They may nest: where a hole has an inner
 * section's name, it stands in the section's place (its text may name holes
 * that are sections, so that one is filled twice, for the full tile and the
 * remainder); otherwise the section is filled in place with the same holes.
 * What stands outside every section is for the reader and the compiler. */
#ifndef NNC_TILE_TEMPLATE_H
#define NNC_TILE_TEMPLATE_H

#include "base/str.h"

/* One hole or hook. `text` is what it becomes; `params` names, separated by
 * ", ", the formals of a hook, which stand in the text as $i, $j. With
 * `write` the text comes from a function, which gets the arguments as text
 * (register names and literals in place). Texts are C with holes of their
 * own and may hold loops and statements. An argument may be the name of a
 * register array: $acc[$i][0] in the text then means its registers. */
typedef struct Hole Hole;
struct Hole {
    const char *name; /* without the $ */
    const char *text;
    const char *params;
    void (*write)(Text *out, void *context, int n, const char *const *args);
    void *context;
    const char *section;     /* instead of text: a section of the same file, */
    const struct Hole *more; /* filled with these holes before all others */
    int n_more;
};

/* A hole with the text of an integer or of printf's format. */
Hole hole_int(Arena *arena, const char *name, long long value);
Hole hole_text(const char *name, const char *text);
Hole hole_hook(const char *name, const char *params, const char *text);

/* Appends the section of the template text (a file's contents; `path` is for
 * messages), filled with the n holes and indented by `indent` levels, to out.
 * One statement a line, at most 100 columns. A name in the template that no
 * hole fills, a section that is not there, and a bound or subscript that is
 * not literal are bugs of nnc (exit 70, with path and line). */
void template_fill(Text *out, const char *path, const char *text,
                   const char *section, const Hole *holes, int n, int indent);

/* The same for C text that is not in a file, such as a line of a hook. */
void template_text(Text *out, const char *text, const Hole *holes, int n,
                   int indent);

#endif
