/* What the runtime's tests share: files in a folder of their own, and the
 * message of a failure. */
#ifndef CHECK_H
#define CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "nn_error.h"

/* Makes a new folder and moves into it; removed by leave_folder. */
static inline int enter_folder(void **state)
{
    static char folder[] = "/tmp/nn_test_XXXXXX";
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static inline int leave_folder(void **state)
{
    char command[4200], here[4096];
    (void)state;
    if (getcwd(here, sizeof here) == NULL || chdir("/") != 0)
        return 1;
    snprintf(command, sizeof command, "rm -rf '%s'", here);
    return system(command);
}

static inline void write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

/* A safetensors file `w` of this header and these numbers. */
static inline void write_tensors(const char *header, const void *data,
                                 size_t size)
{
    unsigned char bytes[4096] = {0};
    size_t n = strlen(header);
    bytes[0] = (unsigned char)n;
    bytes[1] = (unsigned char)(n >> 8);
    memcpy(bytes + 8, header, n);
    memcpy(bytes + 8 + n, data, size);
    write_bytes("w", bytes, 8 + n + size);
}

static inline void write_text(const char *path, const char *text)
{
    write_bytes(path, text, strlen(text));
}

/* The file's bytes, malloc'ed, with a 0 behind. */
static inline char *read_bytes(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    char *bytes = malloc(1 << 20);
    assert_non_null(f);
    assert_non_null(bytes);
    *size = fread(bytes, 1, (1 << 20) - 1, f);
    bytes[*size] = 0;
    fclose(f);
    return bytes;
}

static inline void assert_same_file(const char *a, const char *b)
{
    size_t n, m;
    char *x = read_bytes(a, &n), *y = read_bytes(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
    free(x);
    free(y);
}

/* Fails unless the message holds every piece, up to a NULL. */
static inline void assert_says(const nn_error *e, const char *const *pieces)
{
    for (; *pieces != NULL; pieces++)
        if (strstr(e->text, *pieces) == NULL)
            fail_msg("'%s' is not in '%s'", *pieces, e->text);
}

#endif
