/* keeper.c: see keeper.h. The keeper reads from a pipe whose other end is nnc's
 * alone: the system closes that at the end of the process. All signals are
 * blocked in it, since those from a terminal reach it as well. */
#define _XOPEN_SOURCE 700 /* for nftw */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 500, FOLDERS_OPEN = 8 };

static int remove_one(const char *path, const struct stat *s, int kind,
                      struct FTW *at)
{
    (void)s, (void)kind, (void)at;
    return remove(path);
}

/* Whoever nnc has started may write there until it has ended, too. */
static void clear(const char *path)
{
    const struct timespec pause = {.tv_nsec = 10000000};

    for (int i = 0; i < TRIES; i++) {
        if (nftw(path, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS) == 0 ||
            access(path, F_OK) != 0)
            return;
        nanosleep(&pause, NULL);
    }
}

/* In the keeper. Nothing is ever written to the line. */
static void keep(const char *path, int line)
{
    char byte;

    setpgid(0, 0); /* what ends nnc's whole group is not for the keeper */
    for (int i = 0; i < 3; i++)
        close(i);
    while (read(line, &byte, 1) < 0 && errno == EINTR)
        ;
    clear(path);
    _exit(0);
}

void keeper_start(Keeper *k, const char *path)
{
    sigset_t all, before;
    int line[2];

    *k = (Keeper){.path = path, .pid = -1, .line = -1};
    if (pipe(line) != 0)
        return;
    (void)fcntl(line[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(line[1], F_SETFD, FD_CLOEXEC);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    k->pid = fork();
    if (k->pid == 0) {
        close(line[1]);
        keep(path, line[0]);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(line[0]);
    k->line = line[1];
}

void keeper_end(Keeper *k, bool stays)
{
    if (k->pid < 0 && !stays)
        clear(k->path);
    if (k->pid > 0 && stays)
        kill(k->pid, SIGKILL);
    if (k->line >= 0)
        close(k->line);
    while (k->pid > 0 && waitpid(k->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    *k = (Keeper){.pid = -1, .line = -1};
}
