/* Small pictures drawn by the server as SVG: lines, dots, bars and bands with
 * axes, seen without JavaScript, in both themes (colours are classes of the
 * style sheet), and read out by their description.
 *
 * A picture is values for templates/picture.tpl; no markup is made here. Its
 * geometry is in cgi/plot.h. It is as wide as what it stands in; its text
 * keeps its size.
 */
#ifndef CGI_PICTURE_H
#define CGI_PICTURE_H

#include "cgi/page.h"

#include <stddef.h>

enum picture_kind {
    PICTURE_LINE,
    PICTURE_DOTS,
    PICTURE_BAND,
    PICTURE_BARS,
    PICTURE_SPAN, /* full height from x to y, both on the x axis */
};

struct picture_series {
    enum picture_kind kind;
    const char *name; /* for the legend and the table; NULL: in neither */
    /* a colour and a dash of the style sheet: actual, fitted, other, error,
     * band, limit, span, good, warn, bad, soft, fired */
    const char *class_name;
    size_t n;
    const double *x;      /* rising; times as _ts when the x axis is time */
    const double *y, *y2; /* y2: other edge of a band; NaN leaves a hole */
};

enum { PICTURE_SERIES_MAX = 8 };

struct picture {
    const char *title, *description; /* what a person who cannot see it needs */
    bool x_is_time;
    const char *x_name; /* beneath the axis; NULL: none, as for times */
    const char *unit;   /* of y; NULL or "": none */
    bool from_zero;     /* the y axis holds 0; bars always do so */
    int table_rows;     /* values as a table beneath, of the newest (rightmost)
                         * so many x; 0: none */
    const struct picture_series *series; /* later ones lie on top */
    size_t n_series;                     /* PICTURE_SERIES_MAX at most */
};

/* Sets the values of templates/picture.tpl in a section of v named `section`,
 * which the template includes by {{#SECTION}}{{>PICTURE}}{{/SECTION}}. More
 * points than pixels are thinned, keeping each pixel's extremes. Without any
 * value it says so. `section` is unique in its page. */
void picture_set(struct page *p, struct view *v, const char *section,
                 const struct picture *picture);

#endif
