#include "core/run.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/format.h"
#include "worker/run_here.h"

#include <stdio.h>
#include <string.h>

static const char HELP[] =
    "usage: quotemill run [OPTION]...\n\n"
    "Queues a run of the pipeline and works it here and now. A run that\n"
    "overlaps one under way waits for it.\n\n"
    "  --mode M         incremental (default), full_refresh or backfill\n"
    "  --instrument S   this instrument only; may be repeated\n"
    "  --provider P     ask this provider only; may be repeated\n"
    "  --from D --to D  first and last day (or time), for a backfill\n"
    "  --step STEP      this step only; may be repeated: fetch, process,\n"
    "                   retrain. process alone stores what any run fetched\n"
    "  --queue          only queue it, for `quotemill work` or `tick`\n"
    "  --dry-run        say what it would fetch, and do nothing\n"
    "  --json           print the result as JSON\n\n"
    "Exit status: 0 succeeded, 1 failed, 2 wrong usage, 3 some sources\n"
    "failed.\n";

struct options {
    const char *mode, *from, *to;
    const char **instruments, **providers, **steps;
    size_t n_instruments, n_providers, n_steps;
    bool queue, dry_run, json;
};

static bool
read_options(struct command *c, struct options *o, struct err *err)
{
    const struct command_option options[] = {
        {.name = "mode", .value = &o->mode},
        {.name = "instrument",
         .values = o->instruments = command_room(c),
         .n = &o->n_instruments},
        {.name = "provider",
         .values = o->providers = command_room(c),
         .n = &o->n_providers},
        {.name = "from", .value = &o->from},
        {.name = "to", .value = &o->to},
        {.name = "step",
         .values = o->steps = command_room(c),
         .n = &o->n_steps},
        {.name = "queue", .flag = &o->queue},
        {.name = "dry-run", .flag = &o->dry_run},
        {.name = "json", .flag = &o->json},
    };
    const char **words = command_room(c);
    size_t n_words;
    if (!command_options(c, options, COUNT_OF(options), words, &n_words, err))
        return false;
    if (n_words > 0)
        return command_usage(c, err, "what is \"%.40s\"? (see --help)",
                             words[0]);
    return true;
}

static bool
read_request(struct command *c, const struct options *o,
             struct run_request *out, struct err *err)
{
    *out = (struct run_request){
        .mode = o->mode,
        .trigger = "cli",
        .requested_by = command_who(c),
        .instruments = o->instruments,
        .n_instruments = o->n_instruments,
        .providers = o->providers,
        .n_providers = o->n_providers,
        .steps = o->steps,
        .n_steps = o->n_steps,
        .simulated = config()->simulator_url[0] != '\0',
    };
    return command_time(c, "from", o->from, false, &out->from_ts, err) &&
           command_time(c, "to", o->to, true, &out->to_ts, err);
}

static bool
say_forecast(struct command *c, struct db *db,
             const struct run_request *request, struct err *err)
{
    struct run_forecast f;
    if (!run_forecast(c->a, db, request, c->now_ts, &f, err))
        return run_here_refused(c, err);
    printf("%s, about %s, %s, %s\n",
           fmt_plural(c->a, f.sources, "source", "sources"),
           fmt_plural(c->a, f.requests, "request", "requests"),
           fmt_duration(c->a, f.seconds), f.limit_words);
    return true;
}

static bool
enqueue(struct db *db, void *arg, int64_t *id, struct err *err)
{
    return run_enqueue(db, arg, id, err);
}

bool
cmd_run(struct command *c, struct err *err)
{
    struct options o = {0};
    struct run_request request;
    struct db *db = NULL;
    if (command_help(c, HELP))
        return true;
    if (!read_options(c, &o, err) || !read_request(c, &o, &request, err) ||
        !command_db(c, &db, err))
        return false;
    if (o.dry_run)
        return say_forecast(c, db, &request, err);
    return run_here(c, db,
                    &(struct run_here){.enqueue = enqueue,
                                       .arg = &request,
                                       .queue = o.queue,
                                       .json = o.json},
                    err);
}
