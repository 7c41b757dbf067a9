#include "cgi/picture.h"

#include "cgi/plot.h"
#include "cgi/show.h"
#include "lib/date.h"
#include "lib/format.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>

enum { X_TICKS = 8, Y_TICKS = 6 };

struct frame {
    struct plot_axis x, y;
    double bar_width;
    bool is_empty;
};

struct reach {
    double low, high;
};

static void
reach_add(struct reach *r, double v)
{
    if (!isfinite(v))
        return;
    r->low = isnan(r->low) ? v : fmin(r->low, v);
    r->high = isnan(r->high) ? v : fmax(r->high, v);
}

/* The least distance between two bars; 0: there are no two. */
static double
bar_distance(const struct picture_series *s)
{
    double least = 0;
    for (size_t i = 1; i < s->n; i++) {
        double d = s->x[i] - s->x[i - 1];
        if (d > 0 && (least == 0 || d < least))
            least = d;
    }
    return least;
}

static struct frame
frame_of(const struct picture *pic)
{
    struct reach x = {NAN, NAN}, y = {NAN, NAN};
    bool bars = false, dots = false;
    double distance = 0;
    for (size_t k = 0; k < pic->n_series; k++) {
        const struct picture_series *s = &pic->series[k];
        if (s->kind == PICTURE_SPAN)
            continue;
        for (size_t i = 0; i < s->n; i++) {
            if (!isfinite(s->x[i]) || !isfinite(s->y[i]))
                continue;
            reach_add(&x, s->x[i]);
            reach_add(&y, s->y[i]);
            if (s->kind == PICTURE_BAND)
                reach_add(&y, s->y2[i]);
        }
        bars |= s->kind == PICTURE_BARS;
        dots |= s->kind == PICTURE_DOTS;
        if (s->kind == PICTURE_BARS)
            distance = fmax(distance, bar_distance(s));
    }
    struct frame f = {.is_empty = isnan(y.low)};
    if (!f.is_empty && (bars || pic->from_zero))
        reach_add(&y, 0);
    if (distance == 0)
        distance = pic->x_is_time ? DAY_S : 1;
    if (bars) {
        f.bar_width = 0.8 * distance;
        x = (struct reach){x.low - distance / 2, x.high + distance / 2};
    } else if (x.low == x.high) {
        double around = pic->x_is_time ? DAY_S : fmax(fabs(x.low) * 0.05, 1e-9);
        x = (struct reach){x.low - around, x.high + around};
    }
    f.x = plot_axis(x.low, x.high, dots ? 0.02 : 0);
    f.y = plot_axis(y.low, y.high, 0.05);
    return f;
}

static const char *
path_of(struct arena *a, const struct frame *f, enum picture_kind kind,
        const struct plot_points *points)
{
    switch (kind) {
    case PICTURE_DOTS:
        return plot_dots(a, &f->x, &f->y, points);
    case PICTURE_BAND:
        return plot_band(a, &f->x, &f->y, points);
    case PICTURE_BARS:
        return plot_bars(a, &f->x, &f->y, points, f->bar_width);
    case PICTURE_SPAN:
        return plot_spans(a, &f->x, points);
    case PICTURE_LINE:
        break;
    }
    return plot_line(a, &f->x, &f->y, points);
}

/* Class, and the sample of the legend (in a box of 24 by 12). */
static const struct {
    const char *class_name, *sample;
} kinds[] = {
    [PICTURE_LINE] = {"line", "M1 6H23"},
    [PICTURE_DOTS] = {"dots", "M5 6h0M12 6h0M19 6h0"},
    [PICTURE_BAND] = {"band", "M1 1H23V11H1z"},
    [PICTURE_BARS] = {"bars", "M7 12V1H17V12z"},
    [PICTURE_SPAN] = {"span", "M1 1H23V11H1z"},
};

static bool
set_path(struct view *v, const char *class_name, const char *kind,
         const char *path)
{
    if (path[0] == '\0')
        return false;
    struct view *drawn = view_add(v, "SERIES");
    view_set(drawn, "SERIES_CLASS", class_name);
    view_set(drawn, "SERIES_KIND", kind);
    view_set(drawn, "SERIES_PATH", path);
    return true;
}

static void
set_series(struct page *p, struct view *v, const struct frame *f,
           const struct picture_series *s)
{
    struct plot_points points = {s->n, s->x, s->y, s->y2};
    bool any = set_path(v, s->class_name, kinds[s->kind].class_name,
                        path_of(p->a, f, s->kind, &points));
    if (s->kind == PICTURE_LINE)
        any |= set_path(v, s->class_name, kinds[PICTURE_DOTS].class_name,
                        plot_alone(p->a, &f->x, &f->y, &points));
    if (!any || s->name == NULL)
        return;
    struct view *key = view_add(v, "KEY");
    view_set(key, "KEY_CLASS", s->class_name);
    view_set(key, "KEY_KIND", kinds[s->kind].class_name);
    view_set(key, "KEY_PATH", kinds[s->kind].sample);
    view_set(key, "KEY_NAME", s->name);
}

