/* Records of a text file: csv by RFC 4180, or with another separator, with or
 * without quotes. Blanks around a field are dropped, those in quotes stay. */
#ifndef NN_RECORDS_H
#define NN_RECORDS_H

#include <stdint.h>

#include "nn_error.h"
#include "nn_table.h"

typedef struct {
    const char *path; /* for messages */
    char separator;   /* ' ': any run of blanks */
    char decimal;     /* of numbers: '.', or ',' where the user sets it */
    bool quotes;
    const char *begin, *at, *end;
    const char *start;  /* of the record at hand */
    uint32_t line;      /* where the record at hand begins, from 1 */
    uint32_t next_line; /* where the next one begins */
    nn_label *fields;   /* of the record at hand */
    size_t count, room;
    size_t columns;     /* fields of the first record; 0: none was read */
    const char *filled; /* a line that is not blank, or NULL */
    char *pool;         /* fields of it that had doubled quotes */
    size_t pooled, pool_room;
    const nn_file *file;
    size_t touched; /* bytes of the file since its pages were given back */
} nn_records;

/* Starts before the first record of the file, which must stay open. Refuses
 * text that is not UTF-8; a byte order mark is skipped. The decimal sign is
 * '.' until it is set. */
bool nn_records_open(nn_records *r, const nn_file *file, const char *path,
                     char separator, bool quotes, nn_error *e);

/* Goes to the next record; *more is false at the end. Blank lines are skipped
 * at the end of the file, and elsewhere unless it has a single column: there
 * one is an empty field. The text of fields stays valid until the next call. */
bool nn_records_next(nn_records *r, bool *more, nn_error *e);

/* Goes to where a record began, at a line of the file. */
void nn_records_go(nn_records *r, const char *start, uint32_t line);

void nn_records_close(nn_records *r);

/* True where the field is a plain decimal number; sets *x. NaN and infinity
 * count as numbers here, so that they can be refused by name. */
bool nn_records_is_number(const nn_label *field, double *x);

/* Field `index` of the record as a finite number in the file's notation, or a
 * message that names file, line and column; name may be empty. */
bool nn_records_number(const nn_records *r, size_t index, nn_label name,
                       double *x, nn_error *e);

#endif
