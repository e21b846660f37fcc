/* vector.h: the vector prelude of generated files.
 *
 * One vector of floats, $LANES lanes in $BYTES bytes, in GNU C (gcc and
 * clang, no intrinsics), and what the operators need on it. Each section is
 * one item; a generated file gets the sections whose names it uses, and those
 * that they use in turn (see target_prelude). Two names in one section are
 * joined by +. The functions of one float, nn_exp for one, do what the vector
 * forms do, bit for bit.
 *
 * exp, log, tanh, sigmoid, erf and softplus are within 2 units in the last
 * place over all floats; results below the smallest normal float become 0. The
 * polynomials are those of Moshier's Cephes library (expf, logf), of erf our
 * own. Adding 1.5 * 2^23 rounds
 * a float to an integer, which then stands in its low bits. */

/* section: types */
/* $LANES floats; the form with _at lies anywhere that a float may lie. */
typedef float nn_vec __attribute__((vector_size($BYTES)));
typedef float nn_vec_at __attribute__((vector_size($BYTES), aligned(4), may_alias));
typedef int nn_int __attribute__((vector_size($BYTES)));
typedef unsigned nn_bits __attribute__((vector_size($BYTES)));
/* end: types */

/* section: NN_STEP */
/* Ends a reduction step: without it compilers hoist the loads of several
 * steps into registers that are not there, and spill. No instruction. */
#define NN_STEP() __asm__ volatile("" ::: "memory")
/* end: NN_STEP */

/* section: NN_STEP_AT */
/* The same, and what p points to is read again behind it, not kept. */
#define NN_STEP_AT(p) __asm__ volatile("" : "+r"(p) : : "memory")
/* end: NN_STEP_AT */

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

/* section: nn_vselect */
/* b where a is not 0, else c. */
static inline nn_vec nn_vselect(nn_vec a, nn_vec b, nn_vec c)
{
    return nn_vif(a != nn_vset(0.0f), b, c);
}
/* end: nn_vselect */

/* section: nn_vmax */
/* The larger; a where they are equal or either is no number. */
static inline nn_vec nn_vmax(nn_vec a, nn_vec b)
{
    return nn_vif(b > a, b, a);
}
/* end: nn_vmax */

/* section: nn_vmin */
/* The smaller; a where they are equal or either is no number. */
static inline nn_vec nn_vmin(nn_vec a, nn_vec b)
{
    return nn_vif(b < a, b, a);
}
/* end: nn_vmin */

/* section: nn_vgt */
/* 1 where a > b, else 0. */
static inline nn_vec nn_vgt(nn_vec a, nn_vec b)
{
    return (nn_vec)((a > b) & (nn_int)nn_vset(1.0f));
}
/* end: nn_vgt */

/* section: nn_vle */
/* 1 where a <= b, else 0. */
static inline nn_vec nn_vle(nn_vec a, nn_vec b)
{
    return (nn_vec)((a <= b) & (nn_int)nn_vset(1.0f));
}
/* end: nn_vle */

/* section: nn_vsign */
/* -1, 0 or 1. */
static inline nn_vec nn_vsign(nn_vec a)
{
    const nn_vec zero = nn_vset(0.0f);
    return nn_vgt(a, zero) - nn_vgt(zero, a);
}
/* end: nn_vsign */

/* section: nn_vabs */
static inline nn_vec nn_vabs(nn_vec a)
{
    return (nn_vec)((nn_int)a & 0x7fffffff);
}
/* end: nn_vabs */

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

/* section: nn_vadd */
/* Adds a to sum, and to lost exactly what rounding took from that. */
static inline void nn_vadd(nn_vec *sum, nn_vec *lost, nn_vec a)
{
    const nn_vec next = *sum + a;
    const nn_vec added = next - *sum;
    *lost += (*sum - (next - added)) + (a - added);
    *sum = next;
}
/* end: nn_vadd */

/* section: nn_vtotal */
/* The sum and what it lost, which is no number where the sum is none or
 * infinite. */
static inline nn_vec nn_vtotal(nn_vec sum, nn_vec lost)
{
    return nn_vif(lost == lost, sum + lost, sum);
}
/* end: nn_vtotal */

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

/* section: nn_vexp2n */
/* p times 2^n for p about 1 and the integer n that round = n + 1.5 * 2^23
 * holds in its low bits. */
static inline nn_vec nn_vexp2n(nn_vec p, nn_vec round)
{
    return (nn_vec)((nn_bits)p + ((nn_bits)round << 23));
}
/* end: nn_vexp2n */

/* section: nn_vexpm1r */
/* e^r - 1 - r for |r| <= log(2) / 2. */
static inline nn_vec nn_vexpm1r(nn_vec r)
{
    nn_vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    return p * (r * r);
}
/* end: nn_vexpm1r */

/* section: nn_vexp */
/* What rounding takes from r = x - n log(2) is added again at the end. */
static inline nn_vec nn_vexp(nn_vec x)
{
    const nn_vec round = x * 1.44269504f + 12582912.0f;
    const nn_vec n = round - 12582912.0f;
    const nn_vec high = x - n * 0.693359375f;
    const nn_vec low = n * 2.12194440e-4f;
    const nn_vec r = high + low;
    const nn_vec lost = low - (r - high);
    nn_vec y = nn_vexp2n(nn_vexpm1r(r) + lost + r + 1.0f, round);
    y = nn_vif(x < -87.3365448f, nn_vset(0.0f), y);
    return nn_vif(x <= 88.7228394f, y, x * __builtin_inff());
}
/* end: nn_vexp */

