/* Linux says it in /proc: what is counted there page by page is exact, what is
 * kept up to date may lack some hundred kilobytes. */
#include "nn_memory.h"

#include <inttypes.h>
#include <stdio.h>

/* The number of kilobytes behind a name, as bytes; 0 where there is none. */
static int64_t look(const char *path, const char *format)
{
    char line[128];
    int64_t kilobytes = 0;
    FILE *f = fopen(path, "r");
    while (f != NULL && kilobytes == 0 && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, format, &kilobytes) != 1)
            kilobytes = 0;
    if (f != NULL)
        fclose(f);
    return kilobytes * 1024;
}

nn_memory nn_memory_taken(void)
{
    nn_memory m = {look("/proc/self/smaps_rollup", "Rss: %" SCNd64),
                   look("/proc/self/status", "VmHWM: %" SCNd64)};
    if (m.now == 0)
        m.now = look("/proc/self/status", "VmRSS: %" SCNd64);
    return m;
}
