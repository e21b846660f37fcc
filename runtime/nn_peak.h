/* The processor's peak, measured. */
#ifndef NN_PEAK_H
#define NN_PEAK_H

/* The best of some runs of multiply-and-adds on registers alone, on one
 * thread, in floating-point operations a second; with the widest vectors
 * that `processor` (a target, "avx2") may use. Takes some
 * milliseconds. */
double nn_peak_measure(const char *processor);

#endif
