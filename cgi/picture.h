/* Small pictures drawn by the server as SVG: lines, dots, bars and bands with
 * axes, seen without JavaScript, in both themes (colours are classes of the
 * style sheet), and read out by their description.
 *
 * A picture is values for templates/picture.tpl; no markup is made here.
 */
#ifndef CGI_PICTURE_H
#define CGI_PICTURE_H

#include "cgi/page.h"

#include <stddef.h>

enum picture_kind { PICTURE_LINE, PICTURE_DOTS, PICTURE_BAND, PICTURE_BARS };

struct picture_series {
    enum picture_kind kind;
    const char *name;       /* for the legend */
    const char *class_name; /* "actual", "fitted", ...: a colour and a dash */
    size_t n;
    const double *x;      /* rising; times as _ts when the x axis is time */
    const double *y, *y2; /* y2: other edge of a band; NaN leaves a hole */
};

struct picture {
    const char *title, *description; /* what a person who cannot see it needs */
    bool x_is_time;
    const char *unit; /* of y */
    const struct picture_series *series;
    size_t n_series;
};

/* Sets the values of templates/picture.tpl in a section of v named `section`,
 * which the template includes by {{#SECTION}}{{>PICTURE}}{{/SECTION}}. More
 * points than pixels are thinned, keeping each pixel's extremes. */
void picture_set(struct page *p, struct view *v, const char *section,
                 const struct picture *picture);

#endif
