/* How a file writes its times: the form, the order of day and month, the
 * interval between rows, the zone. */
#include "core/recognise_own.h"

#include "core/interval.h"
#include "core/rowfile_time.h"
#include "lib/date.h"
#include "lib/zone.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 2 * SAMPLE_ROWS_MAX };

/* The forms of times that are no numbers, in the order of preference. */
static const enum cell_time text_forms[] = {CELL_TIME_ISO,   CELL_TIME_YMD,
                                            CELL_TIME_WORDS, CELL_TIME_MDY,
                                            CELL_TIME_DMY,   CELL_TIME_COMPACT};

bool
field_is_time(const struct csv_field *c)
{
    struct cell_clock ignored;
    double number;
    if (c->len < 6 || cell_number(c->text, c->len, '.', &number) == CELL_OK)
        return false;
    for (size_t i = 0; i < COUNT_OF(text_forms); i++)
        if (cell_time(c->text, c->len, text_forms[i], &ignored) == CELL_OK)
            return true;
    return false;
}

/* Cells of a column that are there, and those that are of a form. */
static double
share_of(const struct sample *s, size_t column, enum cell_time form)
{
    size_t all = 0, good = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct csv_field c = sample_cell(s, i, column);
        struct cell_clock clock;
        if (field_is_absent(&c))
            continue;
        all++;
        good += cell_time(c.text, c.len, form, &clock) == CELL_OK;
    }
    return all > 0 ? (double)good / (double)all : 0;
}

/* A number's form as a time, by how large it is; false: none. */
static bool
number_form(const struct csv_field *c, enum cell_time *form)
{
    double v;
    if (cell_number(c->text, c->len, '.', &v) != CELL_OK || v < 0)
        return false;
    struct cell_clock clock;
    bool is_whole = strspn(c->text, "0123456789 ") == c->len;
    *form = CELL_TIME_COMPACT;
    if (is_whole && (c->len == 8 || c->len == 12 || c->len == 14) &&
        cell_time(c->text, c->len, *form, &clock) == CELL_OK)
        return true;
    *form = v < 1e11   ? CELL_TIME_UNIX_S
            : v < 1e14 ? CELL_TIME_UNIX_MS
            : v < 1e17 ? CELL_TIME_UNIX_US
                       : CELL_TIME_UNIX_NS;
    return v >= 1e8 && v < 1e20;
}

/* The form of most numbers of a column. */
static bool
numbers_form(const struct sample *s, size_t column, enum cell_time *form)
{
    size_t counts[CELL_TIME_UNIX_NS + 1] = {0};
    for (size_t i = 0; i < s->n; i++) {
        struct csv_field c = sample_cell(s, i, column);
        enum cell_time one;
        if (number_form(&c, &one))
            counts[one]++;
    }
    size_t best = 0;
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        if (counts[i] > counts[best])
            best = i;
    *form = (enum cell_time)best;
    return counts[best] > 0;
}

bool
time_form_of(const struct sample *s, size_t column, enum cell_time *form,
             double *share)
{
    *share = 0;
    if (sample_numbers(s, column) > 0.5) {
        if (!numbers_form(s, column, form))
            return false;
        *share = share_of(s, column, *form);
        return *share >= 0.8;
    }
    for (size_t i = 0; i < COUNT_OF(text_forms); i++) {
        double one = share_of(s, column, text_forms[i]);
        if (one > *share) {
            *share = one;
            *form = text_forms[i];
        }
    }
    return *share >= 0.5;
}

bool
time_local(const struct work *w, size_t row, struct cell_clock *c)
{
    const struct mapping *m = &w->out->mapping;
    struct csv_field cell =
        sample_cell(&w->sample, row, (size_t)m->time_column);
    if (cell_time(cell.text, cell.len, m->time_form, c) != CELL_OK)
        return false;
    if (m->clock_column >= 0) {
        int64_t seconds;
        cell = sample_cell(&w->sample, row, (size_t)m->clock_column);
        if (!rowfile_clock_read(cell.text, cell.len, &seconds))
            return false;
        c->local_ts = date_day_start(c->local_ts) + seconds;
        c->has_time = true;
    }
    return true;
}

