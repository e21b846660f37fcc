/* vector_rest.h: what templates/vector.h does besides functions, on two lanes
 * and more; read behind vector_check.h. */
/* Blocks that fit and blocks that are moved back. */
static int check_turn(void)
{
    enum { M = LANES + 3, N = 2 * LANES, FROM = M + 1, TO = N + 2 };
    float x[N * FROM];
    float y[M * TO] = {0};
    int bad = 0;
    for (int i = 0; i < N * FROM; i++) {
        x[i] = (float)i;
    }
    nn_vturn(x, FROM, y, TO, M, N);
    for (int i = 0; i < M; i++) {
        for (int j = 0; j < TO; j++) {
            bad += differs("turn", y[i * TO + j], j < N ? x[j * FROM + i] : 0);
        }
    }
    return bad;
}

static int check_rest(void)
{
    int bad = check_turn();
    float p[LANES + 2];
    for (int i = 0; i < LANES + 2; i++) {
        p[i] = (float)(i - 2);
    }
    nn_vec a = nn_vload(p + 1); /* -1, 0, 1, 2 .. */
    bad += differs("sum", nn_vsum(a), LANES * (LANES - 3) / 2.0f);
    nn_vec total = nn_vset(1e8f);
    nn_vec lost = nn_vset(0);
    nn_vadd(&total, &lost, a);
    nn_vadd(&total, &lost, nn_vset(-1e8f));
    bad += differs("total", nn_vtotal(total, lost)[3], 2);
    bad += differs("sum", nn_vsum_total(total, lost), nn_vsum(a));
    nn_vadd(&total, &lost, nn_vset(INFINITY));
    bad += differs("total", nn_vtotal(total, lost)[3], INFINITY);
    bad += differs("sum", nn_vsum_total(total, lost), INFINITY);
    bad += differs("largest", nn_vlargest(a), LANES - 2);
    bad += differs("max", nn_vmax(a, nn_vset(0))[0], 0);
    bad += differs("max", nn_vmax(a, nn_vset(0))[3], 2);
    bad += differs("max", nn_vmax(nn_vset(NAN), a)[0], NAN);
    bad += differs("min", nn_vmin(a, nn_vset(0))[0], -1);
    bad += differs("gt", nn_vgt(a, nn_vset(0))[1], 0);
    bad += differs("gt", nn_vgt(a, nn_vset(0))[2], 1);
    bad += differs("le", nn_vle(a, nn_vset(0))[1], 1);
    bad += differs("sign", nn_vsign(a)[0], -1);
    bad += differs("sign", nn_vsign(a)[1], 0);
    bad += differs("abs", nn_vabs(a)[0], 1);
    bad += differs("sqrt", nn_vsqrt(a)[3], sqrtf(2));
    bad += differs("select", nn_vselect(a, nn_vset(5), nn_vset(6))[1], 6);
    bad += differs("select", nn_vselect(a, nn_vset(5), nn_vset(6))[0], 5);
    nn_vec part = nn_vload_n(p, 3);
    bad += differs("load_n", part[2], 0) + differs("load_n", part[3], 0);
    bad += differs("load_n", part[0], -2);
    part = nn_vload_head(p, 3);
    bad += differs("load_head", part[2], 0) + differs("load_head", part[3], 0);
    bad += differs("load_head", part[0], -2);
    part = nn_vfirst(a, nn_vset(INFINITY), 2);
    bad += differs("first", part[1], 0) + differs("first", part[2], INFINITY);
    nn_vstore_n(p, nn_vset(9), 2);
    bad += differs("store_n", p[1], 9) + differs("store_n", p[2], 0);
    nn_vstore(p + 2, nn_vset(8));
    bad += differs("store", p[LANES + 1], 8) + differs("store", p[1], 9);
    return bad;
}
