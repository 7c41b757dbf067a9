#include "core/status.h"

#include "core/overview.h"
#include "lib/date.h"
#include "lib/json.h"

struct status {
    struct arena *a;
    struct buf *out;
};

/* A moment; null when there is none. */
static void
put_ts(struct status *s, const char *key, int64_t ts)
{
    json_member_str(s->out, key, ts != 0 ? date_format_iso(s->a, ts) : NULL);
}

static void
put_run(struct status *s, const struct overview_run *run)
{
    struct buf *b = s->out;
    json_open(b, '{');
    json_member_i64(b, "id", run->id);
    json_member_str(b, "state", run->state);
    put_ts(s, "queued_at", run->queued_at);
    put_ts(s, "started_at", run->started_at);
    put_ts(s, "finished_at", run->finished_at);
    json_member_i64(b, "rows_new", run->rows_new);
    json_member_i64(b, "rows_refused", run->rows_refused);
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
        json_member_str(b, "schedule", o->next_name);
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
        json_member_str(b, "symbol", f->symbol);
        json_member_str(b, "freshness", f->state);
        put_ts(s, "last_ts", f->last_ts);
        json_member_str(b, "detail", f->words);
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
        json_member_str(b, "name", m->name);
        json_key(b, "version");
        if (m->active != 0)
            json_put_i64(b, m->active);
        else
            json_put_null(b);
        put_ts(s, "fitted_at", m->fitted_at);
        json_member_i64(b, "rows", m->rows);
        json_member_f64(b, "r2", m->r2);
        json_member_f64(b, "rmse", m->rmse);
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
