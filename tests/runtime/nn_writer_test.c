/* Files that are replaced: rights, links, what killed programs left; a file
 * that shrinks while it is read; and words shown without escape sequences. */
#include "check.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "nn_file.h"
#include "nn_json.h"
#include "nn_say.h"
#include "nn_writer.h"

static bool put(const char *path, const char *text, nn_error *e)
{
    nn_writer w;
    if (!nn_writer_open(&w, path, e))
        return false;
    fputs(text, w.stream);
    return nn_writer_finish(&w, e);
}

static void assert_holds(const char *path, const char *text)
{
    size_t size;
    char *bytes = read_bytes(path, &size);
    assert_string_equal(bytes, text);
    free(bytes);
}

static void rights_stay(void **state)
{
    static const mode_t modes[] = {0600, 0640, 0755, 0444};
    struct stat s;
    nn_error e;
    (void)state;
    assert_true(put("f", "one", &e));
    assert_int_equal(stat("f", &s), 0);
    assert_int_equal(s.st_mode & 0777, 0644);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(chmod("f", modes[i]), 0);
        assert_true(put("f", "two", &e));
        assert_int_equal(stat("f", &s), 0);
        assert_int_equal(s.st_mode & 07777, modes[i]);
        assert_int_equal(s.st_uid, geteuid());
    }
}

/* A link is followed where only its owner could have made it. */
static void links_are_followed_at_home_only(void **state)
{
    static const char *const bad[] = {"shared/link", "own/to_shared",
                                      "./shared/../shared/link",
                                      "shared/folder/f", "through/link"};
    nn_error e;
    (void)state;
    assert_int_equal(
        mkdir("own", 0755) | mkdir("shared", 0755) | chmod("shared", 01777), 0);
    write_text("own/file", "old");
    assert_int_equal(
        symlink("file", "own/link") | symlink("link", "own/twice") |
            symlink("missing", "own/dangling") | symlink("loop", "own/loop") |
            symlink("../own/file", "shared/link") |
            symlink("../shared/link", "own/to_shared") |
            symlink("../own", "shared/folder") | symlink("shared", "through"),
        0);
    assert_true(put("own/link", "new", &e));
    assert_holds("own/file", "new");
    assert_true(put("own/twice", "newer", &e));
    assert_holds("own/file", "newer");
    assert_true(put("own/dangling", "made", &e));
    assert_holds("own/missing", "made");
    assert_true(put("shared/plain", "mine", &e));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(put(bad[i], "evil", &e));
        const char *const says[] = {
            bad[i], "is a link in a folder to which everyone may write", NULL};
        assert_says(&e, says);
    }
    assert_holds("own/file", "newer");
    assert_false(put("own/loop", "x", &e));
    assert_int_equal(access("own/f", F_OK), -1);
}

static void only_abandoned_files_are_removed(void **state)
{
    static const char *const kept[] = {"w.ABCDE.tmp", "w.AB-DEF.tmp",
                                       "w.ABCDEF.tmpx", "ww.ABCDEF.tmp",
                                       "w.ABCDEF"};
    nn_error e;
    nn_writer w;
    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        write_text(kept[i], "kept");
    write_text("w.ABCDEF.tmp", "abandoned");
    assert_int_equal(symlink("w.ABCDE.tmp", "w.ABCDEG.tmp"), 0);
    assert_true(nn_writer_open(&w, "w", &e));
    nn_writer_sweep("./w");
    assert_int_equal(access("w.ABCDEF.tmp", F_OK), -1);
    assert_int_equal(access("w.ABCDEG.tmp", F_OK), 0);
    assert_int_equal(access(w.temporary, F_OK), 0);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_int_equal(access(kept[i], F_OK), 0);
    assert_true(nn_writer_finish(&w, &e));
    assert_int_equal(system("rm w*"), 0);
}

/* Each in a process of its own, which the fault ends. */
static void a_file_cut_short_ends_with_a_message(void **state)
{
    int status;
    (void)state;
    assert_int_equal(system("head -c 100000 /dev/zero >data"), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        nn_file f;
        nn_error e;
        if (freopen("err", "w", stderr) == NULL ||
            !nn_file_read(&f, "data", NULL, &e) || truncate("data", 10) != 0)
            _exit(99);
        _exit(2 + *(const volatile unsigned char *)(f.bytes + 50000));
    }
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    size_t size;
    char *said = read_bytes("err", &size);
    assert_non_null(strstr(said, "data has been cut short"));
    free(said);
}

static void a_stamp_knows_its_file(void **state)
{
    nn_file f;
    nn_error e = {""};
    (void)state;
    write_text("data", "one");
    assert_true(nn_file_read(&f, "data", NULL, &e));
    assert_true(nn_stamp_holds(&f.stamp, "data", &e));
    write_text("data", "longer");
    assert_false(nn_stamp_holds(&f.stamp, "data", &e));
    assert_says(&e, (const char *const[]){"had 3 bytes and has 6 now", NULL});
    nn_file_close(&f);
    assert_true(nn_file_read(&f, "data", NULL, &e));
    assert_int_equal(system("touch -d 2001-01-01 data"), 0);
    assert_false(nn_stamp_holds(&f.stamp, "data", &e));
    assert_int_equal(unlink("data"), 0);
    assert_false(nn_stamp_holds(&f.stamp, "data", &e));
    assert_says(&e, (const char *const[]){"is gone", NULL});
    nn_file_close(&f);
}

/* What is told, what a person sees of it, and what JSON makes of it. */
static const struct {
    const char *text, *shown, *quoted;
} words[] = {
    {"plain, \xc3\xa4\xe2\x82\xac", "plain, \xc3\xa4\xe2\x82\xac",
     "\"plain, \xc3\xa4\xe2\x82\xac\""},
    {"\033[31mred", "?[31mred", "\"\\u001b[31mred\""},
    {"a\rb\nc\td\x7f", "a?b?c?d?", "\"a\\u000db\\u000ac\\u0009d\\u007f\""},
    {"\xc2\x9b"
     "2J",
     "??2J", "\"\\u009b2J\""},
    {"\xff\x9b", "??", "\"\\ufffd\\ufffd\""},
    {"\xe2\x80\xaetxt", "???txt", "\"\\u202etxt\""},
    {"a\xe2\x80\x8f\xd8\x9c", "a?????", "\"a\\u200f\\u061c\""},
    {"\xef\xbb\xbf\xf3\xa0\x81\x81", "???????", "\"\\ufeff\\udb40\\udc41\""},
    {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
     "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
     "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\""},
    {"\"\\", "\"\\", "\"\\\"\\\\\""},
};

static void nothing_is_shown_raw(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        FILE *f = fopen("shown", "w");
        nn_text t = {0};
        assert_non_null(f);
        nn_show(f, words[i].text);
        assert_int_equal(fclose(f), 0);
        assert_holds("shown", words[i].shown);
        nn_json_quote(&t, words[i].text);
        assert_string_equal(t.bytes, words[i].quoted);
        free(t.bytes);
    }
    FILE *f = fopen("shown", "w");
    assert_non_null(f);
    nn_say(f, "%s:\n  %d\n", "a\033b", 7);
    assert_int_equal(fclose(f), 0);
    assert_holds("shown", "a?b:\n  7\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rights_stay),
        cmocka_unit_test(links_are_followed_at_home_only),
        cmocka_unit_test(only_abandoned_files_are_removed),
        cmocka_unit_test(a_file_cut_short_ends_with_a_message),
        cmocka_unit_test(a_stamp_knows_its_file),
        cmocka_unit_test(nothing_is_shown_raw),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
