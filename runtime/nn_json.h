/* A bounded JSON reader (RFC 8259) over bytes in memory, and strings out. */
#ifndef NN_JSON_H
#define NN_JSON_H

#include <stdint.h>

#include "nn_error.h"
#include "nn_mem.h"

/* A place in a text. The first mistake stays in `error`, and every reading
 * function returns false from then on. */
typedef struct {
    const char *at, *end;
    int depth;
    const char *error; /* what was expected, or NULL */
} nn_json;

nn_json nn_json_open(const char *bytes, size_t size);

/* Steps into an object or array: call with '{' or '['. */
bool nn_json_enter(nn_json *j, char bracket);

/* Inside one: true when there is another member; false at its closing
 * bracket ('}' or ']'), which is passed, or at a mistake. *first starts as
 * true. */
bool nn_json_more(nn_json *j, char bracket, bool *first);

/* The key of a member and its colon; a string; both malloc'ed UTF-8 without
 * zero bytes. */
bool nn_json_key(nn_json *j, char **text);
bool nn_json_string(nn_json *j, char **text);

/* A number; a whole number from 0 to 2^53. */
bool nn_json_number(nn_json *j, double *x);
bool nn_json_size(nn_json *j, int64_t *x);

/* Passes over any value, at most 32 deep. */
bool nn_json_skip(nn_json *j);

/* Only white space is left. */
bool nn_json_done(nn_json *j);

/* Appends the string in quotes, escaped. */
void nn_json_quote(nn_text *t, const char *text);

#endif
