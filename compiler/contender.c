/* contender.c: pipes to and from one child; see contender.h. */
#define _GNU_SOURCE /* for sched_setaffinity */
#include "contender.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "nn_clock.h"
#include "process.h"

/* Leaves it the first few of the processors; where the system knows no such
 * thing, all. */
static void pin(int processors)
{
#ifdef CPU_SETSIZE
    cpu_set_t all, few;
    size_t i = 0, n = 0;

    if (sched_getaffinity(0, sizeof all, &all) != 0)
        return;
    CPU_ZERO(&few);
    for (; i < CPU_SETSIZE && n < (size_t)processors; i++)
        if (CPU_ISSET(i, &all)) {
            CPU_SET(i, &few);
            n++;
        }
    (void)sched_setaffinity(0, sizeof few, &few);
#else
    (void)processors;
#endif
}

/* In the child. */
static void become(const Contender *c, pid_t nnc, int in, int out,
                   int processors)
{
    int log = open(c->log, O_WRONLY | O_CREAT | O_TRUNC, 0666);

    if (log < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(log, 2) < 0)
        _exit(126);
    process_tie(nnc);
    signal(SIGPIPE, SIG_DFL);
    pin(processors);
    process_become(c->argv[0], c->argv);
    _exit(127);
}

const char *contender_words(Arena *arena, const char *log)
{
    size_t size;
    char *text = str_read_file(arena, log, &size);
    char *line = text;

    while (text && size && strchr(" \n", text[size - 1]))
        text[--size] = '\0';
    if (text && strrchr(text, '\n'))
        line = strrchr(text, '\n') + 1;
    return line && *line ? line : "it ended without a word";
}

static const char *given_up(Arena *arena, Contender *c)
{
    contender_end(c);
    c->why = contender_words(arena, c->log);
    return NULL;
}

static const char *read_line(Arena *arena, Contender *c)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n = getline(&line, &room, c->from);
    const char *text =
        n > 0 ? arena_printf(arena, "%.*s", (int)strcspn(line, "\n"), line)
              : NULL;

    free(line);
    return text ? text : given_up(arena, c);
}

/* Ends of pipes are not for the children that follow. */
static bool open_pipes(int to[2], int from[2])
{
    if (pipe(to) != 0)
        return false;
    if (pipe(from) != 0) {
        close(to[0]);
        close(to[1]);
        return false;
    }
    for (int i = 0; i < 2; i++) {
        (void)fcntl(to[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(from[i], F_SETFD, FD_CLOEXEC);
    }
    return true;
}

static bool spawn(Arena *arena, Contender *c, int processors)
{
    int to[2], from[2];
    pid_t nnc = getpid();

    if (!open_pipes(to, from)) {
        c->why = arena_printf(arena, "%s", strerror(errno));
        return false;
    }
    signal(SIGPIPE, SIG_IGN); /* it may end while it is asked */
    c->pid = fork();
    if (c->pid == 0)
        become(c, nnc, to[0], from[1], processors);
    close(to[0]);
    close(from[1]);
    c->to = fdopen(to[1], "w");
    c->from = fdopen(from[0], "r");
    return true;
}

bool contender_start(Arena *arena, Contender *c, int processors)
{
    double start = nn_clock_now();
    const char *line;

    c->why = NULL;
    fflush(NULL);
    if (!spawn(arena, c, processors))
        return false;
    line = read_line(arena, c);
    c->start = nn_clock_now() - start;
    if (line && strncmp(line, "ready ", 6) != 0) {
        contender_end(c);
        c->why = line;
    }
    c->greeting = c->why ? NULL : line + 6;
    return !c->why;
}

const char *contender_ask(Arena *arena, Contender *c, const char *line)
{
    if (c->why)
        return NULL;
    if (fprintf(c->to, "%s\n", line) < 0 || fflush(c->to) != 0)
        return given_up(arena, c);
    return read_line(arena, c);
}

void contender_end(Contender *c)
{
    int how;

    if (!c->to)
        return;
    fclose(c->to);
    fclose(c->from);
    c->to = c->from = NULL;
    while (c->pid > 0 && waitpid(c->pid, &how, 0) < 0 && errno == EINTR)
        ;
}
