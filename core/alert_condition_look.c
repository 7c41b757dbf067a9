/* What each condition looks at, and says in words. */
#include "core/alert_condition_own.h"
#include "core/providers/provider.h"
#include "core/source.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>

/* A scheduled run is given so long to bring what it was to bring. */
enum { RUN_S = 15 * 60 };

/* tags: lines. */
static void
find(struct alert_look *l, const char *subject, double value, const char *tags,
     const char *text)
{
    if (l->n == l->max) {
        size_t max = l->max * 2 + 8;
        struct alert_finding *more = arena_array(l->a, max, sizeof *more);
        for (size_t i = 0; i < l->n; i++)
            more[i] = l->found[i];
        l->found = more;
        l->max = max;
    }
    struct alert_finding *f = &l->found[l->n++];
    const char **list = arena_array(l->a, strlen(tags) + 1, sizeof *list);
    *f = (struct alert_finding){
        .subject = subject, .value = value, .text = text, .tags = list};
    while (*tags != '\0') {
        size_t len = strcspn(tags, "\n");
        list[f->n_tags++] = arena_strndup(l->a, tags, len);
        tags += len + (tags[len] == '\n');
    }
}

static const char *
time_words(struct arena *a, int64_t ts)
{
    return arena_printf(a, "%s UTC", fmt_time(a, ts, 0));
}

/* --- runs ---------------------------------------------------------------- */

static const char *
run_words(struct alert_look *l, const struct db_rows *rows, int i, int64_t n)
{
    static const struct {
        const char *state, *words;
    } ends[] = {{"failed", "failed"},
                {"timed_out", "ran out of time"},
                {"lost", "was lost"},
                {"partial", "missed some sources"}};
    const char *subject = db_text(rows, i, "subject");
    const char *state = db_text(rows, i, "state"), *words = state;
    const char *error = db_text(rows, i, "error");
    for (size_t k = 0; k < COUNT_OF(ends); k++)
        if (strcmp(ends[k].state, state) == 0)
            words = ends[k].words;
    return arena_printf(
        l->a, "%sun %lld %s%s %s%s%s",
        n > 1 ? arena_printf(l->a,
                             "The last %lld runs all missed sources; the "
                             "newest, r",
                             (long long)n)
              : "R",
        (long long)db_i64(rows, i, "run_id"),
        subject[0] != '\0' ? "of " : "by hand", subject, words,
        error != NULL ? ": " : "", error != NULL ? error : "");
}

static bool
look_runs(struct alert_look *l, int64_t n, const char *states, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(l->a, l->db, SQL_condition_runs,
                  DB_ARGS(l->subject, fmt_i64(l->a, n), states), &rows, err))
        return false;
    for (int i = 0; i < db_count(rows); i++)
        find(l, db_text(rows, i, "subject"),
             isnan(l->threshold) ? NAN : (double)n, db_text(rows, i, "tags"),
             run_words(l, rows, i, n));
    return true;
}

bool
alert_look_run_failed(struct alert_look *l, struct err *err)
{
    return look_runs(l, 1, "{failed,timed_out,lost}", err);
}

bool
alert_look_run_partial(struct alert_look *l, struct err *err)
{
    return look_runs(l, (int64_t)ceil(l->threshold),
                     "{partial,failed,timed_out,lost}", err);
}

/* --- data ---------------------------------------------------------------- */

/* The tags of instruments, by symbol. */
static bool
instrument_tags(struct alert_look *l, const char *const *symbols, size_t n,
                const char **tags, struct err *err)
{
    struct db_rows *rows;
    if (n == 0)
        return true;
    if (!db_query(l->a, l->db, SQL_condition_instruments,
                  DB_ARGS(fmt_array(l->a, symbols, n)), &rows, err))
        return false;
    for (size_t i = 0; i < n; i++)
        tags[i] = "";
    for (int row = 0; row < db_count(rows); row++)
        for (size_t i = 0; i < n; i++)
            if (strcmp(symbols[i], db_text(rows, row, "symbol")) == 0)
                tags[i] = db_text(rows, row, "tags");
    return true;
}

/* Leaves out those that nobody has had the time to ask for since their bar
 * was due. What is overdue is late whoever asks when. */
