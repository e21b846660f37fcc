/* gemm_gates.c: prints what becomes of a product's gates.
 *
 * In: a GateSpec. Out: templates/gates.c filled: a loop over rows of sums and
 * over the vectors of a gate, and where gates end within a vector once more
 * for the last one. */
#include <stdlib.h>

#include "base/diag.h"
#include "base/pack.h"
#include "tile/comment.h"
#include "tile/gemm.h"
#include "tile/template.h"

static const char path[] = "templates/gates.c";

/* STORE or STORE_PART, on vectors with so many columns. */
typedef struct Store {
    const GateSpec *spec;
    int lanes;
} Store;

static void write_store(Text *out, void *context, int n,
                        const char *const *args)
{
    const Store *store = context;
    const GateSpec *s = store->spec;
    const char **names = NEWN(out->arena, const char *, s->gates);
    GemmCell cell = {.row = "m",
                     .column = args[n - 1],
                     .lanes = store->lanes,
                     .n = s->gates,
                     .acc = names};
    text_add(out, "{\n");
    for (int g = 0; g < s->gates; g++) {
        names[g] = arena_printf(out->arena, "gate_%d", g);
        text_printf(out, "const nn_vec gate_%d = nn_vload(&row[%s + %lld]);\n",
                    g, args[n - 1], (long long)(g * s->n));
    }
    s->store(out, s->context, &cell);
    text_add(out, "}\n");
}

int64_t gemm_gates_row(int64_t n, const Target *target)
{
    int64_t w = target->lanes;
    return (n + w - 1) / w * w + w;
}

void gemm_gates(Text *out, const GateSpec *spec, const Target *target,
                const char *name)
{
    const char *text = pack_find(path);
    int rest = (int)(spec->n % target->lanes);
    Store whole = {spec, target->lanes}, part = {spec, rest};
    if (text == NULL) {
        nnc_bug("%s is not packed into nnc", path);
    }
    const Hole holes[] = {
        hole_text("NAME", name),
        hole_text("PARAMS",
                  arena_printf(out->arena,
                               "const float *restrict sums%s, int from, int to",
                               spec->params)),
        hole_int(out->arena, "ROW", spec->row),
        hole_int(out->arena, "WHOLE", spec->n - rest),
        hole_int(out->arena, "N", spec->n),
        hole_int(out->arena, "W", target->lanes),
        {.name = "STORE", .write = write_store, .context = &whole},
        {.name = "STORE_PART", .write = write_store, .context = &part},
    };
    comment_formula(out, path, 0);
    template_fill(out, path, text, "gates", holes,
                  (int)(sizeof holes / sizeof *holes), 0);
}
