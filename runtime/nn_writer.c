/* A temporary file in the same folder, then fsync, rename, fsync of the
 * folder: after a crash or on a full disk the old file is still whole. A
 * writer holds a lock on its temporary file; one without a lock belongs to a
 * program that was killed.
 *
 * A link is followed, but not one in a folder to which everyone may write:
 * anyone could have put it there to have a file of the user's replaced. */
#define _DEFAULT_SOURCE /* for mkstemps and flock */
#include "nn_writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nn_file.h"
#include "nn_mem.h"

static const char ending[] = ".XXXXXX.tmp";

enum { END = sizeof ending - 1, MOST_LINKS = 40, TRIES = 16 };

static bool cannot(const char *path, const char *why, nn_error *e)
{
    return nn_fail(e, "cannot write %s: %s", path, why);
}

static bool is_shared(const char *link)
{
    struct stat s;
    char *folder = nn_file_folder(link);
    bool shared =
        folder == NULL || stat(folder, &s) != 0 || (s.st_mode & S_IWOTH) != 0;
    free(folder);
    return shared;
}

/* The length of the front part of path that is a link to `to`; 0: none. */
static size_t first_link(char *path, char to[PATH_MAX])
{
    for (size_t i = 1; path[0] != 0 && path[i - 1] != 0; i++) {
        char next = path[i];
        if (next != '/' && next != 0)
            continue;
        path[i] = 0;
        ssize_t length = readlink(path, to, PATH_MAX - 1);
        path[i] = next;
        if (length > 0) {
            to[length] = 0;
            return i;
        }
    }
    return 0;
}

/* The path whose front part `link` leads to `to`, malloc'ed. */
static char *follow(const char *link, const char *to, const char *rest)
{
    nn_text t = {0};
    const char *slash = strrchr(link, '/');
    int kept = to[0] == '/' || slash == NULL ? 0 : (int)(slash - link) + 1;
    nn_text_print(&t, "%.*s%s%s", kept, link, to, rest);
    if (t.failed)
        free(t.bytes);
    return t.failed ? NULL : t.bytes;
}

/* Follows the link at the front of *path. */
static bool step(char **path, size_t length, const char *to,
                 const char *written, nn_error *e)
{
    char *link = strndup(*path, length), *next = NULL;
    if (link != NULL && is_shared(link)) {
        nn_fail(e,
                "cannot write %s: %s is a link in a folder to which everyone "
                "may write: name the file itself",
                written, link);
        free(link);
        return false;
    }
    if (link != NULL)
        next = follow(link, to, *path + length);
    free(link);
    free(*path);
    *path = next;
    return next != NULL || cannot(written, "no memory", e);
}

char *nn_writer_target(const char *path, nn_error *e)
{
    char to[PATH_MAX], *at = nn_file_join(NULL, path);
    size_t length;
    if (at == NULL)
        cannot(path, "no memory", e);
    for (int i = 0; at != NULL; i++) {
        struct stat s;
        if ((length = first_link(at, to)) == 0) {
            if (stat(at, &s) != 0 || S_ISREG(s.st_mode))
                return at;
            cannot(path,
                   S_ISDIR(s.st_mode) ? "it is a folder"
                                      : "it is no plain file",
                   e);
            break;
        }
        if (i == MOST_LINKS) {
            cannot(path, strerror(ELOOP), e);
            break;
        }
        if (!step(&at, length, to, path, e))
            break;
    }
    free(at);
    return NULL;
}

/* Rights and owner of the file that is replaced, or those of a new one. */
static bool set_rights(int fd, const char *path)
{
    struct stat old;
    mode_t mask = umask(0), mode = 0666 & ~mask;
    umask(mask);
    if (stat(path, &old) == 0) {
        bool owned = fchown(fd, old.st_uid, old.st_gid) == 0;
        mode = old.st_mode & (owned ? 07777 : 0777);
    }
    return fchmod(fd, mode) == 0;
}

/* A new locked file; name ends with `ending`, whose X are replaced. A sweep
 * that came between making and locking may have removed it. */
static int make_locked(char *name)
{
    struct stat s;
    for (int i = 0; i < TRIES; i++) {
        memcpy(name + strlen(name) - END, ending, END);
        int fd = mkstemps(name, (int)strlen(".tmp"));
        if (fd < 0)
            return -1;
        flock(fd, LOCK_EX);
        if (fstat(fd, &s) == 0 && s.st_nlink > 0)
            return fd;
        close(fd);
    }
    errno = EBUSY;
    return -1;
}

static FILE *open_temporary(char *name, const char *path)
{
    int fd = make_locked(name);
    if (fd < 0)
        return NULL;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    FILE *stream = set_rights(fd, path) ? fdopen(fd, "wb") : NULL;
    if (stream == NULL) {
        int reason = errno;
        unlink(name);
        close(fd);
        errno = reason;
    }
    return stream;
}

bool nn_writer_open(nn_writer *w, const char *path, nn_error *e)
{
    *w = (nn_writer){.path = nn_writer_target(path, e)};
    if (w->path == NULL)
        return false;
    size_t length = strlen(w->path);
    w->temporary = malloc(length + sizeof ending);
    if (w->temporary == NULL) {
        nn_writer_cancel(w);
        return cannot(path, "no memory", e);
    }
    memcpy(w->temporary, w->path, length);
    memcpy(w->temporary + length, ending, sizeof ending);
    w->stream = open_temporary(w->temporary, w->path);
    if (w->stream != NULL)
        return true;
    cannot(path, strerror(errno), e);
    free(w->temporary);
    w->temporary = NULL;
    nn_writer_cancel(w);
    return false;
}

static void sync_folder(const char *path)
{
    char *folder = nn_file_folder(path);
    int fd = folder != NULL ? open(folder, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

/* The lock goes with the descriptor, so that is closed after the rename. */
bool nn_writer_finish(nn_writer *w, nn_error *e)
{
    bool good = ferror(w->stream) == 0 && fflush(w->stream) == 0 &&
                fsync(fileno(w->stream)) == 0 &&
                rename(w->temporary, w->path) == 0;
    if (good) {
        free(w->temporary);
        w->temporary = NULL;
        sync_folder(w->path);
    } else
        cannot(w->path, strerror(errno), e);
    nn_writer_cancel(w);
    return good;
}

void nn_writer_cancel(nn_writer *w)
{
    if (w->temporary != NULL)
        unlink(w->temporary);
    if (w->stream != NULL)
        fclose(w->stream);
    free(w->path);
    free(w->temporary);
    *w = (nn_writer){0};
}

static bool is_temporary(const char *name, const char *base)
{
    size_t length = strlen(base);
    return strlen(name) == length + END && memcmp(name, base, length) == 0 &&
           name[length] == '.' && strcmp(name + length + 7, ".tmp") == 0 &&
           strspn(name + length + 1,
                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                  "0123456789") == 6;
}

static void remove_abandoned(int folder, const char *name)
{
    struct stat s;
    int fd =
        openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_uid == geteuid() &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, name, 0);
    close(fd);
}

void nn_writer_sweep(const char *path)
{
    nn_error ignored;
    char *target = nn_writer_target(path, &ignored);
    char *folder = target != NULL ? nn_file_folder(target) : NULL;
    DIR *dir = folder != NULL ? opendir(folder) : NULL;
    struct dirent *entry;
    if (dir != NULL) {
        const char *base = nn_file_name(target);
        while ((entry = readdir(dir)) != NULL)
            if (is_temporary(entry->d_name, base))
                remove_abandoned(dirfd(dir), entry->d_name);
        closedir(dir);
    }
    free(target);
    free(folder);
}
