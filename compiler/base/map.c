/* map.c: open addressing over interned names, so that pointers compare. */
#include "base/map.h"

typedef struct MapRow {
    const char *name; /* NULL: free */
    int number;
} MapRow;

static MapRow *row_of(MapRow *rows, size_t room, const char *name)
{
    size_t i = (size_t)((uintptr_t)name / 16 * 2654435761u);

    for (;; i++) {
        MapRow *row = &rows[i & (room - 1)];

        if (!row->name || row->name == name)
            return row;
    }
}

int map_get(const Map *map, const char *name)
{
    const MapRow *row;

    if (map->n == 0)
        return -1;
    row = row_of(map->rows, map->room, arena_name(map->arena, name));
    return row->name ? row->number : -1;
}

static void grow(Map *map)
{
    size_t room = map->room ? 2 * map->room : 16;
    MapRow *rows = NEWN(map->arena, MapRow, room);

    for (size_t i = 0; i < map->room; i++)
        if (map->rows[i].name)
            *row_of(rows, room, map->rows[i].name) = map->rows[i];
    map->rows = rows;
    map->room = room;
}

void map_set(Map *map, const char *name, int number)
{
    const char *known = arena_name(map->arena, name);
    MapRow *row;

    if (2 * map->n >= map->room)
        grow(map);
    row = row_of(map->rows, map->room, known);
    map->n += row->name == NULL;
    *row = (MapRow){known, number};
}
