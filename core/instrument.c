#include "core/instrument.h"

#include "lib/buf.h"
#include "lib/format.h"

#include <ctype.h>
#include <string.h>

enum { SYMBOL_MAX = 32, PROVIDER_SYMBOL_MAX = 100, FIELDS_MAX = 8 };

/* Edit distance of two symbols, any case. */
static size_t
distance(const char *x, const char *y)
{
    size_t nx = strlen(x), ny = strlen(y), row[SYMBOL_MAX + 1];
    if (nx > SYMBOL_MAX || ny > SYMBOL_MAX)
        return SYMBOL_MAX;
    for (size_t j = 0; j <= ny; j++)
        row[j] = j;
    for (size_t i = 1; i <= nx; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= ny; j++) {
            size_t best = corner + (tolower((unsigned char)x[i - 1]) !=
                                    tolower((unsigned char)y[j - 1]));
            corner = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[ny];
}

/* ": did you mean BTC-USD?", or "" when nothing is near. */
static const char *
suggest(struct arena *a, struct db *db, const char *symbol)
{
    struct db_rows *rows;
    struct err ignored;
    const char *best = NULL;
    size_t near = strlen(symbol) / 2 + 1;
    if (!db_query(a, db, SQL_instrument_symbols, DB_NONE, &rows, &ignored))
        return "";
    for (int i = 0; i < db_count(rows); i++) {
        const char *s = db_text(rows, i, "symbol");
        size_t d = strncasecmp(s, symbol, strlen(symbol)) == 0
                       ? 1
                       : distance(s, symbol);
        if (d < near) {
            near = d;
            best = s;
        }
    }
    return best != NULL ? arena_printf(a, ": did you mean %s?", best) : "";
}

bool
instrument_missing(struct arena *a, struct db *db, const char *symbol,
                   struct err *err)
{
    return err_set(err, ERR_MISSING, "there is no instrument \"%.40s\"%s",
                   symbol, suggest(a, db, symbol));
}

static void
read_instrument(const struct db_rows *rows, int i, struct instrument *out)
{
    *out = (struct instrument){
        .id = db_i64(rows, i, "id"),
        .symbol = db_text(rows, i, "symbol"),
        .title = db_text(rows, i, "title"),
        .kind = db_text(rows, i, "kind"),
        .currency = db_text(rows, i, "currency"),
        .calendar = db_text(rows, i, "calendar"),
        .interval_s = (int32_t)db_i64(rows, i, "interval_s"),
        .price_min = db_f64(rows, i, "price_min"),
        .price_max = db_f64(rows, i, "price_max"),
        .jump_frac = db_f64(rows, i, "jump_frac"),
        .active = db_bool(rows, i, "active"),
        .n_bars = db_i64(rows, i, "n_bars"),
        .first_ts = db_i64(rows, i, "first_ts"),
        .last_ts = db_i64(rows, i, "last_ts"),
    };
}

static void
read_listings(struct arena *a, const struct db_rows *rows,
              struct instrument *out)
{
    out->listings =
        arena_array(a, (size_t)db_count(rows), sizeof *out->listings);
    for (int i = 0; i < db_count(rows); i++)
        if (db_i64(rows, i, "instrument_id") == out->id)
            out->listings[out->n_listings++] = (struct listing){
                .provider = db_text(rows, i, "provider"),
                .provider_symbol = db_text(rows, i, "provider_symbol"),
                .priority = db_i64(rows, i, "priority"),
                .enabled = db_bool(rows, i, "enabled"),
            };
}

static bool
list(struct arena *a, struct db *db, bool with_retired, const char *symbol,
     struct instrument **out, size_t *n, struct err *err)
{
    struct db_call calls[] = {
        {.sql = SQL_instrument_list,
         .args = DB_ARGS(fmt_bool(with_retired), symbol)},
        {.sql = SQL_instrument_listings, .args = DB_ARGS(symbol)},
    };
    if (!db_query_many(a, db, calls, COUNT_OF(calls), err))
        return false;
    *n = (size_t)db_count(calls[0].rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++) {
        read_instrument(calls[0].rows, i, &(*out)[i]);
        read_listings(a, calls[1].rows, &(*out)[i]);
    }
    return true;
}

bool
instrument_get(struct arena *a, struct db *db, const char *symbol,
               struct instrument *out, struct err *err)
{
    struct instrument *found;
    size_t n;
    if (!list(a, db, true, symbol, &found, &n, err))
        return false;
    if (n == 0)
        return instrument_missing(a, db, symbol, err);
    *out = found[0];
    return true;
}

bool
instrument_list(struct arena *a, struct db *db, bool with_retired,
                struct instrument **out, size_t *n, struct err *err)
{
    return list(a, db, with_retired, NULL, out, n, err);
}

bool
instrument_ids(struct arena *a, struct db *db, const char *const *symbols,
               size_t n, const char **ids, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_instrument_ids, DB_ARGS(fmt_array(a, symbols, n)),
                  &rows, err))
        return false;
    const char **list_of = arena_array(a, n, sizeof *list_of);
    for (int i = 0; i < db_count(rows); i++) {
        const char *asked = db_text(rows, i, "asked");
        if (db_is_null(rows, i, "id"))
            return err_set(err, ERR_INPUT, "there is no instrument \"%.40s\"%s",
                           asked, suggest(a, db, asked));
        if (!db_bool(rows, i, "active"))
            return err_set(err, ERR_INPUT, "the instrument %s is retired",
                           asked);
        list_of[i] = db_text(rows, i, "id");
    }
    *ids = fmt_array(a, list_of, n);
    return true;
}

