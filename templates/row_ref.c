/* row_ref.c: what works on one row of $C numbers at a time, plainly.
 *
 * Rows $FROM to $TO are numbered r; X(r, c) is the row's element c, T(r) its
 * class. The largest element is subtracted before exp, so that nothing
 * overflows (Goodfellow et al., Deep Learning, section 4.1). */

/* section: softmax */
for (size_t r = $FROM; r < $TO; r++) {
    nn_real top = $X(r, 0);
    for (size_t c = 1; c < $C; c++)
        top = $X(r, c) > top ? $X(r, c) : top;
    double sum = 0;
    for (size_t c = 0; c < $C; c++)
        sum += (double)NN_EXP($X(r, c) - top);
    for (size_t c = 0; c < $C; c++)
        $Y(r, c) = (nn_real)((double)NN_EXP($X(r, c) - top) / sum);
}
/* end: softmax */

/* section: xent */
for (size_t r = $FROM; r < $TO; r++) {
    nn_real top = $X(r, 0);
    for (size_t c = 1; c < $C; c++)
        top = $X(r, c) > top ? $X(r, c) : top;
    double sum = 0;
    for (size_t c = 0; c < $C; c++)
        sum += (double)NN_EXP($X(r, c) - top);
    $Y(r) = (nn_real)(NN_LOG(sum) + (double)(top - $X(r, (size_t)$T(r))));
}
/* end: xent */

/* section: xent_dx */
for (size_t r = $FROM; r < $TO; r++) {
    nn_real top = $X(r, 0);
    for (size_t c = 1; c < $C; c++)
        top = $X(r, c) > top ? $X(r, c) : top;
    double sum = 0;
    for (size_t c = 0; c < $C; c++)
        sum += (double)NN_EXP($X(r, c) - top);
    for (size_t c = 0; c < $C; c++) {
        const double p = (double)NN_EXP($X(r, c) - top) / sum;
        $Y(r, c) = (nn_real)(p - (c == (size_t)$T(r))) * $D(r);
    }
}
/* end: xent_dx */

/* section: hit */
for (size_t r = $FROM; r < $TO; r++) {
    size_t best = 0;
    for (size_t c = 1; c < $C; c++)
        best = $X(r, c) > $X(r, best) ? c : best;
    $Y(r) = best == (size_t)$T(r);
}
/* end: hit */

/* section: take */
for (size_t r = $FROM; r < $TO; r++)
    $Y(r) = $X(r, (size_t)$T(r));
/* end: take */

/* section: put */
for (size_t r = $FROM; r < $TO; r++)
    for (size_t c = 0; c < $C; c++)
        $Y(r, c) = c == (size_t)$T(r) ? $X(r) : 0;
/* end: put */

/* section: place */
for (size_t r = $FROM; r < $TO; r++) {
    size_t best = 0;
    for (size_t c = 1; c < $C; c++)
        best = $X(r, c) > $X(r, best) ? c : best;
    $Y(r) = (int32_t)best;
}
/* end: place */

/* section: picked */
for (size_t c = $FROM; c < $TO; c++)
    for (size_t k = 0; k < $K; k++) {
        double sum = 0;
        for (size_t g = 0; g < $G; g++)
            sum += (double)$D(g, c) * $A(g * $R + (size_t)$T(g, c), k);
        $Y(c, k) = (nn_real)sum;
    }
/* end: picked */
