/* cache_test.c: entries that come, heal and go, and what is not the cache's
 * own, which stays. Each test has a cache of its own. */
#define _XOPEN_SOURCE 700 /* for mkdtemp */
#include "cache.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "support/fixture.h"

#define HEX "0123456789abcdef0123456789abcdef"

static char base[] = "/tmp/nnc-cache-XXXXXX";
static const char *root;

static const char *at(const char *name)
{
    return arena_printf(arena, "%s/%s", root, name);
}

static int clear_cache(void **state)
{
    (void)state;
    return system(arena_printf(arena, "rm -rf %s", base)) != 0;
}

static int fresh_cache(void **state)
{
    (void)state;
    unsetenv("NNC_CACHE_SIZE");
    setenv("XDG_CACHE_HOME", base, 1);
    root = arena_printf(arena, "%s/nnc", base);
    return mkdir(base, 0700) != 0;
}

static void write_file(const char *path, size_t size)
{
    char *bytes = arena_alloc(arena, size + 1);

    memset(bytes, 'x', size);
    assert_true(str_write_file(path, bytes, size));
}

/* An entry with a file of this size, made by a Cache of its own. */
static const char *make(const char *name, size_t size)
{
    Cache c;
    const char *made;

    assert_true(cache_open(&c, arena));
    made = cache_begin(&c);
    assert_non_null(made);
    write_file(arena_printf(arena, "%s/file", made), size);
    return cache_commit(&c, name, cache_start());
}

static const char *find(const char *name)
{
    Cache c;

    assert_true(cache_open(&c, arena));
    return cache_find(&c, name, cache_start());
}

static bool exists(const char *path)
{
    struct stat s;

    return lstat(path, &s) == 0;
}

static void make_old(const char *path)
{
    struct timespec old[2] = {{.tv_sec = 86400}, {.tv_sec = 86400}};

    assert_int_equal(utimensat(AT_FDCWD, path, old, AT_SYMLINK_NOFOLLOW), 0);
}

static unsigned mode_of(const char *path)
{
    struct stat s;

    assert_int_equal(lstat(path, &s), 0);
    return s.st_mode & 0777;
}

static void entries_are_found_and_closed_to_others(void **state)
{
    const char *entry;
    (void)state;

    umask(0);
    assert_null(find("a"));
    entry = make("a", 10);
    assert_non_null(entry);
    assert_string_equal(find("a"), entry);
    assert_int_equal(mode_of(root), 0700);
    assert_int_equal(mode_of(entry), 0700);
    assert_int_equal(mode_of(arena_printf(arena, "%s/file", entry)), 0600);
    umask(022);
}

/* Whatever was done to it: it is not found, and made anew it is. */
static void heals(const char *entry)
{
    assert_null(find("a"));
    assert_string_equal(make("a", 10), entry);
    assert_string_equal(find("a"), entry);
}

static void damaged_entries_heal(void **state)
{
    const char *entry = make("a", 10);
    const char *file = arena_printf(arena, "%s/file", entry);
    const char *sum = arena_printf(arena, "%s/sum", entry);
    (void)state;

    write_file(file, 9);
    heals(entry);
    assert_true(str_write_file(file, "xxxxxxxxxy", 10));
    heals(entry);
    assert_int_equal(unlink(file), 0);
    heals(entry);
    assert_int_equal(unlink(sum), 0);
    heals(entry);
    assert_int_equal(truncate(sum, 40), 0);
    heals(entry);
    assert_int_equal(truncate(sum, 0), 0);
    heals(entry);
    assert_int_equal(truncate(sum, 12), 0); /* whole lines are missing */
    heals(entry);
    assert_int_equal(chmod(file, 0400), 0);
    heals(entry);
    assert_int_equal(truncate(file, 1LL << 40), 0);
    heals(entry);
    assert_int_equal(truncate(sum, 1LL << 40), 0);
    heals(entry);
    assert_int_equal(unlink(file) | mkfifo(file, 0600), 0);
    heals(entry);
    assert_int_equal(unlink(sum) | mkfifo(sum, 0600), 0);
    heals(entry);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(symlink("/dev/zero", file), 0);
    heals(entry);
    assert_int_equal(chmod(file, 0622), 0);
    heals(entry);
    assert_int_equal(chmod(entry, 0777), 0);
    heals(entry);
    if (geteuid() == 0) {
        assert_int_equal(chown(file, 12345, 12345), 0);
        heals(entry);
    }
}

