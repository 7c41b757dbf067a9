#include "core/gap.h"

#include "core/gap_own.h"

#include <string.h>
#include <strings.h>

enum { FOUND_MAX = 20000 };

/* The symbols of the choices of one interval, each once. */
static struct gap_filter
filter_of(struct arena *a, const struct gap_choice *choices, size_t n,
          int32_t interval_s)
{
    const char **symbols = arena_array(a, n, sizeof *symbols);
    size_t n_symbols = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < n_symbols && strcasecmp(symbols[k], choices[i].symbol) != 0)
            k++;
        if (choices[i].interval_s == interval_s && k == n_symbols)
            symbols[n_symbols++] = choices[i].symbol;
    }
    return (struct gap_filter){
        .symbols = symbols, .n_symbols = n_symbols, .interval_s = interval_s};
}

/* What the choices of one interval still lack. */
static bool
choose_interval(struct arena *a, struct db *db,
                const struct gap_choice *choices, size_t n, int32_t interval_s,
                int64_t now_ts, struct gap **out, size_t *n_out,
                struct err *err)
{
    struct gap_filter filter = filter_of(a, choices, n, interval_s);
    struct gap_series *series;
    size_t n_series, n_found, n_stretches = 0;
    bool is_more;
    if (!gap_series_list(a, db, &filter, "", (int)filter.n_symbols, now_ts,
                         &series, &n_series, &n_found, err))
        return false;
    struct gap_stretch *stretches = arena_array(a, n, sizeof *stretches);
    for (size_t s = 0; s < n_series; s++)
        for (size_t i = 0; i < n && series[s].interval_s != 0; i++) {
            const struct gap_choice *c = &choices[i];
            struct gap_stretch *to = &stretches[n_stretches];
            if (c->interval_s != interval_s ||
                strcasecmp(c->symbol, series[s].symbol) != 0)
                continue;
            *to = (struct gap_stretch){.series = s,
                                       .from_ts = c->from_ts,
                                       .to_ts = c->to_ts,
                                       .missing = -1};
            if (to->from_ts < series[s].from_ts)
                to->from_ts = series[s].from_ts;
            if (to->to_ts > series[s].to_ts)
                to->to_ts = series[s].to_ts;
            n_stretches += to->from_ts <= to->to_ts;
        }
    return gap_find(a, db, series, stretches, n_stretches, FOUND_MAX, out,
                    n_out, &is_more, err);
}

bool
gap_choose(struct arena *a, struct db *db, const struct gap_choice *choices,
           size_t n, int64_t now_ts, struct gap **out, size_t *n_out,
           struct err *err)
{
    static const int32_t intervals[] = {60, 300, 900, 3600, 14400, 86400};
    *out = NULL;
    *n_out = 0;
    for (size_t k = 0; k < COUNT_OF(intervals); k++) {
        struct gap *found, *all;
        size_t n_found, i = 0;
        while (i < n && choices[i].interval_s != intervals[k])
            i++;
        if (i == n)
            continue;
        if (!choose_interval(a, db, choices, n, intervals[k], now_ts, &found,
                             &n_found, err))
            return err_wrap(err, "find the chosen gaps");
        all = arena_array(a, *n_out + n_found, sizeof *all);
        if (*n_out > 0)
            memcpy(all, *out, *n_out * sizeof *all);
        if (n_found > 0)
            memcpy(all + *n_out, found, n_found * sizeof *all);
        *out = all;
        *n_out += n_found;
    }
    return true;
}