static bool
symbol_is_valid(const char *s)
{
    size_t len = strlen(s);
    return len >= 1 && len <= SYMBOL_MAX && isalnum((unsigned char)s[0]) &&
           strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                     "0123456789.=^_/-") == len;
}

static bool
currency_is_valid(const char *s)
{
    size_t len = strlen(s);
    return len >= 3 && len <= 5 &&
           strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == len;
}

struct problems {
    struct arena *a;
    struct instrument_problem *list;
    size_t n;
};

static void
problem_add(struct problems *p, const char *field, const char *text)
{
    p->list[p->n++] = (struct instrument_problem){field, text};
}

/* A problem that lists the names of one column when `word` is none. */
static bool
check_name(struct problems *p, struct db *db, enum sql_id sql,
           const char *field, const char *what, const char *word,
           struct err *err)
{
    struct db_rows *rows;
    struct buf *all = buf_new(p->a);
    if (!db_query(p->a, db, sql, DB_NONE, &rows, err))
        return false;
    for (int i = 0; i < db_count(rows); i++) {
        if (strcmp(db_text(rows, i, "name"), word) == 0)
            return true;
        buf_addf(all, "%s%s", i > 0 ? ", " : "", db_text(rows, i, "name"));
    }
    problem_add(p, field,
                arena_printf(p->a, "there is no %s \"%.40s\": choose one of %s",
                             what, word, all->data));
    return true;
}

static const struct {
    const char *kind, *calendar;
} KINDS[] = {
    {"crypto", "24x7"}, {"stock", "NYSE"}, {"energy", "EIA"},
    {"index", "NYSE"},  {"fx", "24x7"},    {"derived", "NYSE"},
};

/* The calendar of a kind; NULL: no such kind. */
static const char *
kind_calendar(const char *kind)
{
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (kind != NULL && strcmp(KINDS[i].kind, kind) == 0)
            return KINDS[i].calendar;
    return NULL;
}

static const char *
calendar_of(const struct instrument_add *what)
{
    return what->calendar != NULL ? what->calendar : kind_calendar(what->kind);
}

/* The provider of "provider:symbol"; NULL when it is no listing. */
static const char *
listing_provider(struct arena *a, const char *listing)
{
    const char *colon = strchr(listing, ':');
    if (colon == NULL || colon == listing || colon[1] == '\0' ||
        strlen(colon + 1) > PROVIDER_SYMBOL_MAX)
        return NULL;
    return arena_strndup(a, listing, (size_t)(colon - listing));
}

static bool
check_listings(struct problems *p, struct db *db,
               const struct instrument_add *what, struct err *err)
{
    const char **seen = arena_array(p->a, what->n_listings, sizeof *seen);
    for (size_t i = 0; i < what->n_listings; i++) {
        const char *text = what->listings[i];
        seen[i] = listing_provider(p->a, text);
        if (seen[i] == NULL) {
            problem_add(p, "listing",
                        arena_printf(p->a,
                                     "\"%.60s\" is no listing: write "
                                     "provider:symbol",
                                     text));
            return true;
        }
        if (!check_name(p, db, SQL_provider_names, "listing", "provider",
                        seen[i], err))
            return false;
        for (size_t k = 0; k < i; k++)
            if (strcmp(seen[i], seen[k]) == 0)
                problem_add(p, "listing",
                            arena_printf(p->a,
                                         "%s is listed twice: one symbol for "
                                         "each provider",
                                         seen[i]));
    }
    return true;
}

static bool
add_listings(struct arena *a, struct db *db, const struct instrument_add *what,
             const char *id, struct err *err)
{
    for (size_t i = 0; i < what->n_listings; i++)
        if (!db_exec(db, SQL_listing_add,
                     DB_ARGS(id, listing_provider(a, what->listings[i]),
                             strchr(what->listings[i], ':') + 1,
                             fmt_i64(a, (int64_t)i + 1)),
                     NULL, err))
            return false;
    return true;
}

struct add_call {
    struct arena *a;
    const struct instrument_add *what;
    const char *who, *address;
    int64_t id;
};

