#include "core/instrument.h"
#include "core/interval.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/number.h"
#include "worker/command.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char HELP[] =
    "usage: quotemill instrument list [--all] [--json]\n"
    "       quotemill instrument add S --kind K [OPTION]... [--json]\n"
    "       quotemill instrument retire S [--undo] [--json]\n\n"
    "  --kind K          crypto, stock, energy, index, fx or derived\n"
    "  --title T         what people call it; default: the symbol\n"
    "  --currency C      such as USD (default); XXX for a ratio\n"
    "  --calendar C      24x7, NYSE, BIST, EIA; default: by kind\n"
    "  --interval I      1d (default), 4h, 1h, 15m, 5m or 1m\n"
    "  --min P --max P   bounds of a plausible price\n"
    "  --jump F          largest plausible change between bars (0.5: 50 %)\n"
    "  --listing P:S     provider P answers for it under the name S; may be\n"
    "                    repeated, first asked first\n"
    "  --all             list retired ones too\n"
    "  --undo            bring a retired one back\n"
    "  --json            what is there then, for programs: an array for list,\n"
    "                    one instrument for add and retire\n";

struct options {
    const char *kind, *title, *currency, *calendar, *interval, *min, *max,
        *jump;
    const char **listings;
    size_t n_listings;
    bool all, json, undo;
    const char **words;
    size_t n_words;
};

static bool
read_options(struct command *c, struct options *o, struct err *err)
{
    const struct command_option options[] = {
        {.name = "kind", .value = &o->kind},
        {.name = "title", .value = &o->title},
        {.name = "currency", .value = &o->currency},
        {.name = "calendar", .value = &o->calendar},
        {.name = "interval", .value = &o->interval},
        {.name = "min", .value = &o->min},
        {.name = "max", .value = &o->max},
        {.name = "jump", .value = &o->jump},
        {.name = "listing",
         .values = o->listings = command_room(c),
         .n = &o->n_listings},
        {.name = "all", .flag = &o->all},
        {.name = "json", .flag = &o->json},
        {.name = "undo", .flag = &o->undo},
    };
    o->words = command_room(c);
    return command_options(c, options, COUNT_OF(options), o->words, &o->n_words,
                           err);
}

static bool
read_number(struct command *c, const char *option, const char *text,
            double *out, struct err *err)
{
    *out = NAN;
    return text == NULL || number_parse_f64(text, strlen(text), out) ||
           command_usage(c, err, "--%s \"%.40s\" is no number", option, text);
}

static bool
read_interval(struct command *c, const char *text, int32_t *out,
              struct err *err)
{
    *out = DAY_S;
    return text == NULL || interval_parse(text, out) ||
           command_usage(c, err, "--interval \"%.40s\": choose " INTERVAL_NAMES,
                         text);
}

static void
put_instrument(struct arena *a, struct buf *b, const struct instrument *x)
{
    json_open(b, '{');
    json_member_str(b, "symbol", x->symbol);
    json_member_str(b, "title", x->title);
    json_member_str(b, "kind", x->kind);
    json_member_str(b, "currency", x->currency);
    json_member_str(b, "calendar", x->calendar);
    json_member_str(b, "interval", interval_name(x->interval_s));
    json_key(b, "interval_s");
    json_put_i64(b, x->interval_s);
    json_key(b, "active");
    json_put_bool(b, x->active);
    json_key(b, "bars");
    json_put_i64(b, x->n_bars);
    json_member_str(b, "first",
                    x->first_ts != 0 ? date_format_iso(a, x->first_ts) : NULL);
    json_member_str(b, "last",
                    x->last_ts != 0 ? date_format_iso(a, x->last_ts) : NULL);
    json_key(b, "listings");
    json_open(b, '[');
    for (size_t i = 0; i < x->n_listings; i++)
        json_put_str(b, arena_printf(a, "%s:%s", x->listings[i].provider,
                                     x->listings[i].provider_symbol));
    json_close(b, ']');
    json_close(b, '}');
}

/* The instrument as it is now. */
static bool
print_json(struct command *c, struct db *db, const char *symbol,
           struct err *err)
{
    struct instrument x;
    struct buf *b = buf_new(c->a);
    if (!instrument_get(c->a, db, symbol, &x, err))
        return false;
    put_instrument(c->a, b, &x);
    puts(b->data);
    return true;
}

