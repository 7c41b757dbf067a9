/* quotemill gaps: bars that should be there and are not, and filling them. */
#include "core/gap.h"
#include "core/interval.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"
#include "worker/mill_due.h"
#include "worker/run_here.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char HELP[] =
    "usage: quotemill gaps [SYMBOL]... [OPTION]...\n\n"
    "Lists the bars that should be there by the instruments' calendars and "
    "are\n"
    "not: runs of them, between the first bar stored and the last one due.\n\n"
    "  --interval I   1m, 5m, 15m, 1h, 4h or 1d; default: every interval that\n"
    "                 somebody brought bars of\n"
    "  --from D       gaps from this day or time on\n"
    "  --to D         gaps up to this day or time; a day is meant as a whole.\n"
    "                 Days are YYYY-MM-DD, times ISO 8601; without a zone "
    "they\n"
    "                 are UTC. A gap is cut where it goes over them\n"
    "  --fill         fetch exactly these bars, as a run that is worked here\n"
    "                 and now\n"
    "  --queue        with --fill: only queue it, for `quotemill work` or\n"
    "                 `tick`\n"
    "  --json         print JSON: an array of {\"symbol\", \"interval\",\n"
    "                 \"from\", \"to\", \"bars\", \"at_end\"}, a gap a line; "
    "from and\n"
    "                 to are opening times, at_end says that no bar is stored\n"
    "                 after it. With --fill: the run's result, as\n"
    "                 `quotemill run` prints it\n\n"
    "Exit status: 0 done, gaps or not, 1 failed, 2 wrong usage; with --fill\n"
    "that of `quotemill run`.\n";

enum { GAPS_MAX = 100000 };

struct options {
    const char *interval, *from, *to;
    const char **symbols;
    size_t n_symbols;
    bool fill, queue, json;
};

static bool
read_options(struct command *c, struct options *o, struct err *err)
{
    const struct command_option options[] = {
        {.name = "interval", .value = &o->interval},
        {.name = "from", .value = &o->from},
        {.name = "to", .value = &o->to},
        {.name = "fill", .flag = &o->fill},
        {.name = "queue", .flag = &o->queue},
        {.name = "json", .flag = &o->json},
    };
    o->symbols = command_room(c);
    if (!command_options(c, options, COUNT_OF(options), o->symbols,
                         &o->n_symbols, err))
        return false;
    if (o->queue && !o->fill)
        return command_usage(c, err, "--queue goes with --fill");
    return true;
}

static bool
read_filter(struct command *c, const struct options *o, struct gap_filter *f,
            struct err *err)
{
    *f = (struct gap_filter){
        .symbols = o->symbols, .n_symbols = o->n_symbols, .limit = GAPS_MAX};
    if (o->interval != NULL && !interval_parse(o->interval, &f->interval_s))
        return command_usage(c, err,
                             "--interval \"%.40s\": choose " INTERVAL_NAMES,
                             o->interval);
    return command_time(c, "from", o->from, false, &f->from_ts, err) &&
           command_time(c, "to", o->to, true, &f->to_ts, err);
}

/* "2023-03-24 12:40", and of daily bars the day. */
static const char *
time_words(struct arena *a, const struct gap *g, int64_t ts)
{
    if (g->interval_s >= DAY_S)
        return date_format_day(a, ts);
    char *text = arena_strdup(a, date_format_iso(a, ts));
    text[10] = ' ';
    text[16] = '\0';
    return text;
}

