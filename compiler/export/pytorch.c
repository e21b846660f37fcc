/* pytorch.c: the parts of a PyTorch program put together: settings, helpers,
 * the model, how it is trained, its data and the command line. A model without
 * data or loss has what it takes to be imported. */
#include <ctype.h>
#include <string.h>

#include "base/pack.h"
#include "base/quote.h"
#include "export/data.h"
#include "export/layers.h"
#include "export/model.h"
#include "export/rule.h"

/* Modules of Python, by what uses them; behind NULL those that Python does not
 * bring along. */
static const char *const modules[][2] = {
    {"argparse", "import argparse"},
    {"copy.", "import copy"},
    {"gzip", "import gzip"},
    {"io.", "import io"},
    {"json", "import json"},
    {"math.", "import math"},
    {"os.", "import os"},
    {"re.", "import re"},
    {"sys.", "import sys"},
    {"Counter", "from collections import Counter"},
    {NULL, NULL},
    {"np.", "import numpy as np"},
    {"torch", "import torch"},
    {"F.", "import torch.nn.functional as F"},
    {"nn", "from torch import nn"},
};

static bool mentions(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        if ((at == text || (!str_in_name(at[-1]) && at[-1] != '.')) &&
            (word[n - 1] == '.' || !str_in_name(at[n])))
            return true;
    return false;
}

/* A program's threads do not spin while they wait: where others want the
 * processors, a step would take fifty times as long. */
static const char waiting[] =
    "\nif __name__ == \"__main__\":  # PyTorch's threads wait without "
    "spinning\n"
    "    os.environ.setdefault(\"OMP_WAIT_POLICY\", \"PASSIVE\")\n";

static void imports(Text *out, const char *text, bool trains)
{
    const char *indent = "";

    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        if (!modules[i][0]) {
            text_printf(out, "%s\ntry:\n", trains ? waiting : "");
            indent = "    ";
        } else if (mentions(text, modules[i][0])) {
            text_printf(out, "%s%s\n", indent, modules[i][1]);
        }
    text_add(out, "except ImportError as error:\n"
                  "    if __name__ != \"__main__\":\n"
                  "        raise\n"
                  "    raise SystemExit(f\"{error}: pip install torch numpy\") "
                  "from None\n");
}

/* The end of a definition: the next line that stands at the margin, behind
 * blank ones. */
static const char *definition_end(const char *at)
{
    const char *gap;

    while ((gap = strstr(at, "\n\n\n")))
        if (isalpha((unsigned char)gap[3]) || gap[3] == '@')
            return gap + 1;
        else
            at = gap + 1;
    return at + strlen(at);
}

/* "hit" of "def hit(x):" */
static const char *defined(Arena *arena, const char *at)
{
    const char *name = strchr(at, ' ') + 1;

    return arena_copy(arena, name, strcspn(name, "(:"));
}

/* Of the helpers those that are used, by one another too. */
static void helpers(Text *out, Arena *arena, const char *text)
{
    const char *end;
    Text used = {.arena = arena};

    text_add(&used, text);
    for (int round = 0; round < 4; round++) {
        out->n = 0;
        for (const char *at = pack_find("templates/pytorch_ops.py"); *at;
             at = end + strspn(end, "\n")) {
            end = definition_end(at);
            if (!mentions(text_str(&used), defined(arena, at)))
                continue;
            text_add(out, "\n\n");
            text_add_n(out, at, (size_t)(end - at));
        }
        text_add(&used, text_str(out));
    }
}

/* A file's name, which cannot end the text around it. */
static const char *in_docstring(Arena *arena, const char *path)
{
    const char *name = quote_text(arena, str_base_name(path));

    name = str_replace(arena, name, "\\", "/");
    return str_replace(arena, name, "\"", "'");
}

/* What the file is, and how it is used. */
static void introduce(Text *out, const Export *e, bool trains)
{
    const char *name = in_docstring(e->arena, e->a->path);
    const char *file = in_docstring(e->arena, e->file);

    text_printf(out, "\"\"\"The model %s of %s as a program of PyTorch.\n",
                e->a->name, name);
    if (trains)
        text_printf(out,
                    "\n    python3 %s --train\n    python3 %s "
                    "--infer\n",
                    file, file);
    text_add(out,
             "\nAs a module: Model has the weights under nnc's names, so that "
             "load_state_dict\ntakes what nnc has saved; forward gives the "
             "outputs, loss the loss");
    text_add(out, e->a->has_loss ? ".\nPenalties on weights, dropout and the "
                                   "like are there while training is on."
                                   "\n\"\"\"\n"
                                 : ".\n\"\"\"\n");
}

/* What a program says that cannot train by itself. */
static void import_only(Text *out, const Program *p)
{
    const char *lacks = p->flows.n == 0 ? "data"
                        : !p->has_loss  ? "loss"
                                        : "output";

    text_printf(out,
                "\n\nif __name__ == \"__main__\":\n"
                "    sys.stderr.write(f\"{NAME} has no `%s` to train with: \"\n"
                "                     \"import Model from this file\\n\")\n"
                "    sys.exit(2)\n",
                lacks);
}

/* The state of nn.Module that says whether it trains has a name that neither
 * tensors nor modules can have beside it. */
static bool refuses_name(const Export *e)
{
    for (int i = 0; i < e->a->tensors.n; i++) {
        const Tensor *t = &e->a->tensors.at[i];

        if (!layers_keep(t) || !str_mentions(t->name, "training"))
            continue;
        diag_help(diag_error(e->diag, t->span,
                             "a module of PyTorch cannot hold `%s`", t->name),
                  "give another name to what is called `training`");
        return true;
    }
    return false;
}

const char *export_pytorch(const Export *e)
{
    Text out = {.arena = e->arena}, body = {.arena = e->arena};
    Text ops = {.arena = e->arena}, model = {.arena = e->arena};
    bool trains = data_trains(e->a);

    if (refuses_name(e))
        return NULL;
    text_add(&body, "\nreal = torch.get_default_dtype()\n");
    data_settings(&body, e);
    model_class(&model, e);
    if (e->a->has_loss) {
        text_add(&model, "\n\n");
        rule_functions(&model, e);
    }
    helpers(&ops, e->arena, text_str(&model));
    text_printf(&body, "%s\n\n%s", text_str(&ops), text_str(&model));
    data_first(&body, e);
    data_part(&body, "random");
    if (trains && !data_flows(&body, e))
        return NULL;
    if (trains)
        data_part(&body, "main");
    else
        import_only(&body, e->a);
    introduce(&out, e, trains);
    imports(&out, text_str(&body), trains);
    text_add(&out, text_str(&body));
    return text_str(&out);
}
