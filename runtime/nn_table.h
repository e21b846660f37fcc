/* What a reader makes of a file: a table of rows, any of which can be had at
 * any time. */
#ifndef NN_TABLE_H
#define NN_TABLE_H

#include "nn_data.h"
#include "nn_error.h"
#include "nn_file.h"
#include "nn_model.h"

typedef enum {
    NN_CELL_U8,
    NN_CELL_I32,
    NN_CELL_I64,
    NN_CELL_U64,
    NN_CELL_F32,
    NN_CELL_F64,
    NN_CELL_LABEL, /* a field of text, which stays in its file */
    NN_CELL_LINE,  /* a line of text: one a row */
    NN_CELL_WINDOW /* tokens of a text: one a row */
} nn_cell;

typedef struct {
    const char *bytes;
    size_t length;
} nn_label;

/* How many bytes of it a message shows: 60, or a little less where that would
 * cut a character. */
int nn_label_shown(nn_label label);

typedef struct {
    int64_t rows, width; /* width: cells in one row */
    nn_cell cell;
    const unsigned char *cells; /* rows x width, row-major, any alignment */
    const uint32_t *lines;      /* of each row, from 1; NULL: rows have none */
    const int64_t *columns;     /* the file's, from 0, of each cell; or NULL */
    int64_t fields;             /* of text: columns of the file */
    char **names;               /* of the columns, for a range of names */
    bool counted;               /* lines are those of rows, not of text */
    uint8_t *dropped;           /* 1: the row is to go; malloc'ed or NULL */
    char *path;                 /* for messages, malloc'ed */
    nn_stamp stamp;             /* of the file as it was opened */
    nn_file file;               /* kept open for cells that lie in it */
    void *owned[4];             /* malloc'ed blocks */
    void *text; /* of lines and windows: nn_lines.c; of labels: nn_fields.c */
    void (*release)(void *text);
    nn_label (*label)(void *text, int64_t record, int64_t column,
                      uint32_t *line);
    uint64_t digest; /* of it */
    bool one;        /* of windows: the one token behind them */
} nn_table;

/* What a reader is asked for. */
typedef struct {
    const char *path; /* complete */
    const nn_unpacker *unpacker;
    const nn_flow *flow;  /* the columns to take */
    const nn_flow *flows; /* all of them: a csv file is judged once for all */
    int flow_count;       /* of its uses, which have the same flow->path */
    bool labels;          /* wanted as labels where the file has text */
    const nn_tensor *tensor; /* what the rows are for */
    const nn_file *given;    /* the contents, already read; or NULL */
    const nn_table *like;    /* already read from the same file; or NULL */
} nn_request;

struct nn_reader {
    const char *name; /* as in the language */
    bool (*read)(nn_table *t, const nn_request *r, nn_error *e);
    /* Whether a file is of a form that no first bytes tell; or NULL. */
    bool (*is_own)(const nn_file *file);
};

/* For readers: an empty table with its path and the file's contents. */
bool nn_table_open(nn_table *t, const nn_request *r, nn_error *e);
void nn_table_close(nn_table *t);

/* The transform of this kind, or NULL. */
const nn_transform *nn_flow_transform(const nn_flow *f, nn_transform_kind kind);

/* Bytes of one cell. */
size_t nn_table_cell_size(nn_cell cell);

/* Cell `column` of row `row` as a number; not for labels. */
double nn_table_number(const nn_table *t, int64_t row, int64_t column);

/* out[j] = scale[j % period] * cell j + shift[j % period] of one row; a
 * NULL scale leaves the numbers as they are. Not for labels. */
void nn_table_row(const nn_table *t, int64_t row, const double *scale,
                  const double *shift, int64_t period, nn_real *out);

/* Takes out the rows whose drop[row] is set; the others keep their order and
 * their lines. */
bool nn_table_drop(nn_table *t, const uint8_t *drop, nn_error *e);

/* True where rows are text that stays in its file. */
bool nn_table_is_text(const nn_table *t);

/* The line of a row, from 1, where the table has lines. */
uint32_t nn_table_line(const nn_table *t, int64_t row);

/* Where row `row` stands, for messages: "iris.csv:12" or "x.npy: row 12". */
void nn_table_where(const nn_table *t, int64_t row, char *words, size_t size);

/* Refuses a table with a number that is NaN or infinite. */
bool nn_table_check_finite(const nn_table *t, nn_error *e);

/* Refuses a number that 32 bits do not hold once nn_table_row has made it;
 * accepts labels. */
bool nn_table_check_range(const nn_table *t, const double *scale,
                          const double *shift, int64_t period, nn_error *e);

/* The room that a number takes as text. */
enum { NN_TABLE_TEXT = 40 };

/* A cell's text: of a label itself, valid until the next call, of a number its
 * shortest decimal, written into `room`. Numbers that differ have texts that
 * differ. */
nn_label nn_table_text(const nn_table *t, int64_t row, int64_t column,
                       char room[NN_TABLE_TEXT]);

/* The number of rows x width cells of `size` bytes, checked against the
 * bytes that a file has left; used by readers of binary files. */
bool nn_table_fits(const nn_table *t, size_t size, size_t left, nn_error *e);

#endif
