/* map.h: numbers found by name, in time that does not grow with their count.
 *
 *     Map map = {.arena = arena};
 *     map_set(&map, "x", 3);
 *     map_get(&map, "x") == 3, map_get(&map, "y") == -1 */
#ifndef NNC_BASE_MAP_H
#define NNC_BASE_MAP_H

#include "base/arena.h"

typedef struct Map {
    Arena *arena;
    struct MapRow *rows;
    size_t n, room; /* room: a power of two, or 0 */
} Map;

/* The number of the name, or -1 where it has none. */
int map_get(const Map *map, const char *name);

/* Gives the name a number in place of the one it may have. */
void map_set(Map *map, const char *name, int number);

#endif
