/* Geometry of pictures: axes with sensible ticks, and series as the numbers of
 * an SVG path. Pure: no markup, no database, no clock.
 *
 * A place is a number from 0 to PLOT_SIZE, on both axes; y grows downwards, as
 * in SVG. Values that are not finite are holes. Where there are more points
 * than the eye can tell apart a path keeps the extremes of each of
 * PLOT_COLUMNS columns.
 */
#ifndef CGI_PLOT_H
#define CGI_PLOT_H

#include "lib/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    PLOT_SIZE = 1000,
    PLOT_COLUMNS = 500, /* a pixel or two each on a wide screen */
    PLOT_ROWS = 200,
    PLOT_TICKS_MAX = 10,
};

struct plot_axis {
    double from, to; /* from < to */
};

struct plot_points {
    size_t n;
    const double *x; /* rising */
    const double *y, *y2;
};

struct plot_tick {
    double value;
    const char *label;
};

/* low and high as an axis: a little room around them (room: a part of their
 * distance), and around a single value as well; from 0 to 1 when there is
 * none. */
struct plot_axis plot_axis(double low, double high, double room);

double plot_x(const struct plot_axis *x, double value);
double plot_y(const struct plot_axis *y, double value);

/* At most `most` ticks (PLOT_TICKS_MAX) at round numbers: 1, 2 or 5 times a
 * power of ten, with as many decimals as their distance needs. */
size_t plot_number_ticks(struct arena *a, const struct plot_axis *axis,
                         size_t most, struct plot_tick *out);

/* The same at round times: years, months, days, hours, minutes. Days and above
 * are UTC, as sessions are; hours are told by the clocks of `zone`. The first
 * tick and those where it changes tell the day or the year as well. */
size_t plot_time_ticks(struct arena *a, const char *zone,
                       const struct plot_axis *axis, size_t most,
                       struct plot_tick *out);

/* Path data; "" when there is nothing to draw. */
const char *plot_line(struct arena *a, const struct plot_axis *x,
                      const struct plot_axis *y, const struct plot_points *s);
/* The points of a line that stand alone between holes, as dots. */
const char *plot_alone(struct arena *a, const struct plot_axis *x,
                       const struct plot_axis *y, const struct plot_points *s);
const char *plot_dots(struct arena *a, const struct plot_axis *x,
                      const struct plot_axis *y, const struct plot_points *s);
/* The area between y and y2. */
const char *plot_band(struct arena *a, const struct plot_axis *x,
                      const struct plot_axis *y, const struct plot_points *s);
/* Bars from 0 to y, each `width` wide in units of x. */
const char *plot_bars(struct arena *a, const struct plot_axis *x,
                      const struct plot_axis *y, const struct plot_points *s,
                      double width);
/* Areas of full height from x to y, both on the x axis. */
const char *plot_spans(struct arena *a, const struct plot_axis *x,
                       const struct plot_points *s);

#endif
