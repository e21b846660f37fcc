/* PNG through libpng, for inputs of rank 3: 8 bits, grey or RGB, just as many
 * channels, rows and columns as the input has. One file is one row of bytes,
 * channel by channel. */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_table.h"

static bool check_image(const png_image *i, const nn_tensor *t,
                        const char *path, nn_error *e)
{
    bool grey = t->rank == 3 && t->shape[0] == 1;
    bool rgb = t->rank == 3 && t->shape[0] == 3;
    int64_t height = t->shape[1], width = t->shape[2];
    if (!grey && !rgb)
        return nn_fail(e, "%s: %s takes no images of 1 or 3 channels", path,
                       t->name);
    if (i->height != height || i->width != width)
        return nn_fail(e,
                       "%s is %u x %u pixels, %s is %lld x %lld (width x "
                       "height): scale it first",
                       path, i->width, i->height, t->name, (long long)width,
                       (long long)height);
    bool colour = (i->format & PNG_FORMAT_FLAG_COLOR) != 0;
    if ((i->format & PNG_FORMAT_FLAG_LINEAR) != 0)
        return nn_fail(e, "%s has 16 bits a channel: save it with 8", path);
    if (colour != rgb)
        return nn_fail(e, "%s is %s, %s is %s", path, colour ? "RGB" : "grey",
                       t->name, rgb ? "RGB" : "grey");
    return true;
}

/* Pixels hold their channels together; a row wants plane after plane. */
static void to_planes(const unsigned char *pixels, int64_t count,
                      int64_t channels, unsigned char *planes)
{
    for (int64_t c = 0; c < channels; c++)
        for (int64_t i = 0; i < count; i++)
            planes[c * count + i] = pixels[i * channels + c];
}

static bool decode(nn_table *t, const nn_request *r, png_image *image,
                   nn_error *e)
{
    const nn_tensor *tensor = r->tensor;
    size_t values = (size_t)tensor->values;
    unsigned char *pixels;
    if (!png_image_begin_read_from_memory(image, t->file.bytes, t->file.size))
        return nn_fail(e, "%s: %s", t->path, image->message);
    if (!check_image(image, tensor, t->path, e) ||
        !nn_alloc(&t->owned[0], values, 1, t->path, e) ||
        !nn_alloc(&pixels, values, 1, t->path, e))
        return false;
    bool rgb = tensor->shape[0] == 3;
    image->format = rgb ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    bool good = png_image_finish_read(image, NULL, pixels, 0, NULL) != 0 ||
                nn_fail(e, "%s: %s", t->path, image->message);
    if (good)
        to_planes(pixels, tensor->shape[1] * tensor->shape[2], tensor->shape[0],
                  t->owned[0]);
    free(pixels);
    t->rows = 1;
    t->width = tensor->values;
    t->cell = NN_CELL_U8;
    t->cells = t->owned[0];
    return good;
}

static bool read_png(nn_table *t, const nn_request *r, nn_error *e)
{
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    bool good = nn_table_open(t, r, e) && decode(t, r, &image, e);
    png_image_free(&image);
    if (!good)
        nn_table_close(t);
    return good;
}

const nn_reader nn_png = {.name = "png", .read = read_png};
