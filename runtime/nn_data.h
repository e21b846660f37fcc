/* Where a model's rows come from: the `data` block as constant tables.
 *
 * The compiler prints one nn_flow for each input and target of the main
 * block, and one more for each in a `test` or `validation` block with
 * sources of its own. A flow names its source by a pointer, so that a
 * program links only what its model uses. A field left out is 0 or NULL.
 */
#ifndef NN_DATA_H
#define NN_DATA_H

#include <stdint.h>

typedef struct nn_reader nn_reader;     /* a file format: nn_table.h */
typedef struct nn_unpacker nn_unpacker; /* a compression: nn_file.h */
typedef struct nn_splitter nn_splitter; /* text to tokens: nn_token.h */

extern const nn_reader nn_csv;     /* nn_csv.c: commas, RFC 4180 */
extern const nn_reader nn_tsv;     /* nn_csv.c: tabs, no quotes */
extern const nn_reader nn_idx;     /* nn_idx.c: MNIST's format */
extern const nn_reader nn_cifar;   /* nn_cifar.c: CIFAR-10's records */
extern const nn_reader nn_npy;     /* nn_npy.c: NumPy's format */
extern const nn_reader nn_lines;   /* nn_lines.c: a line a row */
extern const nn_reader nn_series;  /* nn_lines.c: windows of a whole text */
extern const nn_reader nn_random;  /* nn_random.c: no file; path is NULL */
extern const nn_reader nn_png;     /* nn_png.c: needs libpng; inference */
extern const nn_unpacker nn_gzip;  /* nn_gzip.c: needs zlib */
extern const nn_splitter nn_words; /* nn_words.c */
extern const nn_splitter nn_characters; /* nn_words.c: a token each */
extern const nn_splitter nn_whole;      /* nn_words.c: all of it is one */
extern const nn_splitter nn_hashed;     /* nn_trigrams.c: words, as counts */

typedef enum { NN_TRAIN, NN_VALIDATION, NN_TEST, NN_PARTS } nn_part;

/* Columns from..to, counted from 1, or the one with this name, or those from
 * this name to the last. */
typedef struct {
    int from, to;
    const char *name, *last;
} nn_columns;

typedef enum { NN_HEADER_JUDGE, NN_HEADER_YES, NN_HEADER_NO } nn_header;

/* What a missing value is: a mistake, the mean of the training rows, the end
 * of its row, or 0. */
typedef enum {
    NN_MISSING_ERROR,
    NN_MISSING_MEAN,
    NN_MISSING_DROP,
    NN_MISSING_ZERO
} nn_missing;

typedef enum { NN_UTF8, NN_WINDOWS_1252 } nn_charset;

typedef enum {
    NN_STANDARDIZE, /* minus mean, over deviation; one of each a column */
    NN_SCALE,       /* times factor */
    NN_CATEGORY,    /* labels to ids in sorted order */
    NN_WINDOWS,     /* stretches of a series; the last one */
    NN_SPLIT,       /* text to tokens */
    NN_IDS,         /* tokens to ids by how frequent they are */
    NN_SHIFT        /* one place on, behind the id `start` */
} nn_transform_kind;

/* What becomes of punctuation: a token each, a part of words, or nothing. */
typedef enum {
    NN_PUNCTUATION_SPLIT,
    NN_PUNCTUATION_KEEP,
    NN_PUNCTUATION_DROP
} nn_punctuation;

typedef struct {
    nn_transform_kind kind;
    double factor;  /* NN_SCALE */
    int64_t length; /* NN_WINDOWS: rows in one window */
    int64_t ahead;  /* NN_WINDOWS: how far the target lies ahead */
    int64_t stride; /* NN_WINDOWS: 0 = 1 for one value, length for many */
    const nn_splitter *splitter; /* NN_SPLIT */
    nn_punctuation punctuation;  /* NN_SPLIT */
    int lower;                   /* NN_SPLIT: 1: small letters */
    int other;                   /* NN_CATEGORY: 1: a class for the rest */
    int left;                    /* NN_IDS: 1: padding comes first */
    int start, stop;             /* NN_IDS: 1: around each row; NN_SHIFT:
                                    start is the id that comes first */
    int64_t least;               /* NN_IDS: how often a token must occur */
} nn_transform;

typedef enum { NN_DRAW_NORMAL, NN_DRAW_UNIFORM } nn_draw;

/* `random(rows: 100, seed: 1, ...)`; ids for classes and tokens. */
typedef struct {
    int64_t rows;
    uint64_t seed;
    nn_draw draw;     /* normal: mean 0, deviation 1 */
    double low, high; /* NN_DRAW_UNIFORM: not both 0 */
} nn_draws;

typedef struct {
    int tensor;   /* index into the model's inputs: inputs, then targets */
    nn_part part; /* NN_TRAIN: the main block; others: own sources */
    int line;     /* of the model's text */
    const nn_reader *reader;
    const char *path;          /* as written; relative to --data DIR */
    const nn_columns *columns; /* csv, tsv; none = all columns */
    int column_count;
    nn_header header;               /* csv, tsv */
    nn_missing missing;             /* csv, tsv */
    char separator;                 /* csv: 0 is a comma, ' ' any blanks */
    char decimal;                   /* csv, tsv: 0 is a point */
    nn_charset charset;             /* of text */
    nn_draws draws;                 /* random */
    const nn_transform *transforms; /* those of NN_TRAIN count for all parts */
    int transform_count;
    int ahead; /* 1: takes what lies ahead of the window, not the window:
                  the second name in `past, next = ... -> windows(20)` */
    int like;  /* 1 + the tensor whose vocabulary this one takes, or 0 */
} nn_flow;

typedef enum {
    NN_SPLIT_NONE,   /* no such part */
    NN_SPLIT_SHARE,  /* amount 0.2 is `20%`, of all rows, rounded down */
    NN_SPLIT_ROWS,   /* amount 30 is `30` rows */
    NN_SPLIT_FOLD,   /* fold `fold` of `folds`, counted from 1 */
    NN_SPLIT_SOURCES /* flows of its own */
} nn_split_kind;

typedef struct {
    nn_split_kind kind;
    double amount;
    int last; /* 1: the last rows (of each class), 0: drawn by split_seed */
    int by;   /* 1 + index of the target of `stratified by`, or 0 */
    int fold, folds;
} nn_split;

/* A key with its value, of a weights file's map of strings: what
 * preprocessing has learned stands there. */
typedef struct {
    char *key, *value;
} nn_note;

#endif
