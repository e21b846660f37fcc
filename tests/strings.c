/* strings.c: a model with random bytes in all its strings, and those bytes as
 * C: `strings SEED FOLDER` writes into the folder
 *
 *     net.nn     the model; $(cat used) holds its block
 *     used       the name of that file, which is made as well
 *     value      what is to be given as -D path=VALUE
 *     want.h     the same as arrays of bytes: columns, path, used, value
 *
 * Pieces that end literals, comments and lines of C, octal digits, trigraphs
 * and printf's signs are frequent. The same seed gives the same text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

enum { COLUMNS = 120, PIECES = 12, ROOM = 16 * PIECES };

typedef enum Kind { COLUMN, PATH, USED, VALUE } Kind;

/* A character of UTF-8 with any code but those of controls and surrogates. */
static void add_character(char *out)
{
    unsigned code = (unsigned)(draw(2) ? 0x80 + draw(0x780) : draw(0xd800));
    if (code < ' ' || code == 0x7f)
        code = '?';
    if (code < 0x80)
        sprintf(out, "%c", (int)code);
    else if (code < 0x800)
        sprintf(out, "%c%c", (int)(0xc0 | code >> 6),
                (int)(0x80 | (code & 63)));
    else
        sprintf(out, "%c%c%c", (int)(0xe0 | code >> 12),
                (int)(0x80 | (code >> 6 & 63)), (int)(0x80 | (code & 63)));
}

/* Random bytes that may stand in this place, none of them zero. */
static void make(char *out, Kind kind)
{
    static const char *const pieces[] = {"\"",
                                         "\\",
                                         "\"}};",
                                         "*/",
                                         "/*",
                                         "//",
                                         "?"
                                         "?/",
                                         "?"
                                         "?'",
                                         "?",
                                         "??",
                                         "%s%n",
                                         "$1",
                                         "\n}\n",
                                         "\\\n",
                                         "\t",
                                         "\n",
                                         "7",
                                         "0x",
                                         "#",
                                         "#include ",
                                         "$(id)",
                                         "`id`",
                                         "'",
                                         ";",
                                         " ",
                                         "\\n",
                                         "\\x",
                                         "NULL",
                                         "abort",
                                         "\r\n#",
                                         "\033[m",
                                         "\x7f"
                                         "9",
                                         "/",
                                         ".."};
    static const char *const spots[] = {"\xff", "\xc3(", "\xed\xa0\x80",
                                        "\x80"};
    int n = 1 + draw(PIECES);
    *out = '\0';
    while (n-- > 0) {
        char *end = out + strlen(out);
        if (draw(3) == 0)
            add_character(end);
        else if (kind == VALUE && draw(8) == 0)
            strcpy(end, spots[draw(4)]);
        else
            strcpy(end, pieces[draw(sizeof pieces / sizeof *pieces)]);
        for (char *c = end; *c; c++) {
            int control = (*c > 0 && *c < ' ') || *c == 0x7f;
            if ((kind == PATH || kind == VALUE) && control)
                *c = '~';
            if (control && *c != '\n' && *c != '\t')
                *c = '!'; /* a model's text cannot hold it */
            if (kind == USED && *c == '/')
                *c = '-';
        }
    }
}

/* The string as the model's text has it. */
static void quote(FILE *out, const char *s)
{
    putc('"', out);
    for (; *s; s++)
        if (*s == '\n' || *s == '\t')
            fputs(*s == '\n' ? "\\n" : "\\t", out);
        else
            fprintf(out, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    putc('"', out);
}

static void bytes(FILE *out, const char *name, const char *s)
{
    fprintf(out, "static const unsigned char %s[] = {", name);
    for (; *s; s++)
        fprintf(out, "%d, ", (unsigned char)*s);
    fputs("0};\n", out);
}

static FILE *create(const char *folder, const char *name)
{
    char path[1024];
    FILE *out;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    out = fopen(path, "wb");
    if (!out) {
        perror(path);
        exit(2);
    }
    return out;
}

static void write_file(const char *folder, const char *name, const char *text)
{
    FILE *out = create(folder, name);
    fputs(text, out);
    fclose(out);
}

/* Comments above kernels show the line that they come from. */
static void write_block(const char *folder, const char *path)
{
    char s[ROOM];
    FILE *out = create(folder, path);
    make(s, COLUMN);
    fputs("block used(note = ", out);
    quote(out, s);
    fputs(") { b = in -> dense(3) -> tanh; out = b -> dense(1); }\n", out);
    fclose(out);
}

static void write_model(FILE *nn, FILE *want, const char *used)
{
    char s[ROOM], name[32];
    fputs("use ", nn);
    quote(nn, used);
    fprintf(nn,
            "; model net(path = \"v\") { input x: f32[%d]; "
            "target t: f32[1]; data { x = csv(",
            COLUMNS);
    make(s, PATH);
    bytes(want, "path", s);
    quote(nn, s);
    fputs(", columns: [", nn);
    for (int i = 0; i < COLUMNS; i++) {
        make(s, COLUMN);
        snprintf(name, sizeof name, "column_%d", i);
        bytes(want, name, s);
        fputs(i ? ", " : "", nn);
        quote(nn, s);
    }
    fputs("]); t = csv(path, column: ", nn);
    make(s, COLUMN);
    bytes(want, "column", s);
    quote(nn, s);
    fputs("); } y = x -> used; output y; loss squared_error(y, t); train { "
          "optimizer sgd(rate: 1); batch 2; epochs 1; } }\n",
          nn);
    fprintf(want, "static const unsigned char *const columns[] = {");
    for (int i = 0; i < COLUMNS; i++)
        fprintf(want, "column_%d, ", i);
    fputs("0};\n", want);
}

int main(int argc, char **argv)
{
    char used[ROOM], value[ROOM], path[ROOM + 4];
    FILE *nn, *want;
    if (argc != 3)
        return 2;
    state = strtoull(argv[1], NULL, 10);
    nn = create(argv[2], "net.nn");
    want = create(argv[2], "want.h");
    make(used, USED);
    make(value, VALUE);
    snprintf(path, sizeof path, "%s.nn", used);
    write_block(argv[2], path);
    write_file(argv[2], "used", path);
    write_file(argv[2], "value", value);
    bytes(want, "used", path);
    bytes(want, "value", value);
    write_model(nn, want, path);
    fclose(want);
    return fclose(nn) != 0;
}