static void what_is_not_ours_stays(void **state)
{
    static const char *const folders[] = {
        "photos", "new-photos", "nnc-new-photographs", "a-" HEX "0", "-" HEX,
        "a-0123", "a-" HEX};
    const char *elsewhere = arena_printf(arena, "%s/elsewhere", base);
    const char *link = at("b-" HEX), *deep = at("c-" HEX);
    (void)state;

    make("x", 1);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        assert_int_equal(mkdir(at(folders[i]), 0700), 0);
        write_file(arena_printf(arena, "%s/mine", at(folders[i])), 1);
        make_old(at(folders[i]));
    }
    assert_int_equal(mkdir(elsewhere, 0700), 0);
    write_file(arena_printf(arena, "%s/sum", elsewhere), 1);
    make_old(elsewhere);
    assert_int_equal(symlink(elsewhere, link), 0);
    assert_int_equal(symlink(elsewhere, at("nnc-new-abcdef")), 0);
    assert_int_equal(mkdir(deep, 0700) | mkdir(at("c-" HEX "/deep"), 0700), 0);
    write_file(at("c-" HEX "/sum"), 1);
    make_old(deep);
    setenv("NNC_CACHE_SIZE", "0", 1);
    assert_non_null(make("y", 1));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        assert_true(exists(arena_printf(arena, "%s/mine", at(folders[i]))));
    assert_true(exists(arena_printf(arena, "%s/sum", elsewhere)));
    assert_true(exists(link) && exists(at("c-" HEX "/deep")));
    assert_null(find("x"));
}

/* What is no folder of ours and has the name of an entry stays as it is, and
 * programs are made all the same. */
static void what_is_in_the_way_stays(void **state)
{
    const char *entry = make("a", 1);
    const char *file = arena_printf(arena, "%s/file", entry);
    struct stat s;
    (void)state;

    assert_int_equal(system(arena_printf(arena, "rm -r %s", entry)), 0);
    write_file(entry, 7);
    assert_non_null(make("a", 1));
    assert_int_equal(lstat(entry, &s), 0);
    assert_true(S_ISREG(s.st_mode) && s.st_size == 7);
    assert_int_equal(unlink(entry) | symlink(base, entry), 0);
    assert_non_null(make("a", 1));
    assert_int_equal(lstat(entry, &s), 0);
    assert_true(S_ISLNK(s.st_mode));
    assert_int_equal(unlink(entry), 0);
    assert_string_equal(make("a", 1), entry);
    assert_true(exists(file));
}

static void old_entries_go(void **state)
{
    const char *a = make("a", 1), *b = make("b", 1);
    (void)state;

    make_old(a);
    make_old(b);
    assert_non_null(find("b")); /* used again */
    make("c", 1);
    assert_false(exists(a));
    assert_true(exists(b));
}

static void the_size_is_bounded(void **state)
{
    const char *a = make("a", 400 << 10), *b = make("b", 400 << 10);
    (void)state;

    make_old(b);
    assert_non_null(find("b"));
    setenv("NNC_CACHE_SIZE", "1", 1);
    assert_non_null(make("c", 400 << 10));
    assert_false(exists(a));
    assert_true(exists(b));
    assert_non_null(make("d", 2 << 20)); /* what is in use stays */
    assert_null(find("b"));
    assert_null(find("c"));
    assert_non_null(find("d"));
}

/* A process that has begun (or found) an entry and says so; it ends when its
 * input does. */
static pid_t busy(bool begins, int *hold)
{
    int to[2], from[2];
    char c;
    pid_t pid;

    assert_int_equal(pipe(to) | pipe(from), 0);
    pid = fork();
    if (pid == 0) {
        Cache cache;
        bool good = cache_open(&cache, arena) &&
                    (begins ? cache_begin(&cache)
                            : cache_find(&cache, "a", cache_start()));

        close(to[1]);
        if (good && write(from[1], "", 1) == 1 && read(to[0], &c, 1) < 1)
            _exit(0);
        _exit(1);
    }
    close(to[0]);
    close(from[1]);
    assert_int_equal(read(from[0], &c, 1), 1);
    close(from[0]);
    *hold = to[1];
    return pid;
}

static int count_new(void)
{
    FILE *in =
        popen(arena_printf(arena, "ls %s | grep -c ^nnc-new", root), "r");
    int n = -1;

    assert_int_equal(fscanf(in, "%d", &n), 1);
    pclose(in);
    return n;
}

