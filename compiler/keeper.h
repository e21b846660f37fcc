/* keeper.h: removes a file or folder when nnc ends, whatever ends it: a process
 * of its own that lives a moment longer. */
#ifndef NNC_KEEPER_H
#define NNC_KEEPER_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct Keeper {
    const char *path;
    pid_t pid;
    int line; /* the end of a pipe that closes with nnc */
} Keeper;

/* From now on the file, or the folder with all in it, goes when this process
 * ends. Where there can be no keeper, it goes only with keeper_end. */
void keeper_start(Keeper *keeper, const char *path);

/* Ends the keeper; what it keeps goes with it or stays. */
void keeper_end(Keeper *keeper, bool stays);

#endif
