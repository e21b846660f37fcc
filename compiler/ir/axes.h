/* axes.h: what the axes of a row mean.
 *
 * Graphs know axes by number alone. What an axis means counts where a text
 * names it (`axis: time`), where a layer asks for a form ("an image"), and
 * where a vector finds the features of another value. The number of axes
 * decides a meaning in one place: where a shape is written down. From there
 * operators hand meanings on. The batch is no axis of a row. */
#ifndef NNC_IR_AXES_H
#define NNC_IR_AXES_H

#include "ir/shape.h"

typedef enum Axis {
    AXIS_PLAIN, /* of a matrix, of a convolution's weight: no name */
    AXIS_FEATURES,
    AXIS_CHANNELS, /* the features of an image */
    AXIS_TIME,
    AXIS_HEIGHT,
    AXIS_WIDTH,
} Axis;

typedef struct Axes {
    Axis at[MAX_RANK];
} Axes;

/* Of a row that is declared with this shape: [features], [time, features] or
 * [channels, height, width]; of more axes none has a name. */
Axes axes_of_row(const Shape *row);
/* Of ids: one a row, or one a step. */
Axes axes_of_ids(bool steps);
/* Of a parameter or state: as a row, but two axes are a matrix, which has no
 * time. */
Axes axes_of_weight(const Shape *shape);

/* With a further axis without a name in front, and without the first. */
Axes axes_split(const Axes *axes);
Axes axes_join(const Axes *axes);

/* The axis that a word names, or -1. `features` names that of any value. */
int axes_find(const Axes *axes, const char *word);
/* The feature axis, or -1. */
int axes_features(const Axes *axes);
/* Whether it is [features]. */
bool axes_vector(const Axes *axes);
/* Whether it is [time, features]. */
bool axes_over_time(const Axes *axes);
/* Whether it is [channels, height, width]. */
bool axes_image(const Axes *axes);

/* Whether no place has one meaning in a and another in b. */
bool axes_agree(const Axes *a, const Axes *b);
/* Of two values combined element by element: an axis that is plain in one has
 * its meaning from the other. */
Axes axes_combine(const Axes *a, const Axes *b);

#endif
