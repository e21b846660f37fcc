/* gzip files (RFC 1952) through zlib: unpacked once, into memory. Members
 * that follow each other count as one file, as gunzip does. */
#include <stdlib.h>
#include <zlib.h>

#include "nn_file.h"
#include "nn_mem.h"

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

/* Unpacks all members; returns zlib's status: Z_STREAM_END is good. */
static int inflate_all(z_stream *z, const nn_file *f, nn_file *plain,
                       nn_error *e)
{
    unsigned char *out = NULL;
    size_t room = 0, used = 0;
    int status = Z_OK;
    while (status == Z_OK) {
        if (!nn_grow(&out, &room, used + (used > 0 ? 1 : promised(f)), 1, e))
            status = Z_MEM_ERROR;
        else {
            size_t left = (size_t)(f->bytes + f->size - z->next_in);
            unsigned int given = at_most(room - used);
            z->avail_in = at_most(left);
            z->next_out = out + used;
            z->avail_out = given;
            status = inflate(z, Z_NO_FLUSH);
            used += given - z->avail_out;
            left = (size_t)(f->bytes + f->size - z->next_in);
            if (status == Z_OK && left == 0 && z->avail_out > 0)
                status = Z_BUF_ERROR;
            if (status == Z_STREAM_END && left > 0)
                status = inflateReset(z);
        }
    }
    *plain = (nn_file){.bytes = out, .size = used, .owned = out};
    return status;
}

static bool unpack(const nn_file *f, const char *path, nn_file *plain,
                   nn_error *e)
{
    z_stream z = {.next_in = (unsigned char *)(size_t)f->bytes};
    if (f->size < 18)
        return damaged(path, Z_BUF_ERROR, e);
    if (inflateInit2(&z, 15 + 16) != Z_OK)
        return damaged(path, Z_MEM_ERROR, e);
    int status = inflate_all(&z, f, plain, e);
    inflateEnd(&z);
    if (status == Z_STREAM_END)
        return true;
    nn_file_close(plain);
    return damaged(path, status, e);
}

const nn_unpacker nn_gzip = {.name = "gzip", .unpack = unpack};