static bool
add(struct command *c, struct db *db, const struct options *o, struct err *err)
{
    int64_t id;
    struct instrument_add what = {
        .symbol = o->words[1],
        .title = o->title,
        .kind = o->kind,
        .currency = o->currency,
        .calendar = o->calendar,
        .listings = o->listings,
        .n_listings = o->n_listings,
    };
    if (o->kind == NULL)
        return command_usage(c, err, "--kind is needed (see --help)");
    if (!read_interval(c, o->interval, &what.interval_s, err) ||
        !read_number(c, "min", o->min, &what.price_min, err) ||
        !read_number(c, "max", o->max, &what.price_max, err) ||
        !read_number(c, "jump", o->jump, &what.jump_frac, err))
        return false;
    if (!instrument_add(db, &what, command_who(c), "", &id, err)) {
        if (err->kind == ERR_INPUT)
            c->exit_code = EXIT_USAGE;
        return false;
    }
    if (o->json)
        return print_json(c, db, what.symbol, err);
    printf("Added %s%s\n", what.symbol,
           what.n_listings == 0
               ? "; nobody can answer for it yet: give it a --listing"
               : "");
    return true;
}

static bool
retire(struct command *c, struct db *db, const struct options *o,
       struct err *err)
{
    if (!instrument_retire(db, o->words[1], !o->undo, command_who(c), "", err))
        return false;
    if (o->json)
        return print_json(c, db, o->words[1], err);
    printf("%s %s\n", o->words[1],
           o->undo ? "is active again"
                   : "is retired; what is stored of it stays");
    return true;
}

static const char *
listings_text(struct arena *a, const struct instrument *x)
{
    struct buf *b = buf_new(a);
    for (size_t i = 0; i < x->n_listings; i++)
        buf_addf(b, "%s%s:%s%s", i > 0 ? ", " : "", x->listings[i].provider,
                 x->listings[i].provider_symbol,
                 x->listings[i].enabled ? "" : " (off)");
    return b->data != NULL ? b->data : "";
}

static bool
list(struct command *c, struct db *db, const struct options *o, struct err *err)
{
    struct instrument *all;
    size_t n;
    if (!instrument_list(c->a, db, o->all, &all, &n, err))
        return false;
    if (o->json) {
        struct buf *b = buf_new(c->a);
        json_open(b, '[');
        for (size_t i = 0; i < n; i++)
            put_instrument(c->a, b, &all[i]);
        json_close(b, ']');
        puts(b->data);
        return true;
    }
    printf("%-12s %-8s %-8s %8s  %-10s %-10s %s\n", "symbol", "kind",
           "calendar", "bars", "first", "last", "listings");
    for (size_t i = 0; i < n; i++)
        printf(
            "%-12s %-8s %-8s %8lld  %-10s %-10s %s%s\n", all[i].symbol,
            all[i].kind, all[i].calendar, (long long)all[i].n_bars,
            all[i].first_ts != 0 ? date_format_day(c->a, all[i].first_ts) : "-",
            all[i].last_ts != 0 ? date_format_day(c->a, all[i].last_ts) : "-",
            listings_text(c->a, &all[i]), all[i].active ? "" : " (retired)");
    return true;
}

/* An option that the verb would pass over is a mistake. */
static bool
check_options(struct command *c, const struct options *o, const char *verb,
              struct err *err)
{
    bool is_add = strcmp(verb, "add") == 0;
    const struct {
        const char *name;
        bool is_given, is_fit;
    } table[] = {
        {"all", o->all, strcmp(verb, "list") == 0},
        {"undo", o->undo, strcmp(verb, "retire") == 0},
        {"kind", o->kind != NULL, is_add},
        {"title", o->title != NULL, is_add},
        {"currency", o->currency != NULL, is_add},
        {"calendar", o->calendar != NULL, is_add},
        {"interval", o->interval != NULL, is_add},
        {"min", o->min != NULL, is_add},
        {"max", o->max != NULL, is_add},
        {"jump", o->jump != NULL, is_add},
        {"listing", o->n_listings > 0, is_add},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (table[i].is_given && !table[i].is_fit)
            return command_usage(c, err, "%s takes no --%s (see --help)", verb,
                                 table[i].name);
    return true;
}

bool
cmd_instrument(struct command *c, struct err *err)
{
    static const struct {
        const char *word;
        size_t n_words;
        bool (*fn)(struct command *, struct db *, const struct options *,
                   struct err *);
    } verbs[] = {{"list", 1, list}, {"add", 2, add}, {"retire", 2, retire}};
    struct options o = {0};
    struct db *db = NULL;
    if (command_help(c, HELP))
        return true;
    if (!read_options(c, &o, err))
        return false;
    for (size_t i = 0; o.n_words > 0 && i < COUNT_OF(verbs); i++) {
        if (strcmp(verbs[i].word, o.words[0]) != 0)
            continue;
        if (!check_options(c, &o, verbs[i].word, err))
            return false;
        if (o.n_words != verbs[i].n_words)
            return command_usage(
                c, err, "%s takes %s (see --help)", verbs[i].word,
                verbs[i].n_words == 1 ? "no symbol" : "one symbol");
        return command_db(c, &db, err) && verbs[i].fn(c, db, &o, err);
    }
    return command_usage(c, err, "say list, add or retire (see --help)");
}
