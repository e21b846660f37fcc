/* bench_tell.c: times and costs as tables; see bench.h. */
#include <math.h>
#include <string.h>

#include "base/quote.h"
#include "bench.h"
#include "nn_say.h"

const char *bench_title(const Bench *b, const Heat *h)
{
    return arena_printf(b->arena, "%s, batch %d, %d thread%s",
                        h->step ? "training step" : "inference", h->batch,
                        h->threads, str_s(h->threads));
}

/* Three digits that count, "4.51", "45.1", "451", "4,510". */
static const char *digits(Arena *arena, double x)
{
    if (x >= 999.5)
        return str_commas(arena, (int64_t)llround(x));
    return arena_printf(arena, "%.*f", x < 9.995 ? 2 : x < 99.95 ? 1 : 0, x);
}

const char *bench_time(Arena *arena, double seconds)
{
    static const struct {
        double least, scale;
        const char *name;
    } units[] = {
        {1, 1, "s"}, {1e-3, 1e3, "ms"}, {1e-6, 1e6, "us"}, {0, 1e9, "ns"}};
    int i = 0;

    while (seconds < units[i].least)
        i++;
    return arena_printf(arena, "%s %s", digits(arena, seconds * units[i].scale),
                        units[i].name);
}

static const char *percent(Arena *arena, double share)
{
    return arena_printf(arena, "%.0f %%", 100 * share);
}

static const char *bytes(Arena *arena, double n)
{
    return n >= 1e9   ? arena_printf(arena, "%s GB", digits(arena, n / 1e9))
           : n >= 1e6 ? arena_printf(arena, "%s MB", digits(arena, n / 1e6))
                      : arena_printf(arena, "%s KB", digits(arena, n / 1e3));
}

/* Where both are as near to a limit as they can be told apart. */
static void tell_score(const Bench *b, const Heat *h, int i)
{
    Arena *a = b->arena;
    const Score *s = &h->scores[i];
    double reads = h->reading > 0 ? h->bytes / s->best / h->reading : 0;

    nn_say(
        stdout, "  %-16s %10s %10s %7s %9s %8s %8s %8.2f%s\n",
        b->entrants[i].name, bench_time(a, s->best), bench_time(a, s->median),
        percent(a, s->spread), digits(a, 1e-9 * h->flops / s->best),
        percent(a, h->flops / s->best / h->peak),
        reads > 0 ? percent(a, reads) : "-", s->ratio,
        h->differences[i] >= 0 ? arena_printf(a, "   %.1g", h->differences[i])
                               : "");
}

void bench_tell_heat(const Bench *b, const Heat *h)
{
    Arena *a = b->arena;

    puts("");
    nn_say(stdout, "%s; %s\n", bench_title(b, h),
           h->threads == 1 ? "processor time" : "time that passes");
    nn_say(stdout,
           "  %s operations, peak %s GF/s; %s of weights and rows, read at "
           "%s GB/s\n",
           str_commas(a, (int64_t)h->flops), digits(a, 1e-9 * h->peak),
           bytes(a, h->bytes), digits(a, 1e-9 * h->reading));
    nn_say(stdout, "  %-16s %10s %10s %7s %9s %8s %8s %8s   %s\n", "", "best",
           "median", "spread", "GF/s", "of peak", "reading", "ratio",
           b->n > 1 ? "difference" : "");
    for (int i = 0; i < b->n; i++)
        if (!h->whys[i])
            tell_score(b, h, i);
        else
            nn_say(stdout, "  %-16s not timed: %s\n", b->entrants[i].name,
                   h->whys[i]);
    fflush(stdout);
}

void bench_tell_costs(const Bench *b)
{
    Arena *a = b->arena;

    puts("");
    nn_say(stdout, "  %-16s %10s %10s %10s %10s   %s\n", "", "start-up",
           "memory", "size", "build", "version");
    for (int i = 0; i < b->n; i++) {
        const Entrant *e = &b->entrants[i];

        if (e->why)
            continue;
        nn_say(stdout, "  %-16s %10s %10s %10s %10s   %s\n", e->name,
               bench_time(a, e->start), bytes(a, e->memory), bytes(a, e->size),
               e->build > 0 ? bench_time(a, e->build) : "-", e->version);
    }
}

static double sum_of(const KernelTimes *k)
{
    double sum = 0;

    for (int i = 0; i < k->rows.n; i++)
        sum += k->rows.at[i].seconds;
    return sum;
}

void bench_tell_kernels(const Bench *b, const KernelTimes *k)
{
    Arena *a = b->arena;
    double sum = sum_of(k);

    puts("");
    nn_say(stdout,
           "kernels of %s, batch %d, 1 thread\n  %-40s %5s %10s %6s "
           "%9s %8s %8s\n",
           k->step ? "a training step" : "inference", k->batch, "", "line",
           "time", "share", "GF/s", "of peak", "GB/s");
    for (int i = 0; i < k->rows.n; i++) {
        const KernelTime *t = &k->rows.at[i];
        double s = t->seconds > 1e-10 ? t->seconds : 1e-10;

        nn_say(stdout, "  %-40s %5d %10s %6s %9s %8s %8s\n", t->name, t->line,
               bench_time(a, t->seconds), percent(a, t->seconds / sum),
               digits(a, 1e-9 * t->flops / s),
               percent(a, t->flops / s / k->peak),
               digits(a, 1e-9 * t->bytes / s));
    }
}

static void csv_text(Text *out, const char *s)
{
    text_add(out, "\"");
    for (; s && *s; s++)
        text_printf(out, *s == '"' ? "\"\"" : "%c", *s);
    text_add(out, "\"");
}

static void csv_row(Text *out, const Bench *b, const Heat *h, int i)
{
    const Entrant *e = &b->entrants[i];
    const Score *s = &h->scores[i];

    csv_text(out, b->model);
    text_printf(out, ",%s,", e->name);
    csv_text(out, e->version);
    text_printf(out, ",%s,%d,%d", h->step ? "step" : "infer", h->batch,
                h->threads);
    if (h->whys[i])
        text_add(out, ",,,,,,,,,");
    else
        text_printf(out, ",%.6g,%.6g,%.4g,%.6g,%.6g,%.4g,%.4g,%.5g,%.3g",
                    s->best * 1e6, s->median * 1e6, 100 * s->spread,
                    1e-9 * h->flops / s->best, 1e-9 * h->peak,
                    100 * h->flops / s->best / h->peak,
                    100 * h->bytes / s->best / h->reading, s->ratio,
                    h->differences[i] < 0 ? 0 : h->differences[i]);
    if (e->why)
        text_add(out, ",,,,,");
    else
        text_printf(out, ",%.6g,%.0f,%.0f,%.4g,", 1e3 * e->start,
                    e->memory / 1024, e->size, e->build);
    csv_text(out, h->whys[i]);
    text_add(out, "\n");
}

void bench_write_csv(FILE *stream, const void *bench)
{
    const Bench *b = bench;
    Text out = {.arena = b->arena};

    text_add(&out, "model,peer,version,work,batch,threads,best_us,median_us,"
                   "spread_percent,gflops,peak_gflops,percent_of_peak,"
                   "percent_of_reading,ratio,difference,start_ms,memory_kib,"
                   "size_bytes,build_s,why\n");
    for (int i = 0; i < b->heats.n; i++)
        for (int k = 0; k < b->n; k++)
            csv_row(&out, b, &b->heats.at[i], k);
    fputs(text_str(&out), stream);
}