/* section: nn_vsigmoid */
/* With e = exp(-|x|), so that e is at most 1: q = 1 / (1 + e), or below 0
 * e / (1 + e) = e - e^2 q, which rounds less. */
static inline nn_vec nn_vsigmoid(nn_vec x)
{
    const nn_vec e = nn_vexp(-nn_vabs(x));
    const nn_vec q = 1.0f / (1.0f + e);
    return nn_vif(x < 0.0f, e - e * (e * q), q);
}
/* end: nn_vsigmoid */

/* section: nn_vtanh */
/* A polynomial below 0.625, 1 - 2 / (exp(2 |x|) + 1) above; 1 from 9.1 on. */
static inline nn_vec nn_vtanh(nn_vec x)
{
    const nn_vec z = x * x;
    nn_vec p = z * -5.70498872745e-3f + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    p = p * z * x + x;
    const nn_vec a = nn_vmin(nn_vabs(x), nn_vset(9.1f)) * 2.0f;
    const nn_vec round = a * 1.44269504f + 12582912.0f;
    const nn_vec n = round - 12582912.0f;
    nn_vec r = a - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    const nn_vec e = nn_vexp2n(nn_vexpm1r(r) + r + 1.0f, round);
    const nn_int sign = (nn_int)x & (nn_int)nn_vset(-0.0f);
    const nn_vec y = (nn_vec)((nn_int)(1.0f - 2.0f / (e + 1.0f)) | sign);
    return nn_vif(a > 1.25f, y, p);
}
/* end: nn_vtanh */

/* section: nn_vlog */
/* log of m * 2^e with sqrt(1/2) <= m < sqrt(2). */
static inline nn_vec nn_vlog(nn_vec x)
{
    const nn_int tiny = x < 1.17549435e-38f;
    const nn_vec scaled = nn_vif(tiny, x * 8388608.0f, x);
    const nn_bits bits = (nn_bits)scaled - 0x3f3504f3u;
    const nn_int exponent = ((nn_int)bits >> 23) - (tiny & 23);
    const nn_vec m = (nn_vec)((bits & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
    nn_vec e = {0};
    for (int i = 0; i < $LANES; i++) {
        e[i] = (float)exponent[i];
    }
    nn_vec p = m * 7.0376836292e-2f - 1.1514610310e-1f;
    p = p * m + 1.1676998740e-1f;
    p = p * m - 1.2420140846e-1f;
    p = p * m + 1.4249322787e-1f;
    p = p * m - 1.6668057665e-1f;
    p = p * m + 2.0000714765e-1f;
    p = p * m - 2.4999993993e-1f;
    p = p * m + 3.3333331174e-1f;
    const nn_vec z = m * m;
    nn_vec y = p * m * z - e * 2.12194440e-4f;
    y = y - 0.5f * z + m + e * 0.693359375f;
    y = nn_vif(x > 3.40282347e38f, x, y);
    y = nn_vif(x == 0.0f, nn_vset(-__builtin_inff()), y);
    return nn_vif((x < 0.0f) | (x != x), nn_vset(__builtin_nanf("")), y);
}
/* end: nn_vlog */

/* section: nn_vsoftplus */
/* log(1 + e) with e = exp(-|x|), plus x above 0; what rounding took from 1 + e
 * is added again. */
static inline nn_vec nn_vsoftplus(nn_vec x)
{
    const nn_vec e = nn_vexp(-nn_vabs(x));
    const nn_vec u = 1.0f + e;
    const nn_vec l = nn_vlog(u) + (e - (u - 1.0f)) / u;
    return nn_vif(x > 0.0f, x + l, nn_vif(x == x, l, x));
}
/* end: nn_vsoftplus */

/* section: nn_verf */
/* x P(x^2) up to 1, 1 - exp(-Q(|x|)) above, and 1 from 4 on; P and Q are
 * minimax polynomials of erf(x) / x and -log(1 - erf(x)). */
static inline nn_vec nn_verf(nn_vec x)
{
    const nn_vec z = x * x;
    nn_vec p = z * 7.8538577e-5f - 8.01019252e-4f;
    p = p * z + 5.18832756e-3f;
    p = p * z - 2.68538119e-2f;
    p = p * z + 1.12835851e-1f;
    p = p * z - 3.76126258e-1f;
    p = p * z + 1.28379167e-1f;
    p = p * x + x;
    const nn_vec a = nn_vabs(x);
    const nn_vec t = nn_vmin(a, nn_vset(4.0f));
    nn_vec q = t * -1.86380084e-4f + 2.94766679e-3f;
    q = q * t - 2.1838097e-2f;
    q = q * t + 1.03106821e-1f;
    q = q * t + 6.38144758e-1f;
    q = q * t + 1.12708923f;
    q = q * t + 3.41512594e-4f;
    const nn_int sign = (nn_int)x & (nn_int)nn_vset(-0.0f);
    const nn_vec y = (nn_vec)((nn_int)(1.0f - nn_vexp(-q)) | sign);
    return nn_vif(a > 1.0f, y, p);
}
/* end: nn_verf */

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

/* section: nn_exp */
static inline float nn_exp(float x)
{
    return nn_vexp(nn_vset(x))[0];
}
/* end: nn_exp */

/* section: nn_tanh */
static inline float nn_tanh(float x)
{
    return nn_vtanh(nn_vset(x))[0];
}
/* end: nn_tanh */

/* section: nn_sigmoid */
static inline float nn_sigmoid(float x)
{
    return nn_vsigmoid(nn_vset(x))[0];
}
/* end: nn_sigmoid */
