/* idiom.h: how groups of nodes are found by their form. */
#ifndef NNC_EXPORT_IDIOM_H
#define NNC_EXPORT_IDIOM_H

#include "export/read.h"

typedef struct Match {
    const Node *root;
    const Node *at[26];   /* of each letter */
    const Node *node[24]; /* of each operator, in the order of the pattern */
    int n;
    bool named; /* nodes inside may have names */
} Match;

/* Whether the nodes below n are as "ADD(MATMUL(x,w),RESHAPE(b))" says. */
bool idiom_match(const Reader *r, Match *m, const char *pattern, const Node *n,
                 bool named);

/* The value of a letter. */
static inline const Node *idiom_letter(const Match *m, char c)
{
    return m->at[c - 'a'];
}

/* Whether n is this number in every element. */
bool idiom_number(const Reader *r, const Node *n, double x);

/* Whether n has the size of s along this axis, and 1 along the others. */
bool idiom_along(const Node *n, const Shape *s, int axis);

/* Features scaled and shifted by what training gathers: batch.c. */
Term *idiom_batchnorm(Reader *r, const Match *m);

#endif
