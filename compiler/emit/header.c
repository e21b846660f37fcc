/* header.c: model.h: what a program that calls a compiled model includes.
 *
 * It repeats the types of runtime/nn_model.h, so that it needs nothing but
 * <stddef.h> and <stdint.h>. */
#include <ctype.h>
#include <string.h>

#include "base/pack.h"
#include "base/quote.h"
#include "base/version.h"
#include "emit/emit.h"
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

/* The part of runtime/nn_model.h that model.h repeats. */
static void write_types(Text *out)
{
    static const char first[] = "#ifndef NN_MODEL_TYPES";
    static const char last[] = "#endif /* NN_MODEL_TYPES */";
    const char *text = pack_find("runtime/nn_model.h");
    const char *from = strstr(text, first), *to = strstr(text, last);
    if (!from || !to)
        nnc_bug("runtime/nn_model.h lacks its section of types");
    text_add_n(out, from, (size_t)(to - from));
    text_add(out, last);
    text_add(out, "\n");
}

const char *emit_model_h(Arena *arena, const Program *p, Plan *const *plans,
                         int n, const char *header)
{
    Text out = {.arena = arena};
    const char *guard = guard_name(arena, header);
    const char *file = str_base_name(p->path);
    text_add(&out, "/* ");
    quote_comment(&out, header, strlen(header));
    text_printf(&out, ": the model %s, written by nnc %s from ", p->name,
                NNC_VERSION);
    quote_comment(&out, file, strlen(file));
    text_add(&out, " */\n");
    text_printf(&out,
                "#ifndef %s\n#define %s\n\n#include <stddef.h>\n"
                "#include <stdint.h>\n\n",
                guard, guard);
    text_add(&out, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    write_types(&out);
    text_add(&out, "\n/* Rows of a batch and bytes of workspace of each "
                   "entry. */\nenum {\n");
    for (int i = 0; i < n; i++)
        text_printf(
            &out, "    %s_%s_batch = %lld,\n    %s_%s_workspace = %lld%s\n",
            p->name, plans[i]->entry->name, (long long)plans[i]->entry->batch,
            p->name, plans[i]->entry->name, (long long)plans[i]->workspace,
            i + 1 < n ? "," : "\n};\n");
    Emit e = {.arena = arena, .program = p, .out = &out};
    text_printf(&out,
                "/* params: what nn_init_params or a weights file fills, "
                "%s_model.reals of them;\n * workspace: the entry's bytes; "
                "both aligned to 64. Whoever changes params\n * in another "
                "way calls %s_model.prepare, where it is not NULL, before\n"
                " * inference. */\n",
                p->name, p->name);
    for (int i = 0; i < n; i++) {
        text_add(&out, "\n");
        emit_contract(&e, plans[i]);
        emit_prototype(&e, plans[i]);
        text_add(&out, ";\n");
    }
    text_printf(&out,
                "\n/* Parameters, tensors and entries as tables. */\n"
                "extern const nn_model %s_model;\n\n",
                p->name);
    text_add(&out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    Text wrapped = {.arena = arena};
    wrap_lines(&wrapped, text_str(&out));
    return text_str(&wrapped);
}
