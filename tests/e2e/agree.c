/* agree.c: one model, compiled in several ways, must give the same numbers.
 *
 *     agree EXACT TOLERANCE
 *
 * The table `golden_cases` (written by variants.sh) holds each model several
 * times in a row, named MODEL/VARIANT; the first of a row is the plain text.
 * EXACT holds what the plain text computes in double precision (exact.c).
 * Compared are all tensors of result.h, on all rows and on all but one.
 *
 * The error of a tensor is its largest distance from the exact one. A variant
 * may have the largest of
 *   - TOLERANCE times the largest exact magnitude of the tensor; ten times
 *     that in the step, whose gradients add up more terms;
 *   - the last place of a float (2^-23) at the largest exact magnitude among
 *     the tensors of its kind: where terms cancel, in the extreme to a
 *     gradient of exactly 0, what is left is their rounding;
 *   - LESS times the error of the plain text: where a model makes errors
 *     grow, the text to read suffers from it as well.
 * The plain text itself may have TOLERANCE times the largest exact magnitude
 * of its kind; so no allowance grows without limit. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "golden.h"
#include "result.h"

enum { LESS = 4 };

/* One model on some rows: what is exact, and the plain text's result. */
typedef struct {
    double *exact;
    int64_t count;
    result plain;
    double tolerance;
} reference;

/* The worst that was found: a variant's error in units of what it may have. */
typedef struct {
    double ratio, error, size, plain;
    int tensor;
} finding;

static void read_or_die(void *to, size_t size, size_t n, FILE *in)
{
    if (to != NULL && fread(to, size, n, in) == n)
        return;
    fprintf(stderr, "agree: the exact numbers end too early\n");
    exit(2);
}

static void read_reference(reference *ref, const nn_model *m, int rows,
                           FILE *in)
{
    read_or_die(&ref->count, sizeof ref->count, 1, in);
    size_t n = (size_t)ref->count;
    ref->exact = malloc(n * sizeof *ref->exact);
    read_or_die(ref->exact, sizeof *ref->exact, n, in);
    result_measure(&ref->plain, m, rows);
}

static int64_t begin(const result *r, int tensor)
{
    return tensor ? r->tensor[tensor - 1].end : 0;
}

/* The largest magnitude of r - exact, NaN where one is; r NULL counts as 0. */
static double largest(const reference *ref, const result *r, int tensor)
{
    double most = 0;
    for (int64_t i = begin(&ref->plain, tensor);
         i < ref->plain.tensor[tensor].end; i++) {
        double d = fabs((r ? r->at[i] : 0) - ref->exact[i]);
        if (!(d <= most))
            most = d;
    }
    return most;
}

static double largest_of_kind(const reference *ref, int tensor)
{
    const result_tensor *t = ref->plain.tensor;
    double most = 0;
    for (int i = 0; i < ref->plain.tensors; i++)
        if (t[i].kind == t[tensor].kind)
            most = fmax(most, largest(ref, NULL, i));
    return most;
}

static finding compare(const reference *ref, const result *r, int tensor)
{
    double tolerance =
        ref->tolerance * (ref->plain.tensor[tensor].in_step ? 10 : 1);
    double kind = largest_of_kind(ref, tensor);
    finding f = {.error = largest(ref, r, tensor),
                 .size = largest(ref, NULL, tensor),
                 .plain = largest(ref, &ref->plain, tensor),
                 .tensor = tensor};
    double may = fmax(tolerance * f.size, FLT_EPSILON * kind);
    may = r == &ref->plain ? tolerance * kind : fmax(may, LESS * f.plain);
    f.ratio = f.error <= 0 ? 0 : f.error / may;
    return f;
}

static finding worst_of(const reference *ref, const result *r)
{
    finding worst = {.ratio = -1};
    if (r->count != ref->count || r->tensors != ref->plain.tensors)
        return (finding){.ratio = INFINITY};
    for (int i = 0; i < r->tensors; i++) {
        finding f = compare(ref, r, i);
        if (!(f.ratio <= worst.ratio))
            worst = f;
    }
    return worst;
}

/* Prints what differs; returns the worst of it. */
static double check(const reference *ref, const result *r, const char *name,
                    int rows)
{
    finding f = worst_of(ref, r);
    if (!(f.ratio <= 1))
        printf("not ok %s: tensor %d differs, %d rows: %.2g times what is "
               "allowed (%.1e of %.1e, the plain text %.1e)\n",
               name, f.tensor, rows, f.ratio, f.error, f.size, f.plain);
    return f.ratio;
}

/* The variants of one model on some rows; returns the worst of them. */
static double check_all(const golden_case *g, int variants, int rows,
                        double tolerance, FILE *exact)
{
    reference ref = {.tolerance = tolerance};
    read_reference(&ref, g->model, rows, exact);
    double worst = check(&ref, &ref.plain, g->name, rows);
    for (int i = 1; i < variants; i++) {
        result r;
        result_measure(&r, g[i].model, rows);
        double ratio = check(&ref, &r, g[i].name, rows);
        if (!(ratio <= worst))
            worst = ratio;
        result_free(&r);
    }
    result_free(&ref.plain);
    free(ref.exact);
    return worst;
}

int main(int argc, char **argv)
{
    FILE *exact = argc == 3 ? fopen(argv[1], "rb") : NULL;
    int failed = 0;
    if (exact == NULL) {
        fprintf(stderr, "usage: agree EXACT TOLERANCE\n");
        return 2;
    }
    for (const golden_case *g = golden_cases; g->name;) {
        int variants = 1, batch = drive_batch(g->model), rows = batch;
        size_t n = strcspn(g->name, "/");
        while (g[variants].name &&
               strncmp(g[variants].name, g->name, n + 1) == 0)
            variants++;
        double worst = 0, ratio;
        for (; rows > 0 && rows >= batch - 1; rows--) {
            ratio = check_all(g, variants, rows, atof(argv[2]), exact);
            if (!(ratio <= worst))
                worst = ratio;
        }
        if (worst <= 1)
            printf("ok %.*s (%.2f)\n", (int)n, g->name, worst);
        failed |= !(worst <= 1);
        g += variants;
    }
    fclose(exact);
    return failed;
}