static void leftovers_go_and_those_at_work_stay(void **state)
{
    int hold;
    pid_t pid = busy(true, &hold);
    (void)state;

    assert_int_equal(count_new(), 1);
    make("x", 1);
    assert_int_equal(count_new(), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(hold);
    make("y", 1);
    assert_int_equal(count_new(), 0);
}

static void entries_in_use_stay(void **state)
{
    const char *a = make("a", 1);
    int hold;
    pid_t pid = busy(false, &hold);
    (void)state;

    make_old(a);
    setenv("NNC_CACHE_SIZE", "0", 1);
    make("b", 1);
    assert_true(exists(a));
    close(hold);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    make("c", 1);
    assert_false(exists(a));
}

/* Each makes, finds and harms the same entries; none may fail. */
static void many_at_once(void **state)
{
    enum { WORKERS = 6, ROUNDS = 25 };
    static const char *const names[] = {"a", "b"};
    int status;
    (void)state;

    setenv("NNC_CACHE_SIZE", "0", 1);
    for (int w = 0; w < WORKERS; w++) {
        if (fork() != 0)
            continue;
        for (int i = 0; i < ROUNDS; i++) {
            const char *entry = make(names[(w + i) % 2], 5000);

            if (!entry || !exists(entry))
                _exit(1);
            if ((w + i) % 5 == 0)
                unlink(arena_printf(arena, "%s/file", entry));
        }
        _exit(0);
    }
    for (int w = 0; w < WORKERS; w++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_non_null(make("c", 1));
    assert_int_equal(count_new(), 0);
}

static void foreign_roots_are_refused(void **state)
{
    const char *elsewhere = arena_printf(arena, "%s/elsewhere", base);
    Cache c;
    (void)state;

    assert_int_equal(mkdir(elsewhere, 0700), 0);
    assert_int_equal(symlink(elsewhere, root), 0);
    assert_false(cache_open(&c, arena));
    assert_int_equal(unlink(root) | mkdir(root, 0700), 0);
    assert_true(cache_open(&c, arena));
    assert_int_equal(chmod(root, 0770), 0);
    assert_false(cache_open(&c, arena));
    assert_int_equal(chmod(root, 0755), 0);
    assert_true(cache_open(&c, arena)); /* it is closed then */
    assert_int_equal(mode_of(root), 0700);
    assert_int_equal(chmod(base, 0777), 0);
    assert_false(cache_open(&c, arena));
    assert_int_equal(chmod(base, 01777), 0);
    assert_true(cache_open(&c, arena));
    if (geteuid() == 0) {
        assert_int_equal(chown(root, 12345, 12345), 0);
        assert_false(cache_open(&c, arena));
    }
}

static void the_surroundings_say_where_and_how_much(void **state)
{
    Cache c;
    (void)state;

    setenv("HOME", base, 1);
    setenv("XDG_CACHE_HOME", "relative", 1);
    assert_true(cache_open(&c, arena));
    assert_string_equal(c.root, arena_printf(arena, "%s/.cache/nnc", base));
    assert_int_equal(c.most, 1 << 30);
    setenv("NNC_CACHE_SIZE", "7", 1);
    assert_true(cache_open(&c, arena));
    assert_int_equal(c.most, 7 << 20);
    setenv("NNC_CACHE_SIZE", "99999999999999999", 1);
    assert_true(cache_open(&c, arena));
    assert_true(c.most == INT64_MAX);
    setenv("NNC_CACHE_SIZE", "1G", 1);
    assert_false(cache_open(&c, arena));
    setenv("NNC_CACHE_SIZE", "-1", 1);
    assert_false(cache_open(&c, arena));
    unsetenv("NNC_CACHE_SIZE");
    unsetenv("HOME");
    assert_false(cache_open(&c, arena));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh_cache, clear_cache)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(entries_are_found_and_closed_to_others),
        TEST(damaged_entries_heal),
        TEST(what_is_not_ours_stays),
        TEST(what_is_in_the_way_stays),
        TEST(old_entries_go),
        TEST(the_size_is_bounded),
        TEST(leftovers_go_and_those_at_work_stay),
        TEST(entries_in_use_stay),
        TEST(many_at_once),
        TEST(foreign_roots_are_refused),
        TEST(the_surroundings_say_where_and_how_much),
    };

    if (!mkdtemp(base) || rmdir(base) != 0)
        return 2;
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
