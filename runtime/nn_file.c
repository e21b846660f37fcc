/* Reading maps plain files; it collects pipes, and what is left of standard
 * input where a program before this one has read some of it. */
#define _DEFAULT_SOURCE /* for madvise */
#include "nn_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nn_mem.h"
#include "nn_say.h"

static bool cannot(const char *what, const char *path, nn_error *e)
{
    return nn_fail(e, "cannot %s %s: %s", what, path, strerror(errno));
}

static bool collect(nn_file *f, int fd, const char *path, nn_error *e)
{
    unsigned char *bytes = NULL;
    size_t room = 0, size = 0;
    ssize_t got = 1;
    while (got > 0) {
        if (!nn_grow(&bytes, &room, size + 65536, 1, e))
            break;
        got = read(fd, bytes + size, room - size);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            size += (size_t)got;
    }
    *f = (nn_file){.bytes = bytes, .size = size, .owned = bytes};
    if (got == 0)
        return true;
    return got < 0 ? cannot("read", path, e) : nn_fail_in(e, path);
}

bool nn_file_map(nn_file *f, int fd, size_t size, const char *path, nn_error *e)
{
    void *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return cannot("read", path, e);
    *f = (nn_file){.bytes = p, .size = size, .mapped = p};
    f->watch = nn_watch_add(p, size, path);
    return f->watch != NULL || nn_fail(e, "%s: no memory", path);
}

static nn_stamp make_stamp(const struct stat *s)
{
    return (nn_stamp){.plain = S_ISREG(s->st_mode),
                      .device = (uint64_t)s->st_dev,
                      .inode = (uint64_t)s->st_ino,
                      .size = (int64_t)s->st_size,
                      .seconds = (int64_t)s->st_mtim.tv_sec,
                      .nanoseconds = (int64_t)s->st_mtim.tv_nsec};
}

nn_stamp nn_stamp_of(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 ? make_stamp(&s) : (nn_stamp){0};
}

bool nn_stamp_holds(const nn_stamp *s, const char *path, nn_error *e)
{
    nn_stamp now = nn_stamp_of(path);
    if (!s->plain)
        return true;
    if (!now.plain || now.device != s->device || now.inode != s->inode)
        return nn_fail(e, "%s is gone or has been replaced since it was read",
                       path);
    if (now.size != s->size)
        return nn_fail(e,
                       "%s has changed since it was read: it had %lld bytes "
                       "and has %lld now",
                       path, (long long)s->size, (long long)now.size);
    return (now.seconds == s->seconds && now.nanoseconds == s->nanoseconds) ||
           nn_fail(e, "%s has been written to since it was read", path);
}

/* What the open file is; a folder is refused, and so is a device, which may
 * have no end. */
static bool look(int fd, struct stat *s, const char *path, nn_error *e)
{
    if (fstat(fd, s) != 0)
        return cannot("read", path, e);
    if (S_ISDIR(s->st_mode))
        return nn_fail(e, "cannot read %s: it is a folder", path);
    bool device = S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode);
    return !device || fd == STDIN_FILENO ||
           nn_fail(e, "cannot read %s: it is a device", path);
}

/* Waits until something has been written to a named pipe, which it says where
 * that takes more than a moment. */
static bool await_writer(int fd, const char *path, nn_error *e)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};
    int ready = poll(&one, 1, 1000);
    if (ready == 0) {
        nn_say(stderr,
               "%s is a named pipe: waiting for what is written to it\n", path);
        ready = poll(&one, 1, -1);
    }
    return ready > 0 || cannot("read", path, e);
}

/* Opens a file to read; *fd is -1 where that fails. */
static bool open_file(int *fd, const char *path, nn_error *e)
{
    struct stat s;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return cannot("open", path, e);
    if (fstat(*fd, &s) != 0 || !S_ISFIFO(s.st_mode) ||
        (await_writer(*fd, path, e) &&
         (fcntl(*fd, F_SETFL, 0) == 0 || cannot("read", path, e))))
        return true;
    close(*fd);
    *fd = -1;
    return false;
}

bool nn_file_open(int *fd, nn_stamp *stamp, const char *path, nn_error *e)
{
    struct stat s;
    if (!open_file(fd, path, e))
        return false;
    if (!look(*fd, &s, path, e)) {
        close(*fd);
        *fd = -1;
        return false;
    }
    *stamp = make_stamp(&s);
    return true;
}

bool nn_file_read_at(int fd, uint64_t at, void *bytes, size_t n, size_t *got,
                     const char *path, nn_error *e)
{
    for (*got = 0; *got < n;) {
        ssize_t now =
            pread(fd, (char *)bytes + *got, n - *got, (off_t)(at + *got));
        if (now < 0 && errno != EINTR)
            return cannot("read", path, e);
        if (now == 0)
            return true;
        *got += now > 0 ? (size_t)now : 0;
    }
    return true;
}

