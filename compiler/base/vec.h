/* vec.h: growing typed arrays in an arena.
 *
 *     VEC(Node *) nodes = {0};
 *     vec_push(arena, &nodes, node);
 *     for (int i = 0; i < nodes.n; i++) use(nodes.at[i]);
 *
 * The elements move when the array grows: keep indices, not addresses. */
#ifndef NNC_BASE_VEC_H
#define NNC_BASE_VEC_H

#include "base/arena.h"

#define VEC(type)                                                              \
    struct {                                                                   \
        type *at;                                                              \
        int n, cap;                                                            \
    }

#define vec_push(arena, v, x)                                                  \
    ((v)->at = vec_room((arena), (v)->at, (v)->n, &(v)->cap, sizeof *(v)->at), \
     (v)->at[(v)->n++] = (x))

/* The array at `at` with room for one element more than its n. */
void *vec_room(Arena *arena, void *at, int n, int *cap, size_t size);

#endif
