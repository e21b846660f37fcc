/* Images that libpng has written: grey and RGB become planes, as stored and
 * whatever they tell displays; other sizes, colours and depths are refused. */
#include "check.h"

#include <png.h>

#include "nn_table.h"

enum { HEIGHT = 2, WIDTH = 3 };

static void write_png(png_uint_32 format, int width, const void *pixels)
{
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = (png_uint_32)width;
    image.height = HEIGHT;
    image.format = format;
    assert_true(png_image_write_to_file(&image, "i.png", 0, pixels, 0, NULL));
}

static bool read_image(nn_table *t, int channels, nn_error *e)
{
    nn_tensor tensor = {.name = "image",
                        .rank = 3,
                        .shape = {channels, HEIGHT, WIDTH},
                        .values = channels * HEIGHT * WIDTH};
    nn_request r = {.path = "i.png", .tensor = &tensor};
    return nn_png.read(t, &r, e);
}

static void reads_planes(void **state)
{
    unsigned char pixels[3 * HEIGHT * WIDTH];
    nn_table t;
    nn_error e = {""};
    (void)state;
    for (int i = 0; i < (int)sizeof pixels; i++)
        pixels[i] = (unsigned char)(10 * i);
    write_png(PNG_FORMAT_GRAY, WIDTH, pixels);
    assert_true(read_image(&t, 1, &e));
    assert_int_equal(t.rows, 1);
    assert_int_equal(t.width, HEIGHT * WIDTH);
    assert_memory_equal(t.cells, pixels, HEIGHT * WIDTH);
    nn_table_close(&t);
    write_png(PNG_FORMAT_RGB, WIDTH, pixels);
    assert_true(read_image(&t, 3, &e));
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < HEIGHT * WIDTH; i++)
            assert_int_equal(t.cells[c * HEIGHT * WIDTH + i],
                             pixels[3 * i + c]);
    nn_table_close(&t);
}

/* What a picture holds beside its pixels. */
typedef struct {
    int type, depth;
    double gamma; /* 0: none */
    int interlaced;
    const png_color *palette; /* of four colours */
} look;

/* Rows of packed bytes as a file of this look. */
static void write_stored(const look *l, const unsigned char *bytes, size_t row)
{
    FILE *f = fopen("i.png", "wb");
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_bytep rows[HEIGHT];
    assert_non_null(f);
    for (size_t i = 0; i < HEIGHT; i++)
        rows[i] = (png_bytep)(uintptr_t)(bytes + i * row);
    png_init_io(png, f);
    png_set_IHDR(png, info, WIDTH, HEIGHT, l->depth, l->type,
                 l->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (l->gamma > 0)
        png_set_gAMA(png, info, l->gamma);
    if (l->palette != NULL) {
        png_set_PLTE(png, info, l->palette, 4);
        png_set_tRNS(png, info, (png_const_bytep) "\0\100\200\300", 4, NULL);
    }
    png_write_info(png, info);
    png_write_image(png, rows);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    assert_int_equal(fclose(f), 0);
}

static const png_color greys[] = {
    {0}, {9, 9, 9}, {99, 99, 99}, {250, 250, 250}};
static const png_color colours[] = {{0}, {9, 8, 7}, {99, 99, 99}, {1, 2, 3}};

static const struct {
    look look;
    int channels;
    const char *bytes; /* HEIGHT rows */
    size_t row;
    const char *wanted;
} stored[] = {
    {{PNG_COLOR_TYPE_GRAY, 8, 1.0, 0, NULL},
     1,
     "\1\2\3\4\5\6",
     3,
     "\1\2\3\4\5\6"},
    {{PNG_COLOR_TYPE_GRAY, 8, 0.3, 1, NULL},
     1,
     "\1\2\3\4\5\6",
     3,
     "\1\2\3\4\5\6"},
    {{PNG_COLOR_TYPE_GRAY, 1, 0, 0, NULL},
     1,
     "\xa0\x40",
     1,
     "\xff\0\xff\0\xff\0"},
    {{PNG_COLOR_TYPE_GRAY_ALPHA, 8, 0, 0, NULL},
     1,
     "\1\0\2\x80\3\xff\4\0\5\0\6\0",
     6,
     "\1\2\3\4\5\6"},
    {{PNG_COLOR_TYPE_PALETTE, 8, 0.5, 0, greys},
     1,
     "\0\1\2\3\3\1",
     3,
     "\0\t\x63\xfa\xfa\t"},
    {{PNG_COLOR_TYPE_PALETTE, 2, 0, 0, greys},
     1,
     "\x18\xf4",
     1,
     "\0\t\x63\xfa\xfa\t"},
    {{PNG_COLOR_TYPE_PALETTE, 8, 0, 0, colours},
     1,
     "\0\2\2\0\0\2",
     3,
     "\0\x63\x63\0\0\x63"},
    {{PNG_COLOR_TYPE_PALETTE, 8, 0, 0, colours},
     3,
     "\1\3\0\0\1\3",
     3,
     "\t\1\0\0\t\1\10\2\0\0\10\2\7\3\0\0\7\3"},
    {{PNG_COLOR_TYPE_RGB_ALPHA, 8, 1.0, 0, NULL},
     3,
     "\1\2\3\0\4\5\6\0\1\2\3\xff\4\5\6\xff\1\2\3\1\4\5\6\1",
     12,
     "\1\4\1\4\1\4\2\5\2\5\2\5\3\6\3\6\3\6"},
};

static void reads_what_is_stored(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stored / sizeof *stored; i++) {
        nn_table t;
        nn_error e = {""};
        write_stored(&stored[i].look, (const unsigned char *)stored[i].bytes,
                     stored[i].row);
        if (!read_image(&t, stored[i].channels, &e))
            fail_msg("row %zu: %s", i, e.text);
        assert_memory_equal(t.cells, stored[i].wanted,
                            (size_t)(stored[i].channels * HEIGHT * WIDTH));
        nn_table_close(&t);
    }
}

