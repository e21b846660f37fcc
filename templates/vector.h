/* vector.h: the vector prelude of generated files.
 *
 * One vector of floats, $LANES lanes in $BYTES bytes, in GNU C (gcc and
 * clang, no intrinsics), and what the operators need on it; lanes.h goes on
 * from here. Each section is one item; a generated file gets the sections
 * whose names it uses, and those that they use in turn (see target_prelude).
 * Two names in one section are joined by +. */

/* section: types */
/* $LANES floats; the form with _at lies anywhere that a float may lie. */
typedef float nn_vec __attribute__((vector_size($BYTES)));
typedef float nn_vec_at __attribute__((vector_size($BYTES), aligned(4), may_alias));
typedef int nn_int __attribute__((vector_size($BYTES)));
typedef unsigned nn_bits __attribute__((vector_size($BYTES)));
/* end: types */

/* section: NN_VECTOR */
/* Makes a typedef one of a vector of so many bytes. */
#define NN_VECTOR(bytes) __attribute__((vector_size(bytes)))
/* end: NN_VECTOR */

/* section: NN_CONVERT */
/* Lane by lane to another type. */
#define NN_CONVERT(a, type) __builtin_convertvector(a, type)
/* end: NN_CONVERT */

/* section: NN_LANE */
/* One lane, to be read or set. */
#define NN_LANE(a, i) ((a)[i])
/* end: NN_LANE */

/* section: nn_vbits */
/* The bits of floats, and floats from their bits. */
static inline nn_bits nn_vbits(nn_vec a)
{
    return (nn_bits)a;
}
/* end: nn_vbits */

/* section: nn_vfrom */
static inline nn_vec nn_vfrom(nn_bits a)
{
    return (nn_vec)a;
}
/* end: nn_vfrom */

/* section: nn_vfloat */
/* Integers as floats. */
static inline nn_vec nn_vfloat(nn_int a)
{
    return __builtin_convertvector(a, nn_vec);
}
/* end: nn_vfloat */

/* section: nn_vload */
static inline nn_vec nn_vload(const float *p)
{
    return *(const nn_vec_at *)p;
}
/* end: nn_vload */

/* section: nn_vstore */
static inline void nn_vstore(float *p, nn_vec a)
{
    *(nn_vec_at *)p = a;
}
/* end: nn_vstore */

/* section: nn_vset */
/* A list, since a sum with a zero vector would cost an instruction. */
static inline nn_vec nn_vset(float s)
{
    return (nn_vec){$EACH(s)};
}
/* end: nn_vset */

/* section: nn_vload_n */
/* The first n lanes from memory, the others 0. */
static inline nn_vec nn_vload_n(const float *p, int n)
{
    nn_vec a = {0};
    __builtin_memcpy(&a, p, (unsigned)n * sizeof(float));
    return a;
}
/* end: nn_vload_n */

/* section: nn_vload_or */
/* The first n lanes from memory, the others s. */
static inline nn_vec nn_vload_or(const float *p, int n, float s)
{
    nn_vec a = nn_vset(s);
    __builtin_memcpy(&a, p, (unsigned)n * sizeof(float));
    return a;
}
/* end: nn_vload_or */

/* section: nn_vstore_n */
/* The first n lanes to memory. */
static inline void nn_vstore_n(float *p, nn_vec a, int n)
{
    __builtin_memcpy(p, &a, (unsigned)n * sizeof(float));
}
/* end: nn_vstore_n */

/* section: nn_vlow */
/* The lanes of a and b in turn, a0 b0 a1 b1 ..: the first half of them. */
static inline nn_vec nn_vlow(nn_vec a, nn_vec b)
{
    return __builtin_shufflevector(a, b, $ZIP(0));
}

/* end: nn_vlow */

/* section: nn_vhigh */
/* The second half. */
static inline nn_vec nn_vhigh(nn_vec a, nn_vec b)
{
    return __builtin_shufflevector(a, b, $ZIP($LANES / 2));
}
/* end: nn_vhigh */

/* section: nn_vturn_block */
/* y[i * to + j] = x[j * from + i] for i and j below $LANES: rows i and
 * i + $LANES / 2 are merged $STAGES times, which leaves columns. */
