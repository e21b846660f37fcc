/* header.c: model.h: what a program that calls a compiled model includes.
 *
 * It repeats the types of runtime/nn_model.h, so that it needs nothing but
 * <stddef.h> and <stdint.h>. */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "base/pack.h"
#include "base/quote.h"
#include "base/version.h"
#include "emit/predict.h"
#include "emit/record.h"
#include "emit/weights.h"
#include "emit/wrap.h"

/* The macro that guards a header: "my-net.h" gives MY_NET_H; _STDINT_H and
 * its like are not for us. */
static const char *guard_name(Arena *arena, const char *header)
{
    bool letter = isalpha((unsigned char)header[0]) != 0;
    char *out = arena_printf(arena, "%s%s", letter ? "" : "H", header);

    for (char *c = out; *c; c++)
        *c =
            isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
    return out;
}

/* Of a packed file, what begins with one text and ends before another. */
static const char *section(Arena *arena, const char *path, const char *first,
                           const char *last)
{
    const char *from = strstr(pack_find(path), first);
    const char *to = from ? strstr(from, last) : NULL;
    if (!to)
        nnc_bug("%s lacks its section of types", path);
    return arena_printf(arena, "%.*s", (int)(to - from), from);
}

/* The part of runtime/nn_model.h that model.h repeats, for this version. */
static void write_types(Text *out)
{
    const char *types =
        section(out->arena, "runtime/nn_model.h", "#ifndef NN_REAL", "#elif ");
    const char *tensors =
        section(out->arena, "runtime/nn_param.h", "enum {", "\n#endif");
    const char *own =
        str_replace(out->arena, "NN_TYPES_" NNC_VERSION, ".", "_");
    text_printf(
        out, "#ifndef NN_MODEL_TYPES\n#define NN_MODEL_TYPES\n#define %s\n\n",
        own);
    text_add(out, str_replace(out->arena, types, "#include \"nn_param.h\"\n",
                              tensors));
    text_printf(out,
                "#elif !defined(%s)\n#error \"headers of two versions of nnc: "
                "write all models anew with one of them\"\n#endif\n",
                own);
}

/* Numbers of model.h: an enumerator is an int, and what is larger a macro. */
typedef struct Constants {
    Text small, large;
} Constants;

static void constant(Constants *c, const char *name, int64_t value)
{
    if (value > INT_MAX)
        text_printf(&c->large, "#define %s INT64_C(%lld)\n", name,
                    (long long)value);
    else
        text_printf(&c->small, "%s    %s = %lld", c->small.n ? ",\n" : "", name,
                    (long long)value);
}

static void write_constants(Text *out, const Program *p, Plan *const *plans,
                            int n)
{
    Arena *arena = out->arena;
    Constants c = {{.arena = arena}, {.arena = arena}};
    for (int i = 0; i < n; i++) {
        const Entry *e = plans[i]->entry;
        constant(&c, arena_printf(arena, "%s_%s_batch", p->name, e->name),
                 e->batch);
        constant(&c, arena_printf(arena, "%s_%s_workspace", p->name, e->name),
                 plans[i]->workspace);
    }
    constant(&c, arena_printf(arena, "%s_reals", p->name), record_reals(p));
    text_printf(out,
                "\n/* Rows of a batch and bytes of workspace of each entry; "
                "reals in params. */\nenum {\n%s\n};\n%s",
                text_str(&c.small), text_str(&c.large));
}

void emit_types(Text *out)
{
    text_printf(out, "\n#include <stddef.h>\n#include <stdint.h>\n\n%s",
                section(out->arena, "runtime/nn_model.h", "#ifndef NN_REAL",
                        "/* Runs one entry"));
    text_add(out, "enum { NN_BAD_ROWS = -1 };\n");
}

/* What a program that loads weights itself needs. */
static void write_loading(Emit *e, Plan *const *plans, int n)
{
    const char *name = e->program->name;
    write_types(e->out);
    write_constants(e->out, e->program, plans, n);
    text_printf(
        e->out,
        "/* params: what a weights file fills with nn_ckpt_load_weights, "
        "or nn_init_params,\n * of the runtime (`nnc build --keep DIR` "
        "writes it),\n"
        " *     static _Alignas(64) nn_real params[%s_reals];\n"
        " * workspace: the entry's bytes, aligned likewise. Whoever "
        "changes params in\n * another way calls %s_model.prepare, "
        "where it is not NULL, before inference.\n"
        " * Inputs and outputs are what the network computes with: "
        "`data` of the text\n * prepares them in the programs, not "
        "here.\n"
        " * par, pool: what divides kernels among threads, or NULL, "
        "NULL. */\n",
        name, name);
    if (e->program->start)
        text_printf(e->out,
                    "\n/* What params begin with: those of a weights file, and "
                    "of an optimiser;\n * all behind them are 0. */\nextern "
                    "const float %s_init[%lld];\n",
                    name, (long long)weights_count(e->program->start));
    for (int i = 0; i < n; i++) {
        text_add(e->out, "\n");
        emit_contract(e, plans[i]);
        emit_prototype(e, plans[i]);
        text_add(e->out, ";\n");
    }
    text_printf(e->out,
                "\n/* Parameters, tensors and entries as tables. */\n"
                "extern const nn_model %s_model;\n\n",
                name);
}

/* The comment at the head, and what keeps the header from being read twice. */
static void write_guard(Text *out, const Program *p, const char *header)
{
    const char *guard = guard_name(out->arena, header);
    const char *file = str_base_name(p->path);
    text_add(out, "/* ");
    quote_comment(out, header, strlen(header));
    text_printf(out, ": the model %s%s, written by nnc %s from ", p->name,
                p->weights ? " with its weights" : "", NNC_VERSION);
    quote_comment(out, file, strlen(file));
    text_printf(out, " */\n#ifndef %s\n#define %s\n\n", guard, guard);
    text_printf(out, "%s#include <stdint.h>\n\n",
                p->weights ? "" : "#include <stddef.h>\n");
}

const char *emit_model_h(Arena *arena, const Program *p, Plan *const *plans,
                         int n, const char *header)
{
    Text out = {.arena = arena};
    Emit e = {.arena = arena, .program = p, .out = &out};
    write_guard(&out, p, header);
    text_add(&out, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    if (p->weights)
        emit_predict_prototypes(&e, plans[0]);
    else
        write_loading(&e, plans, n);
    text_add(&out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    Text wrapped = {.arena = arena};
    wrap_lines(&wrapped, text_str(&out));
    return text_str(&wrapped);
}
