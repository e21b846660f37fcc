/* Memory that runs out: each allocation of the two programs fails once, alone
 * and with all behind it. Every run ends with status 1 and one message about
 * memory, or does without what it could not have. The linker puts the
 * functions below in the place of the library's. */
#define _DEFAULT_SOURCE /* for MAP_ANONYMOUS */
#include "programs.h"

#include <dirent.h>
#include <errno.h>
#include <sys/mman.h>

static struct shortage {
    long count, first; /* allocations so far; the first to fail */
    bool all;          /* so do those behind it */
} * shortage;

static bool armed; /* in the new process only */

static void arm(void)
{
    armed = true;
}

static bool fails(void)
{
    if (!armed)
        return false;
    long n = ++shortage->count;
    bool now = n == shortage->first || (shortage->all && n > shortage->first);
    if (now)
        errno = ENOMEM;
    return now;
}

#define WRAP(type, name, parameters, arguments)                                \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters                                              \
    {                                                                          \
        return fails() ? NULL : __real_##name arguments;                       \
    }

WRAP(void *, malloc, (size_t size), (size))
WRAP(void *, calloc, (size_t count, size_t size), (count, size))
WRAP(void *, realloc, (void *old, size_t size), (old, size))
WRAP(void *, aligned_alloc, (size_t unit, size_t size), (unit, size))
WRAP(char *, strdup, (const char *text), (text))
WRAP(char *, strndup, (const char *text, size_t n), (text, n))
WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode))
WRAP(FILE *, fdopen, (int fd, const char *mode), (fd, mode))
WRAP(DIR *, opendir, (const char *path), (path))

/* These runs need no disk. */
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    (void)fd;
    return 0;
}

/* One message in one line that says what was missing. */
static void assert_polite(const char *words, long number)
{
    size_t size;
    char *err = read_bytes("err", &size);
    const char *end = strchr(err, '\n');
    if (end == NULL || end[1] != 0 ||
        (strstr(err, "memory") == NULL &&
         strstr(err, "more than fits") == NULL))
        fail_msg("%s, allocation %ld: '%s'", words, number, err);
    free(err);
}

/* What a run prints that says nothing is what it prints with enough memory. */
static void assert_whole(const char *wanted, const char *words, long number)
{
    size_t size;
    char *out = read_bytes("out", &size);
    if (strcmp(out, wanted) != 0)
        fail_msg("%s, allocation %ld: prints '%s'", words, number, out);
    free(out);
}

static void run_short(program_main *entry, const char *words, bool all)
{
    size_t size;
    before_main = NULL;
    assert_int_equal(run_main(entry, words), 0);
    char *wanted = read_bytes("out", &size);
    for (long first = 1;; first++) {
        *shortage = (struct shortage){.first = first, .all = all};
        before_main = arm;
        int status = run_main(entry, words);
        bool met = shortage->count >= first;
        if (status == 1 && met)
            assert_polite(words, first);
        else if (status != 0)
            fail_msg("%s, allocation %ld: ends with %d", words, first, status);
        else
            assert_whole(wanted, words, first);
        if (!met) {
            assert_true(first > 20);
            break;
        }
    }
    free(wanted);
}

static void every_allocation_may_fail(void **state)
{
    static const struct {
        program_main *entry;
        const char *words;
    } runs[] = {
        {nn_train_main, "--quiet --epochs 1 --out b --log b.csv"},
        {nn_train_main, "--quiet --epochs 2 --out b --resume a.ckpt.safetensors"
                        " --threads 2"},
        {nn_train_main, "--eval --init a --out b"},
        {nn_infer_main, "--weights a --json few.csv"},
        {nn_infer_main, "--weights a x=few.csv"},
        {nn_infer_main, "--weights a --threads 2 few.csv"},
    };
    (void)state;
    shortage = mmap(NULL, sizeof *shortage, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shortage != MAP_FAILED);
    reset();
    write_text("few.csv", "5,3,1.5,0.2\n7.1,2.2,4.5,2.3\n");
    assert_int_equal(system("awk 'NR % 10 == 1' iris.csv >i && mv i iris.csv"),
                     0);
    program.train.patience = 3;
    assert_int_equal(train("--quiet --epochs 1 --out a"), 0);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        for (int all = 0; all < 2; all++)
            run_short(runs[i].entry, runs[i].words, all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