static inline void nn_vturn_block(const float *x, size_t from, float *y, size_t to)
{
    nn_vec a[$LANES];
    nn_vec b[$LANES];
    for (int $i = 0; $i < $LANES; $i++)
        a[$i] = nn_vload(x + $i * from);
    for (int $s = 0; $s < $STAGES; $s++) {
        for (int $i = 0; $i < $LANES / 2; $i++) {
            b[2 * $i] = nn_vlow(a[$i], a[$i + $LANES / 2]);
            b[2 * $i + 1] = nn_vhigh(a[$i], a[$i + $LANES / 2]);
        }
        for (int $i = 0; $i < $LANES; $i++)
            a[$i] = b[$i];
    }
    for (int $i = 0; $i < $LANES; $i++)
        nn_vstore(y + $i * to, a[$i]);
}
/* end: nn_vturn_block */

/* section: nn_vturn */
/* The same for i < m and j < n, neither less than $LANES. Blocks that would
 * reach over an end are moved back. */
static inline void nn_vturn(const float *restrict x, size_t from, float *restrict y, size_t to,
    size_t m, size_t n)
{
    for (size_t i = 0; i < m; i += $LANES) {
        const size_t k = i < m - $LANES ? i : m - $LANES;
        for (size_t j = 0; j < n; j += $LANES) {
            const size_t l = j < n - $LANES ? j : n - $LANES;
            nn_vturn_block(x + l * from + k, from, y + k * to + l, to);
        }
    }
}
/* end: nn_vturn */

/* section: nn_vif */
/* a in the lanes whose mask is set, b in the others. */
static inline nn_vec nn_vif(nn_int mask, nn_vec a, nn_vec b)
{
    return (nn_vec)((mask & (nn_int)a) | (~mask & (nn_int)b));
}
/* end: nn_vif */

/* section: nn_vpick */
/* The same for integers. */
static inline nn_int nn_vpick(nn_int mask, nn_int a, nn_int b)
{
    return (mask & a) | (~mask & b);
}
/* end: nn_vpick */

/* section: nn_vfirst */
/* The first n lanes of a, the others of b. */
static inline nn_vec nn_vfirst(nn_vec a, nn_vec b, int n)
{
    const nn_int lane = {$LANE()};
    return nn_vif(lane < n, a, b);
}
/* end: nn_vfirst */

/* section: nn_vload_head */
/* The first n lanes from memory that may be read behind them, the others 0:
 * unlike nn_vload_n, whose copy gcc sends through the stack. */
static inline nn_vec nn_vload_head(const float *p, int n)
{
    return nn_vfirst(nn_vload(p), (nn_vec){0}, n);
}
/* end: nn_vload_head */

/* section: nn_vsqrt */
static inline nn_vec nn_vsqrt(nn_vec a)
{
    for (int i = 0; i < $LANES; i++) {
        a[i] = __builtin_sqrtf(a[i]);
    }
    return a;
}
/* end: nn_vsqrt */

/* section: nn_vsum */
/* The sum of all lanes, added in pairs: the same where they are turned. */
static inline float nn_vsum(nn_vec a)
{
    float s[$LANES / 2];
    for (int $i = 0; $i < $LANES / 2; $i++)
        s[$i] = a[$i] + a[$i + $LANES / 2];
    for (int $i = 0; $i < $LANES / 4; $i++)
        s[$i] += s[$i + $LANES / 4];
    for (int $i = 0; $i < $LANES / 8; $i++)
        s[$i] += s[$i + $LANES / 8];
    for (int $i = 0; $i < $LANES / 16; $i++)
        s[$i] += s[$i + $LANES / 16];
    return s[0];
}
/* end: nn_vsum */

/* section: nn_vsum_total */
/* The same over all lanes, added in pairs and rounded once. */
static inline float nn_vsum_total(nn_vec sum, nn_vec lost)
{
    double s[$LANES / 2];
    lost = nn_vif(lost == lost, lost, nn_vset(0));
    for (int $i = 0; $i < $LANES / 2; $i++)
        s[$i] = (double)sum[$i] + (double)lost[$i] +
                ((double)sum[$i + $LANES / 2] + (double)lost[$i + $LANES / 2]);
    for (int $i = 0; $i < $LANES / 4; $i++)
        s[$i] += s[$i + $LANES / 4];
    for (int $i = 0; $i < $LANES / 8; $i++)
        s[$i] += s[$i + $LANES / 8];
    for (int $i = 0; $i < $LANES / 16; $i++)
        s[$i] += s[$i + $LANES / 16];
    return (float)s[0];
}
/* end: nn_vsum_total */

