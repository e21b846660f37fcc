/* A file that is opened gets the lowest free number. Where standard output
 * was closed, that would be 1, and what the program prints would go into its
 * weights or its log. */
#include "nn_std.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nn_say.h"

void nn_std_open(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return;
}

int nn_std_close(const char *program, int status)
{
    errno = 0;
    bool flushed = fflush(stdout) == 0;
    if ((flushed && !ferror(stdout)) || (!flushed && errno == EPIPE))
        return status;
    nn_say(stderr, "%s: cannot write the output%s%s\n", program,
           flushed ? "" : ": ", flushed ? "" : strerror(errno));
    return status != 0 ? status : 1;
}