static void
print_table(struct arena *a, const struct gap *gaps, size_t n)
{
    int64_t bars = 0;
    int width = 6;
    for (size_t i = 0; i < n; i++) {
        int len = (int)strlen(gaps[i].symbol);
        width = len > width ? len : width;
        bars += gaps[i].n;
    }
    if (n == 0) {
        printf("No gaps.\n");
        return;
    }
    printf("%-*s  %-8s  %-16s  %-16s  %s\n", width, "SYMBOL", "INTERVAL",
           "FROM", "TO", "BARS MISSING");
    for (size_t i = 0; i < n; i++)
        printf("%-*s  %-8s  %-16s  %-16s  %12lld%s\n", width, gaps[i].symbol,
               interval_name(gaps[i].interval_s),
               time_words(a, &gaps[i], gaps[i].from_ts),
               time_words(a, &gaps[i], gaps[i].to_ts), (long long)gaps[i].n,
               gaps[i].is_at_end ? "  to the end" : "");
    printf("%s, %s missing. Times are UTC.\n",
           fmt_plural(a, (int64_t)n, "gap", "gaps"),
           fmt_plural(a, bars, "bar", "bars"));
}

static void
print_json(struct arena *a, const struct gap *gaps, size_t n)
{
    struct buf *b = buf_new(a);
    json_open(b, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(b, '{');
        json_key(b, "symbol");
        json_put_str(b, gaps[i].symbol);
        json_key(b, "interval");
        json_put_str(b, interval_name(gaps[i].interval_s));
        gap_put(a, b, &gaps[i]);
        json_close(b, '}');
    }
    json_close(b, ']');
    puts(b->data);
}

struct fill_call {
    struct command *c;
    const struct gap *gaps;
    size_t n;
    bool json;
};

static bool
enqueue(struct db *db, void *arg, int64_t *id, struct err *err)
{
    struct fill_call *f = arg;
    struct gap_filled filled;
    const struct gap_fill fill = {
        .trigger = "cli",
        .requested_by = command_who(f->c),
        .simulated = config()->simulator_url[0] != '\0',
    };
    if (!gap_fill(f->c->a, db, f->gaps, f->n, &fill, f->c->now_ts, &filled,
                  err))
        return false;
    *id = filled.run_id;
    if (!f->json)
        fprintf(stderr, "Filling %s (%s) of %s: about %s\n",
                fmt_plural(f->c->a, filled.n_gaps, "gap", "gaps"),
                fmt_plural(f->c->a, filled.n_bars, "bar", "bars"),
                filled.symbols,
                fmt_plural(f->c->a, filled.requests, "request", "requests"));
    if (filled.left != NULL)
        fprintf(stderr, "Left out: %s\n", filled.left);
    return true;
}

static bool
fill(struct command *c, struct db *db, const struct options *o,
     const struct gap *gaps, size_t n, struct err *err)
{
    struct fill_call f = {.c = c, .gaps = gaps, .n = n, .json = o->json};
    if (n == 0) {
        puts(o->json ? "{\"run\":null,\"state\":\"succeeded\"}" : "No gaps.");
        return true;
    }
    return run_here(
        c, db,
        &(struct run_here){
            .enqueue = enqueue, .arg = &f, .queue = o->queue, .json = o->json},
        err);
}

bool
cmd_gaps(struct command *c, struct err *err)
{
    struct options o = {0};
    struct gap_filter filter;
    struct db *db = NULL;
    struct gap *gaps;
    size_t n;
    bool is_more;
    if (command_help(c, HELP))
        return true;
    if (!read_options(c, &o, err) || !read_filter(c, &o, &filter, err) ||
        !command_db(c, &db, err))
        return false;
    /* built intervals are as new as their minutes */
    if (!mill_due_named(c->a, db, o.symbols, o.n_symbols, err))
        return false;
    if (!gap_list(c->a, db, &filter, c->now_ts, &gaps, &n, &is_more, err))
        return run_here_refused(c, err);
    if (is_more)
        fprintf(stderr,
                "quotemill gaps: these are the first %d; say which "
                "instruments or days for others\n",
                GAPS_MAX);
    if (o.fill)
        return fill(c, db, &o, gaps, n, err);
    if (o.json)
        print_json(c->a, gaps, n);
    else
        print_table(c->a, gaps, n);
    return true;
}
