/* Every step that changes bytes writes a file without a name and goes on with
 * that: the copy of a pipe, the unpacked, the recoded. */
#define _DEFAULT_SOURCE /* for mkstemp */
#include "nn_textfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nn_digest.h"
#include "nn_encoding.h"
#include "nn_kind.h"
#include "nn_mem.h"

enum { PIECE = 1 << 16 };

static const char *spool_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder != NULL && folder[0] != 0 ? folder : "/var/tmp";
}

/* A file without a name. */
static bool open_spool(int *fd, const char *path, nn_error *e)
{
    char *name = nn_file_join(spool_folder(), "nnc-text-XXXXXX");
    *fd = name != NULL ? mkstemp(name) : -1;
    if (*fd >= 0)
        unlink(name);
    free(name);
    return *fd >= 0 ||
           nn_fail(e,
                   "cannot unpack %s in %s: %s; name another folder in TMPDIR",
                   path, spool_folder(), strerror(errno));
}

static bool spool(void *context, const void *bytes, size_t n, nn_error *e)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t put = write(*(int *)context, p, n);
        if (put < 0 && errno != EINTR)
            return nn_fail(
                e, "cannot write to %s: %s; name another folder in TMPDIR",
                spool_folder(), strerror(errno));
        p += put > 0 ? put : 0;
        n -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

/* A step that writes what the text is to `to` as another. */
typedef bool step(const nn_textfile *f, const nn_unpacker *u, const nn_sink *to,
                  nn_error *e);

static bool copy_pipe(const nn_textfile *f, const nn_unpacker *u,
                      const nn_sink *to, nn_error *e)
{
    char piece[PIECE];
    ssize_t got = 1;
    (void)u;
    while (got != 0) {
        got = read(f->fd, piece, sizeof piece);
        if (got < 0 && errno != EINTR)
            return nn_fail(e, "cannot read %s: %s", f->path, strerror(errno));
        if (got > 0 && !to->take(to->context, piece, (size_t)got, e))
            return false;
    }
    return true;
}

static bool unpack(const nn_textfile *f, const nn_unpacker *u,
                   const nn_sink *to, nn_error *e)
{
    return u == NULL ? nn_file_is_packed(f->path, e)
                     : u->pour(u, f->fd, f->path, to, e);
}

static bool recode(const nn_textfile *f, const nn_unpacker *u,
                   const nn_sink *to, nn_error *e)
{
    nn_encoding s = {.path = f->path};
    char piece[PIECE], *made;
    size_t n = 1, size;
    (void)u;
    if (!nn_reserve(&made, PIECE, NN_ENCODING_MOST, f->path, e))
        return false;
    bool good = true;
    for (uint64_t at = 0; good && n > 0; at += n)
        good =
            nn_textfile_read(f, at, piece, PIECE, &n, e) &&
            nn_encoding_decode(&s, (unsigned char *)piece, n, made, &size, e) &&
            to->take(to->context, made, size, e);
    free(made);
    return good;
}

/* Goes on with what the step makes. */
static bool replace(nn_textfile *f, step *make, const nn_unpacker *u,
                    nn_error *e)
{
    int fd;
    nn_sink to = {spool, &fd};
    if (!open_spool(&fd, f->path, e))
        return false;
    bool good = make(f, u, &to, e);
    if (f->fd >= 0)
        close(f->fd);
    f->fd = fd;
    return good;
}

bool nn_textfile_read(const nn_textfile *f, uint64_t at, char *room, size_t n,
                      size_t *got, nn_error *e)
{
    if (f->fd >= 0)
        return nn_file_read_at(f->fd, at, room, n, got, f->path, e);
    uint64_t left = at < f->size ? f->size - at : 0;
    *got = left < n ? (size_t)left : n;
    memcpy(room, f->bytes + at, *got);
    return true;
}

/* Finds size and digest, and refuses what is no UTF-8. */
static bool check(nn_textfile *f, nn_error *e)
{
    nn_encoding s = {.path = f->path};
    char piece[PIECE];
    size_t used = 0, got = PIECE;
    uint64_t at = 0;
    for (; got == PIECE; at += used) {
        if (!nn_textfile_read(f, at, piece, PIECE, &got, e) ||
            !nn_encoding_check(&s, (unsigned char *)piece, got, got < PIECE,
                               &used, e))
            return false;
        if (at == 0 && used >= 3 && memcmp(piece, "\xef\xbb\xbf", 3) == 0)
            f->begin = 3;
        f->digest = nn_digest_bytes(f->digest, piece, used);
    }
    f->size = at;
    return f->size > f->begin || nn_fail(e, "%s is empty", f->path);
}

/* What the first bytes say: packed, or no text at all. */
static bool judge(nn_textfile *f, const nn_unpacker *u, nn_error *e)
{
    unsigned char bytes[64];
    nn_file first = {.bytes = bytes};
    bool packed = false;
    while (
        nn_textfile_read(f, 0, (char *)bytes, sizeof bytes, &first.size, e)) {
        if (!nn_file_is_gzip(bytes, first.size))
            return nn_kind_check(&first, f->path, e);
        if (packed)
            return nn_file_is_packed_twice(f->path, e);
        if (!replace(f, unpack, u, e))
            return false;
        packed = true;
    }
    return false;
}

static bool name(nn_textfile *f, const char *path, nn_error *e)
{
    *f = (nn_textfile){.path = nn_file_join(NULL, path), .fd = -1};
    return f->path != NULL || nn_fail(e, "no memory");
}

bool nn_textfile_open(nn_textfile *f, const char *path,
                      const nn_unpacker *unpacker, nn_charset charset,
                      nn_error *e)
{
    bool good = name(f, path, e) && nn_file_open(&f->fd, &f->stamp, path, e) &&
                (f->stamp.plain || replace(f, copy_pipe, NULL, e)) &&
                judge(f, unpacker, e) &&
                (charset == NN_UTF8 || replace(f, recode, NULL, e)) &&
                check(f, e);
    if (!good)
        nn_textfile_close(f);
    return good;
}

static bool recode_memory(nn_textfile *f, nn_error *e)
{
    size_t size;
    if (!nn_encoding_decode_all(f->path, (const unsigned char *)f->bytes,
                                f->size, &f->owned, &size, e))
        return false;
    f->bytes = f->owned;
    f->size = size;
    return true;
}

bool nn_textfile_over(nn_textfile *f, const nn_file *file, const char *path,
                      nn_charset charset, nn_error *e)
{
    bool good = name(f, path, e);
    f->bytes = (const char *)file->bytes;
    f->size = file->size;
    f->stamp = file->stamp;
    good = good && nn_kind_check(file, path, e) &&
           (charset == NN_UTF8 || recode_memory(f, e)) && check(f, e);
    if (!good)
        nn_textfile_close(f);
    return good;
}

void nn_textfile_close(nn_textfile *f)
{
    if (f->fd >= 0)
        close(f->fd);
    free(f->path);
    free(f->owned);
    *f = (nn_textfile){.fd = -1};
}

bool nn_textfile_map(nn_textfile *f, nn_file *file, nn_error *e)
{
    bool good = true;
    *file = (nn_file){.bytes = (const unsigned char *)f->bytes,
                      .size = f->size,
                      .owned = f->owned};
    f->owned = NULL;
    if (f->fd >= 0)
        good = nn_file_map(file, f->fd, f->size, f->path, e);
    nn_textfile_close(f);
    return good;
}
