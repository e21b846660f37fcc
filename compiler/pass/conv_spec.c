/* conv_spec.c: from nodes and layouts to the specs of conv.h and back. */
#include "pass/conv_spec.h"

#include "ir/conv.h"

static bool one(const AxisLayout *a)
{
    return a->n == 1;
}

bool conv_image(const Shape *s, const Layout *l, Image *m)
{
    const AxisLayout *c = &l->axis[1];
    if (s->rank != 4 || !one(&l->axis[0]) || !one(&l->axis[2]) ||
        !one(&l->axis[3]) || c->n > 2)
        return false;
    *m = (Image){.channels = (int)s->dim[1],
                 .height = (int)s->dim[2],
                 .width = (int)s->dim[3],
                 .row = layout_stride(l, 2),
                 .column = layout_stride(l, 3),
                 .origin = l->offset,
                 .size = layout_stride(l, 0),
                 .slack = l->slack};
    for (int i = 0; i < 4; i++)
        m->halo[i] = l->halo[i];
    Piece last = c->piece[c->n - 1];
    if (c->n == 2 && last.stride == 1) {
        m->block = (int)last.size;
        m->group = c->piece[0].stride;
    } else if (c->n == 1 && last.stride == 1 && m->column >= m->channels) {
        m->block = m->channels;
        m->group = m->size;
    } else {
        m->block = 1;
        m->group = last.stride;
    }
    return c->n == 1 || last.stride == 1;
}

Layout conv_layout(const Image *m, int64_t batch)
{
    Layout l = {.rank = 4, .offset = m->origin, .slack = m->slack};
    l.axis[0] = (AxisLayout){1, {{batch, m->size}}};
    l.axis[1] = (AxisLayout){1, {{m->channels, m->block > 1 ? 1 : m->group}}};
    if (m->block > 1 && m->channels > m->block)
        l.axis[1] =
            (AxisLayout){2,
                         {{(m->channels + m->block - 1) / m->block, m->group},
                          {m->block, 1}}};
    l.axis[2] = (AxisLayout){1, {{m->height, m->row}}};
    l.axis[3] = (AxisLayout){1, {{m->width, m->column}}};
    l.extent = batch * m->size + m->slack;
    for (int i = 0; i < 4; i++)
        l.halo[i] = m->halo[i];
    return l;
}

/* Puts a piece into its axis's list, widest divisor first. */
static void insert(AxisLayout *a, int64_t *div, const ConvPiece *p)
{
    int at = a->n++;
    if (a->n > MAX_PIECES)
        nnc_bug("a weight's axis in more than %d pieces", MAX_PIECES);
    for (; at > 0 && div[at - 1] < p->div; at--) {
        a->piece[at] = a->piece[at - 1];
        div[at] = div[at - 1];
    }
    a->piece[at] = (Piece){p->size, p->stride};
    div[at] = p->div;
}

Layout conv_weight_layout(const Shape *shape, const ConvWeights *w)
{
    Layout l = {.rank = 4, .offset = w->offset, .extent = w->size};
    int64_t div[4][MAX_PIECES];
    for (int i = 0; i < w->n; i++)
        insert(&l.axis[w->piece[i].axis], div[w->piece[i].axis], &w->piece[i]);
    for (int a = 0; a < 4; a++) {
        if (l.axis[a].n == 0)
            l.axis[a] = (AxisLayout){1, {{shape->dim[a], 0}}};
        int64_t inner = 1;
        for (int i = l.axis[a].n - 1; i >= 0; i--) {
            if (shape->dim[a] > 1 && div[a][i] != inner && l.axis[a].n > 1)
                nnc_bug("a weight's pieces do not follow each other");
            inner *= l.axis[a].piece[i].size;
        }
    }
    return l;
}

ConvWeights conv_weight_pieces(const Layout *l)
{
    ConvWeights w = {.offset = l->offset, .size = l->extent};
    for (int a = 0; a < l->rank; a++) {
        int64_t div = 1;
        for (int i = l->axis[a].n - 1; i >= 0; i--) {
            Piece p = l->axis[a].piece[i];
            w.piece[w.n++] = (ConvPiece){a, div, p.size, p.stride};
            div *= p.size;
        }
    }
    return w;
}

static Image rows_of(const Shape *s)
{
    return image_rows((int)s->dim[1], (int)s->dim[2], (int)s->dim[3]);
}

ConvSpec conv_spec(const Node *n, const Node *pool)
{
    static const ConvRole roles[] = {[CONV_Y] = CONV_FORWARD,
                                     [CONV_X] = CONV_GRAD_INPUT,
                                     [CONV_W] = CONV_GRAD_WEIGHT};
    const Shape *x = conv_shape_of(n, CONV_X), *y = conv_shape_of(n, CONV_Y);
    ConvSpec s = {.role = roles[conv_result(n)],
                  .batch = (int)x->dim[0],
                  .filters = (int)conv_shape_of(n, CONV_W)->dim[0],
                  .unroll = -1};
    const Window *v = &n->attr.window;
    for (int i = 0; i < 2; i++) {
        s.kernel[i] = (int)v->kernel[i];
        s.stride[i] = (int)v->stride[i];
    }
    for (int i = 0; i < 4; i++)
        s.pad[i] = (int)v->pad[i];
    if (pool) {
        bool max = pool->op == OP_MAXPOOL || pool->op == OP_MAXPOOL_DX;
        s.pool = max ? POOL_MAX : POOL_MEAN;
        for (int i = 0; i < 2; i++)
            s.window[i] = (int)pool->attr.window.kernel[i];
        y = conv_result(n) == CONV_Y ? &pool->shape : &pool->in[0]->shape;
    }
    s.x = rows_of(x);
    s.y = rows_of(y);
    return s;
}
