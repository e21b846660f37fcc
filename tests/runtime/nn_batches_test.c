/* A weights file of PyTorch's batchnorm holds one number more than weights and
 * statistics. */
#include "check.h"

#include "nn_ckpt.h"
#include "softmax.h"

/* PyTorch's count of batches is no stranger beside a running mean. */
static void leaves_out_counts_of_batches(void **state)
{
    static const char header[] =
        "{\"n.running_mean\":{\"dtype\":\"F32\",\"shape\":[2],"
        "\"data_offsets\":[0,8]},\"%s.num_batches_tracked\":{\"dtype\":"
        "\"I64\",\"shape\":[],\"data_offsets\":[8,16]}}";
    static const char data[16];
    const nn_param mean = {.name = "n.running_mean",
                           .kind = NN_STATISTIC,
                           .rank = 1,
                           .shape = {2},
                           .size = 2};
    nn_model m = softmax_model;
    char text[sizeof header + 8];
    (void)state;
    m.params = &mean;
    m.param_count = 1;
    m.reals = 2;
    for (int own = 0; own < 2; own++) {
        nn_real b[2] = {1, 1};
        nn_tensors t;
        nn_error e = {""};
        snprintf(text, sizeof text, header, own ? "n" : "o");
        write_tensors(text, data, sizeof data);
        assert_true(nn_tensors_open(&t, "w", &e));
        assert_int_equal(nn_ckpt_load_weights(&m, &t, "w", b, &e), own);
        assert_true(own ? b[1] == 0
                        : strstr(e.text, "o.num_batches_tracked is not in") !=
                              NULL);
        nn_tensors_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_out_counts_of_batches),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
