#include "simulator/market.h"

#include "simulator/catalogue.h"
#include "simulator/generate.h"

#include "lib/date.h"
#include "lib/log.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A series and how it is had. The public part comes first, so that a series
 * handed out leads back to its item. */
struct item {
    struct market_series series;
    struct item *next;
    const struct source *sources[16];
    size_t n_sources;
    struct generate_asset asset; /* generated data; name NULL otherwise */
    pthread_mutex_t lock;        /* of the three below */
    bool loaded;
    struct arena *a;
    struct rows rows;
};

struct market {
    struct arena *a;
    const char *data_dir;
    uint64_t seed;
    struct catalogue catalogue;
    pthread_rwlock_t lock; /* of the list: made-up symbols are added to it */
    struct item *items;
    size_t n_made_up;
};

enum { MADE_UP_MAX = 10000 };

static struct item *
find_item(const struct market *m, const char *provider, const char *symbol,
          int32_t interval_s)
{
    for (struct item *i = m->items; i != NULL; i = i->next)
        if (i->series.interval_s == interval_s &&
            strcmp(i->series.symbol, symbol) == 0 &&
            strcmp(i->series.provider, provider) == 0)
            return i;
    return NULL;
}

static struct item *
add_item(struct market *m, const struct catalogue_line *line,
         const char *symbol)
{
    struct item *i = arena_alloc(m->a, sizeof *i);
    i->series = line->series;
    i->series.symbol = arena_strdup(m->a, symbol);
    pthread_mutex_init(&i->lock, NULL);
    i->next = m->items;
    m->items = i;
    return i;
}

static bool
is_pattern(const struct catalogue_line *line)
{
    return line->series.symbol[strlen(line->series.symbol) - 1] == '*';
}

static bool
add_line(struct market *m, const struct catalogue_line *line, struct err *err)
{
    const struct market_series *s = &line->series;
    const struct generate_asset *asset = NULL;
    if (line->asset != NULL) {
        asset = generate_find(line->asset);
        if (asset == NULL || asset->shape != s->shape)
            return err_set(err, ERR_INPUT,
                           "%s %s: no generated asset \"%s\" of that shape",
                           s->provider, s->symbol, line->asset);
    }
    if (is_pattern(line))
        return true;
    if (m->data_dir == NULL ? asset == NULL : line->source.path[0] == '\0')
        return true;
    struct item *i = find_item(m, s->provider, s->symbol, s->interval_s);
    if (i == NULL)
        i = add_item(m, line, s->symbol);
    if (m->data_dir == NULL) {
        i->asset = *asset;
        return true;
    }
    if (i->n_sources == COUNT_OF(i->sources))
        return err_set(err, ERR_INPUT, "%s %s: more than %zu files",
                       s->provider, s->symbol, COUNT_OF(i->sources));
    i->sources[i->n_sources++] = &line->source;
    return true;
}

static bool
load_catalogue(struct market *m, const char *project_path, struct err *err)
{
    const char *path = project_path;
    if (m->data_dir != NULL) {
        struct stat st;
        if (stat(m->data_dir, &st) != 0 || !S_ISDIR(st.st_mode))
            return err_set(err, ERR_INPUT, "no data folder %s", m->data_dir);
        const char *own = arena_printf(m->a, "%s/catalogue.csv", m->data_dir);
        if (access(own, R_OK) == 0)
            path = own;
    }
    if (!catalogue_read(m->a, path, &m->catalogue, err))
        return false;
    for (size_t i = 0; i < m->catalogue.n; i++) {
        struct source *s = &m->catalogue.lines[i].source;
        if (m->data_dir != NULL && s->path[0] != '\0')
            s->path = arena_printf(m->a, "%s/%s", m->data_dir, s->path);
        if (!add_line(m, &m->catalogue.lines[i], err))
            return err_wrap(err, "%s", path);
    }
    return true;
}

bool
market_open(const struct market_open *how, struct market **out, struct err *err)
{
    struct arena *a = arena_new();
    struct market *m = arena_alloc(a, sizeof *m);
    m->a = a;
    m->data_dir = arena_strdup(a, how->data_dir);
    m->seed = how->seed;
    pthread_rwlock_init(&m->lock, NULL);
    if (!load_catalogue(m, how->catalogue, err)) {
        market_close(m);
        return false;
    }
    *out = m;
    return true;
}

