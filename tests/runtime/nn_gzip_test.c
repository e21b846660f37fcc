/* nn_gzip_test.c: what zlib packs is unpacked, whatever blocks and codes it is
 * made of and in whatever pieces it comes; what is damaged is refused. */
#include "check.h"

#include <string.h>
#include <zlib.h>

#include "nn_gzip.h"
#include "nn_rng.h"

enum { SIZE = 300000, ROOM = 400000 };

static unsigned char plain[SIZE], packed[ROOM], result[ROOM];

/* Bytes that come in pieces, and room for those that go. */
typedef struct {
    size_t at, size, piece, made;
    bool other; /* than `plain` */
} stream;

static bool more(void *context, const unsigned char **bytes, size_t *n,
                 nn_error *e)
{
    stream *s = context;
    (void)e;
    *n = s->size - s->at < s->piece ? s->size - s->at : s->piece;
    *bytes = packed + s->at;
    s->at += *n;
    return true;
}

static bool take(void *context, const void *bytes, size_t n, nn_error *e)
{
    stream *s = context;
    if (s->made + n > ROOM)
        return nn_fail(e, "too much");
    memcpy(result + s->made, bytes, n);
    s->made += n;
    return true;
}

static bool unpack(size_t size, size_t piece, size_t *made, nn_error *e)
{
    stream s = {.size = size, .piece = piece};
    nn_source from = {more, &s};
    nn_sink to = {take, &s};
    bool good = nn_gunzip(&from, &to, ROOM, "f", e);
    *made = s.made;
    return good;
}

static size_t pack(size_t size, int level, int strategy, gz_header *head)
{
    z_stream z = {.next_in = plain,
                  .avail_in = (unsigned)size,
                  .next_out = packed,
                  .avail_out = ROOM};
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 9, strategy),
                     Z_OK);
    if (head != NULL)
        assert_int_equal(deflateSetHeader(&z, head), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return ROOM - z.avail_out;
}

/* Words of a few letters, runs, what stood far before, and noise. */
static void fill(void)
{
    nn_stream s = {7, 0, 0};
    for (uint64_t i = 0; i < SIZE; i++) {
        uint32_t draw = (uint32_t)(nn_rng_uniform(s, i) * 4294967295.0);
        plain[i] = i % 50000 < 20000   ? (unsigned char)("etaoin s"[draw >> 29])
                   : i % 50000 < 30000 ? 'x'
                   : i % 50000 < 45000 ? plain[i - 30000 + i / 50000]
                                       : (unsigned char)draw;
    }
}

static void unpacks(void **state)
{
    static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE,
                                     Z_FIXED};
    static const size_t sizes[] = {0, 1, 258, 65536, SIZE};
    (void)state;
    fill();
    for (int k = 0; k < 4 * 5 * 3; k++) {
        size_t size = sizes[k / 4 % 5], made;
        nn_error e = {""};
        size_t n = pack(size, 4 * (k / 20), strategies[k % 4], NULL);
        if (!unpack(n, k % 3 ? 4096 : 3, &made, &e))
            fail_msg("case %d: %s", k, e.text);
        assert_int_equal(made, size);
        assert_memory_equal(result, plain, size);
    }
}

static void passes_over_a_header(void **state)
{
    unsigned char name[] = "a name", extra[] = "12345", comment[] = "words";
    gz_header head = {.text = 1,
                      .time = 99,
                      .extra = extra,
                      .extra_len = 5,
                      .name = name,
                      .comment = comment,
                      .hcrc = 1};
    size_t made;
    nn_error e = {""};
    (void)state;
    assert_true(unpack(pack(500, 6, 0, &head), 7, &made, &e));
    assert_int_equal(made, 500);
    assert_memory_equal(result, plain, made);
}

/* A changed bit is noticed, or says nothing of what is packed. */
static void refuses_what_is_damaged(void **state)
{
    size_t size = pack(2000, 9, 0, NULL), made;
    (void)state;
    for (size_t bit = 0; bit < 8 * size; bit++) {
        nn_error e = {""};
        packed[bit / 8] ^= (unsigned char)(1 << bit % 8);
        bool good = unpack(size, ROOM, &made, &e);
        packed[bit / 8] ^= (unsigned char)(1 << bit % 8);
        if (good)
            assert_true(made == 2000 && memcmp(result, plain, made) == 0);
        else
            assert_true(strncmp(e.text, "f", 1) == 0 ||
                        strcmp(e.text, "too much") == 0);
    }
}

static void bounds(void **state)
{
    const uint64_t mib = 1 << 20;
    (void)state;
    assert_true(nn_gzip_bound(1000, 0) == 64 * mib);
    assert_true(nn_gzip_bound(mib, 0) == 100 * mib);
    assert_true(nn_gzip_bound(mib, 3) == 3 * mib);
    assert_true(nn_gzip_begins((const unsigned char *)"\x1f\x8b", 2));
    assert_false(nn_gzip_begins((const unsigned char *)"\x1f\x8b", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unpacks),
        cmocka_unit_test(passes_over_a_header),
        cmocka_unit_test(refuses_what_is_damaged),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
