/* Files of other kinds are told by their first bytes; texts that begin alike
 * are not. */
#include "check.h"

#include "nn_kind.h"

#define BYTES(text) (const unsigned char *)text, sizeof(text) - 1

static void names_kinds(void **state)
{
    static const struct {
        const unsigned char *bytes;
        size_t size;
        const char *says;
    } rows[] = {
        {BYTES("\xff\xd8\xff\xe0..JFIF"),
         "f is a JPEG picture: save it as PNG"},
        {BYTES("\xff\xd8\xff\xe1..Exif"), "a JPEG picture"},
        {BYTES("GIF89a......"), "a GIF picture"},
        {BYTES("RIFF\x10\0\0\0WEBPVP8 "), "a WebP picture"},
        {BYTES("BM\x46\0\0\0\0\0\0\0\x36\0"), "a BMP picture"},
        {BYTES("II*\0\x08\0"), "a TIFF picture"},
        {BYTES("\0\0\0\x1c"
               "ftypavif"),
         "an AVIF picture"},
        {BYTES("PK\3\4\x14"), "a zip archive"},
        {BYTES("\x89HDF\r\n\x1a\n"), "an HDF5 file"},
        {BYTES("\x28\xb5\x2f\xfd...."), "unpack it first"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const nn_file f = {.bytes = rows[i].bytes, .size = rows[i].size};
        nn_error e = {""};
        assert_false(nn_kind_check(&f, "f", &e));
        if (strstr(e.text, rows[i].says) == NULL)
            fail_msg("'%s' is not in '%s'", rows[i].says, e.text);
    }
}

static void leaves_texts_alone(void **state)
{
    static const char *const texts[] = {
        "BMI,age,sex\n1,2,3\n", "II,x,y\n", "MM,x,y\n", "GIF8,GIF9\n",
        "PAR1,PAR2\n",          "PK,id\n",  "RIFF,x\n", "1,2\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const nn_file f = {.bytes = (const unsigned char *)texts[i],
                           .size = strlen(texts[i])};
        nn_error e = {""};
        assert_true(nn_kind_check(&f, "f", &e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_kinds),
        cmocka_unit_test(leaves_texts_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
