#include "core/status.h"

#include "core/overview.h"
#include "lib/date.h"
#include "lib/json.h"

struct status {
    struct arena *a;
    struct buf *out;
};

static void
put_text(struct buf *b, const char *key, const char *text)
{
    json_key(b, key);
    json_put_str(b, text);
}

static void
put_i64(struct buf *b, const char *key, int64_t v)
{
    json_key(b, key);
    json_put_i64(b, v);
}

static void
put_f64(struct buf *b, const char *key, double v)
{
    json_key(b, key);
    json_put_f64(b, v);
}

/* A moment; null when there is none. */
static void
put_ts(struct status *s, const char *key, int64_t ts)
{
    put_text(s->out, key, ts != 0 ? date_format_iso(s->a, ts) : NULL);
}

static void
put_run(struct status *s, const struct overview_run *run)
{
    struct buf *b = s->out;
    json_open(b, '{');
    put_i64(b, "id", run->id);
    put_text(b, "state", run->state);
    put_ts(s, "queued_at", run->queued_at);
    put_ts(s, "started_at", run->started_at);
    put_ts(s, "finished_at", run->finished_at);
    put_i64(b, "rows_new", run->rows_new);
    put_i64(b, "rows_refused", run->rows_refused);
    json_close(b, '}');
}

static void
put_runs(struct status *s, const struct overview *o)
{
    struct buf *b = s->out;
    json_key(b, "last_run");
    if (o->last != NULL)
        put_run(s, o->last);
    else
        json_put_null(b);
    json_key(b, "under_way");
    json_open(b, '[');
    for (size_t i = 0; i < o->n_under_way; i++)
        put_run(s, &o->under_way[i]);
    json_close(b, ']');
    json_key(b, "next_run");
    if (o->next_due != 0) {
        json_open(b, '{');
        put_ts(s, "due_at", o->next_due);
        put_text(b, "schedule", o->next_name);
        json_close(b, '}');
    } else {
        json_put_null(b);
    }
}

static void
put_sources(struct status *s, const struct overview *o)
{
    struct buf *b = s->out;
    json_key(b, "instruments");
    json_open(b, '[');
    for (size_t i = 0; i < o->n_sources; i++) {
        const struct source *f = &o->sources[i];
        json_open(b, '{');
        put_text(b, "symbol", f->symbol);
        put_text(b, "freshness", f->state);
        put_ts(s, "last_ts", f->last_ts);
        put_text(b, "detail", f->words);
        json_close(b, '}');
    }
    json_close(b, ']');
}

static void
put_models(struct status *s, const struct overview *o)
{
    struct buf *b = s->out;
    json_key(b, "models");
    json_open(b, '[');
    for (size_t i = 0; i < o->n_models; i++) {
        const struct model_item *m = &o->models[i];
        json_open(b, '{');
        put_text(b, "name", m->name);
        json_key(b, "version");
        if (m->active != 0)
            json_put_i64(b, m->active);
        else
            json_put_null(b);
        put_ts(s, "fitted_at", m->fitted_at);
        put_i64(b, "rows", m->rows);
        put_f64(b, "r2", m->r2);
        put_f64(b, "rmse", m->rmse);
        json_close(b, '}');
    }
    json_close(b, ']');
}

bool
status_json(struct arena *a, struct db *db, int64_t now_ts, int64_t real_ts,
            struct buf *out, struct err *err)
{
    struct overview o;
    struct status s = {.a = a, .out = out};
    if (!overview_get(a, db, now_ts, real_ts, &o, err))
        return false;
    json_open(out, '{');
    put_ts(&s, "now", now_ts);
    json_key(out, "simulated");
    json_put_bool(out, o.simulated);
    put_runs(&s, &o);
    put_sources(&s, &o);
    put_models(&s, &o);
    json_close(out, '}');
    return true;
}
