/* flags.c: the values of flags, by their kinds. */
#include "flags.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static bool set_count(const char *text, int *count)
{
    char *end;
    long n;

    errno = 0;
    n = strtol(text, &end, 10);
    if (errno || end == text || *end || n < 1 || n > INT_MAX)
        return false;
    *count = (int)n;
    return true;
}

static bool set_unroll(const char *text, int *unroll)
{
    if (strcmp(text, "auto") == 0)
        *unroll = UNROLL_AUTO;
    else if (strcmp(text, "full") == 0)
        *unroll = UNROLL_FULL;
    else if (strcmp(text, "none") == 0)
        *unroll = UNROLL_NONE;
    else
        return set_count(text, unroll);
    return true;
}

static bool set_target(const char *text, const char **target)
{
    *target = text;
    return strcmp(text, "native") == 0 || target_find(text) != NULL;
}

static bool set_define(Options *o, const char *text)
{
    const char *at = text;

    if (!isalpha((unsigned char)*at) && *at != '_')
        return false;
    while (isalnum((unsigned char)*at) || *at == '_')
        at++;
    if (at[0] != '=' || at[1] == '\0')
        return false;
    vec_push(o->arena, &o->defines, text);
    return true;
}

static void pass_on(Options *o, const FlagRow *flag, const char *value)
{
    vec_push(o->arena, &o->rest, flag->name);
    if (value)
        vec_push(o->arena, &o->rest, value);
    if (flag->at != NOWHERE)
        *(const char **)(void *)((char *)o + flag->at) = value;
}

bool flag_set(Options *o, const FlagRow *flag, const char *value)
{
    void *at = (char *)o + flag->at;

    if (flag->kind == FLAG_SWITCH)
        *(bool *)at = true;
    else if (flag->kind == FLAG_PASS)
        pass_on(o, flag, value);
    else if (!value)
        return false;
    else if (flag->kind == FLAG_COUNT)
        return set_count(value, at);
    else if (flag->kind == FLAG_DEFINE)
        return set_define(o, value);
    else if (flag->kind == FLAG_UNROLL)
        return set_unroll(value, at);
    else if (flag->kind == FLAG_TARGET)
        return set_target(value, at);
    else
        return (*(const char **)at = value)[0] != 0;
    return true;
}

const char *flag_choices(Arena *arena, const FlagRow *flag)
{
    Text text = {.arena = arena};

    if (flag->kind == FLAG_COUNT)
        return arena_printf(arena, "it is a whole number from 1 on: %s",
                            flag->help);
    if (flag->kind != FLAG_TARGET)
        return arena_printf(arena, "%s (%s)", flag->value, flag->help);
    text_add(&text, "native");
    for (int i = 0; target_name(i); i++)
        text_printf(&text, "%s%s", target_name(i + 1) ? ", " : " or ",
                    target_name(i));
    return text_str(&text);
}

void flag_print_targets(void)
{
    for (int i = 0; target_name(i); i++)
        printf("%22s%-9s %s\n", "", target_name(i),
               target_find(target_name(i))->about);
}