static bool read_open_file(nn_file *f, int fd, const char *path, nn_error *e)
{
    struct stat s;
    if (!look(fd, &s, path, e))
        return false;
    bool whole =
        S_ISREG(s.st_mode) && s.st_size > 0 && lseek(fd, 0, SEEK_CUR) == 0;
    bool good = whole ? nn_file_map(f, fd, (size_t)s.st_size, path, e)
                      : collect(f, fd, path, e);
    f->stamp = make_stamp(&s);
    return good;
}

static bool read_plain(nn_file *f, const char *path, nn_error *e)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = STDIN_FILENO;
    *f = (nn_file){0};
    if (!standard && !open_file(&fd, path, e))
        return false;
    if (standard)
        path = "standard input";
    bool good = read_open_file(f, fd, path, e);
    if (!standard)
        close(fd);
    f->stamp.plain = f->stamp.plain && !standard;
    if (good && f->size == 0)
        good = nn_fail(e, "%s is empty", path);
    if (!good)
        nn_file_close(f);
    return good;
}

bool nn_file_is_gzip(const unsigned char *bytes, size_t n)
{
    return n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

bool nn_file_is_packed(const char *path, nn_error *e)
{
    return nn_fail(e,
                   "%s is compressed and this program cannot unpack it: "
                   "run `gunzip -k %s` and give it the result",
                   path, path);
}

bool nn_file_is_packed_twice(const char *path, nn_error *e)
{
    return nn_fail(e,
                   "%s is packed twice, a gzip file within a gzip file: unpack "
                   "it once with gunzip before",
                   path);
}

bool nn_file_read(nn_file *f, const char *path, const nn_unpacker *unpacker,
                  nn_error *e)
{
    nn_file packed;
    if (!read_plain(f, path, e) || !nn_file_is_gzip(f->bytes, f->size))
        return f->bytes != NULL;
    if (unpacker == NULL) {
        nn_file_close(f);
        return nn_file_is_packed(path, e);
    }
    packed = *f;
    *f = (nn_file){0};
    if (strcmp(path, "-") == 0)
        path = "standard input";
    bool good = unpacker->unpack(unpacker, &packed, path, f, e);
    f->stamp = packed.stamp;
    nn_file_close(&packed);
    if (good && f->size == 0)
        good = nn_fail(e, "%s is empty once unpacked", path);
    if (good && nn_file_is_gzip(f->bytes, f->size))
        good = nn_file_is_packed_twice(path, e);
    if (!good)
        nn_file_close(f);
    return good;
}

bool nn_file_load(nn_file *f, const char *path, nn_error *e)
{
    nn_stamp stamp;
    int fd;
    *f = (nn_file){0};
    if (!nn_file_open(&fd, &stamp, path, e))
        return false;
    bool good = collect(f, fd, path, e);
    f->stamp = stamp;
    close(fd);
    if (good && f->size == 0)
        good = nn_fail(e, "%s is empty", path);
    if (good && nn_file_is_gzip(f->bytes, f->size))
        good = nn_file_is_packed(path, e);
    if (!good)
        nn_file_close(f);
    return good;
}

void nn_file_forget(const nn_file *f)
{
    if (f->mapped != NULL)
        madvise(f->mapped, f->size, MADV_DONTNEED);
}

const nn_unpacker *nn_unpacker_within(const nn_unpacker *u, int64_t mebibytes,
                                      nn_unpacker *room)
{
    if (u == NULL)
        return NULL;
    *room = *u;
    room->most = mebibytes << 20;
    return room;
}

void nn_file_close(nn_file *f)
{
    if (f->mapped != NULL)
        munmap(f->mapped, f->size);
    nn_watch_remove(f->watch);
    free(f->owned);
    *f = (nn_file){0};
}

const char *nn_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

char *nn_file_folder(const char *path)
{
    size_t length = (size_t)(nn_file_name(path) - path);
    if (length == 0)
        return strdup(".");
    return strndup(path, length > 1 ? length - 1 : 1);
}

char *nn_file_join(const char *folder, const char *path)
{
    bool alone = folder == NULL || path[0] == '/' || strcmp(path, "-") == 0;
    size_t size = strlen(path) + 2 + (alone ? 0 : strlen(folder));
    char *joined = malloc(size);
    if (joined != NULL)
        snprintf(joined, size, "%s%s%s", alone ? "" : folder, alone ? "" : "/",
                 path);
    return joined;
}
