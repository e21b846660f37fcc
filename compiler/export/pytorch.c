/* pytorch.c: the parts of a PyTorch program put together. */
#include "export/export.h"

#include <string.h>

#include "base/pack.h"
#include "export/model.h"

/* A table of what a row is made of. */
static void rows_of(Text *out, const Program *p, const char *name, bool target)
{
    text_printf(out, "%s = {", name);
    for (int i = 0; i < p->inputs.n; i++) {
        const Input *in = &p->inputs.at[i];

        if (in->target == target)
            text_printf(out, "\n    \"%s\": %s,",
                        python_name(out->arena, in->name),
                        form_tuple(out->arena, in->shape.dim, in->shape.rank));
    }
    text_add(out, "\n}\n");
}

static void classes_of(Text *out, const Program *p)
{
    text_add(out, "CLASSES = {");
    for (int i = 0; i < p->inputs.n; i++)
        if (p->inputs.at[i].type == TYPE_INT)
            text_printf(out, "\n    \"%s\": %lld,",
                        python_name(out->arena, p->inputs.at[i].name),
                        (long long)p->inputs.at[i].classes);
    text_add(out, "\n}\n");
}

const char *export_pytorch(const Export *e)
{
    Text out = {.arena = e->arena};

    text_printf(&out, "import math\n\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n\nreal = torch.get_default_dtype()\n\n\n");
    rows_of(&out, e->a, "INPUTS", false);
    rows_of(&out, e->a, "TARGETS", true);
    classes_of(&out, e->a);
    text_add(&out, "\n\n");
    text_add(&out, pack_find("templates/pytorch_ops.py"));
    text_add(&out, "\n\n");
    model_class(&out, e);
    return text_str(&out);
}
