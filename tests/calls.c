/* Calls the models of the test with numbers of rows that they cannot take:
 * nothing but rows may be looked at then, so all else is NULL. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "iris.h"
#include "named.h"

static float iris_params[iris_reals], named_params[named_reals];

static int wrong;

static void expect(const char *what, int rows, int status)
{
    if (status == NN_BAD_ROWS)
        return;
    printf("%s takes %d rows and returns %d\n", what, rows, status);
    wrong = 1;
}

static void tables(const nn_model *m, int past)
{
    if (m->entry_count != 4)
        wrong = 1;
    const int rows[] = {0, -1, INT_MIN, (int)SIZE_MAX, INT_MAX, past + 1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = 0; k < m->entry_count; k++)
            expect(m->entries[k].name, rows[i],
                   m->entries[k].run(NULL, NULL, NULL, NULL, NULL, NULL,
                                     rows[i], NULL, NULL, NULL));
}

int main(void)
{
    tables(&iris_model, iris_infer_batch);
    tables(&named_model, named_infer_batch);
    const int past[] = {0, iris_infer_batch + 1};
    for (int i = 0; i < 2; i++) {
        expect("iris_infer", past[i],
               iris_infer(iris_params, NULL, NULL, NULL, past[i], NULL, NULL));
        expect("iris_eval", past[i],
               iris_eval(iris_params, NULL, NULL, NULL, NULL, past[i], NULL,
                         NULL));
        expect("iris_step", past[i],
               iris_step(iris_params, NULL, NULL, NULL, NULL, past[i], NULL,
                         NULL, NULL));
    }
    return wrong || named_params[0] != 0;
}
