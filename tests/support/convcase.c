/* convcase.c: see convcase.h. */
#include "support/convcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/runs.h"

static void print_turned(Text *out, void *context, const char *value,
                         const Lanes *at)
{
    (void)context;
    (void)at;
    text_printf(out, "%s = 5.0f - %s;", value, value);
}

Epilogue convcase_turned(void)
{
    return (Epilogue){.print = print_turned, .operations = 1};
}

static void image(Text *t, const char *name, const Image *m)
{
    text_printf(t,
                ".%s = {%d, %d, %d, %d, {%d, %d, %d, %d}, %lld, %lld, %lld, "
                "%lld, %lld, %lld}, ",
                name, m->channels, m->height, m->width, m->block, m->halo[0],
                m->halo[1], m->halo[2], m->halo[3], (long long)m->group,
                (long long)m->row, (long long)m->column, (long long)m->origin,
                (long long)m->size, (long long)m->slack);
}

static void weights(Text *t, const char *name, const ConvWeights *w)
{
    text_printf(t, ".%s = {%lld, %lld, %d, {", name, (long long)w->offset,
                (long long)w->size, w->n);
    for (int i = 0; i < w->n; i++) {
        text_printf(t, "{%d, %lld, %lld, %lld}, ", w->piece[i].axis,
                    (long long)w->piece[i].div, (long long)w->piece[i].size,
                    (long long)w->piece[i].stride);
    }
    text_add(t, w->n > 0 ? "}}, " : "{0, 1, 1, 0}}}, ");
}

/* The call with those of the pointers, in this order, that the kernel has. */
static void call(ConvCases *c, const char *name, const char *header,
                 const char *const *formals, const char *const *args, int n,
                 bool range)
{
    Text *t = &c->code;
    const char *end = header;
    while (*end != '{') {
        end++;
    }
    const char *list =
        arena_printf(t->arena, "%.*s", (int)(end - header), header);
    bool first = true;
    text_printf(t, "%s(", name);
    for (int i = 0; i < n; i++) {
        bool has = false;
        for (const char *p = list; *p != 0 && !has; p++) {
            size_t length = 0;
            while (formals[i][length] != 0 && p[length] == formals[i][length]) {
                length++;
            }
            char after = p[length];
            has = p > list && (p[-1] == ' ' || p[-1] == '*') &&
                  formals[i][length] == 0 && (after == ',' || after == ')');
        }
        if (has) {
            text_printf(t, "%s%s", first ? "" : ", ", args[i]);
            first = false;
        }
    }
    text_printf(t, "%s);\n", range ? ", from, to" : "");
}

/* The text from the definition of `name` on. */
static const char *definition(const char *code, const char *name)
{
    Arena *a = arena_new();
    const char *key = arena_printf(a, "static void %s(", name);
    const char *found = NULL;
    for (const char *p = code; *p != 0; p++) {
        size_t i = 0;
        while (key[i] != 0 && p[i] == key[i]) {
            i++;
        }
        found = key[i] == 0 ? p : found;
    }
    arena_free(a);
    return found;
}

static const char *const formals[] = {"x",  "y",  "dy",      "arg",    "w",
                                      "dx", "dw", "partial", "scratch"};

/* Wrappers for the kernel whose parameters stand in `order`. */
static void wrapper(ConvCases *c, const char *name, const char *order,
                    bool finish)
{
    /* one letter a parameter, in the order of conv.h and pool.h */
    static const char letters[] = "xyYawXWps";
    static const char *const args[] = {"a->x",   "a->y",       "a->y",
                                       "a->arg", "a->w",       "a->x",
                                       "a->dw",  "a->partial", "a->scratch"};
    const char *names[9];
    const char *values[9];
    int n = 0;
    for (const char *p = order; *p != 0; p++) {
        for (int i = 0; i < 9; i++) {
            if (letters[i] == *p) {
                names[n] = formals[i];
                values[n++] = args[i];
            }
        }
    }
    const char *header = definition(text_str(&c->code), name);
    const char *copy = arena_printf(c->code.arena, "%s", header);
    text_printf(&c->code, "static void run_%s(struct check_args *a%s)\n{\n    ",
                name, finish ? "" : ", int from, int to");
    call(c, name, copy, names, values, n, !finish);
    text_add(&c->code, "}\n\n");
}

