/* gzip (RFC 1952) around DEFLATE (RFC 1951): blocks of literals and of copies
 * of what stood up to 32 KiB before, both in Huffman codes.
 *
 * A few kilobytes can unpack to gigabytes, so there is a bound. Behind the end
 * of the input zeros are read, whose number is kept: so that a code may be
 * looked up among more bits than there are. */
#include "nn_gzip.h"

#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"

enum {
    WINDOW = 1 << 15,          /* how far back a copy reaches */
    ROOM = WINDOW + (1 << 17), /* of what is unpacked and not handed on */
    COPY = 258,                /* the longest copy */
    LONGEST = 15,              /* bits of a code */
    FAST = 10,                 /* bits by which most codes are looked up */
    LITERALS = 288,
    DISTANCES = 30,
    END = 256, /* the literal that ends a block; above it lengths */
};

/* A Huffman code: how many words have each length, and their symbols in the
 * order of the words. `fast` has, by the next bits, a word's length and symbol,
 * or 0 where it is longer. */
typedef struct {
    uint16_t fast[1 << FAST];
    uint16_t count[LONGEST + 1], symbol[LITERALS];
} code;

typedef struct {
    const nn_source *from;
    const nn_sink *to;
    const char *path;
    nn_error *e;
    const unsigned char *next, *end;
    uint64_t hold;        /* bits that were read, the first one lowest: */
    unsigned bits, past;  /* so many; bytes of them behind the end */
    uint64_t bound, made; /* by all members */
    uint64_t own;         /* by this one */
    uint32_t crc, table[256];
    size_t at, given; /* in out: the end; what the sink has */
    code literal, distance;
    unsigned char out[ROOM];
} unpacking;

static bool damaged(const unpacking *z)
{
    return nn_fail(z->e, "%s: its gzip data are damaged: fetch it again",
                   z->path);
}

static bool fill(unpacking *z)
{
    size_t n = 0;
    while (z->bits <= 56) {
        if (z->next == z->end && z->past == 0) {
            if (!z->from->more(z->from->context, &z->next, &n, z->e))
                return false;
            z->end = z->next + n;
        }
        if (z->next < z->end)
            z->hold |= (uint64_t)*z->next++ << z->bits;
        else
            z->past++;
        z->bits += 8;
    }
    return true;
}

/* Passes over bits, which must have been there. */
static inline bool drop(unpacking *z, unsigned n)
{
    z->hold >>= n;
    z->bits -= n;
    return z->bits >= 8 * z->past ||
           nn_fail(z->e,
                   "%s ends in the middle of its gzip data: fetch it again",
                   z->path);
}

/* The next n bits, at most 32. */
static bool take(unpacking *z, unsigned n, unsigned *value)
{
    if (z->bits < n && !fill(z))
        return false;
    *value = (unsigned)(z->hold & (((uint64_t)1 << n) - 1));
    return drop(z, n);
}

/* Words longer than FAST bits, whose first bit is the highest. */
static bool decode_long(unpacking *z, const code *c, unsigned *symbol)
{
    unsigned word = 0, first = 0, place = 0;
    for (unsigned n = 1; n <= LONGEST; n++) {
        word = word << 1 | (unsigned)(z->hold >> (n - 1) & 1);
        first <<= 1;
        if (word < first + c->count[n]) {
            *symbol = c->symbol[place + word - first];
            return drop(z, n);
        }
        place += c->count[n];
        first += c->count[n];
    }
    return z->bits < 8 * z->past + LONGEST ? drop(z, LONGEST) && damaged(z)
                                           : damaged(z);
}

static inline bool decode(unpacking *z, const code *c, unsigned *symbol)
{
    if (z->bits < LONGEST && !fill(z))
        return false;
    unsigned found = c->fast[z->hold & ((1 << FAST) - 1)];
    *symbol = found >> 4;
    return found != 0 ? drop(z, found & 15) : decode_long(z, c, symbol);
}

/* Enters a word into the table, with any bits behind it. */
static void enter(code *c, unsigned word, unsigned n, unsigned symbol)
{
    unsigned turned = 0;
    for (unsigned i = 0; i < n; i++)
        turned |= (word >> i & 1) << (n - 1 - i);
    for (; turned < 1 << FAST; turned += 1u << n)
        c->fast[turned] = (uint16_t)(symbol << 4 | n);
}

/* The code whose words have these lengths. One that leaves words unused is
 * damaged, unless it has only one, of one bit, or none. */
