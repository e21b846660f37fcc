/* PNG through libpng, for inputs of rank 3: 8 bits, grey or RGB, just as many
 * channels, rows and columns as the input has. One file is one row of bytes,
 * channel by channel, as they are stored: gamma, colour profiles and
 * transparency are for displays and change nothing here. Colours of a palette
 * are RGB, or grey where all of the picture's are. */
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_table.h"

/* libpng leaves through `back` at a mistake, from which all that is open can
 * still be seen here. */
typedef struct {
    const char *path;
    const nn_tensor *tensor;
    nn_error *e;
    const unsigned char *at, *end;
    png_structp png;
    png_infop info;
    unsigned char *pixels; /* their channels together */
    png_bytep *rows;
    int channels; /* of pixels */
    jmp_buf back;
} reader;

static _Noreturn void on_error(png_structp png, png_const_charp message)
{
    reader *r = png_get_error_ptr(png);
    nn_fail(r->e, "%s: %s", r->path, message);
    longjmp(r->back, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void on_read(png_structp png, png_bytep to, size_t size)
{
    reader *r = png_get_io_ptr(png);
    if ((size_t)(r->end - r->at) < size)
        png_error(png, "it is cut short");
    memcpy(to, r->at, size);
    r->at += size;
}

static bool wrong_colours(const reader *r, bool rgb)
{
    return nn_fail(r->e, "%s is %s, %s is %s", r->path, rgb ? "RGB" : "grey",
                   r->tensor->name, rgb ? "grey" : "RGB");
}

static bool check_image(const reader *r)
{
    const nn_tensor *t = r->tensor;
    bool grey = t->rank == 3 && t->shape[0] == 1;
    bool rgb = t->rank == 3 && t->shape[0] == 3;
    int64_t height = t->shape[1], width = t->shape[2];
    png_uint_32 has_height = png_get_image_height(r->png, r->info);
    png_uint_32 has_width = png_get_image_width(r->png, r->info);
    int type = png_get_color_type(r->png, r->info);
    bool colour = (type & PNG_COLOR_MASK_COLOR) != 0;
    if (!grey && !rgb)
        return nn_fail(r->e, "%s: %s takes no images of 1 or 3 channels",
                       r->path, t->name);
    if (has_height != height || has_width != width)
        return nn_fail(r->e,
                       "%s is %u x %u pixels, %s is %lld x %lld (width x "
                       "height): scale it first",
                       r->path, has_width, has_height, t->name,
                       (long long)width, (long long)height);
    if (png_get_bit_depth(r->png, r->info) == 16)
        return nn_fail(r->e, "%s has 16 bits a channel: save it with 8",
                       r->path);
    if (colour != rgb && type != PNG_COLOR_TYPE_PALETTE)
        return wrong_colours(r, colour);
    return true;
}

static bool make_room(reader *r)
{
    size_t height = png_get_image_height(r->png, r->info);
    size_t row = png_get_rowbytes(r->png, r->info);
    r->channels = png_get_channels(r->png, r->info);
    if (!nn_alloc(&r->pixels, height, row, r->path, r->e) ||
        !nn_alloc(&r->rows, height, sizeof *r->rows, r->path, r->e))
        return false;
    for (size_t i = 0; i < height; i++)
        r->rows[i] = r->pixels + i * row;
    return true;
}

/* Ends with pixels of 8 bits, one channel or three. */
static bool decode(reader *r)
{
    if (setjmp(r->back) != 0)
        return false;
    r->png =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, r, on_error, on_warning);
    r->info = r->png != NULL ? png_create_info_struct(r->png) : NULL;
    if (r->info == NULL)
        return nn_fail(r->e, "%s: no memory to read it", r->path);
    png_set_read_fn(r->png, r, on_read);
    png_read_info(r->png, r->info);
    if (!check_image(r))
        return false;
    png_set_palette_to_rgb(r->png);
    png_set_expand_gray_1_2_4_to_8(r->png);
    png_set_strip_alpha(r->png);
    png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    if (!make_room(r))
        return false;
    png_read_image(r->png, r->rows);
    png_read_end(r->png, NULL);
    return true;
}

static bool is_grey(const unsigned char *rgb, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (rgb[3 * i] != rgb[3 * i + 1] || rgb[3 * i] != rgb[3 * i + 2])
            return false;
    return true;
}

/* Pixels hold their channels together; a row wants plane after plane. */
static bool to_planes(const reader *r, unsigned char *planes)
{
    int64_t channels = r->tensor->shape[0];
    int64_t count = r->tensor->values / channels;
    if (channels < r->channels && !is_grey(r->pixels, count))
        return wrong_colours(r, true);
    for (int64_t c = 0; c < channels; c++)
        for (int64_t i = 0; i < count; i++)
            planes[c * count + i] = r->pixels[i * r->channels + c];
    return true;
}

static bool take_image(nn_table *t, const nn_request *q, nn_error *e)
{
    reader r = {.path = t->path,
                .tensor = q->tensor,
                .e = e,
                .at = t->file.bytes,
                .end = t->file.bytes + t->file.size};
    size_t values = (size_t)q->tensor->values;
    bool good = nn_alloc(&t->owned[0], values, 1, t->path, e) && decode(&r) &&
                to_planes(&r, t->owned[0]);
    png_destroy_read_struct(&r.png, &r.info, NULL);
    free(r.pixels);
    free(r.rows);
    t->rows = 1;
    t->width = q->tensor->values;
    t->cell = NN_CELL_U8;
    t->cells = t->owned[0];
    return good;
}

static bool read_png(nn_table *t, const nn_request *r, nn_error *e)
{
    bool good = nn_table_open(t, r, e) && take_image(t, r, e);
    if (!good)
        nn_table_close(t);
    return good;
}

const nn_reader nn_png = {.name = "png", .read = read_png};
