/* peers.c: the table of peers, and lists on the command line. */
#include "peers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "nn_say.h"

static const Peer table[] = {
    {"pytorch", "numpy torch", "torch numpy", false, true, false},
    {"pytorch-compile", "numpy torch", "torch numpy", false, true, false},
    {"onnxruntime", "numpy onnxruntime", "onnxruntime numpy", true, false,
     false},
    {"openvino", "numpy openvino", "openvino numpy", true, false, false},
    {"litert", "numpy onnx jax tensorflow ai_edge_litert",
     "ai-edge-litert tensorflow jax onnx numpy", true, false, true},
    {"ncnn", "numpy torch pnnx ncnn", "ncnn pnnx torch numpy", false, false,
     true},
    {"jax", "numpy onnx jax", "jax onnx numpy", true, true, false},
};

enum { PEERS = sizeof table / sizeof *table };

static const Peer *find(const char *name)
{
    for (int i = 0; i < PEERS; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

static bool unknown(Arena *arena, const char *name)
{
    const char *names[PEERS], *near;
    Text all = {.arena = arena};

    for (int i = 0; i < PEERS; i++) {
        names[i] = table[i].name;
        text_printf(&all, "%s%s", i ? ", " : "", names[i]);
    }
    near = str_nearest(name, names, PEERS);
    nn_say(stderr,
           "nnc: --against: there is no peer `%s`%s%s%s\n"
           "    there are %s; or all, which stands alone\n",
           quote_text(arena, name), near ? "; did you mean " : "",
           near ? near : "", near ? "?" : "", text_str(&all));
    return false;
}

static bool has(const Peers *peers, const Peer *peer)
{
    for (int i = 0; i < peers->n; i++)
        if (peers->at[i] == peer)
            return true;
    return false;
}

/* The next part of a list, *list moved behind it; NULL at the end, and "",
 * with a message, where nothing stands beside a comma. */
static const char *part(Arena *arena, const char *flag, const char **list)
{
    const char *from = *list;
    int n = from ? (int)strcspn(from, ",") : 0;

    if (!from)
        return NULL;
    *list = from[n] ? from + n + 1 : NULL;
    if (n == 0)
        nn_say(stderr,
               "nnc: %s: nothing stands beside a comma: leave the comma out, "
               "or write what is missing\n",
               flag);
    return arena_printf(arena, "%.*s", n, from);
}

bool peers_parse(Arena *arena, const char *list, Peers *peers)
{
    bool all = list && strcmp(list, "all") == 0;
    const char *name;

    for (int i = 0; all && i < PEERS; i++)
        vec_push(arena, peers, &table[i]);
    while (!all && (name = part(arena, "--against", &list))) {
        const Peer *peer = find(name);

        if (!peer)
            return *name && unknown(arena, name);
        if (!has(peers, peer))
            vec_push(arena, peers, peer);
    }
    return true;
}

static bool no_count(Arena *arena, const char *flag, const char *text, int most)
{
    nn_say(stderr,
           "nnc: %s: `%s` is no whole number from 1 to %d; write one, or a "
           "list such as 1,2\n",
           flag, quote_text(arena, text), most);
    return false;
}

static int rising(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

bool counts_parse(Arena *arena, const char *flag, const char *list, int most,
                  Counts *counts)
{
    const char *text;
    int n = 0;

    while ((text = part(arena, flag, &list))) {
        char *end;
        long x = (errno = 0, strtol(text, &end, 10));

        if (!*text)
            return false;
        if (errno || end == text || *end || x < 1 || x > most)
            return no_count(arena, flag, text, most);
        vec_push(arena, counts, (int)x);
    }
    qsort(counts->at, (size_t)counts->n, sizeof *counts->at, rising);
    for (int i = 0; i < counts->n; i++)
        if (n == 0 || counts->at[i] != counts->at[n - 1])
            counts->at[n++] = counts->at[i];
    counts->n = n;
    return true;
}
