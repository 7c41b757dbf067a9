/* Which instruments a file holds: from its symbol column, its columns' names,
 * what it says itself, and its own name. */
#include "core/recognise_own.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TOKENS_MAX = 24 };

/* Words of file names that do not name an instrument. */
static const char noise[] =
    " yahoo yahoofinance finance stooq investing investingcom nasdaq binance "
    "bitstamp coinbase kraken gemini bitfinex cryptodatadownload cdd "
    "alphavantage fred eia yfinance quotemill export historical historic "
    "history hist historicaldata historicalquotes quotes quote prices price "
    "data dataset daily day days d 1d d1 hourly hour h 1h h1 60min 60m 4h h4 "
    "minute minutes min 1min 1m m1 5m 5min m5 15m 15min m15 ohlc ohlcv ohlcvt "
    "candles klines bars bar series timeseries adjusted unadjusted "
    "splitadjusted adj raw all full max latest new old final copy csv json "
    "txt tsv us eu spot close closes download downloaded chart table stock "
    "stocks crypto index from to utc excerpt sample part fixed vision "
    "headerless intraday extended trades ticks dollar ";

static bool
is_noise(const char *word)
{
    char wanted[WORD_MAX + 2];
    snprintf(wanted, sizeof wanted, " %s ", word);
    return word[strspn(word, "0123456789")] == '\0' ||
           strstr(noise, wanted) != NULL;
}

static const char *
same_symbol(const struct work *w, const char *folded)
{
    const char *found = NULL;
    for (size_t i = 0; i < w->in->n_symbols; i++) {
        char mine[WORD_MAX];
        const char *symbol = w->in->symbols[i];
        word_fold(symbol, strlen(symbol), mine);
        if (strcmp(mine, folded) != 0)
            continue;
        if (found != NULL)
            return NULL; /* two of ours look alike */
        found = symbol;
    }
    return found;
}

/* Our instrument of this name, signs and case aside: "btc/usd" is BTC-USD.
 * NULL: none is certain. */
static const char *
match_symbol(const struct work *w, const char *name)
{
    char folded[WORD_MAX];
    for (size_t i = 0; i < w->in->n_symbols; i++)
        if (strcasecmp(w->in->symbols[i], name) == 0)
            return w->in->symbols[i];
    word_fold(name, strlen(name), folded);
    return folded[0] != '\0' ? same_symbol(w, folded) : NULL;
}

/* One of ours that a name might mean: BTC may be BTC-USD, AAPL.US AAPL, and
 * BTCUSDT or XBTUSD too, but that is for a person to say. */
static const char *
propose_symbol(const struct work *w, const char *name)
{
    static const char *const endings[] = {"usd", "usdt", "usdc", "us", ""};
    char folded[WORD_MAX], other[2 * WORD_MAX];
    word_fold(name, strlen(name), folded);
    size_t len = strlen(folded);
    if (strncmp(folded, "xbt", 3) == 0)
        memcpy(folded, "btc", 3);
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        size_t n = strlen(endings[i]);
        if (len <= n || strcmp(folded + len - n, endings[i]) != 0)
            continue;
        snprintf(other, sizeof other, "%.*susd", (int)(len - n), folded);
        const char *found = same_symbol(w, other);
        if (found == NULL) {
            other[len - n] = '\0';
            found = same_symbol(w, other);
        }
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* ---- the file's name ---- */

struct tokens {
    char word[TOKENS_MAX][WORD_MAX];
    const char *text[TOKENS_MAX]; /* where it stands in the name */
    size_t len[TOKENS_MAX];
    size_t n;
};

/* The name's last part without its endings, in words. */
static void
split_name(struct work *w, struct tokens *t)
{
    static const char *const endings[] = {".gz",  ".zst", ".csv",
                                          ".txt", ".tsv", ".json"};
    const char *name = strrchr(w->in->name, '/');
    char *s = arena_strdup(w->a, name != NULL ? name + 1 : w->in->name);
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        size_t len = strlen(s), n = strlen(endings[i]);
        if (len > n && strcasecmp(s + len - n, endings[i]) == 0)
            s[len - n] = '\0';
    }
    t->n = 0;
    while (*s != '\0' && t->n < TOKENS_MAX) {
        size_t n = 0;
        while (isalnum((unsigned char)s[n]) || (unsigned char)s[n] >= 0x80)
            n++;
        if (n > 0) {
            t->text[t->n] = s;
            t->len[t->n] = n;
            word_fold(s, n, t->word[t->n++]);
        }
        s += n > 0 ? n : 1;
    }
}

