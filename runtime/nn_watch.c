/* The handler finds the file among those watched and writes its message, made
 * when the watch began; what it calls is safe in a handler. A fault at another
 * address keeps its usual end. The list is changed by one thread only, while
 * no other reads from files. */
#define _GNU_SOURCE /* for program_invocation_short_name */
#include "nn_watch.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nn_mem.h"
#include "nn_say.h"

struct nn_watch {
    uintptr_t begin, end;
    nn_text message;
    nn_watch *next;
};

static nn_watch *watches;

static void on_fault(int signal, siginfo_t *info, void *context)
{
    uintptr_t at = (uintptr_t)info->si_addr;
    (void)context;
    for (const nn_watch *w = watches; w != NULL; w = w->next)
        if (at >= w->begin && at < w->end) {
            (void)!write(2, w->message.bytes, w->message.length);
            _exit(1);
        }
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigaction(signal, &usual, NULL);
}

static void catch_faults(void)
{
    struct sigaction a = {.sa_flags = SA_SIGINFO};
    a.sa_sigaction = on_fault;
    sigaction(SIGBUS, &a, NULL);
}

_Noreturn void nn_watch_end(const char *message)
{
    nn_say(stderr, "%s: %s\n", program_invocation_short_name, message);
    _exit(1);
}

nn_watch *nn_watch_add(const void *base, size_t size, const char *path)
{
    nn_watch *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->begin = (uintptr_t)base;
    w->end = w->begin + size;
    nn_text_print(&w->message,
                  "%s: %s has been cut short while it was in use: put it back "
                  "and begin again\n",
                  program_invocation_short_name, path);
    if (w->message.failed) {
        free(w->message.bytes);
        free(w);
        return NULL;
    }
    nn_clean(w->message.bytes);
    if (watches == NULL)
        catch_faults();
    w->next = watches;
    watches = w;
    return w;
}

void nn_watch_remove(nn_watch *w)
{
    nn_watch **at = &watches;
    if (w == NULL)
        return;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    free(w->message.bytes);
    free(w);
}
