/* Writing safetensors: the header is collected first, because it comes first
 * and holds every size. Its length is rounded up to 8 with spaces, so that
 * the data lie aligned. */
#include <stdlib.h>
#include <string.h>

#include "nn_json.h"
#include "nn_tensors.h"

bool nn_saving_open(nn_saving *s, const char *path, nn_error *e)
{
    *s = (nn_saving){0};
    if (!nn_writer_open(&s->writer, path, e))
        return false;
    nn_text_print(&s->header, "{\"__metadata__\":{");
    return true;
}

void nn_saving_note(nn_saving *s, const char *key, const char *value)
{
    nn_text_print(&s->header, "%s", s->notes++ > 0 ? "," : "");
    nn_json_quote(&s->header, key);
    nn_text_print(&s->header, ":");
    nn_json_quote(&s->header, value);
}

void nn_saving_name(nn_saving *s, const char *name, int rank,
                    const int64_t *shape)
{
    int64_t bytes = (int64_t)sizeof(nn_real);
    nn_text_print(&s->header, "%s,", s->names++ == 0 ? "}" : "");
    nn_json_quote(&s->header, name);
    nn_text_print(&s->header, ":{\"dtype\":\"F%d\",\"shape\":[",
                  (int)sizeof(nn_real) * 8);
    for (int i = 0; i < rank; i++) {
        nn_text_print(&s->header, "%s%lld", i > 0 ? "," : "",
                      (long long)shape[i]);
        bytes *= shape[i];
    }
    nn_text_print(&s->header, "],\"data_offsets\":[%lld,%lld]}",
                  (long long)s->bytes, (long long)(s->bytes + bytes));
    s->bytes += bytes;
}

bool nn_saving_header(nn_saving *s, nn_error *e)
{
    unsigned char size[8];
    nn_text_print(&s->header, "%s", s->names == 0 ? "}}" : "}");
    while (!s->header.failed && s->header.length % 8 != 0)
        nn_text_add(&s->header, " ", 1);
    if (s->header.failed) {
        nn_fail(e, "no memory to write %s", s->writer.path);
        nn_saving_cancel(s);
        return false;
    }
    for (int i = 0; i < 8; i++)
        size[i] = (unsigned char)((uint64_t)s->header.length >> 8 * i);
    fwrite(size, 1, 8, s->writer.stream);
    fwrite(s->header.bytes, 1, s->header.length, s->writer.stream);
    return true;
}

void nn_saving_values(nn_saving *s, const nn_real *values, int64_t count)
{
    fwrite(values, sizeof *values, (size_t)count, s->writer.stream);
}

bool nn_saving_finish(nn_saving *s, nn_error *e)
{
    bool good = nn_writer_finish(&s->writer, e);
    free(s->header.bytes);
    *s = (nn_saving){0};
    return good;
}

void nn_saving_cancel(nn_saving *s)
{
    nn_writer_cancel(&s->writer);
    free(s->header.bytes);
    *s = (nn_saving){0};
}