void
market_close(struct market *m)
{
    if (m == NULL)
        return;
    for (struct item *i = m->items; i != NULL; i = i->next)
        arena_free(i->a);
    arena_free(m->a);
}

/* A missing file is as if its line were not there; another fault is logged
 * and makes the whole series unknown. */
static void
load_files(struct item *i)
{
    for (size_t k = 0; k < i->n_sources; k++) {
        struct err err;
        struct rows one;
        if (!source_read(i->a, i->sources[k], &one, &err)) {
            if (err.kind == ERR_MISSING)
                continue;
            log_event(LOG_ERROR, "series.unusable",
                      "provider=%s symbol=%s error=\"%s\"", i->series.provider,
                      i->series.symbol, err.text);
            i->rows.n = 0;
            return;
        }
        i->rows = i->rows.n == 0 ? one : source_merge(i->a, &i->rows, &one);
    }
}

/* The stored rows, read or made at the first call. */
static const struct rows *
item_rows(struct market *m, struct item *i)
{
    pthread_mutex_lock(&i->lock);
    if (!i->loaded) {
        i->loaded = true;
        i->a = arena_new();
        i->rows.shape = i->series.shape;
        if (i->asset.name != NULL)
            i->rows = generate_days(i->a, m->seed, &i->asset);
        else
            load_files(i);
    }
    pthread_mutex_unlock(&i->lock);
    return &i->rows;
}

static bool
answers(const struct item *i, int32_t interval_s)
{
    const struct market_series *s = &i->series;
    if (s->interval_s == interval_s)
        return true;
    if (interval_s < s->interval_s)
        return i->asset.name != NULL && i->asset.has_minutes &&
               interval_s % 60 == 0 && s->interval_s == DAY_S;
    return s->shape == ROWS_BARS && interval_s % s->interval_s == 0 &&
           DAY_S % interval_s == 0;
}

/* The item that fits best: the longest stored interval wins. */
static struct item *
best_item(const struct market *m, const char *provider, const char *symbol,
          int32_t interval_s)
{
    struct item *best = NULL;
    for (struct item *i = m->items; i != NULL; i = i->next) {
        if (strcmp(i->series.symbol, symbol) != 0 ||
            strcmp(i->series.provider, provider) != 0 ||
            (interval_s > 0 && !answers(i, interval_s)))
            continue;
        if (best == NULL || i->series.interval_s > best->series.interval_s)
            best = i;
    }
    return best;
}

/* Makes a symbol that a pattern of the catalogue stands for. The write lock is
 * held. */
static struct item *
make_up(struct market *m, const char *provider, const char *symbol)
{
    if (m->data_dir != NULL || m->n_made_up == MADE_UP_MAX)
        return NULL;
    for (size_t k = 0; k < m->catalogue.n; k++) {
        const struct catalogue_line *line = &m->catalogue.lines[k];
        size_t len = strlen(line->series.symbol) - 1;
        if (!is_pattern(line) || line->asset == NULL ||
            strcmp(line->series.provider, provider) != 0 ||
            strncmp(line->series.symbol, symbol, len) != 0)
            continue;
        struct item *i = add_item(m, line, symbol);
        i->asset = *generate_find(line->asset);
        i->asset.name = i->series.symbol;
        m->n_made_up++;
        return i;
    }
    return NULL;
}

static struct item *
lookup(struct market *m, const char *provider, const char *symbol,
       int32_t interval_s)
{
    pthread_rwlock_rdlock(&m->lock);
    struct item *i = best_item(m, provider, symbol, interval_s);
    bool known = i != NULL || best_item(m, provider, symbol, 0) != NULL;
    pthread_rwlock_unlock(&m->lock);
    if (!known) {
        pthread_rwlock_wrlock(&m->lock);
        if (best_item(m, provider, symbol, 0) != NULL ||
            make_up(m, provider, symbol) != NULL)
            i = best_item(m, provider, symbol, interval_s);
        pthread_rwlock_unlock(&m->lock);
    }
    return i != NULL && item_rows(m, i)->n > 0 ? i : NULL;
}

const struct market_series *
market_find(struct market *m, const char *provider, const char *symbol,
            int32_t interval_s)
{
    struct item *i = lookup(m, provider, symbol, interval_s);
    return i == NULL ? NULL : &i->series;
}

