/* One row a kind, the first that fits wins. */
#include "nn_kind.h"

#define BEGINS(bytes) bytes, sizeof(bytes) - 1

static const char as_png[] = "save it as PNG";
static const char as_csv[] = "save its table as csv";
static const char unpack[] = "unpack it first";
static const char as_ours[] =
    "save tables as csv, arrays with numpy.save, weights as safetensors";

static const struct {
    const char *begins; /* `?` stands for any byte */
    size_t size;
    const char *name, *advice;
} kinds[] = {
    {BEGINS("\xff\xd8\xff"), "a JPEG picture", as_png},
    {BEGINS("GIF8?a"), "a GIF picture", as_png},
    {BEGINS("RIFF????WEBP"), "a WebP picture", as_png},
    {BEGINS("BM????\0\0\0\0"), "a BMP picture", as_png},
    {BEGINS("II*\0"), "a TIFF picture", as_png},
    {BEGINS("MM\0*"), "a TIFF picture", as_png},
    {BEGINS("????ftypavif"), "an AVIF picture", as_png},
    {BEGINS("????ftyphei"), "a HEIC picture", as_png},
    {BEGINS("????ftypmif"), "a HEIF picture", as_png},
    {BEGINS("\x89PNG\r\n\x1a\n"), "a PNG picture",
     "data are read from csv, tsv, idx, cifar or npy, pictures at inference "
     "alone"},
    {BEGINS("\x93NUMPY"), "an npy file", "arrays are data, read with npy(...)"},
    {BEGINS("PK\3\4"),
     "a zip archive, as Excel, numpy.savez or torch.save "
     "write them",
     as_ours},
    {BEGINS("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old Office file", as_csv},
    {BEGINS("\x89HDF\r\n\x1a\n"), "an HDF5 file", as_ours},
    {BEGINS("PAR1\x15"), "a Parquet file", as_csv},
    {BEGINS("%PDF-"), "a PDF file", as_csv},
    {BEGINS("\x80\2"), "a Python pickle", as_ours},
    {BEGINS("\x80\3"), "a Python pickle", as_ours},
    {BEGINS("\x80\4\x95"), "a Python pickle", as_ours},
    {BEGINS("\x80\5\x95"), "a Python pickle", as_ours},
    {BEGINS("\xfd"
            "7zXZ"),
     "compressed with xz", unpack},
    {BEGINS("\x28\xb5\x2f\xfd"), "compressed with zstd", unpack},
    {BEGINS("BZh91AY"), "compressed with bzip2", unpack},
};

static bool begins(const nn_file *f, const char *bytes, size_t size)
{
    if (f->size < size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != '?' && f->bytes[i] != (unsigned char)bytes[i])
            return false;
    return true;
}

bool nn_kind_check(const nn_file *f, const char *path, nn_error *e)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (begins(f, kinds[i].begins, kinds[i].size))
            return nn_fail(e, "%s is %s: %s", path, kinds[i].name,
                           kinds[i].advice);
    return true;
}
