/* conv_check.c: see conv_check.h. All reference values are doubles in plain
 * row-major arrays; the images of the case are filled from and compared with
 * them. */
#define _POSIX_C_SOURCE 200809L
#include "conv_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Reals around what a kernel may touch. Under the address sanitizer, which
 * also sees reads, nothing lies behind. */
enum { GUARD = 64 };
#if defined(__SANITIZE_ADDRESS__)
enum { BEHIND = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { BEHIND = 0 };
#else
enum { BEHIND = GUARD };
#endif
#else
enum { BEHIND = GUARD };
#endif

struct data {
    const struct check_case *c;
    int n, k, ch, h, w, oh, ow, ph, pw, area;
    double *x, *wt, *conv, *y, *dy, *dx, *dw;
    int *won;
    struct check_args args;
    float *raw[10];
    int raws;
};

static unsigned seed = 1;

static int small(int range)
{
    seed = seed * 1664525u + 1013904223u;
    return (int)(seed >> 16) % (2 * range + 1) - range;
}

static double *zeros(size_t n)
{
    double *p = calloc(n + 1, sizeof *p);
    if (p == NULL) {
        exit(3);
    }
    return p;
}

/* Memory between guards, all not a number, aligned to 64 bytes. */
static float *memory(struct data *d, int64_t reals)
{
    size_t n = (size_t)reals + GUARD + BEHIND;
    void *p = NULL;
    if (posix_memalign(&p, 64, n * sizeof(float)) != 0) {
        exit(3);
    }
    memset(p, 0xff, n * sizeof(float));
    d->raw[d->raws++] = p;
    return (float *)p + GUARD;
}

static int64_t place(const struct check_image *m, int n, int c, int y, int x)
{
    return n * m->size + m->origin + c / m->block * m->group + c % m->block +
           y * m->row + x * m->column;
}

static size_t at4(int a, int b, int c, int d, int nb, int nc, int nd)
{
    return (((size_t)a * (size_t)nb + (size_t)b) * (size_t)nc + (size_t)c) *
               (size_t)nd +
           (size_t)d;
}

/* Puts plain values into an image, and zeros into its halo. */
static void put(float *to, const struct check_image *m, int batch,
                const double *from)
{
    for (int n = 0; n < batch; n++) {
        for (int c = 0; c < m->channels; c++) {
            for (int y = -m->halo[0]; y < m->height + m->halo[2]; y++) {
                for (int x = -m->halo[1]; x < m->width + m->halo[3]; x++) {
                    int in = y >= 0 && x >= 0 && y < m->height && x < m->width;
                    to[place(m, n, c, y, x)] =
                        !in ? 0.0f
                            : (float)from[at4(n, c, y, x, m->channels,
                                              m->height, m->width)];
                }
            }
        }
    }
}

static int differs(double a, double b)
{
    return !(fabs(a - b) <= 1e-5 * (1 + fabs(b)));
}

static int same(const struct data *d, const char *what, const float *got,
                const struct check_image *m, const double *want)
{
    for (int n = 0; n < d->n; n++) {
        for (int c = 0; c < m->channels; c++) {
            for (int y = -m->halo[0]; y < m->height + m->halo[2]; y++) {
                for (int x = -m->halo[1]; x < m->width + m->halo[3]; x++) {
                    int in = y >= 0 && x >= 0 && y < m->height && x < m->width;
                    double v = in ? want[at4(n, c, y, x, m->channels, m->height,
                                             m->width)]
                                  : 0;
                    double g = (double)got[place(m, n, c, y, x)];
                    if (differs(g, v)) {
                        printf("%s: %s[%d,%d,%d,%d] is %g, not %g\n",
                               d->c->name, what, n, c, y, x, g, v);
                        return 1;
                    }
                }
            }
        }
    }
    return 0;
}

static int64_t weight_place(const struct check_weights *w, const int at[4])
{
    int64_t p = w->offset;
    for (int i = 0; i < w->n; i++) {
        p += at[w->piece[i].axis] / w->piece[i].div % w->piece[i].size *
             w->piece[i].stride;
    }
    return p;
}

static void put_weights(float *to, const struct check_weights *w,
                        const struct data *d)
{
    const int *kernel = d->c->kernel;
    for (int64_t i = 0; i < w->size; i++) {
        to[i] = 0.0f;
    }
    for (int k = 0; k < d->k; k++) {
        for (int c = 0; c < d->ch; c++) {
            for (int u = 0; u < kernel[0]; u++) {
                for (int v = 0; v < kernel[1]; v++) {
                    int at[4] = {k, c, u, v};
                    to[weight_place(w, at)] =
                        (float)
                            d->wt[at4(k, c, u, v, d->ch, kernel[0], kernel[1])];
                }
            }
        }
    }
}

/* Every element in its place, zeros elsewhere. */
static int same_weights(const struct data *d, const float *got)
{
    const struct check_weights *w = &d->c->dw;
    const int *kernel = d->c->kernel;
    double *want = zeros((size_t)w->size);
    int bad = 0;
    for (int k = 0; k < d->k; k++) {
        for (int c = 0; c < d->ch; c++) {
            for (int u = 0; u < kernel[0]; u++) {
                for (int v = 0; v < kernel[1]; v++) {
                    int at[4] = {k, c, u, v};
                    want[weight_place(w, at)] =
                        d->dw[at4(k, c, u, v, d->ch, kernel[0], kernel[1])];
                }
            }
        }
    }
    for (int64_t i = 0; i < w->size && !bad; i++) {
        if (differs((double)got[i], want[i])) {
            printf("%s: dw at %lld is %g, not %g\n", d->c->name, (long long)i,
                   (double)got[i], want[i]);
            bad = 1;
        }
    }
    free(want);
    return bad;
}

/* Calls f with every pair of a result and an input under a tap; taps in the
 * padding have input -1. */
static void convolve(struct data *d)
{
    const struct check_case *c = d->c;
    const int *kn = c->kernel;
    for (int n = 0; n < d->n; n++) {
        for (int k = 0; k < d->k; k++) {
            for (int i = 0; i < d->oh; i++) {
                for (int j = 0; j < d->ow; j++) {
                    double s = 0;
                    for (int ch = 0; ch < d->ch; ch++) {
                        for (int u = 0; u < kn[0]; u++) {
                            for (int v = 0; v < kn[1]; v++) {
                                int y = i * c->stride[0] + u - c->pad[0];
                                int x = j * c->stride[1] + v - c->pad[1];
                                if (y >= 0 && x >= 0 && y < d->h && x < d->w) {
                                    s += d->x[at4(n, ch, y, x, d->ch, d->h,
                                                  d->w)] *
                                         d->wt[at4(k, ch, u, v, d->ch, kn[0],
                                                   kn[1])];
                                }
                            }
                        }
                    }
                    d->conv[at4(n, k, i, j, d->k, d->oh, d->ow)] = s;
                }
            }
        }
    }
}

/* The pool of c over `from` (h x w), into y and won. */
static void pool(struct data *d, const double *from, int h, int w,
                 const int *window, const int *stride, const int *pad)
{
    const struct check_case *c = d->c;
    for (int p = 0; p < d->n * d->k; p++) {
        for (int i = 0; i < d->ph; i++) {
            for (int j = 0; j < d->pw; j++) {
                double m = c->pool == 'a' ? 0 : -INFINITY;
                int won = 0;
                for (int t = 0; t < d->area; t++) {
                    int y = i * stride[0] + t / window[1] - pad[0];
                    int x = j * stride[1] + t % window[1] - pad[1];
                    if (y < 0 || x < 0 || y >= h || x >= w) {
                        continue;
                    }
                    double v =
                        from[((size_t)p * (size_t)h + (size_t)y) * (size_t)w +
                             (size_t)x];
                    if (c->pool == 'a') {
                        m += v / d->area;
                    } else if (v > m) {
                        m = v;
                        won = t;
                    }
                }
                m = c->turned ? 5 - m : m;
                size_t o =
                    ((size_t)p * (size_t)d->ph + (size_t)i) * (size_t)d->pw +
                    (size_t)j;
                d->won[o] = won;
                d->y[o] = m;
            }
        }
    }
}

/* The gradient of y back through the pool: into back (h x w). */
static void unpool(struct data *d, double *back, int h, int w,
                   const int *window, const int *stride, const int *pad)
{
    for (int p = 0; p < d->n * d->k; p++) {
        for (int i = 0; i < d->ph; i++) {
            for (int j = 0; j < d->pw; j++) {
                size_t o =
                    ((size_t)p * (size_t)d->ph + (size_t)i) * (size_t)d->pw +
                    (size_t)j;
                for (int t = 0; t < d->area; t++) {
                    int y = i * stride[0] + t / window[1] - pad[0];
                    int x = j * stride[1] + t % window[1] - pad[1];
                    double g = d->c->pool == 'a' ? d->dy[o] / d->area
                               : t == d->won[o]  ? d->dy[o]
                                                 : 0;
                    if (y >= 0 && x >= 0 && y < h && x < w) {
                        back[((size_t)p * (size_t)h + (size_t)y) * (size_t)w +
                             (size_t)x] += g;
                    }
                }
            }
        }
    }
}

static void gradients(struct data *d, const double *dconv)
{
    const struct check_case *c = d->c;
    const int *kn = c->kernel;
    for (int n = 0; n < d->n; n++) {
        for (int k = 0; k < d->k; k++) {
            for (int i = 0; i < d->oh; i++) {
                for (int j = 0; j < d->ow; j++) {
                    double g = dconv[at4(n, k, i, j, d->k, d->oh, d->ow)];
                    for (int t = 0; t < d->ch * kn[0] * kn[1]; t++) {
                        int ch = t / (kn[0] * kn[1]);
                        int u = t / kn[1] % kn[0];
                        int v = t % kn[1];
                        int y = i * c->stride[0] + u - c->pad[0];
                        int x = j * c->stride[1] + v - c->pad[1];
                        if (y < 0 || x < 0 || y >= d->h || x >= d->w) {
                            continue;
                        }
                        size_t in = at4(n, ch, y, x, d->ch, d->h, d->w);
                        size_t wt = at4(k, ch, u, v, d->ch, kn[0], kn[1]);
                        d->dx[in] += g * d->wt[wt];
                        d->dw[wt] += g * d->x[in];
                    }
                }
            }
        }
    }
}

static void fill(double *p, size_t n, int range)
{
    for (size_t i = 0; i < n; i++) {
        p[i] = small(range);
    }
}

static void reference(struct data *d)
{
    const struct check_case *c = d->c;
    static const int none[4] = {0, 0, 0, 0};
    static const int one[2] = {1, 1};
    size_t results =
        (size_t)d->n * (size_t)d->k * (size_t)d->oh * (size_t)d->ow;
    if (c->role == 'p' || c->role == 'q') {
        pool(d, d->x, d->h, d->w, c->window, c->stride, c->pad);
        unpool(d, d->dx, d->h, d->w, c->window, c->stride, c->pad);
        for (size_t i = 0; i < at4(d->n, 0, 0, 0, d->k, d->h, d->w); i++) {
            d->dx[i] = c->turned ? 5 - d->dx[i] : d->dx[i];
        }
        return;
    }
    convolve(d);
    pool(d, d->conv, d->oh, d->ow, c->pool ? c->window : one,
         c->pool ? c->window : one, none);
    double *dconv = zeros(results);
    unpool(d, dconv, d->oh, d->ow, c->pool ? c->window : one,
           c->pool ? c->window : one, none);
    gradients(d, dconv);
    free(dconv);
}

static void prepare(struct data *d, const struct check_case *c)
{
    *d = (struct data){.c = c, .n = c->batch, .k = c->y.channels};
    d->ch = c->x.channels;
    d->h = c->x.height;
    d->w = c->x.width;
    d->ph = c->y.height;
    d->pw = c->y.width;
    d->area = c->pool ? c->window[0] * c->window[1] : 1;
    d->oh = (d->h + c->pad[0] + c->pad[2] - c->kernel[0]) / c->stride[0] + 1;
    d->ow = (d->w + c->pad[1] + c->pad[3] - c->kernel[1]) / c->stride[1] + 1;
    size_t in = (size_t)(d->n * d->ch * d->h * d->w);
    size_t out = (size_t)(d->n * d->k * d->ph * d->pw);
    size_t wt = (size_t)(d->k * d->ch * c->kernel[0] * c->kernel[1]);
    d->x = zeros(in);
    d->dx = zeros(in);
    d->wt = zeros(wt);
    d->dw = zeros(wt);
    d->conv = zeros((size_t)(d->n * d->k * d->oh * d->ow));
    d->y = zeros(out);
    d->dy = zeros(out);
    d->won = calloc(out, sizeof *d->won);
    fill(d->x, in, 2);
    fill(d->wt, wt, 2);
    fill(d->dy, out, 2);
    reference(d);
}

static const struct check_image *arg_image(const struct check_case *c)
{
    return c->arg.channels > 0 ? &c->arg : &c->y;
}

static void put_arg(struct data *d, void *arg)
{
    const struct check_case *c = d->c;
    for (int n = 0; n < d->n; n++) {
        for (int k = 0; k < d->k; k++) {
            for (int i = 0; i < d->ph; i++) {
                for (int j = 0; j < d->pw; j++) {
                    int won = d->won[at4(n, k, i, j, d->k, d->ph, d->pw)];
                    int64_t p = place(arg_image(c), n, k, i, j);
                    if (c->arg_bytes == 2) {
                        ((unsigned short *)arg)[p] = (unsigned short)won;
                    } else {
                        ((unsigned char *)arg)[p] = (unsigned char)won;
                    }
                }
            }
        }
    }
}

static void arguments(struct data *d)
{
    const struct check_case *c = d->c;
    struct check_args *a = &d->args;
    int forward = c->role == 'f' || c->role == 'p';
    a->x = memory(d, c->batch * c->x.size + c->x.slack);
    a->y = memory(d, c->batch * c->y.size + c->y.slack);
    a->arg = memory(d, c->batch * arg_image(c)->size + c->y.slack);
    a->w = memory(d, c->weights.size);
    a->scratch = memory(d, c->scratch);
    a->partial = memory(d, c->partial);
    a->dw = memory(d, c->dw.size);
    if (c->weights.size > 0) {
        put_weights(a->w, &c->weights, d);
    }
    if (forward || c->role == 'w') {
        put(a->x, &c->x, d->n, d->x);
    }
    if (!forward) {
        put(a->y, &c->y, d->n, d->dy);
        put_arg(d, a->arg);
    }
}

/* The bytes before and behind what a pointer of the case may be used for. */
static int guarded(const struct data *d, int raw, int64_t reals)
{
    const unsigned char *p = (const unsigned char *)d->raw[raw];
    size_t used = ((size_t)reals + GUARD) * sizeof(float);
    for (size_t i = 0; i < GUARD * sizeof(float); i++) {
        if (p[i] != 0xff || (i < BEHIND && p[used + i] != 0xff)) {
            printf("%s: buffer %d is written outside\n", d->c->name, raw);
            return 1;
        }
    }
    return 0;
}

static int same_arg(const struct data *d)
{
    const struct check_case *c = d->c;
    for (int n = 0; n < d->n; n++) {
        for (int k = 0; k < d->k; k++) {
            for (int i = 0; i < d->ph; i++) {
                for (int j = 0; j < d->pw; j++) {
                    int want = d->won[at4(n, k, i, j, d->k, d->ph, d->pw)];
                    int64_t p = place(arg_image(c), n, k, i, j);
                    int got = c->arg_bytes == 2
                                  ? ((unsigned short *)d->args.arg)[p]
                                  : ((unsigned char *)d->args.arg)[p];
                    if (got != want) {
                        printf("%s: arg[%d,%d,%d,%d] is %d, not %d\n", c->name,
                               n, k, i, j, got, want);
                        return 1;
                    }
                }
            }
        }
    }
    return 0;
}

static int compare(const struct data *d)
{
    const struct check_case *c = d->c;
    int bad = 0;
    if (c->role == 'f' || c->role == 'p') {
        bad = same(d, "y", d->args.y, &c->y, d->y) ||
              (c->argmax && same_arg(d)) ||
              guarded(d, 1, c->batch * c->y.size + c->y.slack);
    } else if (c->role == 'x' || c->role == 'q') {
        bad = same(d, "dx", d->args.x, &c->x, d->dx) ||
              guarded(d, 0, c->batch * c->x.size + c->x.slack);
    } else {
        bad = same_weights(d, d->args.dw) || guarded(d, 6, c->dw.size);
    }
    return bad || guarded(d, 4, c->scratch) || guarded(d, 5, c->partial);
}

static void release(struct data *d)
{
    double *const plain[] = {d->x, d->dx, d->wt, d->dw, d->conv, d->y, d->dy};
    for (int i = 0; i < 7; i++) {
        free(plain[i]);
    }
    free(d->won);
    for (int i = 0; i < d->raws; i++) {
        free(d->raw[i]);
    }
}

int check_run(const struct check_case *c)
{
    struct data d;
    prepare(&d, c);
    arguments(&d);
    int half = c->units / 2;
    c->run(&d.args, half, c->units); /* in any order and pieces */
    c->run(&d.args, 0, half);
    if (c->finish != NULL) {
        c->finish(&d.args);
    }
    int bad = compare(&d);
    release(&d);
    return bad;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double check_time(const struct check_case *c)
{
    struct data d;
    double best = 1e9;
    prepare(&d, c);
    arguments(&d);
    double end = now() + 0.4;
    int times = 1;
    while (now() < end) {
        double t = now();
        for (int i = 0; i < times; i++) {
            c->run(&d.args, 0, c->units);
            if (c->finish != NULL) {
                c->finish(&d.args);
            }
        }
        t = now() - t;
        best = t / times < best ? t / times : best;
        times = t < 1e-3 ? times * 2 : times;
    }
    release(&d);
    return best;
}
