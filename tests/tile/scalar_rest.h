/* scalar_rest.h: the same as vector_rest.h for targets without vectors. */
static int check_rest(void)
{
    const float below = -1, none = NAN;
    int bad = differs("max", nn_vmax(below, 0), 0);
    bad += differs("max", nn_vmax(none, 1), NAN);
    bad += differs("min", nn_vmin(below, 0), -1);
    bad +=
        differs("gt", nn_vgt(below, 0), 0) + differs("gt", nn_vgt(0, below), 1);
    bad +=
        differs("le", nn_vle(0, 0), 1) + differs("sign", nn_vsign(below), -1);
    bad += differs("abs", nn_vabs(below), 1) + differs("sqrt", nn_vsqrt(9), 3);
    bad += differs("select", nn_vselect(0, 5, 6), 6);
    return bad + differs("select", nn_vselect(below, 5, 6), 5);
}
