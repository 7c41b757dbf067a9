/* One job of an upload or load, in a process of its own: started by
 * worker/upload_jobs.c once it has claimed the job. */
#include "core/archive.h"
#include "core/upload.h"
#include "core/upload_job.h"
#include "lib/config.h"
#include "lib/log.h"
#include "lib/number.h"
#include "worker/command.h"
#include "worker/job_watch.h"
#include "worker/stop.h"

#include <limits.h>
#include <string.h>

static const char HELP[] =
    "usage: quotemill job ID ATTEMPT\n\n"
    "Works a job of an upload: checks, stores or undoes it. `quotemill work`\n"
    "and `quotemill tick` start this when they have claimed the job; there is\n"
    "no need to call it by hand.\n";

struct job_call {
    struct arena *a;
    struct db *db;
    int64_t now_ts;
    struct upload_job job;
    struct upload upload;
    struct job_watch *watch;
};

static bool
on_progress(void *arg, int64_t bytes, int64_t rows)
{
    const struct job_call *c = arg;
    return job_watch_progress(c->watch, bytes, rows) && stop_requested() == 0;
}

static bool
on_committing(struct db *db, void *arg, const struct import_result *result,
              struct err *err)
{
    const struct job_call *c = arg;
    return upload_job_stored(db, &c->job, result, err);
}

/* The plain bytes of the archived file. */
static bool
open_file(const struct job_call *c, struct arena *a, struct stream **in,
          struct err *err)
{
    enum stream_packing packing;
    struct stream *packed;
    if (!archive_open(a, config()->archive_dir, c->upload.archive_hash, &packed,
                      err))
        return err_wrap(err, "read the file back from the archive");
    return stream_unpack(a, packed, c->upload.plain_bytes, &packing, in, err);
}

static bool
on_again(void *arg, struct arena *a, struct stream **in, struct err *err)
{
    return open_file(arg, a, in, err);
}

static void
log_counts(const struct job_call *c, const struct load_count *n)
{
    log_event(LOG_INFO, "job.done",
              "job=%lld upload=%lld kind=%s new=%lld same=%lld changed=%lld "
              "refused=%lld flagged=%lld",
              (long long)c->job.id, (long long)c->job.upload_id, c->job.kind,
              (long long)n->n_new, (long long)n->n_same,
              (long long)n->n_changed, (long long)n->n_refused,
              (long long)n->n_flagged);
}

static bool
work_import(struct job_call *c, bool dry_run, struct err *err)
{
    struct mapping mapping;
    struct import_result result;
    struct stream *in;
    const char *text = c->upload.mapping;
    if (text == NULL)
        return err_set(err, ERR_INTERNAL, "the upload has no mapping");
    if (!mapping_from_json(c->a, text, strlen(text), &mapping, err) ||
        !open_file(c, c->a, &in, err))
        return false;
    const struct import_options options = {
        .mapping = &mapping,
        .dry_run = dry_run,
        .now_ts = c->now_ts,
        .scratch_dir = config()->archive_dir,
        .again = on_again,
        .upload_id = c->upload.id,
        .request = c->upload.name,
        .archive_hash = c->upload.archive_hash,
        .archive_bytes = c->upload.bytes,
        .progress = on_progress,
        .committing = dry_run ? NULL : on_committing,
        .arg = c,
    };
    if (!import_run(c->a, c->db, in, &options, &result, err) ||
        (dry_run && !upload_job_checked(c->db, &c->job, &result, err)))
        return false;
    log_counts(c, &result.count);
    return true;
}

static bool
work_undo(struct job_call *c, struct err *err)
{
    struct undo_count n = {0};
    if (!upload_job_undo(c->db, &c->job, &n, err))
        return false;
    log_event(LOG_INFO, "job.done",
              "job=%lld load=%lld kind=undo removed=%lld restored=%lld",
              (long long)c->job.id, (long long)c->job.load_id,
              (long long)n.n_removed, (long long)n.n_restored);
    return true;
}

static bool
work_kind(struct job_call *c, struct err *err)
{
    if (strcmp(c->job.kind, "undo") == 0)
        return work_undo(c, err);
    return work_import(c, strcmp(c->job.kind, "check") == 0, err);
}

/* What failed is noted in words for the page; what was stopped or taken over
 * is not ours to note. */
static bool
give_back(struct job_call *c, const struct err *why, struct err *err)
{
    bool stopped = stop_requested() != 0 && why->kind == ERR_RETRY;
    if (job_watch_lost(c->watch)) {
        log_event(LOG_INFO, "job.left", "job=%lld", (long long)c->job.id);
        return true;
    }
    log_event(why->kind == ERR_INPUT || stopped ? LOG_INFO : LOG_WARN,
              "job.failed",
              "job=%lld upload=%lld kind=%s attempt=%d text=\"%s\"",
              (long long)c->job.id, (long long)c->job.upload_id, c->job.kind,
              c->job.attempt, why->text);
    return upload_job_failed(c->db, &c->job, why, !stopped, err);
}

static bool
work(struct job_call *c, struct err *err)
{
    const struct upload_job *job = &c->job;
    struct err why;
    if (job->upload_id != 0 &&
        !upload_get(c->a, c->db, job->upload_id, &c->upload, err))
        return false;
    log_event(LOG_INFO, "job.began", "job=%lld upload=%lld kind=%s attempt=%d",
              (long long)job->id, (long long)job->upload_id, job->kind,
              job->attempt);
    if (!job_watch_start(&c->watch, job, c->upload.plain_bytes, err))
        return false;
    bool ok = work_kind(c, &why) || give_back(c, &why, err);
    job_watch_stop(c->watch);
    return ok;
}

bool
cmd_job(struct command *c, struct err *err)
{
    const char **words = command_room(c);
    size_t n_words;
    int64_t id = 0, attempt = 0;
    struct job_call call = {.a = c->a, .now_ts = c->now_ts};
    if (command_help(c, HELP))
        return true;
    if (!command_options(c, NULL, 0, words, &n_words, err))
        return false;
    if (n_words != 2 || !number_parse_i64(words[0], strlen(words[0]), &id) ||
        !number_parse_i64(words[1], strlen(words[1]), &attempt) ||
        attempt < 1 || attempt > INT_MAX)
        return command_usage(c, err,
                             "it takes a job and its attempt (see "
                             "--help)");
    stop_install();
    return command_db(c, &call.db, err) &&
           upload_job_get(c->a, call.db, id, (int)attempt, &call.job, err) &&
           work(&call, err);
}
