/* matmul_ref.c: Y[g][i][j] = sum over k of A[g][i][k] * B[g][k][j]
 *
 * The plain product, one sum in double for every element. Products $FROM to
 * $TO of $M x $K by $K x $N; the hooks say where the elements lie, so
 * transposed operands need no other loop. 2 M N K operations each. */

/* section: body */
for (size_t g = $FROM; g < $TO; g++) {
    for (size_t i = 0; i < $M; i++) {
        for (size_t j = 0; j < $N; j++) {
            double sum = 0;
            for (size_t k = 0; k < $K; k++)
                sum += (double)$A(g, i, k) * (double)$B(g, k, j);
            $Y(g, i, j) = (nn_real)sum;
        }
    }
}
/* end: body */
