/* await.h: files that may have to be waited for: pipes and terminals. */
#ifndef NNC_BASE_AWAIT_H
#define NNC_BASE_AWAIT_H

#include <stdio.h>

/* Opens a file to read; where nothing comes out of it for a while, says on
 * stderr that it is waited for. NULL with errno set. */
FILE *await_open(const char *path);

#endif
