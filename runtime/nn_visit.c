/* The locale is that of the thread alone; where there is no memory for one, it
 * stays. */
#include "nn_visit.h"

#include "nn_thread.h"

nn_visit nn_visit_begin(void)
{
    nn_visit v;
    fegetenv(&v.floats);
    v.own = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    v.before = v.own != (locale_t)0 ? uselocale(v.own) : (locale_t)0;
    nn_thread_flush_denormals();
    return v;
}

void nn_visit_end(nn_visit v)
{
    if (v.own != (locale_t)0) {
        uselocale(v.before);
        freelocale(v.own);
    }
    fesetenv(&v.floats);
}
