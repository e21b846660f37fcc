/* GNU's long options, always by their whole names, so that a script keeps
 * working when flags are added. */
#include "nn_args.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn_say.h"

static void print_help(const nn_args *a)
{
    nn_say(stdout, "usage: %s %s\n", a->program, a->usage);
    nn_say(stdout, "%s\n", a->about);
    printf("\n");
    for (int i = 0; i < a->count; i++) {
        const nn_arg *g = &a->args[i];
        char left[40];
        snprintf(left, sizeof left, "--%s%s%s", g->name,
                 g->value != NULL ? " " : "", g->value != NULL ? g->value : "");
        printf("  %-16s %s\n", left, g->help);
    }
    printf("  %-16s %s\n", "--help", "show this and end");
    printf("  %-16s %s\n", "--version", "show the version and end");
    if (a->more != NULL)
        printf("\n%s\n", a->more);
}

static nn_args_end wrong(const nn_args *a, const char *name, const char *what)
{
    nn_say(stderr, "%s: %s %s; %s --help lists the flags\n", a->program, name,
           what, a->program);
    return NN_ARGS_WRONG;
}

static const nn_arg *find(const nn_args *a, const char *name, size_t length)
{
    for (int i = 0; i < a->count; i++)
        if (strlen(a->args[i].name) == length &&
            memcmp(a->args[i].name, name, length) == 0)
            return &a->args[i];
    return NULL;
}

/* The largest number, or -1 where there is none. */
static int most(const nn_arg *g)
{
    return g->kind == NN_ARG_COUNT ? NN_ARG_MOST
           : g->kind == NN_ARG_FEW ? NN_ARG_MOST_FEW
                                   : -1;
}

static bool store(const nn_arg *g, const char *text)
{
    char *end;
    errno = 0;
    if (g->kind == NN_ARG_TEXT || g->kind == NN_ARG_PROSE) {
        *(const char **)g->at = text;
        return text[0] != 0 || g->kind == NN_ARG_PROSE;
    }
    if (g->kind == NN_ARG_REAL) {
        double x = strtod(text, &end);
        *(double *)g->at = x;
        return end != text && *end == 0 && isfinite(x) && x > 0;
    }
    long long n = strtoll(text, &end, 10);
    *(int64_t *)g->at = n;
    return end != text && *end == 0 && errno == 0 && n >= g->least &&
           (most(g) < 0 || n <= most(g));
}

static nn_args_end wrong_value(const nn_args *a, const nn_arg *g,
                               const char *text)
{
    nn_say(stderr, "%s: --%s is '%s'; it must be ", a->program, g->name, text);
    if (most(g) >= 0)
        fprintf(stderr, "a whole number from %lld to %d\n", (long long)g->least,
                most(g));
    else if (g->kind == NN_ARG_WHOLE)
        fprintf(stderr, "a whole number from %lld\n", (long long)g->least);
    else if (g->kind == NN_ARG_REAL)
        fprintf(stderr, "a number above 0\n");
    else
        fprintf(stderr, "a name\n");
    return NN_ARGS_WRONG;
}

/* The flag at argv[*i]; moves *i on where its value is the next word. */
static nn_args_end parse_flag(const nn_args *a, int argc, char **argv, int *i)
{
    const char *name = argv[*i] + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    if (strcmp(name, "help") == 0)
        return print_help(a), NN_ARGS_DONE;
    if (strcmp(name, "version") == 0)
        return puts(a->version), NN_ARGS_DONE;
    const nn_arg *g = find(a, name, length);
    if (g == NULL)
        return wrong(a, argv[*i], "is no flag");
    if (g->given != NULL)
        *g->given = true;
    if (g->kind == NN_ARG_SWITCH) {
        *(bool *)g->at = true;
        return equals ? wrong(a, argv[*i], "takes no value") : NN_ARGS_RUN;
    }
    if (equals == NULL && *i + 1 == argc)
        return wrong(a, argv[*i], "needs a value");
    const char *text = equals ? equals + 1 : argv[++*i];
    return store(g, text) ? NN_ARGS_RUN : wrong_value(a, g, text);
}

nn_args_end nn_args_parse(const nn_args *a, int argc, char **argv,
                          const char **rest, int *rest_count)
{
    bool flags = true;
    int count = 0;
    for (int i = 1; i < argc; i++) {
        nn_args_end end = NN_ARGS_RUN;
        if (flags && strcmp(argv[i], "--") == 0)
            flags = false;
        else if (flags && strncmp(argv[i], "--", 2) == 0)
            end = parse_flag(a, argc, argv, &i);
        else if (flags && argv[i][0] == '-' && argv[i][1] != 0)
            end = wrong(a, argv[i], "is no flag");
        else if (rest == NULL)
            end = wrong(a, argv[i], "has no meaning here");
        else
            rest[count++] = argv[i];
        if (end != NN_ARGS_RUN)
            return end;
    }
    if (rest_count != NULL)
        *rest_count = count;
    return NN_ARGS_RUN;
}