static bool
add_in_tx(struct db *db, void *arg, struct err *err)
{
    struct add_call *c = arg;
    const struct instrument_add *w = c->what;
    struct arena *a = c->a;
    struct db_rows *rows;
    const char *id;
    if (!db_query_one(
            a, db, SQL_instrument_add,
            DB_ARGS(w->symbol, w->title != NULL ? w->title : w->symbol, w->kind,
                    w->currency != NULL ? w->currency : "USD", calendar_of(w),
                    fmt_i64(a, w->interval_s != 0 ? w->interval_s : 86400),
                    fmt_f64(a, w->price_min), fmt_f64(a, w->price_max),
                    fmt_f64(a, w->jump_frac)),
            &rows, err))
        return err->kind == ERR_CONFLICT
                   ? err_set(err, ERR_CONFLICT,
                             "there is an instrument %s already, or a retired "
                             "one that can be brought back",
                             w->symbol)
                   : false;
    id = db_text(rows, 0, "id");
    c->id = db_i64(rows, 0, "id");
    return add_listings(a, db, w, id, err) &&
           db_exec(db, SQL_instrument_audit,
                   DB_ARGS(c->who, "instrument.add", id, NULL, c->address),
                   NULL, err);
}

/* What needs no database to be judged. */
static void
check_values(struct problems *p, const struct instrument_add *what)
{
    if (!symbol_is_valid(what->symbol))
        problem_add(p, "symbol",
                    "a symbol has 1 to 32 letters, digits and . = ^ _ / -, "
                    "and begins with a letter or digit");
    if (what->title != NULL && what->title[0] == '\0')
        problem_add(p, "title", "the title is empty");
    if (kind_calendar(what->kind) == NULL)
        problem_add(p, "kind",
                    "a kind is needed: crypto, stock, energy, index, fx or "
                    "derived");
    if (what->currency != NULL && !currency_is_valid(what->currency))
        problem_add(p, "currency",
                    "a currency is three to five capital letters, such as "
                    "USD");
    if (what->price_min >= what->price_max)
        problem_add(p, "price_min",
                    "the smallest plausible price is not below the largest");
    if (what->jump_frac <= 0)
        problem_add(p, "jump_frac",
                    "the largest plausible change is not above 0 (0.5 is "
                    "50 %)");
}

bool
instrument_check(struct arena *a, struct db *db,
                 const struct instrument_add *what,
                 struct instrument_problem **out, size_t *n, struct err *err)
{
    struct problems p = {
        .a = a,
        .list =
            arena_array(a, FIELDS_MAX + what->n_listings * 2, sizeof *p.list),
    };
    check_values(&p, what);
    if (calendar_of(what) != NULL &&
        !check_name(&p, db, SQL_calendar_names, "calendar", "calendar",
                    calendar_of(what), err))
        return false;
    if (!check_listings(&p, db, what, err))
        return false;
    *out = p.list;
    *n = p.n;
    return true;
}

bool
instrument_add(struct db *db, const struct instrument_add *what,
               const char *who, const char *address, int64_t *id,
               struct err *err)
{
    struct arena *a = arena_new();
    struct add_call c = {.a = a, .what = what, .who = who, .address = address};
    struct instrument_problem *problems;
    size_t n;
    bool ok = instrument_check(a, db, what, &problems, &n, err);
    if (ok && n > 0)
        ok = err_set(err, ERR_INPUT, "%s", problems[0].text);
    ok = ok && db_tx(db, add_in_tx, &c, err);
    if (ok)
        *id = c.id;
    arena_free(a);
    return ok;
}

struct retire_call {
    struct arena *a;
    const struct instrument *of;
    bool retire;
    const char *who, *address;
};

static bool
retire_in_tx(struct db *db, void *arg, struct err *err)
{
    struct retire_call *c = arg;
    const char *id = fmt_i64(c->a, c->of->id);
    struct db_rows *rows;
    if (!db_query(c->a, db, SQL_instrument_retire,
                  DB_ARGS(id, fmt_bool(!c->retire)), &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_CONFLICT, "%s is %s already", c->of->symbol,
                       c->retire ? "retired" : "active");
    return db_exec(
        db, SQL_instrument_audit,
        DB_ARGS(c->who,
                c->retire ? "instrument.retire" : "instrument.bring_back", id,
                c->retire ? "{\"active\": true}" : "{\"active\": false}",
                c->address),
        NULL, err);
}

bool
instrument_retire(struct db *db, const char *symbol, bool retire,
                  const char *who, const char *address, struct err *err)
{
    struct arena *a = arena_new();
    struct instrument found;
    struct retire_call c = {
        .a = a, .of = &found, .retire = retire, .who = who, .address = address};
    bool ok = instrument_get(a, db, symbol, &found, err) &&
              db_tx(db, retire_in_tx, &c, err);
    arena_free(a);
    return ok;
}
