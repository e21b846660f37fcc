/* gzip files (RFC 1952) through zlib: unpacked into memory at once, or piece
 * by piece. Members that follow each other count as one file, and zeros behind
 * them as the padding of a tape or block, as gunzip does. A few kilobytes can
 * unpack to gigabytes, so there is a bound: 64 MiB, or 100 times the packed
 * size where that is more, unless --data-limit gives another. */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
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

static size_t bound_of(const nn_unpacker *u, size_t size)
{
    size_t bound =
        size > SIZE_MAX / 2 / most_factor ? SIZE_MAX / 2 : size * most_factor;
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

static bool too_large(size_t packed, size_t bound, const char *path,
                      nn_error *e)
{
    return nn_fail(e,
                   "%s has %zu bytes and unpacks to more than %zu MiB: where "
                   "that is right, allow more with --data-limit MIB",
                   path, packed, bound >> 20);
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
            return too_large(u->packed->size, u->bound, path, e);
    }
    return status == Z_STREAM_END || damaged(path, status, e);
}

static bool unpack(const nn_unpacker *self, const nn_file *f, const char *path,
                   nn_file *plain, nn_error *e)
{
    unpacking u = {
        .packed = f, .plain = plain, .bound = bound_of(self, f->size)};
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

/* A file that is unpacked on its way, without its like in memory. */
enum { PIECE = 1 << 18 };

typedef struct {
    z_stream z;
    int fd;
    const char *path;
    uint64_t next; /* of the file, behind what z has */
    bool whole;    /* the file holds nothing behind that */
    unsigned char in[PIECE], out[PIECE];
} pouring;

/* Gives z more of the file where it has none left. */
static bool refill(pouring *p, nn_error *e)
{
    size_t got;
    if (p->z.avail_in > 0 || p->whole)
        return true;
    if (!nn_file_read_at(p->fd, p->next, p->in, PIECE, &got, p->path, e))
        return false;
    p->next += got;
    p->whole = got < PIECE;
    p->z.next_in = p->in;
    p->z.avail_in = (unsigned int)got;
    return true;
}

/* Behind a member: another one, padding, or the end, which is Z_STREAM_END. */
static bool next_member(pouring *p, int *status, nn_error *e)
{
    while (p->z.avail_in > 0 && *p->z.next_in == 0) {
        p->z.next_in++;
        p->z.avail_in--;
        if (!refill(p, e))
            return false;
    }
    if (p->z.avail_in > 0)
        *status = inflateReset(&p->z);
    return true;
}

static bool pour_all(pouring *p, size_t bound, const nn_sink *sink, nn_error *e)
{
    int status = Z_OK;
    size_t made = 0;
    while (status == Z_OK) {
        if (!refill(p, e))
            return false;
        p->z.next_out = p->out;
        p->z.avail_out = PIECE;
        status = inflate(&p->z, Z_NO_FLUSH);
        size_t size = PIECE - p->z.avail_out;
        made += size;
        if (made > bound)
            return too_large(p->next, bound, p->path, e);
        if (!sink->take(sink->context, p->out, size, e) || !refill(p, e))
            return false;
        if (status == Z_STREAM_END && !next_member(p, &status, e))
            return false;
    }
    return status == Z_STREAM_END || damaged(p->path, status, e);
}

static bool pour(const nn_unpacker *self, int fd, const char *path,
                 const nn_sink *sink, nn_error *e)
{
    pouring *p;
    int64_t size = (int64_t)lseek(fd, 0, SEEK_END);
    if (!nn_alloc(&p, 1, sizeof *p, path, e))
        return false;
    p->fd = fd;
    p->path = path;
    bool good = inflateInit2(&p->z, 15 + 16) == Z_OK;
    if (!good)
        damaged(path, Z_MEM_ERROR, e);
    good = good &&
           pour_all(p, bound_of(self, size > 0 ? (size_t)size : 0), sink, e);
    inflateEnd(&p->z);
    free(p);
    return good;
}

const nn_unpacker nn_gzip = {.name = "gzip", .unpack = unpack, .pour = pour};
