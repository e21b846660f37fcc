/* scalar.h: the items of vector.h for targets without vectors.
 *
 * A vector is one float, a mask 0 or not. */

/* section: types */
typedef float nn_vec;
typedef int nn_int;
typedef unsigned nn_bits;
/* end: types */

/* section: NN_VECTOR */
#define NN_VECTOR(bytes)
/* end: NN_VECTOR */

/* section: NN_CONVERT */
#define NN_CONVERT(a, type) ((type)(a))
/* end: NN_CONVERT */

/* section: NN_LANE */
#define NN_LANE(a, i) (a)
/* end: NN_LANE */

/* section: nn_vbits */
/* The bits of a float, and a float from its bits. */
static inline nn_bits nn_vbits(nn_vec a)
{
    nn_bits bits;
    __builtin_memcpy(&bits, &a, sizeof bits);
    return bits;
}
/* end: nn_vbits */

/* section: nn_vfrom */
static inline nn_vec nn_vfrom(nn_bits bits)
{
    nn_vec a;
    __builtin_memcpy(&a, &bits, sizeof a);
    return a;
}
/* end: nn_vfrom */

/* section: nn_vfloat */
static inline nn_vec nn_vfloat(nn_int a)
{
    return (float)a;
}
/* end: nn_vfloat */

/* section: nn_vload */
static inline nn_vec nn_vload(const float *p)
{
    return *p;
}
/* end: nn_vload */

/* section: nn_vstore */
static inline void nn_vstore(float *p, nn_vec a)
{
    *p = a;
}
/* end: nn_vstore */

/* section: nn_vset */
static inline nn_vec nn_vset(float s)
{
    return s;
}
/* end: nn_vset */

/* section: nn_vif */
static inline nn_vec nn_vif(nn_int mask, nn_vec a, nn_vec b)
{
    return mask ? a : b;
}
/* end: nn_vif */

/* section: nn_vpick */
static inline nn_int nn_vpick(nn_int mask, nn_int a, nn_int b)
{
    return mask ? a : b;
}
/* end: nn_vpick */

/* section: nn_vfirst */
static inline nn_vec nn_vfirst(nn_vec a, nn_vec b, int n)
{
    return n > 0 ? a : b;
}
/* end: nn_vfirst */

/* section: nn_vsqrt */
static inline nn_vec nn_vsqrt(nn_vec a)
{
    return __builtin_sqrtf(a);
}
/* end: nn_vsqrt */

/* section: nn_vsum */
static inline float nn_vsum(nn_vec a)
{
    return a;
}
/* end: nn_vsum */
