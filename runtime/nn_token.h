/* Text cut into tokens, and what makes ids of them. */
#ifndef NN_TOKEN_H
#define NN_TOKEN_H

#include "nn_cursor.h"
#include "nn_spelling.h"

/* A token, in the text or in the room. */
typedef struct {
    const char *bytes;
    size_t length;
    char *room; /* malloc'ed */
} nn_token;

bool nn_token_open(nn_token *t, nn_error *e);
void nn_token_close(nn_token *t);

struct nn_splitter {
    const char *name;
    const char *between;         /* tokens side by side */
    const nn_spelling *spelling; /* so that a program that splits can spell */
    /* The next token, or *more = false at the end. It holds until the next
     * call. */
    bool (*next)(const nn_transform *how, nn_cursor *c, nn_token *t, bool *more,
                 nn_error *e);
};

#endif
