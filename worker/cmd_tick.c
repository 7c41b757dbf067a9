#include "lib/config.h"
#include "worker/alert_watch.h"
#include "worker/command.h"
#include "worker/queue.h"
#include "worker/stop.h"

static const char HELP[] =
    "usage: quotemill tick\n\n"
    "Queues again what a dead worker left behind, queues what the schedules\n"
    "say is due, works the queue (runs, and the jobs of uploads) until it is\n"
    "empty, looks at the alert rules and exits. For a timer; any number may "
    "run at once.\n";

bool
cmd_tick(struct command *c, struct err *err)
{
    struct db *db = NULL;
    const char **words = command_room(c);
    size_t n_words;
    int64_t next_due;
    if (command_help(c, HELP))
        return true;
    if (!command_options(c, NULL, 0, words, &n_words, err))
        return false;
    if (n_words > 0)
        return command_usage(c, err, "it takes no arguments (see --help)");
    stop_install();
    if (!command_db(c, &db, err))
        return false;
    struct worker *w = worker_new(c->a, db, c->clock);
    struct upload_jobs *jobs = NULL;
    bool ok = upload_jobs_start(&jobs, w->name, err) && queue_sweep(w, err) &&
              queue_due(w, &next_due, err) && queue_drain(w, jobs, err);
    upload_jobs_stop(jobs);
    if (ok && stop_requested() == 0)
        alert_watch_last(db, c->clock());
    return ok;
}
