/* States as every page shows them: class, shape, word and tone, in one table,
 * and links that filter. */
#ifndef CGI_SHOW_H
#define CGI_SHOW_H

#include "cgi/page.h"
#include "core/load.h"
#include "core/run.h"
#include "core/source.h"

/* Sets PREFIXSTATE (class), PREFIXSHAPE (icon), PREFIXWORD and PREFIXTONE
 * for a state as stored: of a run, step, source, instrument, model version or
 * rule. The six words for runs are the same everywhere: timed out and lost
 * are failures with a reason. */
void show_state(struct arena *a, struct view *v, const char *prefix,
                const char *state);

/* "timed out", "worker lost": what the word leaves out; NULL: nothing. */
const char *show_state_reason(const char *state);

/* The pieces of the table by themselves; unknown states are idle. */
const char *show_class(const char *state);
const char *show_shape(const char *state);
const char *show_word(const char *state);
const char *show_tone(const char *state);

/* An error's kind as stored (fault_name), in words; the kind itself when it is
 * not a provider's. */
const char *show_fault(const char *kind);

/* The address of an instrument's page. */
const char *show_instrument_url(struct arena *a, const char *symbol);

/* The values of an instrument's row: SYMBOL, INSTRUMENT_URL, INSTRUMENT_TITLE,
 * CURRENCY, VALUE, FRESH_WORDS (WELL: nothing is wrong), STATE SHAPE WORD TONE,
 * and BAR with BAR_DAY, BAR_ISO and BAR_AGO, or NO_BAR. */
void show_source(const struct page *p, struct view *v, const struct source *f);

/* Labels the page when some of the data came from the simulator. */
MUST_USE bool show_simulated(struct page *p, struct err *err);

/* "full refresh"; "command line", "API". */
const char *show_mode(const char *mode);
const char *show_trigger(const char *trigger);

/* A date input's value as it was typed: sets NAME and NAME_TYPE, "date", or
 * "text" for what is not a day, since a date input would drop it. */
void show_day(struct view *v, const char *name, const char *text);

/* Adds ?name=value or &name=value, percent-encoded; nothing when value is
 * NULL or empty. */
void show_query(struct buf *url, const char *name, const char *value);

/* What became of a file's or a response's rows, or (not stored) what would:
 * PART with PART_CLASS, PART_X and PART_WIDTH, 1000 in all, for the bar; COUNT
 * with COUNT_CLASS, COUNT_ROWS, COUNT_WORDS and COUNT_MEANING. */
void show_counts(struct arena *a, struct view *v,
                 const struct load_count *count, bool is_stored);

/* Characters of a text, as maxlength counts them. */
size_t show_length(const char *text);

/* At most `max` characters; "…" stands for what was cut. */
const char *show_short(struct arena *a, const char *text, size_t max);

/* "A", "A and B", "A, B and 3 more": of n names, at most max are told. */
const char *show_names(struct arena *a, const char *const *names, size_t n,
                       size_t max);

/* What a run did to rows: ROWS_NEW, ROWS_SAME, ROWS_CHANGED, and one of
 * SOME_REFUSED (ROWS_REFUSED) and NONE_REFUSED. */
void show_run_rows(struct arena *a, struct view *v, const struct run *run);

#endif
