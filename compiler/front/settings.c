/* settings.c: the rows of settings.def, found by name. */
#include "front/settings.h"

#include <string.h>

static const struct {
    SettingGroup group;
    const char *name, *spec;
} rows[] = {
#define SOURCE(name, spec) {GROUP_SOURCE, name, spec},
#define TRANSFORM(name, spec) {GROUP_TRANSFORM, name, spec},
#define SCHEDULE(name, spec, kind) {GROUP_SCHEDULE, name, spec},
#define SETTING(word, spec, store) {GROUP_SETTING, word, spec},
#include "front/settings.def"
};

static const char *const group_names[] = {
    [GROUP_SOURCE] = "source",
    [GROUP_TRANSFORM] = "transform",
    [GROUP_SCHEDULE] = "schedule",
    [GROUP_SETTING] = "training setting",
};

enum { N_ROWS = sizeof rows / sizeof *rows };

const char *settings_find(SettingGroup group, const char *name)
{
    for (int i = 0; i < N_ROWS; i++)
        if (rows[i].group == group && strcmp(rows[i].name, name) == 0)
            return rows[i].spec;
    return NULL;
}

void settings_unknown(Arena *arena, Diag *diag, Span span, SettingGroup group,
                      const char *name)
{
    Words words = {0};

    for (int i = 0; i < N_ROWS; i++)
        if (rows[i].group == group)
            vec_push(arena, &words, rows[i].name);
    names_unknown(diag, span, name, group_names[group], &words);
}