static bool make_code(unpacking *z, code *c, const unsigned char *length,
                      unsigned n)
{
    unsigned place[LONGEST + 2] = {0}, word[LONGEST + 2] = {0};
    int left = 1;
    memset(c, 0, sizeof *c);
    for (unsigned i = 0; i < n; i++)
        c->count[length[i]]++;
    unsigned used = n - c->count[0];
    c->count[0] = 0;
    for (unsigned k = 1; k <= LONGEST; k++) {
        left = 2 * left - c->count[k];
        if (left < 0)
            return damaged(z);
        place[k + 1] = place[k] + c->count[k];
        word[k + 1] = (word[k] + c->count[k]) << 1;
    }
    for (unsigned i = 0; i < n; i++) {
        unsigned k = length[i];
        if (k == 0)
            continue;
        c->symbol[place[k]++] = (uint16_t)i;
        if (k <= FAST)
            enter(c, word[k]++, k, i);
    }
    return left == 0 || used == 0 || (used == 1 && c->count[1] == 1) ||
           damaged(z);
}

static void begin_crc(unpacking *z)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t x = i;
        for (int k = 0; k < 8; k++)
            x = x & 1 ? x >> 1 ^ 0xEDB88320u : x >> 1;
        z->table[i] = x;
    }
}

/* Hands on what is unpacked; the window stays. */
static bool hand_on(unpacking *z)
{
    size_t n = z->at - z->given;
    uint32_t crc = ~z->crc;
    for (size_t i = z->given; i < z->at; i++)
        crc = z->table[(crc ^ z->out[i]) & 255] ^ crc >> 8;
    z->crc = ~crc;
    z->made += n;
    if (z->made <= z->bound && n > 0 &&
        !z->to->take(z->to->context, z->out + z->given, n, z->e))
        return false;
    if (z->at > WINDOW) {
        memmove(z->out, z->out + z->at - WINDOW, WINDOW);
        z->at = WINDOW;
    }
    z->given = z->at;
    return z->made <= z->bound ||
           nn_fail(z->e,
                   "%s unpacks to more than %llu MiB: where that is right, "
                   "allow more with --data-limit MIB",
                   z->path, (unsigned long long)(z->bound >> 20));
}

static bool has_room(unpacking *z)
{
    return z->at <= ROOM - COPY || hand_on(z);
}

static bool stored(unpacking *z)
{
    unsigned n, not, byte;
    if (!drop(z, z->bits % 8) || !take(z, 16, &n) || !take(z, 16, &not ))
        return false;
    if (n != (~not &0xffff))
        return damaged(z);
    z->own += n;
    for (; n > 0; n--) {
        if (!take(z, 8, &byte) || !has_room(z))
            return false;
        z->out[z->at++] = (unsigned char)byte;
    }
    return true;
}