/* Whether times rise or fall throughout the head and the tail. */
static bool
is_monotone(struct work *w, enum cell_time form)
{
    const struct sample *s = &w->sample;
    int rises = 0, falls = 0;
    int64_t before = 0;
    bool has_before = false;
    w->out->mapping.time_form = form;
    for (size_t i = 0; i < s->n; i++) {
        struct cell_clock c;
        if (i == s->n_head)
            has_before = false;
        if (!time_local(w, i, &c))
            continue;
        rises += has_before && c.local_ts > before;
        falls += has_before && c.local_ts < before;
        before = c.local_ts;
        has_before = true;
    }
    return (rises == 0) != (falls == 0);
}

static struct csv_field
first_time(const struct work *w)
{
    const struct sample *s = &w->sample;
    struct csv_field c = {.text = "", .len = 0};
    for (size_t i = 0; i < s->n && c.len == 0; i++)
        c = sample_cell(s, i, (size_t)w->out->mapping.time_column);
    return c;
}

static void
ask_order(struct work *w)
{
    struct csv_field c = first_time(w);
    struct recognise_question *q =
        add_question(w, QUESTION_DAY_ORDER, "day_order");
    q->text = arena_printf(w->a,
                           "Is \"%.*s\" month/day or day/month? The file "
                           "reads well either way.",
                           (int)(c.len < 40 ? c.len : 40), c.text);
    q->choices[0] = "mdy";
    q->choices[1] = "dmy";
}

/* Month or day first: as answered; as only one reads; as only one gives rows
 * in order of time; as the format always has it; else asked. */
static bool
find_order(struct work *w, struct err *err)
{
    const char *asked = w->answers.day_order;
    struct mapping *m = &w->out->mapping;
    size_t column = (size_t)m->time_column;
    if (asked != NULL) {
        if (!cell_time_find(asked, &m->time_form) ||
            (m->time_form != CELL_TIME_MDY && m->time_form != CELL_TIME_DMY))
            return err_set(err, ERR_INPUT,
                           "day_order \"%s\": expected mdy or dmy", asked);
        return true;
    }
    double mdy = share_of(&w->sample, column, CELL_TIME_MDY);
    double dmy = share_of(&w->sample, column, CELL_TIME_DMY);
    if (mdy != dmy) {
        m->time_form = mdy > dmy ? CELL_TIME_MDY : CELL_TIME_DMY;
        add_why(w, "%s dates, as days over 12 show",
                mdy > dmy ? "month/day" : "day/month");
        return true;
    }
    bool is_mdy = is_monotone(w, CELL_TIME_MDY);
    bool is_dmy = is_monotone(w, CELL_TIME_DMY);
    const struct format *f = w->format;
    m->time_form = is_dmy && !is_mdy ? CELL_TIME_DMY : CELL_TIME_MDY;
    if (is_mdy != is_dmy)
        add_why(w, "%s dates, as the order of the rows shows",
                is_mdy ? "month/day" : "day/month");
    else if (f != NULL && f->order != NULL)
        return cell_time_find(f->order, &m->time_form);
    else
        ask_order(w);
    return true;
}

static int
column_with(const struct work *w, enum role role)
{
    for (size_t i = 0; i < w->sample.n_columns; i++)
        if (w->roles[i] == role)
            return (int)i;
    return -1;
}

bool
find_time(struct work *w, struct err *err)
{
    struct mapping *m = &w->out->mapping;
    double share;
    m->time_column = column_with(w, ROLE_TIME);
    m->clock_column = column_with(w, ROLE_CLOCK);
    if (m->time_column < 0)
        return err_set(err, ERR_INPUT,
                       "no column looks like a time: the columns are %s",
                       column_list(w));
    if (!time_form_of(&w->sample, (size_t)m->time_column, &m->time_form,
                      &share) &&
        w->answers.day_order == NULL)
        return err_set(err, ERR_INPUT,
                       "the column %s does not hold times that can be read: "
                       "\"%.40s\"",
                       w->sample.columns[m->time_column], first_time(w).text);
    if (m->time_form == CELL_TIME_MDY || m->time_form == CELL_TIME_DMY)
        return find_order(w, err);
    return true;
}

/* ---- the interval ---- */