static void refuses_coloured_palettes(void **state)
{
    static const look coloured = {PNG_COLOR_TYPE_PALETTE, 8, 0, 0, colours};
    nn_table t;
    nn_error e = {""};
    (void)state;
    write_stored(&coloured, (const unsigned char *)"\0\1\2\3\3\1", 3);
    assert_false(read_image(&t, 1, &e));
    assert_non_null(strstr(e.text, "i.png is RGB, image is grey"));
}

static void refuses(void **state)
{
    static const png_uint_16 deep[4 * 3 * HEIGHT];
    static const struct {
        png_uint_32 format;
        int width, channels;
        const char *says;
    } rows[] = {
        {PNG_FORMAT_GRAY, WIDTH, 3, "i.png is grey, image is RGB"},
        {PNG_FORMAT_RGB, WIDTH, 1, "i.png is RGB, image is grey"},
        {PNG_FORMAT_GRAY, 4, 1, "4 x 2 pixels, image is 3 x 2"},
        {PNG_FORMAT_LINEAR_Y, WIDTH, 1, "16 bits a channel"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_table t;
        nn_error e = {""};
        write_png(rows[i].format, rows[i].width, deep);
        assert_false(read_image(&t, rows[i].channels, &e));
        if (strstr(e.text, rows[i].says) == NULL)
            fail_msg("'%s' is not in '%s'", rows[i].says, e.text);
    }
}

static void refuses_every_cut(void **state)
{
    static const unsigned char pixels[HEIGHT * WIDTH] = {9, 8, 7, 6, 5, 4};
    size_t size;
    nn_table t;
    nn_error e;
    (void)state;
    write_png(PNG_FORMAT_GRAY, WIDTH, pixels);
    char *bytes = read_bytes("i.png", &size);
    for (size_t cut = 0; cut + 16 < size; cut++) { /* 12 bytes of IEND */
        write_bytes("i.png", bytes, cut);
        assert_false(read_image(&t, 1, &e));
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_planes),
        cmocka_unit_test(reads_what_is_stored),
        cmocka_unit_test(refuses_coloured_palettes),
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_every_cut),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