/* A copy of the length that a symbol begins. */
static bool copy(unpacking *z, unsigned symbol)
{
    static const uint16_t length[] = {
        3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
        31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    unsigned n = symbol - END - 1, more, far;
    if (n > 28)
        return damaged(z);
    if (!take(z, n < 8 || n == 28 ? 0 : n / 4 - 1, &more))
        return false;
    n = length[n] + more;
    if (!decode(z, &z->distance, &far))
        return false;
    if (far >= DISTANCES)
        return damaged(z);
    unsigned bits = far < 4 ? 0 : far / 2 - 1;
    if (!take(z, bits, &more))
        return false;
    far = (far < 4 ? far : (2 + far % 2) << bits) + 1 + more;
    if (far > z->own)
        return damaged(z);
    z->own += n;
    for (; n > 0; n--, z->at++)
        z->out[z->at] = z->out[z->at - far];
    return true;
}

static bool coded(unpacking *z)
{
    unsigned symbol = 0;
    while (symbol != END) {
        if (!has_room(z) || !decode(z, &z->literal, &symbol))
            return false;
        if (symbol > END && !copy(z, symbol))
            return false;
        if (symbol < END) {
            z->out[z->at++] = (unsigned char)symbol;
            z->own++;
        }
    }
    return true;
}

static bool fixed_codes(unpacking *z)
{
    unsigned char length[LITERALS];
    memset(length, 8, 144);
    memset(length + 144, 9, 112);
    memset(length + 256, 7, 24);
    memset(length + 280, 8, 8);
    if (!make_code(z, &z->literal, length, LITERALS))
        return false;
    memset(length, 5, 32);
    return make_code(z, &z->distance, length, 32);
}

/* So many lengths, in the code that z->literal is for now: 16 repeats the
 * last, 17 and 18 say of how many zeros. */
static bool read_lengths(unpacking *z, unsigned char *length, unsigned n)
{
    static const unsigned char bits[] = {2, 3, 7}, least[] = {3, 3, 11};
    for (unsigned i = 0; i < n;) {
        unsigned symbol, times = 0;
        if (!decode(z, &z->literal, &symbol))
            return false;
        if (symbol < 16) {
            length[i++] = (unsigned char)symbol;
            continue;
        }
        if (!take(z, bits[symbol - 16], &times))
            return false;
        times += least[symbol - 16];
        if (times > n - i || (symbol == 16 && i == 0))
            return damaged(z);
        memset(length + i, symbol == 16 ? length[i - 1] : 0, times);
        i += times;
    }
    return true;
}

static bool own_codes(unpacking *z)
{
    static const unsigned char order[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                          11, 4,  12, 3, 13, 2, 14, 1, 15};
    unsigned char length[LITERALS + 32] = {0};
    unsigned literals, distances, n, value;
    if (!take(z, 5, &literals) || !take(z, 5, &distances) || !take(z, 4, &n))
        return false;
    literals += 257;
    distances += 1;
    for (unsigned i = 0; i < n + 4; i++) {
        if (!take(z, 3, &value))
            return false;
        length[order[i]] = (unsigned char)value;
    }
    if (literals > 286 || distances > DISTANCES)
        return damaged(z);
    if (!make_code(z, &z->literal, length, 19))
        return false;
    memset(length, 0, sizeof length);
    return read_lengths(z, length, literals + distances) &&
           make_code(z, &z->distance, length + literals, distances) &&
           make_code(z, &z->literal, length, literals) &&
           (length[END] > 0 || damaged(z));
}

static bool inflate(unpacking *z)
{
    unsigned last = 0, kind;
    while (!last) {
        if (!take(z, 1, &last) || !take(z, 2, &kind))
            return false;
        bool good = kind == 0   ? stored(z)
                    : kind == 1 ? fixed_codes(z) && coded(z)
                    : kind == 2 ? own_codes(z) && coded(z)
                                : damaged(z);
        if (!good)
            return false;
    }
    return drop(z, z->bits % 8);
}

/* Passes over n bytes, or over all up to a zero. */
static bool skip(unpacking *z, unsigned n, bool to_zero)
{
    unsigned byte = 1;
    while (to_zero ? byte != 0 : n-- > 0)
        if (!take(z, 8, &byte))
            return false;
    return true;
}

/* What a member begins with: a name and the like. */
static bool header(unpacking *z)
{
    enum { CHECKED = 2, EXTRA = 4, NAME = 8, COMMENT = 16, UNKNOWN = 0xe0 };
    static const unsigned char magic[] = {0x1f, 0x8b, 8};
    unsigned byte, flags, n = 0;
    for (size_t i = 0; i < sizeof magic; i++) {
        if (!take(z, 8, &byte))
            return false;
        if (byte != magic[i])
            return damaged(z);
    }
    if (!take(z, 8, &flags))
        return false;
    if (flags & UNKNOWN)
        return damaged(z);
    return skip(z, 6, false) &&
           (!(flags & EXTRA) || (take(z, 16, &n) && skip(z, n, false))) &&
           (!(flags & NAME) || skip(z, 0, true)) &&
           (!(flags & COMMENT) || skip(z, 0, true)) &&
           (!(flags & CHECKED) || skip(z, 2, false));
}

static bool member(unpacking *z)
{
    unsigned crc, size;
    z->crc = 0;
    z->own = 0;
    if (!header(z) || !inflate(z) || !hand_on(z) || !take(z, 32, &crc) ||
        !take(z, 32, &size))
        return false;
    return (crc == z->crc && size == (uint32_t)z->own) || damaged(z);
}

/* Behind a member: passes over zeros. *ends: nothing follows. */
static bool padding(unpacking *z, bool *ends)
{
    for (;;) {
        if (z->bits < 8 && !fill(z))
            return false;
        *ends = z->bits == 8 * z->past;
        if (*ends || (z->hold & 255) != 0)
            return true;
        if (!drop(z, 8))
            return false;
    }
}

bool nn_gzip_begins(const unsigned char *bytes, size_t n)
{
    return n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

uint64_t nn_gzip_bound(uint64_t packed, int64_t mebibytes)
{
    uint64_t least = (uint64_t)64 << 20;
    if (mebibytes > 0)
        return (uint64_t)mebibytes << 20;
    return packed > least / 100 ? packed * 100 : least;
}

bool nn_gunzip(const nn_source *from, const nn_sink *to, uint64_t bound,
               const char *path, nn_error *e)
{
    unpacking *z;
    bool ends = false, good = nn_reserve(&z, 1, sizeof *z, path, e);
    if (!good)
        return false;
    memset(z, 0, offsetof(unpacking, out));
    z->from = from;
    z->to = to;
    z->bound = bound;
    z->path = path;
    z->e = e;
    begin_crc(z);
    while (good && !ends)
        good = member(z) && padding(z, &ends);
    free(z);
    return good;
}