/* section: nn_vlargest */
/* The largest of all lanes; no number where one of them is none. */
static inline float nn_vlargest(nn_vec a)
{
    for (int n = $LANES / 2; n > 0; n /= 2) {
        for (int i = 0; i < n; i++) {
            a[i] = a[i + n] > a[i] || a[i + n] != a[i + n] ? a[i + n] : a[i];
        }
    }
    return a[0];
}
/* end: nn_vlargest */

/* section: nn_wide */
/* The same bits as half as many 64-bit numbers. */
typedef unsigned long long nn_wide __attribute__((vector_size($BYTES)));
/* end: nn_wide */

/* section: nn_vphilox */
/* The random words of nn_drop's blocks, two in each number: words 0 and 1 in
 * *low, 2 and 3 in *high, the first of the two in the low half. In between
 * only low halves count. */
static inline void nn_vphilox(const nn_scalars *s, int stream, nn_wide block, nn_wide *low,
    nn_wide *high)
{
    const unsigned long long half = 0xffffffffu;
    unsigned k0 = (unsigned)s->seed, k1 = (unsigned)(s->seed >> 32) ^ 0x64726f70u;
    nn_wide x0 = block, x1 = (nn_wide){0} + (unsigned)stream;
    nn_wide x2 = (nn_wide){0} + s->step, x3 = (nn_wide){0} + (s->step >> 32);
    for (int round = 0; round < 10; round++) {
        const nn_wide a = (x0 & half) * 0xD2511F53u;
        const nn_wide b = (x2 & half) * 0xCD9E8D57u;
        x0 = (b >> 32) ^ x1 ^ k0;
        x1 = b;
        x2 = (a >> 32) ^ x3 ^ k1;
        x3 = a;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    *low = (x0 & half) | (x1 << 32);
    *high = (x2 & half) | (x3 << 32);
}
/* end: nn_vphilox */

/* section: nn_vkeep */
/* 0 for a word below rate * 2^32, otherwise 1 / (1 - rate). */
static inline nn_vec nn_vkeep(nn_bits word, double rate)
{
    const double share = rate * 4294967296.0;
    const unsigned long long whole = (unsigned long long)share;
    const unsigned long long limit = whole + ((double)whole < share);
    const nn_vec kept = nn_vset((float)(1 / (1 - rate)));
    return limit == 0 ? kept : nn_vif(word <= (unsigned)(limit - 1), nn_vset(0), kept);
}
/* end: nn_vkeep */

/* section: nn_vdrop */
/* What nn_drop gives for the elements index, index + 1, ..: twice as many
 * words are drawn, so that index may stand inside a block. */
static inline nn_vec nn_vdrop(const nn_scalars *s, int stream, size_t index, double rate)
{
    nn_wide block = {0}, low, high;
    float word[2 * $LANES];
    for (int $i = 0; $i < $LANES / 2; $i++)
        block[$i] = index / 4 + $i;
    nn_vphilox(s, stream, block, &low, &high);
    nn_wide first = {0}, second = {0};
    for (int $i = 0; $i < $LANES / 4; $i++) {
        first[2 * $i] = low[$i];
        first[2 * $i + 1] = high[$i];
        second[2 * $i] = low[$i + $LANES / 4];
        second[2 * $i + 1] = high[$i + $LANES / 4];
    }
    nn_vstore(word, (nn_vec)first);
    nn_vstore(word + $LANES, (nn_vec)second);
    return nn_vkeep((nn_bits)nn_vload(word + index % 4), rate);
}
/* end: nn_vdrop */

/* section: nn_vdrop_apart */
/* The same for elements that are `stride` apart, a block for each. */
static inline nn_vec nn_vdrop_apart(const nn_scalars *s, int stream, size_t index,
    size_t stride, double rate)
{
    nn_bits word = {0};
    for (int part = 0; part < 2; part++) {
        nn_wide block = {0}, low, high;
        const size_t begin = index + (unsigned)part * ($LANES / 2) * stride;
        for (int i = 0; i < $LANES / 2; i++)
            block[i] = (begin + (unsigned)i * stride) / 4;
        nn_vphilox(s, stream, block, &low, &high);
        for (int i = 0; i < $LANES / 2; i++) {
            const size_t at = (begin + (unsigned)i * stride) % 4;
            const unsigned long long two = at < 2 ? low[i] : high[i];
            word[part * ($LANES / 2) + i] = (unsigned)(two >> (32 * (at % 2)));
        }
    }
    return nn_vkeep(word, rate);
}
/* end: nn_vdrop_apart */
