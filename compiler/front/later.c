/* later.c: the rows of later.def, found by name. */
#include "front/later.h"

#include <string.h>

static const struct {
    const char *name, *what;
} later[] = {
#define LATER(name, what) {name, what},
#include "front/later.def"
};

const char *later_kind(const char *name)
{
    for (unsigned i = 0; i < sizeof later / sizeof *later; i++)
        if (strcmp(later[i].name, name) == 0)
            return later[i].what;
    return NULL;
}
