/* Reading maps plain files and collects pipes. Writing goes to a temporary
 * file in the same folder, then fsync, rename, fsync of the folder: after a
 * crash or on a full disk the old file is still whole. A link is followed;
 * folders, devices and pipes are refused, since renaming would replace them. */
#define _XOPEN_SOURCE 700 /* for realpath */
#include "nn_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nn_mem.h"

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

static bool map(nn_file *f, int fd, size_t size, const char *path, nn_error *e)
{
    void *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return cannot("read", path, e);
    *f = (nn_file){.bytes = p, .size = size, .mapped = p};
    return true;
}

static bool read_open_file(nn_file *f, int fd, const char *path, nn_error *e)
{
    struct stat s;
    if (fstat(fd, &s) != 0)
        return cannot("read", path, e);
    if (S_ISDIR(s.st_mode))
        return nn_fail(e, "cannot read %s: it is a folder", path);
    if (S_ISREG(s.st_mode) && s.st_size > 0)
        return map(f, fd, (size_t)s.st_size, path, e);
    return collect(f, fd, path, e);
}

static bool read_plain(nn_file *f, const char *path, nn_error *e)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    *f = (nn_file){0};
    if (fd < 0)
        return cannot("open", path, e);
    if (standard)
        path = "standard input";
    bool good = read_open_file(f, fd, path, e);
    if (!standard)
        close(fd);
    if (good && f->size == 0)
        good = nn_fail(e, "%s is empty", path);
    if (!good)
        nn_file_close(f);
    return good;
}

static bool is_gzip(const nn_file *f)
{
    return f->size >= 2 && f->bytes[0] == 0x1f && f->bytes[1] == 0x8b;
}

bool nn_file_read(nn_file *f, const char *path, const nn_unpacker *unpacker,
                  nn_error *e)
{
    nn_file packed;
    if (!read_plain(f, path, e) || !is_gzip(f))
        return f->bytes != NULL;
    if (unpacker == NULL) {
        nn_file_close(f);
        return nn_fail(e,
                       "%s is compressed and this program cannot unpack it: "
                       "run `gunzip -k %s` and give it the result",
                       path, path);
    }
    packed = *f;
    *f = (nn_file){0};
    bool good = unpacker->unpack(&packed, path, f, e);
    nn_file_close(&packed);
    if (good && f->size == 0) {
        nn_file_close(f);
        good = nn_fail(e, "%s is empty once unpacked", path);
    }
    return good;
}

void nn_file_close(nn_file *f)
{
    if (f->mapped != NULL)
        munmap(f->mapped, f->size);
    free(f->owned);
    *f = (nn_file){0};
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

/* The file with its rights as usual: mkstemp alone would give 0600. */
static FILE *open_temporary(char *name)
{
    int fd = mkstemp(name);
    if (fd < 0)
        return NULL;
    mode_t mask = umask(0);
    umask(mask);
    FILE *stream = fchmod(fd, 0666 & ~mask) == 0 ? fdopen(fd, "wb") : NULL;
    if (stream == NULL) {
        close(fd);
        unlink(name);
    }
    return stream;
}

static bool replaceable(const char *path, nn_error *e)
{
    struct stat s;
    if (stat(path, &s) != 0 || S_ISREG(s.st_mode))
        return true;
    return nn_fail(e, "cannot write %s: it is %s", path,
                   S_ISDIR(s.st_mode) ? "a folder" : "no plain file");
}

/* Where a link leads to, and any other path itself. */
static char *target_of(const char *path)
{
    struct stat s;
    bool link = lstat(path, &s) == 0 && S_ISLNK(s.st_mode);
    char *real = link ? realpath(path, NULL) : NULL;
    return real != NULL ? real : nn_file_join(NULL, path);
}

bool nn_writer_open(nn_writer *w, const char *path, nn_error *e)
{
    static const char ending[] = ".XXXXXX";
    *w = (nn_writer){0};
    if (!replaceable(path, e))
        return false;
    w->path = target_of(path);
    size_t length = w->path != NULL ? strlen(w->path) : 0;
    w->temporary = malloc(length + sizeof ending);
    if (w->path == NULL || w->temporary == NULL) {
        nn_writer_cancel(w);
        return nn_fail(e, "cannot write %s: no memory", path);
    }
    memcpy(w->temporary, w->path, length);
    memcpy(w->temporary + length, ending, sizeof ending);
    w->stream = open_temporary(w->temporary);
    if (w->stream != NULL)
        return true;
    cannot("write", path, e);
    nn_writer_cancel(w);
    return false;
}

static void sync_folder(const char *path)
{
    char *folder = nn_file_join(NULL, path);
    if (folder == NULL)
        return;
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder ? 1 : 0] = 0;
    int fd = open(slash != NULL ? folder : ".", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

bool nn_writer_finish(nn_writer *w, nn_error *e)
{
    bool good = ferror(w->stream) == 0 && fflush(w->stream) == 0 &&
                (w->hasty || fsync(fileno(w->stream)) == 0);
    int reason = errno;
    good = fclose(w->stream) == 0 && good;
    w->stream = NULL;
    errno = reason;
    if (good)
        good = rename(w->temporary, w->path) == 0;
    if (good && !w->hasty)
        sync_folder(w->path);
    if (!good)
        cannot("write", w->path, e);
    nn_writer_cancel(w);
    return good;
}

void nn_writer_cancel(nn_writer *w)
{
    if (w->stream != NULL)
        fclose(w->stream);
    if (w->temporary != NULL)
        unlink(w->temporary);
    free(w->path);
    free(w->temporary);
    *w = (nn_writer){0};
}
