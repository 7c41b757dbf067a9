#include "core/overview.h"

#include "lib/date.h"
#include "lib/format.h"

#include <string.h>

static bool
ended(const char *state)
{
    return strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
}

static void
read_runs(struct arena *a, const struct db_rows *rows, struct overview *out)
{
    int n = db_count(rows);
    out->under_way = arena_array(a, (size_t)n, sizeof *out->under_way);
    for (int i = 0; i < n; i++) {
        struct overview_run run = {
            .id = db_i64(rows, i, "id"),
            .state = db_text(rows, i, "state"),
            .queued_at = db_i64(rows, i, "queued_at"),
            .started_at = db_i64(rows, i, "started_at"),
            .finished_at = db_i64(rows, i, "finished_at"),
            .seconds = db_f64(rows, i, "seconds"),
            .waits_s = db_i64(rows, i, "waits_s"),
            .rows_new = db_i64(rows, i, "rows_new"),
            .rows_refused = db_i64(rows, i, "rows_refused"),
        };
        if (!ended(run.state)) {
            out->under_way[out->n_under_way++] = run;
        } else {
            struct overview_run *last = arena_alloc(a, sizeof *last);
            *last = run;
            out->last = last;
        }
    }
}

static bool
same_text(const char *x, const char *y)
{
    return x == y || (x != NULL && y != NULL && strcmp(x, y) == 0);
}

/* Rows come strip by strip; days without a run are not among them. */
static void
read_beats(struct arena *a, const struct db_rows *rows, int64_t real_ts,
           struct overview *out)
{
    int n = db_count(rows);
    int64_t first = date_day_start(real_ts) - (OVERVIEW_DAYS - 1) * DAY_S;
    out->strips = arena_array(a, (size_t)n, sizeof *out->strips);
    struct overview_strip *strip = NULL;
    for (int i = 0; i < n; i++) {
        const char *name = db_text(rows, i, "strip");
        if (strip == NULL || !same_text(strip->name, name)) {
            strip = &out->strips[out->n_strips++];
            strip->name = name;
            for (int d = 0; d < OVERVIEW_DAYS; d++)
                strip->beats[d].day_ts = first + d * DAY_S;
        }
        int64_t at = (db_i64(rows, i, "day") - first) / DAY_S;
        /* The server's midnight and ours may differ by an instant. */
        if (at < 0 || at >= OVERVIEW_DAYS)
            continue;
        struct overview_beat *beat = &strip->beats[at];
        beat->n = db_i64(rows, i, "n");
        beat->state = db_text(rows, i, "state");
        beat->run_id = db_i64(rows, i, "run_id");
    }
}

static void
read_trouble(struct arena *a, const struct db_rows *rows, struct overview *out)
{
    out->n_trouble = (size_t)db_count(rows);
    out->trouble = arena_array(a, out->n_trouble, sizeof *out->trouble);
    for (size_t i = 0; i < out->n_trouble; i++) {
        int row = (int)i;
        out->trouble[i] = (struct overview_trouble){
            .id = db_i64(rows, row, "id"),
            .state = db_text(rows, row, "state"),
            .error = db_text(rows, row, "error"),
            .failed = db_text(rows, row, "failed"),
            .reason = db_text(rows, row, "reason"),
            .n_failed = db_i64(rows, row, "n_failed"),
            .finished_at = db_i64(rows, row, "finished_at"),
        };
    }
}

static void
read_providers(struct arena *a, const struct db_rows *rows,
               struct overview *out)
{
    out->n_providers = (size_t)db_count(rows);
    out->providers = arena_array(a, out->n_providers, sizeof *out->providers);
    for (size_t i = 0; i < out->n_providers; i++) {
        int row = (int)i;
        out->providers[i] = (struct overview_provider){
            .title = db_text(rows, row, "title"),
            .enabled = db_bool(rows, row, "enabled"),
            .rate_per_minute = db_f64(rows, row, "rate_per_minute"),
            .burst = db_f64(rows, row, "burst"),
            .tokens = db_f64(rows, row, "tokens"),
            .blocked_s = db_f64(rows, row, "blocked_s"),
            .success_at = db_i64(rows, row, "success_at"),
            .fault_at = db_i64(rows, row, "fault_at"),
            .fault_run = db_i64(rows, row, "fault_run"),
            .fault_kind = db_text(rows, row, "fault_kind"),
        };
    }
}

bool
overview_get(struct arena *a, struct db *db, int64_t now_ts, int64_t real_ts,
             struct overview *out, struct err *err)
{
    enum { RUNS, BEATS, TROUBLE, SOURCES, PROVIDERS, MODELS, REST, COUNT };
    struct db_call calls[COUNT] = {
        [RUNS] = {.sql = SQL_overview_runs},
        [BEATS] = {.sql = SQL_overview_beats},
        [TROUBLE] = {.sql = SQL_overview_trouble},
        [SOURCES] = source_call(a, "", SOURCE_MAX),
        [PROVIDERS] = {.sql = SQL_overview_providers},
        [MODELS] = {.sql = SQL_model_list_all,
                    .args = DB_ARGS("", fmt_i64(a, MODEL_LIST_MAX))},
        [REST] = {.sql = SQL_overview_rest,
                  .args = DB_ARGS(fmt_i64(a, now_ts))},
    };
    *out = (struct overview){0};
    if (!db_query_many(a, db, calls, COUNT, err))
        return err_wrap(err, "overview");
    read_runs(a, calls[RUNS].rows, out);
    read_beats(a, calls[BEATS].rows, real_ts, out);
    read_trouble(a, calls[TROUBLE].rows, out);
    source_read(a, calls[SOURCES].rows, now_ts, &out->sources, &out->n_sources);
    read_providers(a, calls[PROVIDERS].rows, out);
    model_list_read(a, calls[MODELS].rows, &out->models, &out->n_models);
    const struct db_rows *rest = calls[REST].rows;
    out->next_due = db_i64(rest, 0, "next_due");
    out->next_name = db_text(rest, 0, "next_name");
    out->open_rows = db_i64(rest, 0, "open_rows");
    out->simulated = db_bool(rest, 0, "simulated");
    return true;
}