static void
set_ticks(struct page *p, struct view *v, const struct picture *pic,
          const struct frame *f)
{
    struct plot_tick ticks[PLOT_TICKS_MAX];
    const char *zone = p->user != NULL ? p->user->time_zone : "UTC";
    bool wide = false;
    size_t n = plot_number_ticks(p->a, &f->y, Y_TICKS, ticks);
    for (size_t i = 0; i < n; i++) {
        wide |= show_length(ticks[i].label) > 7;
        struct view *tick = view_add(v, "Y_TICK");
        double at = plot_y(&f->y, ticks[i].value);
        view_setf(tick, "Y_AT", "%.2f", 100 * at / PLOT_SIZE);
        view_set(tick, "Y_LABEL", ticks[i].label);
    }
    if (wide)
        view_show(v, "WIDE");
    n = pic->x_is_time ? plot_time_ticks(p->a, zone, &f->x, X_TICKS, ticks)
                       : plot_number_ticks(p->a, &f->x, X_TICKS, ticks);
    for (size_t i = 0; i < n; i++) {
        struct view *tick = view_add(v, "X_TICK");
        double at = 100 * plot_x(&f->x, ticks[i].value) / PLOT_SIZE;
        view_setf(tick, "X_AT", "%.2f", at);
        view_set(tick, "X_LABEL", ticks[i].label);
        view_set(tick, "X_ANCHOR", at > 95 ? "end" : "middle");
        /* every other label gives way where there is little room */
        view_set(tick, "X_CLASS", i % 2 == 1 ? "picture-give" : "picture-keep");
    }
}

static bool
is_in_table(const struct picture_series *s)
{
    return s->name != NULL && s->n > 0 && s->kind != PICTURE_SPAN;
}

static void
set_row_name(struct page *p, struct view *row, const struct picture *pic,
             double x)
{
    if (!pic->x_is_time) {
        view_set(view_add(row, "ROW_NUMBER"), "ROW_X", fmt_price(p->a, x));
        return;
    }
    int64_t ts = (int64_t)x;
    if (ts == date_day_start(ts)) {
        view_set(view_add(row, "ROW_DAY"), "ROW_WHEN",
                 date_format_day(p->a, ts));
        return;
    }
    struct view *v = view_add(row, "ROW_TIME");
    view_set(v, "ROW_ISO", date_format_iso(p->a, ts));
    view_set(v, "ROW_WHEN", page_time(p, ts));
}

static const char *
cell_text(struct arena *a, const struct picture_series *s, size_t i)
{
    if (s->kind != PICTURE_BAND)
        return fmt_price(a, s->y[i]);
    return arena_printf(a, "%s to %s", fmt_price(a, fmin(s->y[i], s->y2[i])),
                        fmt_price(a, fmax(s->y[i], s->y2[i])));
}

/* The next x to the left of all that was taken, over all series; NaN: none. */
static double
rightmost(const struct picture *pic, const size_t *left)
{
    double x = NAN;
    for (size_t k = 0; k < pic->n_series; k++)
        if (left[k] > 0 && is_in_table(&pic->series[k]))
            x = fmax(x, pic->series[k].x[left[k] - 1]);
    return x;
}

static void
set_table(struct page *p, struct view *v, const struct picture *pic)
{
    size_t left[PICTURE_SERIES_MAX] = {0};
    struct view *table = view_add(v, "TABLE");
    view_set(table, "TABLE_X",
             pic->x_is_time        ? "Time"
             : pic->x_name != NULL ? pic->x_name
                                   : "x");
    for (size_t k = 0; k < pic->n_series; k++) {
        left[k] = pic->series[k].n;
        if (is_in_table(&pic->series[k]))
            view_set(view_add(table, "HEAD"), "HEAD_NAME", pic->series[k].name);
    }
    double x;
    int rows = 0;
    for (; rows < pic->table_rows && !isnan(x = rightmost(pic, left)); rows++) {
        struct view *row = view_add(table, "ROW");
        set_row_name(p, row, pic, x);
        for (size_t k = 0; k < pic->n_series; k++) {
            const struct picture_series *s = &pic->series[k];
            if (!is_in_table(s))
                continue;
            const char *text = fmt_price(p->a, NAN);
            if (left[k] > 0 && s->x[left[k] - 1] == x)
                text = cell_text(p->a, s, --left[k]);
            struct view *cell = view_add(row, "CELL");
            view_set(cell, "CELL_TEXT", text);
        }
    }
    if (!isnan(rightmost(pic, left)))
        view_setf(view_add(table, "TABLE_CUT"), "TABLE_ROWS", "%d", rows);
}

void
picture_set(struct page *p, struct view *v, const char *section,
            const struct picture *pic)
{
    struct view *it =
        view_include(view_add(v, section), "PICTURE", "picture.tpl");
    char *id = arena_printf(p->a, "p-%s", section);
    for (char *s = id; *s != '\0'; s++)
        *s = *s == '_' ? '-' : (char)tolower((unsigned char)*s);
    view_set(it, "PICTURE_ID", id);
    view_set(it, "PICTURE_TITLE", pic->title);
    if (pic->unit != NULL && pic->unit[0] != '\0')
        view_set(view_add(it, "UNIT"), "UNIT_NAME", pic->unit);
    struct frame f = frame_of(pic);
    if (f.is_empty) {
        view_show(it, "NOTHING");
        return;
    }
    struct view *plot = view_add(it, "PLOT");
    view_set(plot, "DESCRIPTION", pic->description);
    if (pic->x_name != NULL)
        view_set(view_add(plot, "X_NAMED"), "X_NAME", pic->x_name);
    set_ticks(p, plot, pic, &f);
    for (size_t k = 0; k < pic->n_series && k < PICTURE_SERIES_MAX; k++)
        set_series(p, plot, &f, &pic->series[k]);
    if (pic->table_rows > 0)
        set_table(p, plot, pic);
}
