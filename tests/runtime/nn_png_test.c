/* Images that libpng has written: grey and RGB become planes; other sizes,
 * colours and depths are refused. */
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
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_every_cut),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
