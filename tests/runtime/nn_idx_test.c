/* IDX files, plain and in gzip: values of every type, and every kind
 * of broken file. */
#include "check.h"

#include <zlib.h>

#include "nn_table.h"

#define BYTES(text) text, sizeof(text) - 1

static bool read_file(nn_table *t, const nn_reader *reader,
                      const nn_unpacker *unpacker, nn_error *e)
{
    static const nn_flow flow = {.path = "f"};
    nn_request r = {.path = "f",
                    .flow = &flow,
                    .flows = &flow,
                    .flow_count = 1,
                    .unpacker = unpacker};
    return reader->read(t, &r, e);
}

static void reads_idx(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        int64_t rows, width;
        double last;
    } rows[] = {
        {BYTES("\0\0\x08\x01\0\0\0\3\7\x80\xff"), 3, 1, 255},
        {BYTES("\0\0\x08\x03\0\0\0\2\0\0\0\1\0\0\0\2abcd"), 2, 2, 'd'},
        {BYTES("\0\0\x09\x01\0\0\0\2\1\xff"), 2, 1, -1},
        {BYTES("\0\0\x0b\x01\0\0\0\2\0\1\xff\xfe"), 2, 1, -2},
        {BYTES("\0\0\x0c\x01\0\0\0\1\xff\xff\xff\x00"), 1, 1, -256},
        {BYTES("\0\0\x0d\x01\0\0\0\1\xbf\x80\0\0"), 1, 1, -1},
        {BYTES("\0\0\x0e\x01\0\0\0\1\x40\x09\0\0\0\0\0\0"), 1, 1, 3.125},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_table t;
        nn_error e = {""};
        write_bytes("f", rows[i].bytes, rows[i].size);
        if (!read_file(&t, &nn_idx, NULL, &e))
            fail_msg("row %zu: %s", i, e.text);
        assert_int_equal(t.rows, rows[i].rows);
        assert_int_equal(t.width, rows[i].width);
        assert_true(nn_table_number(&t, t.rows - 1, t.width - 1) ==
                    rows[i].last);
        nn_table_close(&t);
    }
}

static void refuses_idx(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *says[2];
    } rows[] = {
        {BYTES("words, not this"), {"f is not an IDX file"}},
        {BYTES("\0\0\x07\x01\0\0\0\1a"), {"f is not an IDX file"}},
        {BYTES("\0\0\x08\x03\0\0\0\1"), {"cut short inside its header"}},
        {BYTES("\0\0\x08\x01\0\0\0\5abc"), {"5 rows of 1 value, and 3 bytes"}},
        {BYTES("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
               "abc"),
         {"f"}},
        {BYTES("\0\0\x08\x01\0\0\0\0"), {"f has no rows"}},
        {BYTES("\0\0\x08\x01\0\0\0\2abc"), {"with 1 byte"}},
        {BYTES("\0\0\x0d\x01\0\0\0\1\x7f\xc0\0\0"),
         {
             "row 1",
         }},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_table t;
        nn_error e = {""};
        write_bytes("f", rows[i].bytes, rows[i].size);
        if (read_file(&t, &nn_idx, NULL, &e))
            fail_msg("row %zu was read", i);
        assert_says(&e, rows[i].says);
    }
}

static size_t pack(const char *plain, size_t size, unsigned char *packed,
                   size_t room)
{
    z_stream z = {.next_in = (unsigned char *)(size_t)plain,
                  .avail_in = (unsigned)size,
                  .next_out = packed,
                  .avail_out = (unsigned)room};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t used = room - z.avail_out;
    deflateEnd(&z);
    return used;
}

static void reads_gzip(void **state)
{
    static const char plain[] = "\0\0\x08\x01\0\0\0\3\7\x80\xff";
    unsigned char packed[200];
    nn_table t;
    nn_error e = {""};
    (void)state;
    size_t n = pack(plain, 5, packed, sizeof packed);
    size_t size = n + pack(plain + 5, 6, packed + n, sizeof packed - n);
    write_bytes("f", packed, size); /* two members make one file */
    assert_true(read_file(&t, &nn_idx, &nn_gzip, &e));
    assert_int_equal(t.rows, 3);
    assert_true(nn_table_number(&t, 2, 0) == 255);
    nn_table_close(&t);
    assert_false(read_file(&t, &nn_idx, NULL, &e));
    assert_non_null(strstr(e.text, "gunzip"));
}

/* Every cut of the file is noticed, and so is every damaged byte that zlib's
 * checksum covers. */
static void refuses_broken_gzip(void **state)
{
    static const char plain[] = "\0\0\x08\x01\0\0\0\3\7\x80\xff";
    unsigned char packed[200];
    size_t size = pack(plain, 11, packed, sizeof packed);
    nn_table t;
    nn_error e;
    (void)state;
    for (size_t cut = 2; cut < size; cut++) {
        write_bytes("f", packed, cut);
        assert_false(read_file(&t, &nn_idx, &nn_gzip, &e));
        assert_non_null(strstr(e.text, "f ends in the middle"));
    }
    packed[size - 6] ^= 1;
    write_bytes("f", packed, size);
    assert_false(read_file(&t, &nn_idx, &nn_gzip, &e));
    assert_non_null(strstr(e.text, "damaged"));
}

/* IDX of 64 MiB of zeros, which are 64 kB packed. */
static void gzip_has_a_bound(void **state)
{
    enum { ROWS = 1 << 20, SIZE = 8 + 64 * ROWS };
    static const char head[] = "\0\0\x08\2\0\x10\0\0\0\0\0\x40";
    unsigned char *packed = malloc(1 << 17);
    char *plain = calloc(SIZE + 4, 1);
    nn_unpacker more;
    nn_table t;
    nn_error e;
    (void)state;
    assert_true(plain != NULL && packed != NULL);
    memcpy(plain, head, 12);
    write_bytes("f", packed, pack(plain, SIZE + 4, packed, 1 << 17));
    assert_false(read_file(&t, &nn_idx, &nn_gzip, &e));
    assert_non_null(strstr(e.text, "unpacks to more than 64 MiB"));
    assert_non_null(strstr(e.text, "--data-limit"));
    nn_unpacker_within(&nn_gzip, 65, &more);
    assert_true(read_file(&t, &nn_idx, &more, &e));
    assert_int_equal(t.rows, ROWS);
    nn_table_close(&t);
    nn_unpacker_within(&nn_gzip, 1, &more);
    assert_false(read_file(&t, &nn_idx, &more, &e));
    assert_non_null(strstr(e.text, "unpacks to more than 1 MiB"));
    free(plain);
    free(packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_idx),
        cmocka_unit_test(refuses_idx),
        cmocka_unit_test(reads_gzip),
        cmocka_unit_test(refuses_broken_gzip),
        cmocka_unit_test(gzip_has_a_bound),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