/* What the times of the sample have in common. */
struct steps {
    int64_t *step; /* between rows of one series, not 0, sorted */
    size_t n;
    size_t rows, with_time, with_offset;
    int64_t of_day; /* time of day, where all rows have one; -1: several */
    int64_t latest_of_day;
    bool at_utc; /* offsets, if any, are 0 */
};

static int
by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* The row before that is of the same symbol; row itself: there is none. */
static size_t
row_before(const struct work *w, size_t row)
{
    int column = column_with(w, ROLE_SYMBOL);
    const struct sample *s = &w->sample;
    size_t first = row >= s->n_head ? s->n_head : 0;
    if (row == first)
        return row;
    if (column < 0)
        return row - 1;
    struct csv_field mine = sample_cell(s, row, (size_t)column);
    for (size_t i = row; i-- > first;) {
        struct csv_field c = sample_cell(s, i, (size_t)column);
        if (c.len == mine.len && memcmp(c.text, mine.text, c.len) == 0)
            return i;
    }
    return row;
}

static void
note_time(struct steps *p, const struct cell_clock *c)
{
    int64_t of_day = c->local_ts - date_day_start(c->local_ts);
    if (p->rows == 0)
        p->of_day = of_day;
    else if (p->of_day != of_day)
        p->of_day = -1;
    if (of_day > p->latest_of_day)
        p->latest_of_day = of_day;
    p->rows++;
    p->with_time += c->has_time;
    p->with_offset += c->has_offset;
    p->at_utc &= c->offset_s == 0;
}

static struct steps
find_steps(const struct work *w)
{
    struct steps p = {.of_day = -1, .at_utc = true};
    p.step = arena_array(w->a, STEPS_MAX, sizeof *p.step);
    for (size_t i = 0; i < w->sample.n; i++) {
        struct cell_clock c, before;
        if (!time_local(w, i, &c))
            continue;
        note_time(&p, &c);
        size_t k = row_before(w, i);
        if (k == i || !time_local(w, k, &before) ||
            before.local_ts == c.local_ts)
            continue;
        int64_t step = c.local_ts - before.local_ts;
        p.step[p.n++] = step < 0 ? -step : step;
    }
    qsort(p.step, p.n, sizeof *p.step, by_value);
    return p;
}

/* The commonest step; 0: there is none. */
static int64_t
usual_step(const struct steps *p)
{
    int64_t best = 0;
    size_t most = 0;
    for (size_t i = 0; i < p->n;) {
        size_t k = i;
        while (k < p->n && p->step[k] == p->step[i])
            k++;
        if (k - i > most) {
            most = k - i;
            best = p->step[i];
        }
        i = k;
    }
    return best;
}

/* Share of steps in a range of days. */
static double
share_of_days(const struct steps *p, int64_t from, int64_t to)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += p->step[i] >= from * DAY_S && p->step[i] <= to * DAY_S;
    return p->n > 0 ? (double)n / (double)p->n : 0;
}

static void
ask_interval(struct work *w, const char *hint, const char *text)
{
    struct recognise_question *q =
        add_question(w, QUESTION_INTERVAL, "interval");
    q->text = text;
    q->hint = hint;
    if (hint != NULL)
        q->choices[0] = hint;
}

/* Rows that are a day or more apart. */
static void
find_daily(struct work *w, const struct steps *p)
{
    static const struct {
        int64_t from, to;
        const char *word;
    } longer[] = {{7, 7, "week"},
                  {28, 31, "month"},
                  {89, 92, "quarter"},
                  {365, 366, "year"}};
    for (size_t i = 0; i < COUNT_OF(longer); i++)
        if (p->n > 0 && share_of_days(p, longer[i].from, longer[i].to) >= 0.6) {
            ask_interval(
                w, "1d",
                arena_printf(w->a,
                             "The file has one row a %s; bars are of 1m, 5m, "
                             "15m, 1h, 4h or 1d. Store its values on their "
                             "days (1d)?",
                             longer[i].word));
            return;
        }
    if (p->n > 0 && share_of_days(p, 1, 4) < 0.5)
        add_note(w, "the days of the file are not regular: each value is "
                    "stored on its own day");
}

