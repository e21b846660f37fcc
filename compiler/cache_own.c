/* cache_own.c: what the parts of the cache share: whose a file is, locks. */
#include "cache_own.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool cache_is_ours(const struct stat *s)
{
    return s->st_uid == geteuid() && (s->st_mode & 022) == 0;
}

bool cache_lock(int file, short kind, bool wait)
{
    struct flock lock = {.l_type = kind, .l_whence = SEEK_SET};
    int status;

    do
        status = fcntl(file, wait ? F_SETLKW : F_SETLK, &lock);
    while (status != 0 && errno == EINTR);
    return status == 0;
}

int cache_lock_root(const Cache *c)
{
    int file = open(arena_printf(c->arena, "%s/lock", c->root),
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (file < 0 || cache_lock(file, F_WRLCK, true))
        return file;
    close(file);
    return -1;
}
