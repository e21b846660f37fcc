/* gather_ref.c: rows of $C numbers in a table, which ids name.
 *
 * There are $M ids T(r); those below $FIRST name no row. Rows of a table are
 * added to in the order of the ids, so that sums do not depend on how many
 * threads there are: each part has rows $FROM to $TO of the table to itself
 * and looks at all ids. */

/* section: number */
for (size_t r = $FROM; r < $TO; r++)
    $Y(r) = (nn_real)$T(r);
/* end: number */

/* section: gather */
for (size_t r = $FROM; r < $TO; r++)
    for (size_t c = 0; c < $C; c++)
        $Y(r, c) = $T(r) < $FIRST ? 0 : $W((size_t)$T(r), c);
/* end: gather */

/* section: scatter */
const int32_t from = (int32_t)($FROM), to = (int32_t)($TO);
/* section: clear */
for (size_t v = $FROM; v < $TO; v++)
    for (size_t c = 0; c < $C; c++)
        $Y(v, c) = 0;
/* end: clear */
/* section: copy */
for (size_t v = $FROM; v < $TO; v++)
    for (size_t c = 0; c < $C; c++)
        $Y(v, c) = $W(v, c);
/* end: copy */
for (size_t r = 0; r < $M; r++) {
    const int32_t v = $T(r);
    if (v >= $FIRST && v >= from && v < to)
        for (size_t c = 0; c < $C; c++)
            $Y((size_t)v, c) += $D(r, c);
}
/* end: scatter */
