/* pack_table.h: what pack.awk writes and pack.c searches. */
#ifndef NNC_BASE_PACK_TABLE_H
#define NNC_BASE_PACK_TABLE_H

typedef struct PackFile {
    const char *path, *text;
} PackFile;

/* In order of strcmp of the paths; the last one's are NULL. */
extern const PackFile pack_table[];

#endif