void convcase_conv(ConvCases *c, const ConvPlan *p, const char *label)
{
    static const char *const orders[] = {"xwyas", "YawXs", "xYaWps"};
    const ConvSpec *s = &p->spec;
    const char *name = arena_printf(c->code.arena, "k%d", c->n++);
    const char *finish = arena_printf(c->code.arena, "%s_finish", name);
    conv_emit(&c->code, p, name);
    wrapper(c, name, orders[s->role], false);
    bool finishes = s->role == CONV_GRAD_WEIGHT &&
                    definition(text_str(&c->code), finish) != NULL;
    if (finishes) {
        wrapper(c, finish, "pW", true);
    }
    Text *t = &c->table;
    text_printf(t,
                "    {.name = \"%s\", .role = '%c', .batch = %d, .kernel = "
                "{%d, %d}, .stride = {%d, %d}, .pad = {%d, %d, %d, %d}, ",
                label, "fxw"[s->role], s -> batch, s -> kernel[0],
                s -> kernel[1], s -> stride[0], s -> stride[1], s -> pad[0],
                s -> pad[1], s -> pad[2], s -> pad[3]);
    image(t, "x", &s->x);
    image(t, "y", &s->y);
    image(t, "arg", s->arg.channels > 0 ? &s->arg : &s->y);
    weights(t, "weights", &p->weights);
    weights(t, "dw", &s->dw_layout);
    text_printf(t,
                ".pool = %s, .window = {%d, %d}, .argmax = %d, "
                ".turned = %d, .arg_bytes = %d, .units = %d, "
                ".scratch = %lld, .partial = %lld, .run = run_%s%s%s},\n",
                s->pool == POOL_MAX    ? "'m'"
                : s->pool == POOL_MEAN ? "'a'"
                                       : "0",
                s->window[0], s->window[1], s->argmax,
                s->role == CONV_FORWARD && s->epilogue.print != NULL,
                p->arg_bytes, p->units, (long long)p->scratch,
                (long long)p->partial, name, finishes ? ", .finish = run_" : "",
                finishes ? finish : "");
}

void convcase_pool(ConvCases *c, const PoolPlan *p, const char *label)
{
    const PoolSpec *s = &p->spec;
    const char *name = arena_printf(c->code.arena, "k%d", c->n++);
    pool_emit(&c->code, p, name);
    wrapper(c, name, s->gradient ? "YaX" : "xya", false);
    Text *t = &c->table;
    text_printf(t,
                "    {.name = \"%s\", .role = '%c', .batch = %d, .kernel = "
                "{1, 1}, .stride = {%d, %d}, .pad = {%d, %d, %d, %d}, ",
                label, s->gradient ? 'q' : 'p', s->batch, s->stride[0],
                s->stride[1], s->pad[0], s->pad[1], s->pad[2], s->pad[3]);
    image(t, "x", &s->x);
    image(t, "y", &s->y);
    image(t, "arg", s->arg.channels > 0 ? &s->arg : &s->y);
    text_printf(t,
                ".pool = '%c', .window = {%d, %d}, .argmax = %d, "
                ".turned = %d, .arg_bytes = %d, .units = %d, .run = run_%s},\n",
                s->kind == POOL_MAX ? 'm' : 'a', s->window[0], s->window[1],
                s->argmax, s->epilogue.print != NULL, p->arg_bytes, p->units,
                name);
}

static const char main_text[] =
    "int main(void)\n"
    "{\n"
    "    int bad = 0;\n"
    "    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {\n"
    "        bad += check_run(&cases[i]);\n"
    "    }\n"
    "    return bad != 0;\n"
    "}\n";

/* Writes DIR/TARGET.c and compiles it. Returns the program's path, or NULL
 * after the compiler's messages. */
static const char *build(const ConvCases *c, const char *dir)
{
    Arena *a = c->code.arena;
    Text out = {.arena = a};
    text_add(&out,
             "#include <math.h>\n#include <stddef.h>\n#include <stdio.h>\n"
             "#include \"conv_check.h\"\n\n");
    target_prelude(&out, c->target, text_str(&c->code));
    text_add(&out, text_str(&c->code));
    text_printf(&out, "static const struct check_case cases[] = {\n%s};\n\n%s",
                text_str(&c->table), main_text);
    const char *cc = getenv("CC") != NULL ? getenv("CC") : "cc";
    const char *program = arena_printf(a, "%s/%s", dir, c->target->name);
    const char *file = arena_printf(a, "%s.c", program);
    if (!str_write_file(file, text_str(&out), out.n)) {
        perror(file);
        return NULL;
    }
    const char *command = arena_printf(
        a,
        "%s -std=gnu11 -O2 %s -Itests/tile -Wall -Wextra -Wpedantic -Wshadow "
        "-Wconversion -Wundef -Wmissing-prototypes -Wstrict-prototypes "
        "-Werror -o %s %s tests/tile/conv_check.c -lm",
        cc, flags_here(c->target), program, file);
    return system(command) == 0 ? program : NULL;
}

/* True where the program of one target was built and found all cases right. */
static bool right(const ConvCases *c, const char *dir)
{
    const char *program = build(c, dir);
    bool all = program != NULL && system(program) == 0;
    if (program != NULL) {
        remove(program);
        remove(arena_printf(c->code.arena, "%s.c", program));
    }
    return all;
}

bool convcase_all_right(void (*add_all)(ConvCases *cases))
{
    char dir[] = "/tmp/convcase_XXXXXX";
    bool runs = false;
    bool all = mkdtemp(dir) != NULL;
    for (int i = 0; all && target_name(i) != NULL; i++) {
        const Target *t = target_find(target_name(i));
        if (runs_here(t)) {
            runs = true;
            Arena *a = arena_new();
            ConvCases c = {.target = t, .code = {.arena = a}};
            c.table.arena = a;
            add_all(&c);
            all = right(&c, dir);
            arena_free(a);
        }
    }
    rmdir(dir);
    return all && runs;
}
