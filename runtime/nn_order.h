/* Rows one after the other: as they come, in lanes, or drawn at random. */
#ifndef NN_ORDER_H
#define NN_ORDER_H

#include "nn_error.h"
#include "nn_rng.h"

/* Whether the row in this place is one of those. */
typedef bool nn_order_has(const void *context, int64_t place);

typedef struct {
    int64_t count; /* rows */
    /* The rest is the order's own. */
    int64_t places; /* rows are in some of the places 0 .. places - 1 */
    nn_order_has *has;
    const void *context;
    enum { NN_AS_THEY_COME, NN_IN_LANES, NN_DRAWN } way;
    int64_t at;     /* the place, or number, to look at next */
    int64_t most;   /* rows drawn are listed where they are no more */
    uint32_t *list; /* of those; malloc'ed */
    nn_stream stream;
    int64_t lanes, first;
} nn_order;

/* The rows among so many places (< 2^32), as they come. What `has` says of
 * rows that have been given may change. Nothing is allocated. */
nn_order nn_order_open(int64_t places, nn_order_has *has, const void *context);
void nn_order_close(nn_order *o);

/* Begins anew, with the rows as they come. */
void nn_order_sort(nn_order *o);

/* Begins anew, with the rows drawn at random. A list of many is not kept: each
 * place is computed. */
bool nn_order_draw(nn_order *o, nn_stream stream, nn_error *e);

/* Begins anew; rows that follow each other are in lanes: row r of every batch
 * but the first goes on where row r of the batch before it ended. The first
 * lanes are one longer where the last batch is not full. */
void nn_order_lanes(nn_order *o, int64_t batch);

/* Sets rows to the places of the next n, of which there must be so many. */
void nn_order_next(nn_order *o, uint32_t *rows, int64_t n);

/* Passes the next n. */
void nn_order_skip(nn_order *o, int64_t n);

/* The bytes that drawing takes. */
int64_t nn_order_bytes(const nn_order *o);

#endif
