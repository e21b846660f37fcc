/* layout.h: where the elements of a value lie in memory.
 *
 * Each axis of the value is cut into pieces, from the outermost to the
 * innermost; an index i of the axis is written in the mixed radix of the
 * pieces' sizes and each digit has a stride of its own:
 *
 *     row-major [3, 4]                  (3: 4) (4: 1)
 *     channels last of [6, 14, 14]      (6: 1) (14: 84) (14: 6)
 *     a flattened one of those, [1176]  (6: 1, 14: 84, 14: 6)
 *     panels of 16 of a [120, 400]      (8: 6400, 16: 1) (400: 16)
 *
 * The product of an axis's sizes is at least the axis's size (panels pad the
 * last one). All counts are in elements of the value's type. */
#ifndef NNC_IR_LAYOUT_H
#define NNC_IR_LAYOUT_H

#include "ir/graph.h"

enum { MAX_PIECES = 4 };

typedef struct Piece {
    int64_t size, stride;
} Piece;

typedef struct AxisLayout {
    int n;
    Piece piece[MAX_PIECES]; /* outermost first */
} AxisLayout;

typedef struct Layout {
    int rank;
    AxisLayout axis[MAX_RANK];
    int64_t offset; /* of element 0 */
    int64_t extent; /* elements to allocate, offset and padding included */
    int halo[4];    /* images: rows and columns of zeros around each, as
                       top, left, bottom, right */
    int64_t slack;  /* elements behind the last image that may be read */
} Layout;

/* How a kernel would have a tensor. */
typedef struct Wish {
    int tensor;
    const Layout *layout;
} Wish;

/* Row-major without gaps. */
Layout layout_dense(const Shape *shape);

/* Where element 0 of a strided axis steps to: valid for one-piece axes. */
int64_t layout_stride(const Layout *l, int axis);

/* The same element order and padding: a flat loop over both is right. */
bool layout_equal(const Layout *a, const Layout *b);

/* The place of an element. */
int64_t layout_place(const Layout *l, const int64_t *index);

/* The layout of a view of a value that lies as `l`: what node n (RESHAPE,
 * TRANSPOSE, SLICE, REVERSE, BROADCAST, WINDOWS) gives of it. False where no
 * layout describes it, so that a copy is needed. */
bool layout_view(const Node *n, const Layout *l, Layout *view);

/* The same backwards: how the input of view n must lie so that n's result
 * lies as `view`, which may be `l`. Only for views that keep every element. */
bool layout_unview(const Node *n, const Layout *view, Layout *l);

/* Another order in which to run through an axis: its index is cut into digits
 * of these sizes (outermost first), and digit perm[0] becomes the outermost.
 * n is 0 where the axis is taken as it is. */
typedef struct AxisOrder {
    int n;
    int64_t size[MAX_PIECES];
    int perm[MAX_PIECES];
} AxisOrder;

/* The order in which an axis's pieces lie in memory. */
AxisOrder layout_order(const AxisLayout *axis);

/* The axis as it lies when it is run through in that order; false where its
 * pieces do not fit the digits. */
bool layout_reorder(const AxisLayout *axis, const AxisOrder *order,
                    AxisLayout *to);

/* The axis laid out so that in that order it is one run of a stride. */
AxisLayout layout_ordered(int64_t size, const AxisOrder *order, int64_t stride);

/* Appends the layout: (size: stride, ...) for each axis, outermost first, and
 * the offset. */
void layout_print(Text *out, const Layout *l);

#endif
