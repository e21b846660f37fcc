/* lanes.h: the element-wise nodes of a kernel on vectors in registers.
 *
 * In: a kernel with an anchor whose results a tile holds in registers, and
 * for each vector of them its place: one index expression an axis of the
 * kernel's space, and the axis along which the lanes run. Out: statements
 * that compute the nodes behind the anchor and store what leaves the kernel.
 */
#ifndef NNC_EMIT_LANES_H
#define NNC_EMIT_LANES_H

#include "emit/emit.h"

typedef struct LanePoint {
    const char *index[MAX_RANK]; /* of lane 0, C expressions in brackets */
    int axis;                    /* lanes are index[axis] + 0, 1, ... */
    int count;                   /* lanes that hold values */
} LanePoint;

typedef struct LaneWriter {
    Scope *scope;
    VEC(const char *)
    names;              /* of the kernel's nodes, in their order: one for
                           each of its gates */
    const char *params; /* what the tile's function gets besides: ", ..." */
    const char *args;   /* the same names, to hand on */
    bool frame;         /* the frame is among them */
    AxisOrder order[MAX_RANK]; /* in which the indices run through the axes */
    const Node *primary;       /* what the tile itself stores, or NULL */
} LaneWriter;

/* Declares pointers for all that the kernel's nodes read and store; bytes
 * and `primary` are the tile's to store. */
LaneWriter lane_writer(Scope *s, const Node *primary);

/* The statements for one vector, or one of each gate, whose column `at` names;
 * acc[g] is the register that holds the values of the kernel's result, and gets
 * those of `primary`. */
void lane_print(Text *out, LaneWriter *w, const char *const *acc,
                const LanePoint *at);

/* Vector operations of the nodes on one vector, for the cost. */
int lane_operations(const Kernel *k);

#endif
