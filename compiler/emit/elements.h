/* elements.h: the numbers that a straight-line function holds, one by one.
 *
 * Each is a literal, a scalar, an element of an array, or a lane of a vector.
 * What is computed for many of them at once is written in scalars or on
 * vectors, whichever has the lower price. That counts operations: one for an
 * addition or a multiply-add, for a lane taken out of a vector or put into
 * one, and for a vector filled with one number; what lies in memory, or is a
 * literal, is free, also as a vector. A vector is as wide as the target's, or
 * halved (down to 4) where few lanes serve; its lanes behind the last hold
 * anything. */
#ifndef NNC_EMIT_ELEMENTS_H
#define NNC_EMIT_ELEMENTS_H

#include "emit/emit.h"

typedef enum ElementKind {
    ELEMENT_SCALAR, /* a constant of the function */
    ELEMENT_NUMBER, /* a literal */
    ELEMENT_INPUT,  /* in an array */
    ELEMENT_PARAM,  /* in an array that goes on for a vector behind its end */
    ELEMENT_LANE    /* in a vector */
} ElementKind;

typedef struct Element {
    ElementKind kind;
    const char *text; /* its C as a number */
    const char *base; /* the array or vector that it is part of */
    int64_t at;       /* its place there */
    int lanes;        /* of the vector */
    double value;     /* of a literal */
} Element;

/* One line of the function's body; name is what it gives a value to, NULL
 * where it stores. */
typedef struct Statement {
    const char *name, *text;
} Statement;

typedef struct Elements {
    Emit *e;
    Scope scope;
    bool scalars; /* no vectors: the compiler makes rows their lanes */
    VEC(Statement) body;
} Elements;

/* n elements of a value that is called so, from element `first` on. */
typedef struct Row {
    const char *name; /* NULL: none */
    int64_t first;
    Element *at;
    int64_t n;
} Row;

Element element_number(const Elements *s, double value);

/* base[at]; the array is an input, or a parameter's place in `params`. */
Element element_stored(const Elements *s, ElementKind kind, const char *base,
                       int64_t at);

/* A scalar with the value of a C expression; element i of the row. */
void element_scalar(Elements *s, const Row *to, int64_t i,
                    const char *expression);

/* What one vector holds of a list of elements. */
typedef struct Chunk {
    int64_t from, n;
    int lanes; /* at least n */
} Chunk;

/* The chunk of n elements that begins at `from`, or stands behind c; of no
 * elements behind the last. */
Chunk elements_chunk(const Elements *s, int64_t from, int64_t n);
Chunk elements_behind(const Elements *s, const Chunk *c, int64_t n);

/* What the names of templates/vector.h begin with for so many lanes. */
const char *elements_prefix(const Elements *s, int lanes);

/* A vector with the value of a C expression, for the chunk of a row; where it
 * is the only one it has the name of the whole. */
void elements_lanes(Elements *s, const Row *to, const Chunk *c,
                    const char *expression);

/* The C of a chunk as a vector; x points to its first element. */
const char *elements_vector(const Elements *s, const Element *x,
                            const Chunk *c);

/* Prices of having a chunk as a vector, of having n elements as scalars, and
 * of an element-wise operator on vectors. */
int64_t elements_vector_price(const Element *x, const Chunk *c);
int64_t elements_scalar_price(const Element *x, int64_t n);
int64_t elements_map_price(const Elements *s, Op op, const Element *const *in,
                           int64_t n);

/* An element-wise operator; in[j] points to n elements. */
void elements_map(Elements *s, const Row *to, Op op, const Element *const *in);

/* Stores n elements to an array. */
void elements_store(Elements *s, const char *array, const Element *from,
                    int64_t n);

#endif
