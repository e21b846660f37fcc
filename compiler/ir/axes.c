/* axes.c: meanings of axes, from shapes as they are written down. */
#include "ir/axes.h"

#include <string.h>

Axes axes_of_row(const Shape *row)
{
    static const Axes by_rank[] = {
        [1] = {{AXIS_FEATURES}},
        [2] = {{AXIS_TIME, AXIS_FEATURES}},
        [3] = {{AXIS_CHANNELS, AXIS_HEIGHT, AXIS_WIDTH}},
    };

    return row->rank >= 1 && row->rank <= 3 ? by_rank[row->rank]
                                            : (Axes){{AXIS_PLAIN}};
}

Axes axes_of_ids(bool steps)
{
    return (Axes){{steps ? AXIS_TIME : AXIS_PLAIN}};
}

Axes axes_of_weight(const Shape *shape)
{
    Axes axes = axes_of_row(shape);

    if (axes.at[0] == AXIS_TIME)
        axes.at[0] = AXIS_PLAIN;
    return axes;
}

Axes axes_split(const Axes *axes)
{
    Axes split = {{AXIS_PLAIN}};

    memcpy(&split.at[1], axes->at, sizeof axes->at - sizeof *axes->at);
    return split;
}

Axes axes_join(const Axes *axes)
{
    Axes joined = {{AXIS_PLAIN}};

    memcpy(joined.at, &axes->at[1], sizeof axes->at - sizeof *axes->at);
    return joined;
}

int axes_find(const Axes *axes, const char *word)
{
    static const struct {
        const char *word;
        unsigned axes; /* bit a set: it names Axis a */
    } words[] = {
        {"time", 1U << AXIS_TIME},
        {"features", 1U << AXIS_FEATURES | 1U << AXIS_CHANNELS},
        {"channels", 1U << AXIS_CHANNELS},
        {"height", 1U << AXIS_HEIGHT},
        {"width", 1U << AXIS_WIDTH},
    };

    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        for (int i = 0; strcmp(words[w].word, word) == 0 && i < MAX_RANK; i++)
            if (words[w].axes >> axes->at[i] & 1)
                return i;
    return -1;
}

int axes_features(const Axes *axes)
{
    return axes_find(axes, "features");
}

bool axes_vector(const Axes *axes)
{
    return axes->at[0] == AXIS_FEATURES;
}

bool axes_over_time(const Axes *axes)
{
    return axes->at[0] == AXIS_TIME && axes->at[1] == AXIS_FEATURES;
}

bool axes_image(const Axes *axes)
{
    return axes->at[0] == AXIS_CHANNELS;
}

bool axes_agree(const Axes *a, const Axes *b)
{
    for (int i = 0; i < MAX_RANK; i++)
        if (a->at[i] != b->at[i] && a->at[i] != AXIS_PLAIN &&
            b->at[i] != AXIS_PLAIN)
            return false;
    return true;
}

Axes axes_combine(const Axes *a, const Axes *b)
{
    Axes axes = *a;

    for (int i = 0; i < MAX_RANK; i++)
        if (axes.at[i] == AXIS_PLAIN)
            axes.at[i] = b->at[i];
    return axes;
}
