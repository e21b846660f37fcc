/* page.c: see page.h. Templates of HTML have holes as those of C have: $NAME.
 */
#include "page.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/pack.h"
#include "emit/facts.h"
#include "nn_say.h"
#include "output.h"
#include "toolchain.h"

/* More than browsers take of one file, as text. */
enum { MOST_WEIGHTS = 256 << 20 };

typedef struct Page {
    const char *model, *facts;
    const char *program, *weights; /* paths; weights may be NULL */
} Page;

/* The file in base64, three bytes in four signs. */
static void put_base64(FILE *out, const char *path)
{
    static const char sign[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                               "uvwxyz0123456789+/";
    FILE *in = path ? fopen(path, "rb") : NULL;
    unsigned char b[3];

    for (size_t n; in && (n = fread(b, 1, 3, in)) > 0;) {
        unsigned x = (unsigned)b[0] << 16 | (n > 1 ? (unsigned)b[1] << 8 : 0) |
                     (n > 2 ? b[2] : 0);

        for (size_t i = 0; i < 4; i++)
            fputc(i > n ? '=' : sign[x >> (18 - 6 * i) & 63], out);
    }
    if (in)
        fclose(in);
}

static void put_template(FILE *out, const Page *page, const char *path);

/* What stands in the hole of this name. */
static void put_hole(FILE *out, const Page *page, const char *name, size_t n)
{
    static const char *const templates[][2] = {
        {"STYLE", "templates/page.css"},
        {"NET", "templates/page_net.js"},
        {"PAGE", "templates/page.js"},
    };

    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
        if (strlen(templates[i][0]) == n && !memcmp(templates[i][0], name, n))
            put_template(out, page, templates[i][1]);
    if (n == 5 && memcmp(name, "MODEL", n) == 0)
        fputs(page->model, out);
    else if (n == 5 && memcmp(name, "FACTS", n) == 0)
        fputs(page->facts, out);
    else if (n == 7 && memcmp(name, "PROGRAM", n) == 0)
        put_base64(out, page->program);
    else if (n == 7 && memcmp(name, "WEIGHTS", n) == 0)
        put_base64(out, page->weights);
}

static void put_template(FILE *out, const Page *page, const char *path)
{
    const char *at = pack_find(path);

    while (*at) {
        size_t n = 0;

        while (*at == '$' && isupper((unsigned char)at[n + 1]))
            n++;
        if (n > 0)
            put_hole(out, page, at + 1, n);
        else
            fputc(*at, out);
        at += n + 1;
    }
}

static void put_page(FILE *out, const void *page)
{
    put_template(out, page, "templates/page.html");
}

/* Whether the weights fit the model; a message otherwise. */
static bool check_weights(Driver *d)
{
    const char *path = d->options->weights;
    struct stat s;
    Model m;
    bool good;

    if (!path)
        return true;
    if (stat(path, &s) == 0 && S_ISFIFO(s.st_mode)) {
        nn_say(stderr,
               "nnc: %s is a pipe, which can be read once, and a page's "
               "weights are read twice: write them to a file\n",
               path);
        return false;
    }
    good =
        driver_model(d, WANT_INFER, &m, NULL) && driver_weights(d, &m, false);
    driver_status(d);
    if (!good)
        return false;
    driver_close(&m);
    if (stat(path, &s) != 0 || s.st_size <= MOST_WEIGHTS)
        return true;
    nn_say(stderr, "nnc: %s has %lld MiB, and a page holds at most %d\n", path,
           (long long)s.st_size >> 20, MOST_WEIGHTS >> 20);
    return false;
}

static bool can_be(Driver *d, const Program *p)
{
    const char *why = facts_refusal(p, d->options->weights != NULL);

    if (why)
        nn_say(stderr, "nnc: there is no page of %s: %s\n", p->name, why);
    return !why;
}

int page_make(Driver *d, const Program *p)
{
    Arena *a = d->arena;
    const char *folder = d->options->output ? d->options->output : ".";
    bool here = strcmp(folder, ".") == 0;
    const char *to = arena_printf(a, "%s%s%s.html", here ? "" : folder,
                                  here ? "" : "/", p->name);
    Text facts = {.arena = a};
    Page page = {.model = p->name, .weights = d->options->weights};
    struct stat s;
    Built built;
    int status;

    d->code.target = "wasm";
    if (!can_be(d, p) || !check_weights(d) || !output_allowed(d, p, to))
        return 1;
    status = program_make(d, PROGRAM_PAGE, false, &built);
    if (status != 0)
        return status;
    emit_facts(&facts, p, p->has_loss && !d->options->infer_only);
    page.facts = text_str(&facts);
    page.program = built.path;
    if (!output_fill(to, put_page, &page, false))
        return 1;
    nn_say(stdout, "%s, %lld KiB%s: open it in a browser\n", to,
           stat(to, &s) == 0 ? ((long long)s.st_size + 1023) >> 10 : 0,
           page.weights ? "" : ", with first weights");
    return 0;
}
