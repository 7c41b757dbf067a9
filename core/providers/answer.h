/* What the drivers share when they read an answer: rows field by field, and
 * sorting what is no proper answer into a fault with words. */
#ifndef CORE_PROVIDERS_ANSWER_H
#define CORE_PROVIDERS_ANSWER_H

#include "core/providers/provider.h"

enum { ANSWER_RAW_MAX = 400 }; /* bytes kept of a bad row's own text */

/* Times that a row may carry: years 1 to 9999. */
#define ANSWER_TS_MIN (-62135596800LL)
#define ANSWER_TS_MAX 253402300799LL

/* Sets fault and text, drops the rows; the request's key is masked. */
void answer_fail(struct arena *a, const struct provider_request *request,
                 struct provider_answer *answer, enum fault fault,
                 const char *fmt, ...) PRINTF_FMT(5, 6);

/* A body that is not what was hoped for: looks for the publisher's words in
 * it (JSON or plain) and sorts status and words into a fault.
 *
 * root  the body as JSON, or a value of JSON_NONE when it is none
 */
void answer_fail_body(struct arena *a, const struct provider_request *request,
                      int status, struct json root, const char *body,
                      size_t len, struct provider_answer *answer);

/* The fault that a status and the publisher's words amount to. */
enum fault answer_fault_of(int status, const char *words);

/* The body as JSON; a value of JSON_NONE, with err set, when it is none. */
struct json answer_json(struct arena *a, const char *body, size_t len,
                        struct err *err);

/* True for JSON with status 200; otherwise the answer is failed.
 *
 * root, err  from answer_json
 */
MUST_USE bool answer_accept(struct arena *a,
                            const struct provider_request *request, int status,
                            struct json root, const struct err *err,
                            const char *body, size_t len,
                            struct provider_answer *answer);

/* A number of a row. Absent or null: *out stays NaN. There but not a number:
 * NaN, and row->bad names the field and what stood there. */
void answer_number(struct arena *a, struct series_row *row, const char *field,
                   struct json v, double *out);

/* The row's time from Unix time in units of 1/per_second s; or from text. */
void answer_time(struct arena *a, struct series_row *row, struct json v,
                 int64_t per_second);
void answer_day(struct arena *a, struct series_row *row, struct json v);

/* Adds "field: shown" to row->bad. */
void answer_bad(struct arena *a, struct series_row *row, const char *field,
                const char *shown);

/* Keeps the row's text where something is unreadable or missing. */
void answer_keep_raw(struct arena *a, struct series_row *row, struct json v);

/* Open, high and low like close: a scalar series. */
void answer_scalar(struct series_row *row);

/* Where the next page begins after the newest readable row: that row's time
 * plus step_s; 0 when it would not move on, is past what was asked for, or
 * would begin with a bar that is not finished yet. */
int64_t answer_next(const struct provider_request *request,
                    const struct series *series, int64_t step_s);

/* True when `got` is the symbol asked for, or none was named. */
bool answer_is_symbol(const char *asked, const char *got);

#endif