bool
market_knows(struct market *m, const char *provider, const char *symbol)
{
    return lookup(m, provider, symbol, 0) != NULL;
}

int64_t
market_session_open(const struct market_series *s, int64_t day_ts)
{
    return day_ts + s->open_s - zone_offset_s(s->zone, day_ts / DAY_S);
}

int64_t
market_session_close(const struct market_series *s, int64_t day_ts)
{
    return day_ts + s->close_s - zone_offset_s(s->zone, day_ts / DAY_S);
}

static bool
has_opened(const struct market_series *s, int32_t interval_s, int64_t ts,
           int64_t now_ts)
{
    return (interval_s == DAY_S ? market_session_open(s, ts) : ts) <= now_ts;
}

/* Minutes of the generated days that [from_ts, to_ts] touches. */
static struct rows
minutes(struct arena *a, struct market *m, const struct item *i,
        const struct rows *days, int64_t from_ts, int64_t to_ts)
{
    struct rows d = rows_slice(days, date_day_start(from_ts),
                               date_day_start(to_ts), SIZE_MAX, false);
    struct rows out = {.shape = ROWS_BARS};
    out.ts = arena_array(a, d.n * 1440, sizeof *out.ts);
    out.v = arena_array(a, d.n * 1440 * ROWS_BARS, sizeof *out.v);
    for (size_t k = 0; k < d.n; k++) {
        struct rows one = generate_minutes(a, m->seed, &i->asset, &d, k);
        memcpy(out.ts + out.n, one.ts, one.n * sizeof *out.ts);
        memcpy(out.v + out.n * ROWS_BARS, one.v,
               one.n * ROWS_BARS * sizeof *out.v);
        out.n += one.n;
    }
    return out;
}

/* The part of a wish for intraday rows that can hold an answer: at most `max`
 * intervals from its first day on, or back from its last one. */
static void
bound_wish(const struct market_query *q, const struct rows *days,
           int64_t *from_ts, int64_t *to_ts)
{
    int64_t span = (int64_t)q->max * q->interval_s + DAY_S;
    int64_t first = days->n > 0 ? days->ts[0] : 0;
    int64_t last = days->n > 0 ? days->ts[days->n - 1] + DAY_S - 1 : 0;
    *from_ts = q->from_ts > first ? q->from_ts : first;
    *to_ts = q->to_ts < last ? q->to_ts : last;
    if (*to_ts > q->now_ts)
        *to_ts = q->now_ts;
    if (*to_ts - *from_ts <= span)
        return;
    if (q->newest)
        *from_ts = *to_ts - span;
    else
        *to_ts = *from_ts + span;
}

struct rows
market_rows(struct arena *a, struct market *m, const struct market_series *s,
            const struct market_query *q)
{
    struct item *i = (struct item *)s;
    struct rows r = *item_rows(m, i);
    if (q->interval_s < s->interval_s) {
        int64_t from_ts, to_ts;
        bound_wish(q, &r, &from_ts, &to_ts);
        r = minutes(a, m, i, &r, from_ts, to_ts);
        if (q->interval_s > 60)
            r = rows_aggregate(a, &r, q->interval_s);
    } else if (q->interval_s > s->interval_s) {
        r = rows_slice(&r, q->from_ts - q->interval_s,
                       q->to_ts > INT64_MAX - q->interval_s
                           ? INT64_MAX
                           : q->to_ts + q->interval_s,
                       SIZE_MAX, false);
        r = rows_aggregate(a, &r, q->interval_s);
    }
    int64_t last = q->now_ts + DAY_S; /* no session opens a day early */
    r = rows_slice(&r, q->from_ts, q->to_ts < last ? q->to_ts : last, SIZE_MAX,
                   false);
    while (r.n > 0 && !has_opened(s, q->interval_s, r.ts[r.n - 1], q->now_ts))
        r.n--;
    return rows_slice(&r, INT64_MIN, INT64_MAX, q->max, q->newest);
}

int64_t
market_first_ts(struct market *m, const struct market_series *s)
{
    const struct rows *r = item_rows(m, (struct item *)s);
    return r->n > 0 ? r->ts[0] : INT64_MAX;
}
