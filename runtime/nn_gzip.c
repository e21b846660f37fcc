/* gzip files (RFC 1952) through zlib: unpacked once, into memory. Members
 * that follow each other count as one file, and zeros behind them as the
 * padding of a tape or block, as gunzip does. A few kilobytes
 * can unpack to gigabytes, so there is a bound: 64 MiB, or 100 times the
 * packed size where that is more, unless --data-limit gives another. */
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "nn_file.h"
#include "nn_mem.h"

static const size_t least_bound = (size_t)64 << 20, most_factor = 100;

typedef struct {
    z_stream z;
    const nn_file *packed;
    nn_file *plain;
    size_t bound;
} unpacking;

static size_t bound_of(const nn_unpacker *u, const nn_file *f)
{
    size_t bound = f->size > SIZE_MAX / 2 / most_factor ? SIZE_MAX / 2
                                                        : f->size * most_factor;
    if (u->most > 0)
        return (uint64_t)u->most < SIZE_MAX / 2 ? (size_t)u->most
                                                : SIZE_MAX / 2;
    return bound > least_bound ? bound : least_bound;
}

/* The size that the last four bytes promise, as a first guess at the room. */
static size_t promised(const nn_file *f)
{
    const unsigned char *p = f->bytes + f->size - 4;
    size_t size =
        p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
    return size / 1032 <= f->size ? size + 1 : f->size;
}

static bool damaged(const char *path, int status, nn_error *e)
{
    if (status == Z_MEM_ERROR)
        return nn_fail(e, "%s: no memory to unpack it", path);
    if (status == Z_BUF_ERROR || status == Z_OK)
        return nn_fail(e,
                       "%s ends in the middle of its gzip data: fetch it "
                       "again",
                       path);
    return nn_fail(e, "%s: its gzip data are damaged: fetch it again", path);
}

static unsigned int at_most(size_t n)
{
    return n > 1u << 30 ? 1u << 30 : (unsigned int)n;
}

static bool make_room(unpacking *u, size_t *room, nn_error *e)
{
    size_t used = u->plain->size, first = promised(u->packed);
    first = first < u->bound ? first : u->bound;
    if (used < *room)
        return true;
    if (!nn_grow(&u->plain->owned, room, used + (used > 0 ? 1 : first), 1, e))
        return false;
    u->plain->bytes = u->plain->owned;
    return true;
}

/* Passes over zeros where nothing else follows a member. */
static void skip_padding(z_stream *z, const unsigned char *end)
{
    const unsigned char *p = z->next_in;
    while (p < end && *p == 0)
        p++;
    if (p == end)
        z->next_in = (unsigned char *)(size_t)p;
}

/* Unpacks what fits into the room, at most one byte above the bound; returns
 * zlib's status. */
static int inflate_some(unpacking *u, size_t room)
{
    z_stream *z = &u->z;
    const unsigned char *end = u->packed->bytes + u->packed->size;
    size_t most = room <= u->bound ? room : u->bound + 1;
    unsigned int given = at_most(most - u->plain->size);
    z->avail_in = at_most((size_t)(end - z->next_in));
    z->next_out = (unsigned char *)u->plain->owned + u->plain->size;
    z->avail_out = given;
    int status = inflate(z, Z_NO_FLUSH);
    u->plain->size += given - z->avail_out;
    if (status == Z_STREAM_END)
        skip_padding(z, end);
    bool at_end = z->next_in == end;
    if (status == Z_OK && at_end && z->avail_out > 0)
        return Z_BUF_ERROR;
    return status == Z_STREAM_END && !at_end ? inflateReset(z) : status;
}

static bool too_large(const unpacking *u, const char *path, nn_error *e)
{
    return nn_fail(e,
                   "%s has %zu bytes and unpacks to more than %zu MiB: where "
                   "that is right, allow more with --data-limit MIB",
                   path, u->packed->size, u->bound >> 20);
}

static bool inflate_all(unpacking *u, const char *path, nn_error *e)
{
    int status = Z_OK;
    size_t room = 0;
    while (status == Z_OK) {
        if (!make_room(u, &room, e))
            return nn_fail_in(e, path);
        status = inflate_some(u, room);
        if (u->plain->size > u->bound)
            return too_large(u, path, e);
    }
    return status == Z_STREAM_END || damaged(path, status, e);
}

static bool unpack(const nn_unpacker *self, const nn_file *f, const char *path,
                   nn_file *plain, nn_error *e)
{
    unpacking u = {.packed = f, .plain = plain, .bound = bound_of(self, f)};
    u.z.next_in = (unsigned char *)(size_t)f->bytes;
    if (f->size < 18)
        return damaged(path, Z_BUF_ERROR, e);
    if (inflateInit2(&u.z, 15 + 16) != Z_OK)
        return damaged(path, Z_MEM_ERROR, e);
    bool good = inflate_all(&u, path, e);
    inflateEnd(&u.z);
    if (!good)
        nn_file_close(plain);
    return good;
}

const nn_unpacker nn_gzip = {.name = "gzip", .unpack = unpack};
