/* Room for a token whose letters become small. */
#include "nn_token.h"

#include <stdlib.h>

#include "nn_mem.h"

bool nn_token_open(nn_token *t, nn_error *e)
{
    *t = (nn_token){0};
    return nn_reserve(&t->room, NN_CURSOR_ROOM * 3 / 2 + 1, 1, "words", e);
}

void nn_token_close(nn_token *t)
{
    free(t->room);
    *t = (nn_token){0};
}
