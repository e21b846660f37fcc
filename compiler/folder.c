/* folder.c: see folder.h. What stands below an open folder is named relative
 * to it, so that nobody can put another one in its place meanwhile. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"
#include "nn_say.h"

const char *folder_own(Arena *arena, const char *command)
{
    const char *above = getenv("TMPDIR");
    char *folder;

    above = above && *above ? above : "/tmp";
    folder = arena_printf(arena, "%s/nnc-%s-XXXXXX", above, command);
    if (mkdtemp(folder))
        return folder;
    nn_say(stderr,
           "nnc: cannot make a folder in %s: %s; TMPDIR names another\n", above,
           strerror(errno));
    return NULL;
}

bool folder_make(Arena *arena, const char *path, mode_t mode)
{
    char *part = arena_printf(arena, "%s", path);
    struct stat s;

    for (char *at = part + 1; *part && *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(part, mode) != 0 && errno != EEXIST && stat(part, &s) != 0)
            return false;
        *at = '/';
    }
    if (mkdir(part, mode) == 0)
        return true;
    if (stat(part, &s) != 0)
        return false;
    errno = ENOTDIR;
    return S_ISDIR(s.st_mode);
}

int folder_open(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

const char **folder_names(Arena *arena, int folder)
{
    VEC(const char *) names = {0};
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    struct dirent *entry;

    if (!dir) {
        if (copy >= 0)
            close(copy);
        return NULL;
    }
    while ((entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            vec_push(arena, &names, arena_printf(arena, "%s", entry->d_name));
    closedir(dir);
    vec_push(arena, &names, NULL);
    return names.at;
}

bool folder_is_flat(int folder, const char *const *names)
{
    struct stat s;

    for (; *names; names++)
        if (fstatat(folder, *names, &s, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR(s.st_mode))
            return false;
    return true;
}

static bool empty(int folder, const char *const *names, const char *last)
{
    bool later = false;

    for (; *names; names++)
        if (last && strcmp(*names, last) == 0)
            later = true;
        else if (unlinkat(folder, *names, 0) != 0)
            return false;
    return !later || unlinkat(folder, last, 0) == 0;
}

bool folder_remove(Arena *arena, const char *path, const char *last)
{
    int folder = folder_open(path);
    const char **names = folder < 0 ? NULL : folder_names(arena, folder);
    bool good =
        names && folder_is_flat(folder, names) && empty(folder, names, last);

    if (folder >= 0)
        close(folder);
    return good && rmdir(path) == 0;
}
