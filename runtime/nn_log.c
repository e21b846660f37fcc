/* Lines go to standard output and are flushed; the bar is only drawn where
 * that is a terminal, and is wiped before the next line. Long runs of short
 * epochs show some forty lines. */
#include "nn_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nn_clock.h"
#include "nn_say.h"

enum { LINES = 40, BAR = 24 };

nn_log nn_log_open(const nn_model *m, bool quiet, int64_t epochs)
{
    return (nn_log){.model = m,
                    .quiet = quiet,
                    .terminal = isatty(STDOUT_FILENO) == 1,
                    .epochs = epochs,
                    .every = epochs > LINES ? (epochs + LINES - 1) / LINES : 1};
}

bool nn_log_shows(const nn_log *l, int64_t epoch)
{
    return !l->quiet &&
           (epoch == 1 || epoch == l->epochs || epoch % l->every == 0);
}

static void wipe_bar(nn_log *l)
{
    if (l->bar_shown)
        printf("\r\033[K");
    l->bar_shown = false;
}

static void print_figures(const nn_log *l, const nn_figures *f)
{
    char words[100];
    for (int i = 0; i <= l->model->metric_count; i++) {
        nn_metric_words(words, sizeof words, f, l->model, i);
        printf("  %s", words);
    }
}

static void print_epoch(const nn_log *l, int64_t epoch)
{
    char words[32];
    int width = snprintf(words, sizeof words, "%lld", (long long)l->epochs);
    printf("epoch %*lld/%s", width, (long long)epoch, words);
}

void nn_log_bar(nn_log *l, int64_t epoch, double share, const nn_figures *f,
                double speed, double left)
{
    char bar[BAR + 1], time[24];
    double now = nn_clock_now();
    if (l->quiet || !l->terminal || now < l->next_bar)
        return;
    l->next_bar = now + 0.1;
    int done = (int)(share * BAR);
    memset(bar, ' ', BAR);
    memset(bar, '=', (size_t)(done > BAR ? BAR : done));
    bar[BAR] = 0;
    nn_clock_words(time, sizeof time, left);
    printf("\r\033[K");
    print_epoch(l, epoch);
    printf(" [%s] %2.0f %%", bar, 100 * share);
    print_figures(l, f);
    printf("  %.0f rows/s  %s left", speed, time);
    fflush(stdout);
    l->bar_shown = true;
}

void nn_log_epoch(nn_log *l, int64_t epoch, const nn_figures figures[NN_PARTS],
                  double speed, double left)
{
    char time[24];
    if (!nn_log_shows(l, epoch))
        return;
    wipe_bar(l);
    print_epoch(l, epoch);
    print_figures(l, &figures[NN_TRAIN]);
    for (int part = NN_VALIDATION; part < NN_PARTS; part++)
        if (figures[part].seen > 0) {
            printf("  | %s", nn_part_names[part]);
            print_figures(l, &figures[part]);
        }
    nn_clock_words(time, sizeof time, left);
    printf("  | %.0f rows/s", speed);
    if (epoch < l->epochs)
        printf(", %s left", time);
    printf("\n");
    fflush(stdout);
}

void nn_log_part(nn_log *l, nn_part part, const nn_figures *f)
{
    wipe_bar(l);
    printf("%-11s", nn_part_names[part]);
    print_figures(l, f);
    printf("  (%lld row%s)\n", (long long)f->seen, nn_s(f->seen));
    nn_metric_show(f, stdout);
    fflush(stdout);
}

void nn_log_say(nn_log *l, const char *format, ...)
{
    char text[2048];
    va_list list;
    if (l->quiet)
        return;
    wipe_bar(l);
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    nn_say(stdout, "%s\n", text);
    fflush(stdout);
}
