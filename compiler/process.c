/* process.c: fork, exec and wait; see process.h. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool runs(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 && S_ISREG(s.st_mode) && access(path, X_OK) == 0;
}

const char *process_find(Arena *arena, const char *name)
{
    const char *at = getenv("PATH");

    if (strchr(name, '/'))
        return runs(name) ? name : NULL;
    while (at && *at) {
        size_t n = strcspn(at, ":");
        const char *path =
            arena_printf(arena, "%.*s%s%s", (int)n, at, n ? "/" : "./", name);

        if (runs(path))
            return path;
        at += n + (at[n] == ':');
    }
    return NULL;
}

/* exec wants its arguments writable, but never writes them. */
static char *const *writable(const char *const *argv)
{
    union {
        const char *const *from;
        char *const *to;
    } both = {.from = argv};

    return both.to;
}

void process_tie(pid_t nnc)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
    if (getppid() != nnc)
        _exit(126);
}

void process_become(const char *path, const char *const *argv)
{
    fflush(NULL);
    execv(path, writable(argv));
}

/* In the child: standard input is empty, both outputs go to the log. */
static void redirect(const char *log)
{
    int in = open("/dev/null", O_RDONLY);
    int out = open(log ? log : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0666);

    if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
        dup2(out, 2) < 0)
        _exit(126);
}

static pid_t start(const Process *p)
{
    pid_t nnc = getpid(), pid = fork();

    if (pid == 0) {
        process_tie(nnc);
        redirect(p->log);
        execvp(p->argv[0], writable(p->argv));
        _exit(127);
    }
    return pid;
}

/* Waits for one of the n processes and stores how it ended. There may be other
 * children: those of a shell that has become nnc. */
static void wait_one(Process *processes, const pid_t *pids, int n)
{
    int how = 0;
    pid_t pid;

    while ((pid = wait(&how)) > 0 || errno == EINTR)
        for (int i = 0; pid > 0 && i < n; i++)
            if (pids[i] == pid) {
                processes[i].status =
                    WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
                return;
            }
}

bool process_run(Process *processes, int n)
{
    Arena *arena = arena_new();
    pid_t *pids = NEWN(arena, pid_t, n + 1);
    long most = sysconf(_SC_NPROCESSORS_ONLN);
    int running = 0;
    bool good = true;

    fflush(NULL);
    for (int i = 0; i < n; i++) {
        if (running >= (most > 1 ? most : 1)) {
            wait_one(processes, pids, i);
            running--;
        }
        processes[i].status = -1;
        pids[i] = start(&processes[i]);
        running += pids[i] > 0;
    }
    for (; running > 0; running--)
        wait_one(processes, pids, n);
    for (int i = 0; i < n; i++)
        good = good && processes[i].status == 0;
    arena_free(arena);
    return good;
}
