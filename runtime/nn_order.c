/* Where rows are few, a list of them is shuffled. Where they are many that
 * would be most of the memory that a text takes; there all places are gone
 * through in an order that is computed, and those without a row passed over. */
#include "nn_order.h"

#include <stdlib.h>

#include "nn_mem.h"

enum { MOST_LISTED = 1 << 24 };

nn_order nn_order_open(int64_t places, nn_order_has *has, const void *context)
{
    nn_order o = {
        .places = places, .has = has, .context = context, .most = MOST_LISTED};
    for (int64_t i = 0; i < places; i++)
        o.count += has(context, i);
    return o;
}

void nn_order_close(nn_order *o)
{
    free(o->list);
    o->list = NULL;
}

void nn_order_sort(nn_order *o)
{
    o->way = NN_AS_THEY_COME;
    o->at = 0;
}

static bool is_listed(const nn_order *o)
{
    return o->count <= o->most;
}

bool nn_order_draw(nn_order *o, nn_stream stream, nn_error *e)
{
    nn_order_sort(o);
    o->stream = stream;
    if (is_listed(o)) {
        if (o->list == NULL &&
            !nn_reserve(&o->list, (size_t)o->count, sizeof *o->list, "rows", e))
            return false;
        nn_order_next(o, o->list, o->count);
        nn_rng_shuffle(stream, o->list, o->count);
        o->at = 0;
    }
    o->way = NN_DRAWN;
    return true;
}

void nn_order_lanes(nn_order *o, int64_t batch)
{
    uint32_t first = 0;
    nn_order_sort(o);
    if (o->count > 0)
        nn_order_next(o, &first, 1);
    o->first = first;
    o->lanes = batch;
    o->way = NN_IN_LANES;
    o->at = 0;
}

static int64_t in_lanes(const nn_order *o, int64_t i)
{
    int64_t length = o->count / o->lanes, longer = o->count % o->lanes;
    int64_t lane = i % o->lanes;
    return o->first + lane * length + (lane < longer ? lane : longer) +
           i / o->lanes;
}

static int64_t next(nn_order *o)
{
    if (o->way == NN_IN_LANES)
        return in_lanes(o, o->at++);
    if (o->way == NN_DRAWN && is_listed(o))
        return o->list[o->at++];
    for (;;) {
        int64_t place = o->at++;
        if (o->way == NN_DRAWN)
            place = (int64_t)nn_rng_place(o->stream, (uint64_t)place,
                                          (uint64_t)o->places);
        if (o->has(o->context, place))
            return place;
    }
}

void nn_order_next(nn_order *o, uint32_t *rows, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        rows[i] = (uint32_t)next(o);
}

void nn_order_skip(nn_order *o, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        (void)next(o);
}

int64_t nn_order_bytes(const nn_order *o)
{
    return is_listed(o) ? o->count * (int64_t)sizeof *o->list : 0;
}
