/* compare.c: all races, one after the other, as one table. */
#include "measure.h"
#include "races.h"

int main(void)
{
    measure_flush();
    measure_head();
    races_iris();
    races_lenet5();
    races_lstm();
    races_textcnn();
    races_conv();
    return 0;
}
