/* lanes.h: what generated files compute on any number of lanes, one too.
 *
 * Built on the items of vector.h or, for one lane, of scalar.h; sections as
 * there. The functions of one float, nn_exp for one, do what the vector forms
 * do, bit for bit.
 *
 * exp, log, tanh, sigmoid, erf and softplus are within 2 units in the last
 * place over all floats; results below the smallest normal float become 0. The
 * polynomials are those of Moshier's Cephes library (expf, logf), of erf our
 * own. Adding 1.5 * 2^23 rounds a float to an integer, which then stands in its
 * low bits. */

/* section: NN_STEP */
/* Ends a reduction step: without it compilers hoist the loads of several
 * steps into registers that are not there, and spill. No instruction. */
#define NN_STEP() __asm__ volatile("" ::: "memory")
/* end: NN_STEP */

/* section: NN_STEP_AT */
/* The same, and what p points to is read again behind it, not kept. */
#define NN_STEP_AT(p) __asm__ volatile("" : "+r"(p) : : "memory")
/* end: NN_STEP_AT */

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
    return nn_vif(a > b, nn_vset(1.0f), nn_vset(0.0f));
}
/* end: nn_vgt */

/* section: nn_vle */
/* 1 where a <= b, else 0. */
static inline nn_vec nn_vle(nn_vec a, nn_vec b)
{
    return nn_vif(a <= b, nn_vset(1.0f), nn_vset(0.0f));
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
    return nn_vfrom(nn_vbits(a) & 0x7fffffffu);
}
/* end: nn_vabs */

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

/* section: nn_vexp2n */
/* p times 2^n for p about 1 and the integer n that round = n + 1.5 * 2^23
 * holds in its low bits. */
static inline nn_vec nn_vexp2n(nn_vec p, nn_vec round)
{
    return nn_vfrom(nn_vbits(p) + (nn_vbits(round) << 23));
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
    const nn_bits sign = nn_vbits(x) & 0x80000000u;
    const nn_vec y = nn_vfrom(nn_vbits(1.0f - 2.0f / (e + 1.0f)) | sign);
    return nn_vif(a > 1.25f, y, p);
}
/* end: nn_vtanh */

/* section: nn_vlog */
/* log of m * 2^e with sqrt(1/2) <= m < sqrt(2). */
static inline nn_vec nn_vlog(nn_vec x)
{
    const nn_int tiny = x < 1.17549435e-38f;
    const nn_vec scaled = nn_vif(tiny, x * 8388608.0f, x);
    const nn_bits bits = nn_vbits(scaled) - 0x3f3504f3u;
    const nn_vec m = nn_vfrom((bits & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
    const nn_vec e = nn_vfloat((nn_int)bits >> 23) -
                     nn_vif(tiny, nn_vset(23.0f), nn_vset(0.0f));
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
    const nn_bits sign = nn_vbits(x) & 0x80000000u;
    const nn_vec y = nn_vfrom(nn_vbits(1.0f - nn_vexp(-q)) | sign);
    return nn_vif(a > 1.0f, y, p);
}
/* end: nn_verf */

/* section: nn_exp */
static inline float nn_exp(float x)
{
    return NN_LANE(nn_vexp(nn_vset(x)), 0);
}
/* end: nn_exp */

/* section: nn_tanh */
static inline float nn_tanh(float x)
{
    return NN_LANE(nn_vtanh(nn_vset(x)), 0);
}
/* end: nn_tanh */

/* section: nn_sigmoid */
static inline float nn_sigmoid(float x)
{
    return NN_LANE(nn_vsigmoid(nn_vset(x)), 0);
}
/* end: nn_sigmoid */
