/* settings.h: the rows of settings.def, found by name. */
#ifndef NNC_FRONT_SETTINGS_H
#define NNC_FRONT_SETTINGS_H

#include "front/names.h"

typedef enum SettingGroup {
    GROUP_SOURCE,
    GROUP_TRANSFORM,
    GROUP_SCHEDULE,
    GROUP_SETTING,
} SettingGroup;

/* The argument string of a row, or NULL where the group has no such name. A
 * setting of two words is found as "clip norm". */
const char *settings_find(SettingGroup group, const char *name);

/* Reports an unknown name with the nearest of its group. */
void settings_unknown(Arena *arena, Diag *diag, Span span, SettingGroup group,
                      const char *name);

#endif
