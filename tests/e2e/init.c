/* init.c: whether iris_init of nnc compile --init is what loading the file
 * makes of params, an optimiser's slots too. */
#include "iris.h"

#include <stdio.h>
#include <string.h>

#include "nn_ckpt.h"
#include "nn_init.h"

static _Alignas(64) nn_real params[iris_reals];

int main(void)
{
    nn_tensors t = {0};
    nn_error e = {""};
    bool good =
        nn_init_params(&iris_model, params, 3, &e) &&
        nn_tensors_open(&t, "iris.safetensors", &e) &&
        nn_ckpt_load_weights(&iris_model, &t, "iris.safetensors", params, &e);
    if (!good || memcmp(params, iris_init, sizeof iris_init) != 0)
        printf("not the weights of the file %s\n", e.text);
    nn_tensors_close(&t);
    return !good;
}
