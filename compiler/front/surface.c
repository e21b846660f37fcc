/* surface.c: expands surface.def into a table, and finds names in it. */
#include "front/surface.h"

#include <stddef.h>
#include <string.h>

const Form surface[] = {
#define FORM(name, builder, op, padding, least, most, attrs, doc)              \
    {name, OP_##op, PADDING_##padding, least, most, attrs},
#include "front/surface.def"
};

const int surface_count = sizeof surface / sizeof *surface;

const Form *surface_find(const char *name)
{
    for (int i = 0; i < surface_count; i++)
        if (strcmp(surface[i].name, name) == 0)
            return &surface[i];
    return NULL;
}