/* Words from..to of the name, joined. */
static void
join(const struct tokens *t, size_t from, size_t to, char out[WORD_MAX])
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = from; i < to; i++) {
        int more = snprintf(out + n, WORD_MAX - n, "%s", t->word[i]);
        n += (size_t)more < WORD_MAX - n ? (size_t)more : WORD_MAX - 1 - n;
    }
}

static bool
others_are_noise(const struct tokens *t, size_t from, size_t to)
{
    for (size_t i = 0; i < t->n; i++)
        if ((i < from || i >= to) && !is_noise(t->word[i]))
            return false;
    return true;
}

/* The instrument that the name certainly names: its words without those that
 * name vendors, dates and kinds of files are the symbol. Else a hint. */
static const char *
symbol_of_name(struct work *w, const char **hint)
{
    struct tokens *t = arena_alloc(w->a, sizeof *t);
    char joined[WORD_MAX];
    size_t first = SIZE_MAX, last = 0;
    *hint = NULL;
    split_name(w, t);
    for (size_t len = t->n < 4 ? t->n : 4; len > 0; len--)
        for (size_t from = 0; from + len <= t->n; from++) {
            join(t, from, from + len, joined);
            const char *found = same_symbol(w, joined);
            if (found != NULL && others_are_noise(t, from, from + len))
                return found;
            if (found != NULL && *hint == NULL)
                *hint = found;
        }
    for (size_t i = 0; i < t->n; i++)
        if (!is_noise(t->word[i]) && (first == SIZE_MAX || last + 1 == i)) {
            first = first == SIZE_MAX ? i : first;
            last = i;
        }
    if (*hint != NULL || first == SIZE_MAX)
        return NULL;
    const char *text =
        arena_strndup(w->a, t->text[first],
                      (size_t)(t->text[last] + t->len[last] - t->text[first]));
    *hint = propose_symbol(w, text);
    if (*hint == NULL)
        *hint = text;
    return NULL;
}

/* ---- the series ---- */

static struct mapping_series *
add_series(struct work *w)
{
    struct mapping *m = &w->out->mapping;
    if (m->series == NULL)
        m->series = arena_array(w->a, MAPPING_SERIES_MAX, sizeof *m->series);
    if (m->n_series == MAPPING_SERIES_MAX)
        return NULL;
    struct mapping_series *s = &m->series[m->n_series++];
    *s = (struct mapping_series){.column = {-1, -1, -1, -1, -1}};
    return s;
}

static void
set_columns(const struct work *w, struct mapping_series *s)
{
    for (size_t i = 0; i < w->sample.n_columns; i++)
        if (w->roles[i] >= ROLE_FIELD)
            s->column[w->roles[i] - ROLE_FIELD] = (int)i;
}

/* A series for each symbol that the sample shows. */
static void
series_of_symbols(struct work *w, int column)
{
    const struct sample *s = &w->sample;
    struct mapping *m = &w->out->mapping;
    m->symbol_column = column;
    for (size_t i = 0; i < s->n; i++) {
        struct csv_field c = sample_cell(s, i, (size_t)column);
        size_t k = 0;
        while (k < m->n_series && strcmp(m->series[k].theirs, c.text) != 0)
            k++;
        struct mapping_series *one;
        if (k < m->n_series || c.len == 0 || (one = add_series(w)) == NULL)
            continue;
        one->theirs = c.text;
        one->symbol = match_symbol(w, c.text);
        set_columns(w, one);
    }
    if (!w->in->is_whole)
        add_note(w, "symbols are those of the first and the last rows; rows "
                    "of others are refused");
}

