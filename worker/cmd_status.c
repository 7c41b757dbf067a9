#include "core/overview.h"
#include "core/run.h"
#include "core/status.h"
#include "lib/format.h"
#include "worker/command.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

static const char HELP[] =
    "usage: quotemill status [--json]\n\n"
    "Says what ran, what is stale and what needs a person. --json prints what\n"
    "GET /api/v1/status answers.\n";

enum { RUNS = 5 };

static void
print_trouble(const struct overview *o)
{
    size_t behind = 0;
    for (size_t i = 0; i < o->n_sources; i++)
        behind += source_is_behind(&o->sources[i]);
    if (o->last == NULL)
        printf("Nothing has run yet.\n");
    else if (o->n_trouble == 0 && behind == 0)
        printf("Everything ran and is up to date.\n");
    else
        printf("%zu %s, %zu of %zu instruments late.\n", o->n_trouble,
               o->n_trouble == 1 ? "run needs a look" : "runs need a look",
               behind, o->n_sources);
    for (size_t i = 0; i < o->n_trouble; i++)
        printf("  run %lld %s: %s\n", (long long)o->trouble[i].id,
               run_state_words(o->trouble[i].state),
               o->trouble[i].error != NULL ? o->trouble[i].error : "");
    if (o->open_rows > 0)
        printf("  %s%lld rows wait in quarantine\n",
               o->open_rows >= OVERVIEW_OPEN_ROWS ? "at least " : "",
               (long long)o->open_rows);
}

static bool
print_runs(struct arena *a, struct db *db, const struct overview *o,
           int64_t now_ts, int64_t real_ts, struct err *err)
{
    struct run *runs;
    size_t n;
    struct run_filter filter = {.limit = RUNS};
    if (!run_list(a, db, &filter, &runs, &n, err))
        return false;
    printf("\nLast runs\n");
    for (size_t i = 0; i < n; i++)
        printf(
            "  %-6lld %-10s %-13s %-14s %s%s\n", (long long)runs[i].id,
            runs[i].state, runs[i].mode,
            fmt_relative(a, runs[i].queued_at, real_ts),
            isnan(runs[i].seconds) ? "" : fmt_duration(a, runs[i].seconds),
            runs[i].rows_new > 0
                ? arena_printf(a, ", %s new",
                               fmt_plural(a, runs[i].rows_new, "row", "rows"))
                : "");
    if (o->next_due != 0)
        printf("  next: %s, by schedule %s\n",
               fmt_relative(a, o->next_due, now_ts), o->next_name);
    return true;
}

static void
print_sources(const struct overview *o)
{
    printf("\nInstruments\n");
    for (size_t i = 0; i < o->n_sources; i++)
        printf("  %-12s %-7s %s\n", o->sources[i].symbol, o->sources[i].state,
               o->sources[i].words);
}

static void
print_models(struct arena *a, const struct overview *o, int64_t now_ts)
{
    printf("\nModels\n");
    for (size_t i = 0; i < o->n_models; i++) {
        const struct model_item *m = &o->models[i];
        if (m->active == 0)
            printf("  %-12s no active version yet\n", m->name);
        else
            printf("  %-12s version %lld, fitted %s on %s, R2 %s, RMSE %s\n",
                   m->name, (long long)m->active,
                   fmt_relative(a, m->fitted_at, now_ts),
                   fmt_plural(a, m->rows, "row", "rows"),
                   fmt_number(a, m->r2, 4), fmt_number(a, m->rmse, 2));
    }
}

bool
cmd_status(struct command *c, struct err *err)
{
    struct db *db = NULL;
    struct overview o;
    bool json = false;
    const struct command_option options[] = {{.name = "json", .flag = &json}};
    const char **words = command_room(c);
    size_t n_words;
    int64_t real_ts = (int64_t)time(NULL);
    if (command_help(c, HELP))
        return true;
    if (!command_options(c, options, COUNT_OF(options), words, &n_words, err))
        return false;
    if (n_words > 0)
        return command_usage(c, err, "it takes no arguments (see --help)");
    if (!command_db(c, &db, err))
        return false;
    if (json) {
        struct buf *b = buf_new(c->a);
        if (!status_json(c->a, db, c->now_ts, real_ts, b, err))
            return false;
        puts(b->data);
        return true;
    }
    if (!overview_get(c->a, db, c->now_ts, real_ts, &o, err))
        return false;
    if (o.simulated)
        printf("Simulated data\n");
    print_trouble(&o);
    if (!print_runs(c->a, db, &o, c->now_ts, real_ts, err))
        return false;
    print_sources(&o);
    print_models(c->a, &o, c->now_ts);
    return true;
}
