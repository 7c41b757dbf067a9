#include "cgi/plot.h"

#include "lib/buf.h"

#include <math.h>
#include <stdint.h>

struct plot_axis
plot_axis(double low, double high, double room)
{
    if (!isfinite(low) || !isfinite(high))
        return (struct plot_axis){0, 1};
    if (low > high) {
        double swap = low;
        low = high;
        high = swap;
    }
    double size = high - low;
    /* a flat line stands in the middle; so does one that digits cannot tell
     * from flat */
    double least = 1e-9 * fmax(fabs(low), fabs(high));
    double around = size > least ? room * size : fabs(high) * 0.05;
    if (size <= least && around == 0)
        around = 1;
    if (low == 0 && size > least) /* what begins at zero stays there */
        return (struct plot_axis){0, high + around};
    if (high == 0 && size > least)
        return (struct plot_axis){low - around, 0};
    return (struct plot_axis){low - around, high + around};
}

double
plot_x(const struct plot_axis *x, double value)
{
    return PLOT_SIZE * ((value - x->from) / (x->to - x->from));
}

double
plot_y(const struct plot_axis *y, double value)
{
    return PLOT_SIZE - plot_x(y, value);
}

/* A place to a tenth, without a zero that says nothing. */
static void
put(struct buf *b, char command, double place)
{
    double tenths = nearbyint(place * 10);
    buf_addc(b, command);
    if (fmod(tenths, 10) == 0)
        buf_addf(b, "%.0f", tenths == 0 ? 0.0 : tenths / 10);
    else
        buf_addf(b, "%.1f", tenths / 10);
}

/* A path of whole places, each told by its distance from the one before: the
 * shortest text. */
struct trace {
    struct buf *b;
    long x, y;
    char command; /* the last one; 0: none yet, or the place is lost */
};

static void
trace_put(struct trace *t, char command, long x, long y)
{
    if (command != t->command)
        buf_addc(t->b, command);
    buf_addf(t->b, command == t->command && x >= 0 ? " %ld" : "%ld", x);
    buf_addf(t->b, y < 0 ? "%ld" : " %ld", y);
    t->command = command;
}

static void
trace_to(struct trace *t, bool draws, double px, double py)
{
    long x = lround(px), y = lround(py);
    if (t->command == 0)
        trace_put(t, 'M', x, y);
    else
        trace_put(t, draws ? 'l' : 'm', x - t->x, y - t->y);
    t->x = x;
    t->y = y;
}

static void
trace_dot(struct trace *t, double px, double py)
{
    trace_to(t, false, px, py);
    buf_adds(t->b, "h0");
    t->command = 'h';
}

static void
trace_close(struct trace *t)
{
    buf_addc(t->b, 'z');
    t->command = 0;
}

/* Points of one column (or a part of it without holes) that a line keeps. */
struct column {
    size_t low, high;
    bool any;
};

static void
column_add(struct column *c, const double *y, size_t i)
{
    if (!c->any)
        *c = (struct column){i, i, true};
    if (y[i] < y[c->low])
        c->low = i;
    if (y[i] > y[c->high])
        c->high = i;
}

static int64_t
column_of(const struct plot_axis *x, double value)
{
    return (int64_t)floor(plot_x(x, value) * PLOT_COLUMNS / PLOT_SIZE);
}

static bool
is_point(const struct plot_points *s, size_t i)
{
    return isfinite(s->x[i]) && isfinite(s->y[i]);
}

struct pen {
    struct trace trace;
    const struct plot_axis *x, *y;
    const struct plot_points *s;
    size_t start, drawn; /* of the run that is being drawn: first point, and
                            how many */
};

static void
pen_put(struct pen *p, bool draws, size_t i)
{
    trace_to(&p->trace, draws, plot_x(p->x, p->s->x[i]),
             plot_y(p->y, p->s->y[i]));
}

/* Nothing is written before there are two points: one is no line. */
static void
pen_to(struct pen *p, size_t i)
{
    if (p->drawn == 0)
        p->start = i;
    if (p->drawn == 1)
        pen_put(p, false, p->start);
    if (p->drawn > 0)
        pen_put(p, true, i);
    p->drawn++;
}

static void
pen_column(struct pen *p, struct column *c)
{
    if (!c->any)
        return;
    pen_to(p, c->low < c->high ? c->low : c->high);
    if (c->low != c->high)
        pen_to(p, c->low < c->high ? c->high : c->low);
    c->any = false;
}

const char *
plot_line(struct arena *a, const struct plot_axis *x, const struct plot_axis *y,
          const struct plot_points *s)
{
    struct pen pen = {.trace = {.b = buf_new(a)}, .x = x, .y = y, .s = s};
    struct column c = {.any = false};
    int64_t at = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (!is_point(s, i)) {
            pen_column(&pen, &c);
            pen.drawn = 0;
            continue;
        }
        int64_t here = column_of(x, s->x[i]);
        if (here != at || s->n <= PLOT_COLUMNS)
            pen_column(&pen, &c);
        at = here;
        column_add(&c, s->y, i);
    }
    pen_column(&pen, &c);
    return pen.trace.b->data;
}

