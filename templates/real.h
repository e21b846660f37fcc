/* real.h: the scalar prelude of plain generated files, whose numbers are
 * nn_real (float, or double in the gradient check's build). Each section is
 * one item, taken where its name is used. The functions compute in double
 * and round once. */

/* section: NN_EXP */
#define NN_EXP(x) ((nn_real)exp((double)(x)))
/* end: NN_EXP */

/* section: NN_LOG */
#define NN_LOG(x) ((nn_real)log((double)(x)))
/* end: NN_LOG */

/* section: NN_LOG1P */
#define NN_LOG1P(x) log1p((double)(x))
/* end: NN_LOG1P */

/* section: NN_EXPM1 */
#define NN_EXPM1(x) expm1((double)(x))
/* end: NN_EXPM1 */

/* section: NN_SQRT */
#define NN_SQRT(x) ((nn_real)sqrt((double)(x)))
/* end: NN_SQRT */

/* section: NN_ERF */
#define NN_ERF(x) ((nn_real)erf((double)(x)))
/* end: NN_ERF */

/* section: NN_TANH */
#define NN_TANH(x) ((nn_real)tanh((double)(x)))
/* end: NN_TANH */

/* section: NN_ABS */
#define NN_ABS(x) ((nn_real)fabs((double)(x)))
/* end: NN_ABS */