static bool
leave_awaited(struct alert_look *l, const struct source **late, size_t *n,
              struct err *err)
{
    struct arena *a = l->a;
    const char **symbols = arena_array(a, *n, sizeof *symbols);
    const char **due = arena_array(a, *n, sizeof *due);
    struct db_rows *rows;
    size_t n_asked = 0, n_left = 0;
    for (size_t i = 0; i < *n; i++)
        if (strcmp(late[i]->state, "late") == 0) {
            symbols[n_asked] = late[i]->symbol;
            due[n_asked++] = fmt_i64(a, late[i]->due_ts);
        }
    if (n_asked == 0)
        return true;
    if (!db_query(a, l->db, SQL_condition_awaited,
                  DB_ARGS(fmt_array(a, symbols, n_asked),
                          fmt_array(a, due, n_asked), fmt_i64(a, l->now_ts),
                          fmt_i64(a, RUN_S)),
                  &rows, err))
        return false;
    for (size_t i = 0; i < *n; i++) {
        bool awaited = false;
        for (int row = 0; row < db_count(rows) && !awaited; row++)
            awaited =
                strcmp(late[i]->symbol, db_text(rows, row, "symbol")) == 0;
        if (!awaited)
            late[n_left++] = late[i];
    }
    *n = n_left;
    return true;
}

/* A page of instruments. */
static bool
look_sources(struct alert_look *l, const struct source *sources, size_t n,
             struct err *err)
{
    const struct source **late =
        arena_array(l->a, n, sizeof(const struct source *));
    const char **symbols = arena_array(l->a, n, sizeof *symbols);
    const char **tags = arena_array(l->a, n, sizeof *tags);
    size_t n_late = 0;
    for (size_t i = 0; i < n; i++) {
        const struct source *s = &sources[i];
        if (source_is_behind(s) && s->last_ts != 0 &&
            (l->subject == NULL || strcasecmp(l->subject, s->symbol) == 0))
            late[n_late++] = s;
    }
    if (!leave_awaited(l, late, &n_late, err))
        return false;
    for (size_t i = 0; i < n_late; i++)
        symbols[i] = late[i]->symbol;
    if (!instrument_tags(l, symbols, n_late, tags, err))
        return false;
    for (size_t i = 0; i < n_late; i++)
        find(l, symbols[i], NAN, tags[i],
             arena_printf(l->a, "%s is late: %s", symbols[i], late[i]->words));
    return true;
}

bool
alert_look_data_late(struct alert_look *l, struct err *err)
{
    const char *after = "";
    struct source *sources;
    size_t n;
    do {
        if (!source_list(l->a, l->db, after, SOURCE_MAX, l->now_ts, &sources,
                         &n, err) ||
            !look_sources(l, sources, n, err))
            return false;
        if (n > 0)
            after = sources[n - 1].symbol;
    } while (n == SOURCE_MAX);
    return true;
}

bool
alert_look_quality(struct alert_look *l, struct err *err)
{
    struct arena *a = l->a;
    struct db_rows *rows;
    if (!db_query(a, l->db, SQL_condition_quality,
                  DB_ARGS(l->subject, fmt_f64(a, l->threshold),
                          fmt_i64(a, l->now_ts)),
                  &rows, err))
        return false;
    size_t n = (size_t)db_count(rows);
    const char **symbols = arena_array(a, n, sizeof *symbols);
    const char **tags = arena_array(a, n, sizeof *tags);
    for (size_t i = 0; i < n; i++)
        symbols[i] = db_text(rows, (int)i, "symbol");
    if (!instrument_tags(l, symbols, n, tags, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        double score = db_f64(rows, (int)i, "score");
        find(l, symbols[i], score, tags[i],
             arena_printf(a,
                          "%s: the rows of %s score %.3g, and %.3g is asked "
                          "for",
                          symbols[i],
                          date_format_day(a, db_i64(rows, (int)i, "day_ts")),
                          score, l->threshold));
    }
    return true;
}

/* --- providers ----------------------------------------------------------- */

static const char *
fault_words_of(const char *name)
{
    for (int f = 0; name != NULL && f < FAULT_COUNT; f++)
        if (strcmp(fault_name((enum fault)f), name) == 0)
            return fault_words((enum fault)f);
    return "it has a fault";
}

static const char *
outage_words(struct alert_look *l, const struct db_rows *rows, int i)
{
    struct arena *a = l->a;
    const char *title = db_text(rows, i, "title");
    if (!db_is_null(rows, i, "blocked_until"))
        return arena_printf(a, "%s is to be left alone until %s", title,
                            time_words(a, db_i64(rows, i, "blocked_until")));
    return arena_printf(a, "%s has not answered since %s: %s", title,
                        time_words(a, db_i64(rows, i, "since")),
                        fault_words_of(db_text(rows, i, "fault_kind")));
}

bool
alert_look_outage(struct alert_look *l, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(l->a, l->db, SQL_condition_outages, DB_ARGS(l->subject),
                  &rows, err))
        return false;
    for (int i = 0; i < db_count(rows); i++)
        find(l, db_text(rows, i, "provider"), NAN, db_text(rows, i, "tags"),
             outage_words(l, rows, i));
    return true;
}