/* A ticker with a volume alone is no series, and one without open, high and
 * low together has its close alone. */
static void
drop_halves(struct mapping *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->n_series; i++) {
        int *column = m->series[i].column;
        if (column[FIELD_OPEN] < 0 || column[FIELD_HIGH] < 0 ||
            column[FIELD_LOW] < 0)
            column[FIELD_OPEN] = column[FIELD_HIGH] = column[FIELD_LOW] = -1;
        if (column[FIELD_CLOSE] >= 0)
            m->series[kept++] = m->series[i];
    }
    m->n_series = kept;
}

/* Each ticker above the columns is a series (yfinance). */
static void
series_of_tickers(struct work *w)
{
    const struct sample *s = &w->sample;
    struct mapping *m = &w->out->mapping;
    for (size_t i = 0; i < s->n_columns; i++) {
        int strength;
        enum role role = word_role(s->columns[i], &strength);
        const char *ticker = s->tickers[i];
        if (role < ROLE_FIELD || ticker == NULL || ticker[0] == '\0')
            continue;
        size_t k = 0;
        while (k < m->n_series && strcmp(m->series[k].theirs, ticker) != 0)
            k++;
        struct mapping_series *one =
            k < m->n_series ? &m->series[k] : add_series(w);
        if (one == NULL)
            break;
        one->theirs = ticker;
        one->symbol = match_symbol(w, ticker);
        one->column[role - ROLE_FIELD] = (int)i;
    }
    drop_halves(m);
}

/* A series for each column that a format or a name gives an instrument of its
 * own. */
static void
series_of_columns(struct work *w, bool all)
{
    const struct sample *s = &w->sample;
    for (size_t i = 0; i < s->n_columns; i++) {
        const char *preset = w->presets[i];
        bool is_value = sample_is_value(w, i);
        const char *symbol = preset != NULL ? preset
                             : is_value     ? match_symbol(w, s->columns[i])
                                            : NULL;
        if (preset == NULL && (!is_value || (symbol == NULL && !all)))
            continue;
        struct mapping_series *one = add_series(w);
        if (one == NULL)
            return;
        one->theirs = s->columns[i];
        one->symbol = w->in->n_symbols > 0 && preset != NULL
                          ? match_symbol(w, preset)
                          : symbol;
        one->column[FIELD_CLOSE] = (int)i;
    }
}

static int
column_with(const struct work *w, enum role role)
{
    for (size_t i = 0; i < w->sample.n_columns; i++)
        if (w->roles[i] == role)
            return (int)i;
    return -1;
}

static bool
has_presets(const struct work *w)
{
    for (size_t i = 0; i < w->sample.n_columns; i++)
        if (w->presets[i] != NULL)
            return true;
    return false;
}

/* Columns of numbers that might be the value, as the question lists them. */
static bool
ask_value(struct work *w, struct err *err)
{
    const struct sample *s = &w->sample;
    struct buf *names = buf_new(w->a);
    const char *first = NULL;
    int at = -1;
    for (size_t i = 0; i < s->n_columns; i++) {
        if (w->roles[i] != ROLE_VOLUME && !sample_is_value(w, i))
            continue;
        buf_addf(names, "%s%s", names->len > 0 ? ", " : "", s->columns[i]);
        if (first == NULL || (int)i == w->doubtful) {
            first = s->columns[i];
            at = (int)i;
        }
    }
    if (first == NULL)
        return err_set(err, ERR_INPUT,
                       "no column holds numbers that could be a price: the "
                       "columns are %s",
                       column_list(w));
    struct recognise_question *q = add_question(w, QUESTION_COLUMN, "close");
    q->text = arena_printf(w->a, "Which column is the value: %s?", names->data);
    q->hint = first;
    add_series(w)->column[FIELD_CLOSE] = at;
    return true;
}