const char *
plot_alone(struct arena *a, const struct plot_axis *x,
           const struct plot_axis *y, const struct plot_points *s)
{
    struct trace t = {.b = buf_new(a)};
    for (size_t i = 0; i < s->n; i++)
        if (is_point(s, i) && (i == 0 || !is_point(s, i - 1)) &&
            (i + 1 == s->n || !is_point(s, i + 1)))
            trace_dot(&t, plot_x(x, s->x[i]), plot_y(y, s->y[i]));
    return t.b->data;
}

const char *
plot_dots(struct arena *a, const struct plot_axis *x, const struct plot_axis *y,
          const struct plot_points *s)
{
    struct trace t = {.b = buf_new(a)};
    /* the last column to have a dot in each row: none is drawn twice */
    int64_t *drawn = arena_array(a, PLOT_ROWS + 1, sizeof *drawn);
    for (size_t i = 0; i < s->n; i++) {
        if (!is_point(s, i))
            continue;
        double py = plot_y(y, s->y[i]);
        int64_t column = column_of(x, s->x[i]) + 1;
        double row = fmin(fmax(py * PLOT_ROWS / PLOT_SIZE, 0), PLOT_ROWS);
        if (s->n > PLOT_COLUMNS && drawn[(size_t)row] == column)
            continue;
        drawn[(size_t)row] = column;
        trace_dot(&t, plot_x(x, s->x[i]), py);
    }
    return t.b->data;
}

struct edge {
    double x, low, high;
};

/* One area without a hole: along the upper edge, and back along the lower. */
static void
put_area(struct trace *t, const struct plot_axis *x, const struct plot_axis *y,
         const struct edge *edges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        trace_to(t, i > 0, plot_x(x, edges[i].x), plot_y(y, edges[i].high));
    for (size_t i = n; i > 0; i--)
        trace_to(t, true, plot_x(x, edges[i - 1].x),
                 plot_y(y, edges[i - 1].low));
    if (n > 0)
        trace_close(t);
}

const char *
plot_band(struct arena *a, const struct plot_axis *x, const struct plot_axis *y,
          const struct plot_points *s)
{
    struct trace t = {.b = buf_new(a)};
    struct edge *edges = arena_array(a, s->n, sizeof *edges);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (!is_point(s, i) || !isfinite(s->y2[i])) {
            put_area(&t, x, y, edges, n);
            n = 0;
            continue;
        }
        struct edge e = {s->x[i], fmin(s->y[i], s->y2[i]),
                         fmax(s->y[i], s->y2[i])};
        bool same = n > 0 && s->n > PLOT_COLUMNS &&
                    column_of(x, edges[n - 1].x) == column_of(x, e.x);
        if (same) {
            edges[n - 1].low = fmin(edges[n - 1].low, e.low);
            edges[n - 1].high = fmax(edges[n - 1].high, e.high);
        } else {
            edges[n++] = e;
        }
    }
    put_area(&t, x, y, edges, n);
    return t.b->data;
}

static void
put_box(struct buf *b, double left, double right, double top, double bottom)
{
    put(b, 'M', left);
    put(b, ' ', bottom);
    put(b, 'V', top);
    put(b, 'H', right);
    put(b, 'V', bottom);
    buf_addc(b, 'z');
}

const char *
plot_bars(struct arena *a, const struct plot_axis *x, const struct plot_axis *y,
          const struct plot_points *s, double width)
{
    struct buf *b = buf_new(a);
    double half = PLOT_SIZE * (width / (x->to - x->from)) / 2;
    half = fmax(half, 0.5 * PLOT_SIZE / PLOT_COLUMNS);
    for (size_t i = 0; i < s->n;) {
        size_t first = i;
        double low = 0, high = 0;
        /* of the bars that share a column the extremes are drawn as one */
        for (; i < s->n && (i == first || (s->n > PLOT_COLUMNS &&
                                           column_of(x, s->x[i]) ==
                                               column_of(x, s->x[first])));
             i++)
            if (is_point(s, i)) {
                low = fmin(low, s->y[i]);
                high = fmax(high, s->y[i]);
            }
        double at = plot_x(x, s->x[first]);
        if (low < high && isfinite(at))
            put_box(b, at - half, at + half, plot_y(y, high), plot_y(y, low));
    }
    return b->data;
}

const char *
plot_spans(struct arena *a, const struct plot_axis *x,
           const struct plot_points *s)
{
    struct buf *b = buf_new(a);
    for (size_t i = 0; i < s->n; i++) {
        if (!is_point(s, i))
            continue;
        double left = fmax(plot_x(x, s->x[i]), 0);
        double right = fmin(plot_x(x, s->y[i]), PLOT_SIZE);
        if (left < right)
            put_box(b, left, right, 0, PLOT_SIZE);
    }
    return b->data;
}
