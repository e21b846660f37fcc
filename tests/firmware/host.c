/* host.c: in place of start.c where there is an operating system. */
#include <stdio.h>

#include "say.h"

void say(const char *text)
{
    fputs(text, stdout);
}

uint32_t instructions(void)
{
    return 0;
}