static const char *
certain_symbol(struct work *w, const char **hint)
{
    const struct sample *s = &w->sample;
    const char *found = NULL;
    *hint = NULL;
    if (s->symbol != NULL) {
        found = match_symbol(w, s->symbol);
        *hint = propose_symbol(w, s->symbol);
        if (*hint == NULL)
            *hint = s->symbol;
        if (found != NULL)
            add_why(w, "%s, as the file says", found);
        return found;
    }
    found = symbol_of_name(w, hint);
    if (found != NULL)
        add_why(w, "%s, from the file's name", found);
    int close = w->out->mapping.series[0].column[FIELD_CLOSE];
    const char *name = close >= 0 ? s->columns[close] : "";
    int strength;
    if (s->has_header && name[0] != '\0' &&
        word_role(name, &strength) == ROLE_UNKNOWN)
        *hint = name; /* the value's own name says more than the file's */
    return found;
}

static void
ask_instrument(struct work *w, size_t series)
{
    struct mapping_series *s = &w->out->mapping.series[series];
    const char *hint = NULL;
    struct recognise_question *q;
    if (s->theirs == NULL) {
        q = add_question(w, QUESTION_INSTRUMENT, "instrument");
        s->symbol = certain_symbol(w, &hint);
        if (s->symbol != NULL) {
            w->out->n_questions--;
            return;
        }
        q->text = "Which instrument is this?";
        q->hint = hint;
    } else {
        q = add_question(w, QUESTION_INSTRUMENT,
                         w->out->mapping.n_series == 1
                             ? "instrument"
                             : arena_printf(w->a, "instrument.%s", s->theirs));
        q->text = arena_printf(
            w->a, "Which instrument is \"%.60s\"?%s", s->theirs,
            w->out->mapping.n_series > 1 ? " A dash leaves it out." : "");
        q->hint = propose_symbol(w, s->theirs);
        if (q->hint == NULL)
            q->hint = s->theirs;
    }
    q->series = (int)series;
}

/* The answer about one series; NULL: none. "-" leaves it out. */
static const char *
answer_for(const struct work *w, const struct mapping_series *s)
{
    const struct answers *n = &w->answers;
    for (size_t i = n->n_all; i-- > 0;) {
        const char *equals = strchr(n->all[i], '=');
        size_t len = strlen("instrument.");
        if (s->theirs != NULL && equals != NULL &&
            strncmp(n->all[i], "instrument.", len) == 0 &&
            strlen(s->theirs) == (size_t)(equals - n->all[i]) - len &&
            memcmp(n->all[i] + len, s->theirs, strlen(s->theirs)) == 0)
            return equals + 1;
    }
    return NULL;
}

static bool
set_symbol(const struct work *w, struct mapping_series *s, const char *asked,
           struct err *err)
{
    const char *near = propose_symbol(w, asked);
    for (size_t i = 0; i < w->in->n_symbols; i++)
        if (strcasecmp(w->in->symbols[i], asked) == 0) {
            s->symbol = w->in->symbols[i];
            return true;
        }
    if (w->in->n_symbols == 0) {
        s->symbol = asked;
        return true;
    }
    return err_set(err, ERR_INPUT, "there is no instrument \"%s\"%s%s%s", asked,
                   near != NULL ? "; did you mean " : "",
                   near != NULL ? near : "", near != NULL ? "?" : "");
}

/* All series but one are left out. */
static void
keep_series(struct work *w, size_t kept)
{
    struct mapping *m = &w->out->mapping;
    const char **left_out = arena_array(w->a, m->n_series, sizeof *left_out);
    for (size_t i = 0; i < m->n_series; i++)
        if (i != kept)
            left_out[m->n_left_out++] = m->series[i].theirs;
    m->left_out = left_out;
    m->series[0] = m->series[kept];
    m->n_series = 1;
}

