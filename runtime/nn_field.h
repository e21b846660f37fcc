/* What the text of one field is: a missing value, a word, or neither. */
#ifndef NN_FIELD_H
#define NN_FIELD_H

#include "nn_records.h"

/* Nothing, `?`, or one of the words for a missing value: NA, N/A, #N/A, <NA>,
 * nan, null, none, `-` and `.`, in either case. */
bool nn_field_is_missing(const nn_label *field);

/* Something that can only name a column: it begins with a letter and is
 * neither a missing value nor a number or truth in any notation. */
bool nn_field_is_word(const nn_label *field);

/* Adds to the message of e what the record at hand, or line 1, looks like
 * where its columns stand apart by something else than r->separator; returns
 * false. */
bool nn_field_hint(const nn_records *r, nn_error *e);

/* Adds to the message of e in what notation this field could be a number;
 * returns false. */
bool nn_field_hint_number(const nn_records *r, const nn_label *field,
                          nn_error *e);

#endif
