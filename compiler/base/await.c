/* await.c: see await.h. A named pipe is opened without waiting for whoever
 * writes to it, and its emptiness shows when it is asked. */
#include "base/await.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nn_say.h"

enum { PATIENCE = 1000 /* milliseconds */ };

static int look(int file, int milliseconds)
{
    struct pollfd p = {.fd = file, .events = POLLIN};
    int found;

    do
        found = poll(&p, 1, milliseconds);
    while (found < 0 && errno == EINTR);
    return found;
}

FILE *await_open(const char *path)
{
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat s;
    FILE *in;

    if (file < 0)
        return NULL;
    if (((fstat(file, &s) == 0 && S_ISFIFO(s.st_mode)) || isatty(file)) &&
        look(file, PATIENCE) == 0) {
        nn_say(stderr, "nnc: waiting for what is written to %s\n", path);
        look(file, -1);
    }
    (void)fcntl(file, F_SETFL, O_RDONLY);
    in = fdopen(file, "rb");
    if (!in)
        close(file);
    return in;
}