/* One instrument was named for a file of several series: the one that goes by
 * that name stays. */
static bool
choose_series(struct work *w, struct err *err)
{
    struct mapping *m = &w->out->mapping;
    const char *asked = w->answers.instrument;
    for (size_t i = 0; i < m->n_series; i++) {
        struct mapping_series *s = &m->series[i];
        const char *near = propose_symbol(w, s->theirs);
        if ((s->symbol != NULL && strcasecmp(s->symbol, asked) == 0) ||
            (near != NULL && strcasecmp(near, asked) == 0) ||
            strcasecmp(s->theirs, asked) == 0) {
            keep_series(w, i);
            return set_symbol(w, &m->series[0], asked, err);
        }
    }
    return err_set(err, ERR_INPUT,
                   "none of the file's series looks like %s; name it as "
                   "instrument.NAME=%s",
                   asked, asked);
}

/* Series that were answered, and, where any was, without those that stay
 * unknown. */
static bool
apply_answers(struct work *w, struct err *err)
{
    struct mapping *m = &w->out->mapping;
    size_t answered = 0, kept = 0;
    const char **left_out =
        arena_array(w->a, m->n_series + 1, sizeof *left_out);
    for (size_t i = 0; i < m->n_series; i++) {
        const char *asked = answer_for(w, &m->series[i]);
        if (asked == NULL || asked[0] == '\0')
            continue;
        answered++;
        m->series[i].symbol = NULL;
        if (strcmp(asked, "-") != 0 &&
            !set_symbol(w, &m->series[i], asked, err))
            return false;
    }
    if (answered == 0)
        return true;
    for (size_t i = 0; i < m->n_series; i++) {
        if (m->series[i].symbol != NULL) {
            m->series[kept++] = m->series[i];
            continue;
        }
        left_out[m->n_left_out++] = m->series[i].theirs;
        add_note(w, "%s is left out: it has no instrument",
                 m->series[i].theirs);
    }
    m->n_series = kept;
    m->left_out = left_out;
    return kept > 0 ||
           err_set(err, ERR_INPUT, "no series of the file has an instrument");
}

static bool
find_columns(struct work *w, struct err *err)
{
    int symbol = column_with(w, ROLE_SYMBOL);
    if (has_presets(w))
        series_of_columns(w, false);
    else if (w->sample.tickers != NULL && w->sample.tickers[1] != NULL)
        series_of_tickers(w);
    else if (symbol >= 0 && column_with(w, ROLE_CLOSE) >= 0)
        series_of_symbols(w, symbol);
    else if (column_with(w, ROLE_CLOSE) >= 0)
        set_columns(w, add_series(w));
    else
        series_of_columns(w, w->sample.shape == MAPPING_JSON_MAP);
    return w->out->mapping.n_series > 0 || ask_value(w, err);
}

bool
find_series(struct work *w, struct err *err)
{
    struct mapping *m = &w->out->mapping;
    m->symbol_column = -1;
    if (!find_columns(w, err) || !apply_answers(w, err))
        return false;
    if (w->answers.instrument != NULL && m->n_series > 1)
        return choose_series(w, err);
    if (w->answers.instrument != NULL)
        return set_symbol(w, &m->series[0], w->answers.instrument, err);
    if (m->trades && m->n_series > 1)
        return err_set(err, ERR_INPUT,
                       "the file has trades of several instruments (%.40s, "
                       "%.40s ...); name the one to take, as "
                       "instrument=SYMBOL",
                       m->series[0].theirs, m->series[1].theirs);
    for (size_t i = 0; i < m->n_series; i++)
        if (m->series[i].symbol == NULL)
            ask_instrument(w, i);
    return true;
}
