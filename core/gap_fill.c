#include "core/gap.h"

#include "core/fetch.h"
#include "core/interval.h"
#include "core/providers/provider.h"
#include "core/run.h"
#include "lib/buf.h"
#include "lib/format.h"

#include <string.h>

enum {
    NAMES_MAX = 3, /* told by name; the others are counted */
    RANGES_MAX = 20000,
};

/* Instruments of gaps, each once. */
struct names {
    const char **symbols;
    int64_t *ids;
    size_t n;
};

static void
names_add(struct names *names, const struct gap *gap)
{
    for (size_t i = 0; i < names->n; i++)
        if (names->ids[i] == gap->instrument_id)
            return;
    names->symbols[names->n] = gap->symbol;
    names->ids[names->n++] = gap->instrument_id;
}

static struct names
names_new(struct arena *a, size_t cap)
{
    return (struct names){.symbols = arena_array(a, cap, sizeof(char *)),
                          .ids = arena_array(a, cap, sizeof(int64_t))};
}

static const char *
names_words(struct arena *a, const struct names *names)
{
    struct buf *b = buf_new(a);
    size_t shown = names->n > NAMES_MAX + 1 ? NAMES_MAX : names->n;
    for (size_t i = 0; i < shown; i++)
        buf_addf(b, "%s%s",
                 i == 0              ? ""
                 : i + 1 == names->n ? " and "
                                     : ", ",
                 names->symbols[i]);
    if (shown < names->n)
        buf_addf(b, " and %zu more", names->n - shown);
    return b->data;
}

/* Whether a provider's driver has bars of an interval. */
static bool
book_serves(const struct fetch_book *book, const char *name, int32_t interval_s)
{
    for (size_t i = 0; i < book->n_providers; i++)
        if (strcmp(book->providers[i].name, name) == 0 &&
            provider_serves(provider_find(book->providers[i].driver),
                            interval_s))
            return true;
    return false;
}

static bool
is_served(const struct fetch_book *book, const struct gap *gap)
{
    for (size_t i = 0; i < book->n_listings; i++)
        if (book->listings[i].instrument_id == gap->instrument_id &&
            book->listings[i].provider != NULL &&
            book_serves(book, book->listings[i].provider, gap->interval_s))
            return true;
    return false;
}

/* "no provider of WTI has 1m bars", once for each instrument and interval. */
static void
add_left(struct arena *a, struct buf *left, const struct gap *gap)
{
    const char *words =
        arena_printf(a, "no provider of %s has bars of %s", gap->symbol,
                     interval_name(gap->interval_s));
    if (strstr(left->data, words) == NULL)
        buf_addf(left, "%s%s", left->len > 0 ? "; " : "", words);
}

/* Sorts gaps into ranges to ask for and what nobody can answer for. */
static size_t
make_ranges(struct arena *a, const struct fetch_book *book,
            const struct gap *gaps, size_t n, struct run_range *ranges,
            struct names *names, struct gap_filled *out)
{
    struct buf *left = buf_new(a);
    size_t n_ranges = 0;
    for (size_t i = 0; i < n; i++) {
        const struct gap *gap = &gaps[i];
        if (!is_served(book, gap)) {
            add_left(a, left, gap);
            continue;
        }
        ranges[n_ranges++] =
            (struct run_range){.instrument_id = gap->instrument_id,
                               .interval_s = gap->interval_s,
                               .from_ts = gap->from_ts,
                               .to_ts = gap->to_ts};
        names_add(names, gap);
        out->n_gaps++;
        out->n_bars += gap->n;
    }
    out->left = left->len > 0 ? left->data : NULL;
    return n_ranges;
}

bool
gap_fill(struct arena *a, struct db *db, const struct gap *gaps, size_t n,
         const struct gap_fill *fill, int64_t now_ts, struct gap_filled *out,
         struct err *err)
{
    struct names all = names_new(a, n), names = names_new(a, n);
    struct run_range *ranges = arena_array(a, n, sizeof *ranges);
    struct fetch_book book;
    struct run_forecast forecast;
    *out = (struct gap_filled){0};
    if (n == 0)
        return err_set(err, ERR_INPUT, "there is no gap to fill");
    if (n > RANGES_MAX)
        return err_set(err, ERR_INPUT,
                       "%zu gaps are too many for one run: choose up to %d", n,
                       RANGES_MAX);
    for (size_t i = 0; i < n; i++)
        names_add(&all, &gaps[i]);
    if (!fetch_book_get(a, db, all.ids, all.n, NULL, &book, err))
        return false;
    size_t n_ranges = make_ranges(a, &book, gaps, n, ranges, &names, out);
    if (n_ranges == 0)
        return err_set(err, ERR_INPUT, "%.300s", out->left);
    struct run_request request = {
        .trigger = fill->trigger,
        .requested_by = fill->requested_by,
        .reason = fill->reason != NULL
                      ? fill->reason
                      : arena_printf(a, "fills %s (%s)",
                                     fmt_plural(a, out->n_gaps, "gap", "gaps"),
                                     fmt_plural(a, out->n_bars, "bar", "bars")),
        .instruments = names.symbols,
        .n_instruments = names.n,
        .ranges = ranges,
        .n_ranges = n_ranges,
        .simulated = fill->simulated,
    };
    if (!run_forecast(a, db, &request, now_ts, &forecast, err) ||
        !run_enqueue(db, &request, &out->run_id, err))
        return false;
    out->requests = forecast.requests;
    out->symbols = names_words(a, &names);
    return true;
}
