/* float.h: the items of real.h for targets without vectors, whose loops compute
 * as vectors do elsewhere, by lanes.h: many such processors have no doubles. */

/* section: NN_EXP */
#define NN_EXP(x) nn_vexp(x)
/* end: NN_EXP */

/* section: NN_LOG */
#define NN_LOG(x) nn_vlog((float)(x))
/* end: NN_LOG */

/* section: NN_LOG1P */
#define NN_LOG1P(x) log1p((double)(x))
/* end: NN_LOG1P */

/* section: NN_EXPM1 */
#define NN_EXPM1(x) expm1((double)(x))
/* end: NN_EXPM1 */

/* section: NN_SQRT */
#define NN_SQRT(x) __builtin_sqrtf(x)
/* end: NN_SQRT */

/* section: NN_ERF */
#define NN_ERF(x) nn_verf(x)
/* end: NN_ERF */

/* section: NN_TANH */
#define NN_TANH(x) nn_vtanh(x)
/* end: NN_TANH */

/* section: NN_ABS */
#define NN_ABS(x) __builtin_fabsf(x)
/* end: NN_ABS */
