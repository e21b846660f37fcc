/* spend.c: what a command costs.
 *
 *     spend TIMES COMMAND [ARGUMENT...]
 *
 * runs it that often, its output going nowhere, and prints the least seconds
 * of processor time, the least seconds passed, and the most memory in KiB. A
 * command that fails ends this with its status. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nn_clock.h"

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static double busy(long *peak)
{
    struct rusage use;
    getrusage(RUSAGE_CHILDREN, &use);
    *peak = use.ru_maxrss;
    return seconds(use.ru_utime) + seconds(use.ru_stime);
}

static void run(char **command)
{
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
        fprintf(stderr, "spend: %s failed\n", command[0]);
        exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
}

int main(int argc, char **argv)
{
    int times = argc > 2 ? atoi(argv[1]) : 0;
    if (times < 1) {
        fprintf(stderr, "usage: spend TIMES COMMAND [ARGUMENT...]\n");
        return 2;
    }
    double least = 1e9, shortest = 1e9, before = 0;
    long peak = 0;
    for (int i = 0; i < times; i++) {
        double start = nn_clock_now();
        run(argv + 2);
        double passed = nn_clock_now() - start, now = busy(&peak);
        shortest = passed < shortest ? passed : shortest;
        least = now - before < least ? now - before : least;
        before = now;
    }
    printf("%.3f %.3f %ld\n", least, shortest, peak);
    return 0;
}
