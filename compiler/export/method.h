/* method.h: terms as the statements of a function.
 *
 * A value with a name of the user's, one that is drawn and one that is used
 * more than once get a statement; others stand in the expression of their user,
 * as far as the line has room. */
#ifndef NNC_EXPORT_METHOD_H
#define NNC_EXPORT_METHOD_H

#include "export/term.h"

struct Method {
    Arena *arena;
    const Terms *terms;
    Text *out;
    int indent;
    Map *names;         /* that are taken in this function */
    const char **bound; /* by id of a term: its name here, or NULL */
    int *uses;          /* by id of a term, within what is printed */
    int room;           /* ids that the two have */
    Span line;          /* of the user's text that was shown last */
};

/* A function whose parameters have these names. */
Method method_new(Terms *terms, Text *out, int indent);

/* Gives a term a name that is free here. */
const char *method_bind(Method *m, const Term *t, const char *name);

/* The same with a name that suits it. */
const char *method_name(Method *m, const Term *t);

/* Prints statements for all that the terms need and is not bound yet. Terms
 * that are used by what comes later are roots, too: they get a name. */
void method_statements(Method *m, int n, Term *const *roots, bool named);

/* The expression for a term, whose needs have been printed. */
const char *method_expression(Method *m, const Term *t);

/* A line, or several within brackets where it is too long. */
void method_line(Method *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* As m, for lines within a loop. */
Method method_inner(const Method *m);

#endif
