/* strings_check.c: whether the strings of a written program, the C file
 * PROGRAM, are those of want.h: see strings.c. What the program calls is
 * declared, never called: only its tables are read. */
#define main written_main
int main(int argc, char **argv);
#include PROGRAM
#undef main

#include <stdio.h>
#include <string.h>

#include "nn_table.h"
#include "want.h"

const nn_reader nn_csv;
const nn_unpacker nn_gzip;

int nn_infer_main(int argc, char **argv, const nn_program *p)
{
    (void)argv;
    (void)p;
    return argc;
}

static int wrong;

static void compare(const char *what, const char *is,
                    const unsigned char *wanted)
{
    if (is && strcmp(is, (const char *)wanted) == 0)
        return;
    printf("%s is \"%s\"\n", what, is ? is : "");
    wrong = 1;
}

/* The kernels of the block stand under the name of its file. */
static void compare_files(void)
{
    int blocks = 0;
    for (int i = 0; i < net_model.kernel_count; i++)
        if (strcmp(net_model.kernels[i].file, "net.nn") != 0) {
            compare("the file of a kernel", net_model.kernels[i].file, used);
            blocks++;
        }
    if (blocks == 0) {
        puts("no kernel comes from the block");
        wrong = 1;
    }
}

int main(void)
{
    const nn_flow *x = &program.flows[0], *t = &program.flows[1];
    compare("the path", x->path, path);
    compare("the parameter", t->path, value);
    compare("the column", t->columns[0].name, column);
    for (int i = 0; i < x->column_count; i++)
        compare("a column", x->columns[i].name, columns[i]);
    if (x->column_count == 0 || columns[x->column_count]) {
        puts("columns are missing");
        wrong = 1;
    }
    compare_files();
    compare("the file", program.file, (const unsigned char *)"net.nn");
    return wrong;
}
