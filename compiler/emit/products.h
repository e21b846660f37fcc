/* products.h: sums and products of a straight-line function's numbers. */
#ifndef NNC_EMIT_PRODUCTS_H
#define NNC_EMIT_PRODUCTS_H

#include "emit/elements.h"

/* to[0], the sum of n elements. */
void product_sum(Elements *s, const Row *to, const Element *from, int64_t n);

/* to[j] = sum over k < inner of a[k] * b[k * to->n + j]. */
void product_write(Elements *s, const Row *to, const Element *a,
                   const Element *b, int64_t inner);

#endif
