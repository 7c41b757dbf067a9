#include "worker/runlog.h"

#include "core/run_work.h"
#include "lib/json.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Lines that wait at most, and that are stored at once. */
enum { WAITING_MAX = 5000, BATCH_MAX = 200 };

struct line {
    double at;
    int level; /* 0: not a line but "changed" */
    char *event, *text;
    struct line *next;
};

struct runlog {
    int64_t run_id;
    pthread_mutex_t lock; /* guards what follows */
    struct line *first, **last;
    size_t n, n_dropped;
    bool saying; /* the sink must not take our own line a second time */
};

static double
wall_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
line_free(struct line *line)
{
    free(line->event);
    free(line->text);
    free(line);
}

/* Takes the oldest line out; the lock is held. */
static struct line *
pop(struct runlog *log)
{
    struct line *line = log->first;
    log->first = line->next;
    if (log->first == NULL)
        log->last = &log->first;
    log->n--;
    return line;
}

static void
push(struct runlog *log, int level, const char *event, const char *text)
{
    struct line *line = xcalloc(1, sizeof *line);
    line->at = wall_clock();
    line->level = level;
    line->event = xstrdup(event);
    line->text = xstrdup(text);
    pthread_mutex_lock(&log->lock);
    if (log->n >= WAITING_MAX) {
        line_free(pop(log));
        log->n_dropped++;
    }
    *log->last = line;
    log->last = &line->next;
    log->n++;
    pthread_mutex_unlock(&log->lock);
}

static void
on_log(void *arg, enum log_level level, const char *event, const char *text)
{
    struct runlog *log = arg;
    if (!log->saying && level <= LOG_WARN)
        push(log, level, event, text);
}

struct runlog *
runlog_open(int64_t run_id)
{
    struct runlog *log = xcalloc(1, sizeof *log);
    char id[32];
    log->run_id = run_id;
    log->last = &log->first;
    pthread_mutex_init(&log->lock, NULL);
    snprintf(id, sizeof id, "%lld", (long long)run_id);
    log_set_context("run", id);
    log_set_sink(on_log, log);
    return log;
}

void
runlog_close(struct runlog *log)
{
    if (log == NULL)
        return;
    log_set_sink(NULL, NULL);
    log_set_context(NULL, NULL);
    while (log->first != NULL)
        line_free(pop(log));
    pthread_mutex_destroy(&log->lock);
    free(log);
}

void
runlog_say(struct runlog *log, enum log_level level, const char *event,
           const char *fmt, ...)
{
    char text[1500];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    push(log, level, event, text);
    log->saying = true;
    for (char *p = text; *p != '\0'; p++)
        if (*p == '"')
            *p = '\'';
    log_event(level, event, "text=\"%s\"", text);
    log->saying = false;
}

void
runlog_changed(struct runlog *log)
{
    push(log, 0, "", "");
}

/* Takes the oldest lines up to and with the next "changed". */
static size_t
take(struct runlog *log, struct line **out)
{
    size_t n = 0;
    pthread_mutex_lock(&log->lock);
    while (log->first != NULL && n < BATCH_MAX) {
        out[n] = pop(log);
        if (out[n++]->level == 0)
            break;
    }
    pthread_mutex_unlock(&log->lock);
    return n;
}

/* The reverse: they could not be stored. */
static void
put_back(struct runlog *log, struct line **lines, size_t n)
{
    pthread_mutex_lock(&log->lock);
    while (n-- > 0) {
        lines[n]->next = log->first;
        log->first = lines[n];
        if (log->last == &log->first)
            log->last = &lines[n]->next;
        log->n++;
    }
    pthread_mutex_unlock(&log->lock);
}

static void
publish_line(struct arena *a, struct publish *publish, int64_t run_id,
             const struct run_line *line)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_key(b, "kind");
    json_put_str(b, "log");
    json_key(b, "id");
    json_put_i64(b, line->id);
    json_key(b, "at");
    json_put_str(b, line->at_iso);
    json_key(b, "level");
    json_put_i64(b, line->level);
    json_key(b, "event");
    json_put_str(b, line->event);
    json_key(b, "text");
    json_put_str(b, line->text);
    json_close(b, '}');
    publish_send(publish, "run", run_id, b->data);
}

/* Stores and publishes one batch; *n is its size, 0 when nothing waits. */
static bool
flush_some(struct arena *a, struct runlog *log, struct db *db,
           struct publish *publish, size_t *n, struct err *err)
{
    struct line **taken = arena_array(a, BATCH_MAX, sizeof(struct line *));
    struct run_line *lines = arena_array(a, BATCH_MAX, sizeof *lines);
    *n = take(log, taken);
    bool changed = *n > 0 && taken[*n - 1]->level == 0;
    size_t n_lines = *n - changed;
    for (size_t i = 0; i < n_lines; i++)
        lines[i] = (struct run_line){.at = taken[i]->at,
                                     .level = taken[i]->level,
                                     .event = taken[i]->event,
                                     .text = taken[i]->text};
    if (n_lines > 0 && !run_log_add(a, db, log->run_id, lines, n_lines, err)) {
        put_back(log, taken, *n);
        return false;
    }
    for (size_t i = 0; i < n_lines; i++)
        publish_line(a, publish, log->run_id, &lines[i]);
    if (changed)
        publish_send(publish, "run", log->run_id, "{\"kind\":\"changed\"}");
    for (size_t i = 0; i < *n; i++)
        line_free(taken[i]);
    return true;
}

static bool
say_what_was_dropped(struct arena *a, struct runlog *log, struct db *db,
                     struct err *err)
{
    pthread_mutex_lock(&log->lock);
    size_t n = log->n_dropped;
    log->n_dropped = 0;
    pthread_mutex_unlock(&log->lock);
    if (n == 0)
        return true;
    struct run_line line = {
        .at = wall_clock(),
        .level = LOG_WARN,
        .event = "log.dropped",
        .text = arena_printf(a,
                             "%zu older lines of this log were dropped "
                             "while the database was away",
                             n),
    };
    return run_log_add(a, db, log->run_id, &line, 1, err);
}

bool
runlog_flush(struct runlog *log, struct db *db, struct publish *publish,
             struct err *err)
{
    struct arena *a = arena_new();
    size_t n = 1;
    bool ok = say_what_was_dropped(a, log, db, err);
    while (ok && n > 0) {
        ok = flush_some(a, log, db, publish, &n, err);
        arena_reset(a);
    }
    arena_free(a);
    return ok;
}