bool
alert_look_quota(struct alert_look *l, struct err *err)
{
    struct arena *a = l->a;
    struct db_rows *rows;
    if (!db_query(a, l->db, SQL_condition_quota,
                  DB_ARGS(l->subject, fmt_f64(a, l->threshold)), &rows, err))
        return false;
    for (int i = 0; i < db_count(rows); i++) {
        const char *provider = db_text(rows, i, "provider");
        find(l, provider, db_f64(rows, i, "percent"),
             arena_printf(a, "provider:%s", provider),
             arena_printf(a, "%s has %.0f of %.0f requests left",
                          db_text(rows, i, "title"),
                          floor(db_f64(rows, i, "tokens")),
                          db_f64(rows, i, "burst")));
    }
    return true;
}

/* --- models -------------------------------------------------------------- */

static bool
list_models(struct alert_look *l, struct db_rows **rows, struct err *err)
{
    return db_query(l->a, l->db, SQL_condition_models, DB_ARGS(l->subject),
                    rows, err);
}

bool
alert_look_refused(struct alert_look *l, struct err *err)
{
    struct db_rows *rows;
    if (!list_models(l, &rows, err))
        return false;
    for (int i = 0; i < db_count(rows); i++) {
        const char *name = db_text(rows, i, "name");
        const char *words = db_text(rows, i, "words");
        if (strcmp(db_text(rows, i, "state"), "refused") != 0)
            continue;
        find(l, name, NAN, db_text(rows, i, "tags"),
             arena_printf(l->a, "Model %s: version %lld was refused%s%s", name,
                          (long long)db_i64(rows, i, "version"),
                          words != NULL ? ": " : "",
                          words != NULL ? words : ""));
    }
    return true;
}

bool
alert_look_old(struct alert_look *l, struct err *err)
{
    struct db_rows *rows;
    if (!list_models(l, &rows, err))
        return false;
    for (int i = 0; i < db_count(rows); i++) {
        int64_t fitted_at = db_i64(rows, i, "fitted_at");
        double days = (double)(l->now_ts - fitted_at) / DAY_S;
        const char *name = db_text(rows, i, "name");
        if (db_is_null(rows, i, "fitted_at") || days <= l->threshold)
            continue;
        find(l, name, days, db_text(rows, i, "tags"),
             arena_printf(l->a, "Model %s: version %lld answers, fitted on %s",
                          name, (long long)db_i64(rows, i, "active_version"),
                          time_words(l->a, fitted_at)));
    }
    return true;
}

/* --- the machine --------------------------------------------------------- */

/* A folder that is not there, or may not be looked at, is nobody's alarm. */
static void
look_disk(struct alert_look *l, const char *name, const char *dir)
{
    struct statvfs fs;
    if (dir == NULL || dir[0] == '\0' ||
        (l->subject != NULL && strcasecmp(l->subject, name) != 0) ||
        statvfs(dir, &fs) != 0 || fs.f_blocks == 0)
        return;
    double percent = 100 * (double)fs.f_bavail / (double)fs.f_blocks;
    double bytes = (double)fs.f_bavail * (double)fs.f_frsize;
    if (percent < l->threshold)
        find(l, name, percent, "disk",
             arena_printf(l->a, "The file system of the %s has %s free, %s",
                          name, fmt_bytes(l->a, (int64_t)bytes),
                          fmt_percent(l->a, percent / 100, 1)));
}

bool
alert_look_disk(struct alert_look *l, struct err *err)
{
    struct db_rows *rows;
    if (!db_query_one(l->a, l->db, SQL_condition_data_directory, DB_NONE, &rows,
                      err))
        return false;
    look_disk(l, "archive", config()->archive_dir);
    look_disk(l, "database", db_text(rows, 0, "dir"));
    return true;
}

bool
alert_look_queue(struct alert_look *l, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(l->a, l->db, SQL_condition_queue, DB_NONE, &rows, err))
        return false;
    if (db_count(rows) == 0 || db_f64(rows, 0, "minutes") < l->threshold)
        return true;
    double minutes = db_f64(rows, 0, "minutes");
    find(l, "", minutes, "queue",
         arena_printf(l->a, "Run %lld could have started %s ago",
                      (long long)db_i64(rows, 0, "run_id"),
                      fmt_duration(l->a, minutes * 60)));
    return true;
}
