/* peers.h: what a model is timed against. */
#ifndef NNC_PEERS_H
#define NNC_PEERS_H

#include <stdbool.h>

#include "base/str.h"
#include "base/vec.h"

typedef struct Peer {
    const char *name;
    const char *modules;  /* of Python, that it needs */
    const char *packages; /* that bring them */
    bool onnx;            /* reads the ONNX file, not the program of PyTorch */
    bool trains;
    bool converts; /* before it can begin, in another process */
} Peer;

typedef VEC(const Peer *) Peers;

/* The peers of a list, "jax,ncnn", or of "all"; false with a message where one
 * is unknown. */
bool peers_parse(Arena *arena, const char *list, Peers *peers);

/* Numbers from 1 to `most` of a list, "1,64", rising, each once; false, with a
 * message about the flag, where they are none. */
typedef VEC(int) Counts;
bool counts_parse(Arena *arena, const char *flag, const char *list, int most,
                  Counts *counts);

#endif
