/* spend.c: what a command costs.
 *
 *     spend TIMES COMMAND [ARGUMENT...]
 *
 * runs it that often, its output going nowhere, and prints the least seconds
 * of processor time, the least seconds passed, and the least peak of memory in
 * KiB: where a program lies differs from run to run, and with it how many of
 * its pages come along with those it touches (0.3 MiB seen). A command that
 * fails ends this with its status. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nn_clock.h"

typedef struct {
    double busy, passed;
    long peak;
} cost;

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static cost run(char **command)
{
    double start = nn_clock_now();
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    int status = 1;
    struct rusage use;
    if (child < 0 || wait4(child, &status, 0, &use) < 0 || status != 0) {
        fprintf(stderr, "spend: %s failed\n", command[0]);
        exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
    return (cost){seconds(use.ru_utime) + seconds(use.ru_stime),
                  nn_clock_now() - start, use.ru_maxrss};
}

int main(int argc, char **argv)
{
    int times = argc > 2 ? atoi(argv[1]) : 0;
    if (times < 1) {
        fprintf(stderr, "usage: spend TIMES COMMAND [ARGUMENT...]\n");
        return 2;
    }
    cost least = run(argv + 2);
    for (int i = 1; i < times; i++) {
        cost c = run(argv + 2);
        least.busy = c.busy < least.busy ? c.busy : least.busy;
        least.passed = c.passed < least.passed ? c.passed : least.passed;
        least.peak = c.peak < least.peak ? c.peak : least.peak;
    }
    printf("%.3f %.3f %ld\n", least.busy, least.passed, least.peak);
    return 0;
}
