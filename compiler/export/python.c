/* python.c: names that Python or PyTorch have for themselves; see python.h. */
#include "export/python.h"

#include <string.h>

/* What cannot be the name of a module or parameter: methods and attributes of
 * nn.Module and of Model. */
static const char *const taken[] = {
    "T_destination",
    "add_module",
    "apply",
    "bfloat16",
    "body",
    "buffers",
    "call_super_init",
    "carried",
    "carry",
    "children",
    "compile",
    "cpu",
    "cuda",
    "double",
    "dump_patches",
    "eval",
    "extra_repr",
    "float",
    "forward",
    "get_buffer",
    "get_extra_state",
    "get_parameter",
    "get_submodule",
    "half",
    "ipu",
    "load_state_dict",
    "loss",
    "metrics",
    "modules",
    "mtia",
    "named_buffers",
    "named_children",
    "named_modules",
    "named_parameters",
    "parameters",
    "penalty",
    "register_backward_hook",
    "register_buffer",
    "register_forward_hook",
    "register_forward_pre_hook",
    "register_full_backward_hook",
    "register_full_backward_pre_hook",
    "register_load_state_dict_post_hook",
    "register_load_state_dict_pre_hook",
    "register_module",
    "register_parameter",
    "register_state_dict_post_hook",
    "register_state_dict_pre_hook",
    "requires_grad_",
    "set_extra_state",
    "set_submodule",
    "share_memory",
    "state_dict",
    "states",
    "step",
    "to",
    "to_empty",
    "train",
    "training",
    "training_loss",
    "type",
    "xpu",
    "zero_grad",
};

static const char *const keywords[] = {
    "False",  "None",   "True",    "and",      "as",       "assert", "async",
    "await",  "break",  "class",   "continue", "def",      "del",    "elif",
    "else",   "except", "finally", "for",      "from",     "global", "if",
    "import", "in",     "is",      "lambda",   "nonlocal", "not",    "or",
    "pass",   "raise",  "return",  "try",      "while",    "with",   "yield",
};

/* Names that methods use. */
static const char *const used[] = {
    "F",         "Model", "Sign", "at_class", "float",     "gather", "hit",
    "len",       "list",  "math", "n",        "nn",        "np",     "one_hot",
    "over_rows", "range", "real", "self",     "surprisal", "torch",  "zip",
};

/* Modules that PyTorch loads. */
static const char modules[] =
    "abc argparse array ast asyncio base64 binascii bisect bz2 calendar "
    "cmath code codecs collections concurrent contextlib contextvars copy "
    "copyreg csv ctypes dataclasses datetime decimal difflib dis email "
    "encodings enum fcntl fnmatch functools gc gettext glob grp gzip "
    "hashlib heapq html http importlib inspect io ipaddress itertools "
    "json keyword linecache locale logging lzma math mmap multiprocessing "
    "numbers numpy opcode operator os pathlib pickle pickletools pkgutil "
    "platform pprint queue quopri random re reprlib select selectors "
    "shutil signal site socket ssl stat statistics string struct "
    "subprocess sys sysconfig tarfile tempfile textwrap threading time "
    "timeit token tokenize torch torchgen traceback types typing "
    "typing_extensions unittest urllib uuid warnings weakref zipfile zlib";

#define AMONG(list, name) str_among(list, sizeof list / sizeof *list, name)

bool python_attribute(const char *name)
{
    return !AMONG(taken, name) && !AMONG(keywords, name) && name[0] != '_';
}

bool python_module(const char *name)
{
    return str_mentions(modules, name);
}

bool python_importable(const char *name)
{
    return !python_module(name) && !AMONG(keywords, name);
}

const char *python_name(Arena *arena, const char *name)
{
    char *out = arena_printf(arena, "%s", name);
    size_t n = strlen(out);
    const char *bare;

    for (char *c = out; *c; c++)
        if (*c == '.')
            *c = '_';
    while (n > 1 && out[n - 1] == '_')
        n--;
    bare = arena_copy(arena, out, n);
    return AMONG(keywords, bare) || AMONG(used, bare)
               ? arena_printf(arena, "%s_", out)
               : out;
}