static void
find_intraday(struct work *w, const struct steps *p)
{
    struct mapping *m = &w->out->mapping;
    int64_t step = usual_step(p);
    m->interval_s = 0;
    if (step > 0 && step <= INT32_MAX &&
        strcmp(interval_name((int32_t)step), "?") != 0)
        m->interval_s = (int32_t)step;
    else if (step > 0)
        ask_interval(w, NULL,
                     arena_printf(w->a,
                                  "The rows are %lld s apart; bars are of 1m, "
                                  "5m, 15m, 1h, 4h or 1d. Which are these?",
                                  (long long)step));
    else
        ask_interval(w, NULL, "Of which interval is the only row?");
}

static void
ask_zone(struct work *w, const char *hint, const char *text)
{
    struct recognise_question *q = add_question(w, QUESTION_ZONE, "zone");
    q->text = text;
    q->hint = hint;
}

/* Days that begin late in the UTC day may be those of the next date in a zone
 * to the east. The two opening hours of New York are not in doubt. */
static void
check_session(struct work *w, const struct steps *p)
{
    int64_t late = p->latest_of_day;
    bool is_opening = late == 13 * 3600 + 1800 || late == 14 * 3600 + 1800;
    if (p->with_offset == 0 || !p->at_utc || late <= DAY_S / 2 || is_opening)
        return;
    ask_zone(w, "UTC",
             arena_printf(w->a,
                          "Days are written as times up to %02d:%02d UTC. In "
                          "which zone are their dates?",
                          (int)(late / 3600), (int)(late / 60 % 60)));
}

/* "Gmt time", "timestamp_utc". */
static bool
names_utc(const struct work *w)
{
    char word[WORD_MAX];
    const char *name = w->sample.columns[w->out->mapping.time_column];
    word_fold(name, strlen(name), word);
    return strstr(word, "utc") != NULL || strstr(word, "gmt") != NULL;
}

static void
find_zone(struct work *w, const struct steps *p)
{
    struct mapping *m = &w->out->mapping;
    const struct format *f = w->format;
    bool is_daily = m->interval_s >= DAY_S && !m->trades;
    if (w->answers.zone != NULL) {
        m->zone = w->answers.zone;
    } else if (is_daily) {
        check_session(w, p);
    } else if (p->with_offset < p->rows && f != NULL && f->zone != NULL) {
        m->zone = f->zone;
        if (strcmp(f->zone, "UTC") != 0)
            add_note(w, "times are read as %s time", f->zone);
    } else if (p->with_offset < p->rows && names_utc(w)) {
        add_why(w, "UTC, by the name of the time's column");
    } else if (p->with_offset < p->rows) {
        struct csv_field c = first_time(w), clock = {.text = "", .len = 0};
        if (m->clock_column >= 0)
            clock = sample_cell(&w->sample, 0, (size_t)m->clock_column);
        ask_zone(w, f != NULL && f->zone_hint != NULL ? f->zone_hint : "UTC",
                 arena_printf(w->a, "In which zone is \"%.40s%s%.20s\"?",
                              c.text, clock.len > 0 ? " " : "", clock.text));
    }
}

bool
find_interval(struct work *w, struct err *err)
{
    struct mapping *m = &w->out->mapping;
    const char *asked = w->answers.interval;
    struct steps p = find_steps(w);
    m->zone = "UTC";
    if (w->answers.zone != NULL && !zone_is_known(w->answers.zone))
        return err_set(err, ERR_INPUT,
                       "zone \"%s\": expected an IANA zone, as Europe/Berlin",
                       w->answers.zone);
    m->interval_s = m->trades ? 60 : DAY_S;
    if (asked != NULL && !interval_parse(asked, &m->interval_s))
        return err_set(err, ERR_INPUT,
                       "interval \"%s\": expected " INTERVAL_NAMES, asked);
    /* days by a wall clock may be 23 hours, seen from another zone */
    bool is_daily = p.with_time == 0 || (p.n > 0 && p.step[0] >= 82800);
    if (asked == NULL && !m->trades && p.rows > 0) {
        if (is_daily)
            find_daily(w, &p);
        else
            find_intraday(w, &p);
    }
    find_zone(w, &p);
    return true;
}
