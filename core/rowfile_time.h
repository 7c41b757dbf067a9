/* The times of a file's rows: cells of one form, in one zone, become the
 * opening times of bars in UTC.
 *
 * Part of core/rowfile.h; recognition uses it to look at a sample as it will
 * be read.
 */
#ifndef CORE_ROWFILE_TIME_H
#define CORE_ROWFILE_TIME_H

#include "core/cell.h"

struct rowfile_time {
    enum cell_time form;
    bool is_daily; /* bars are of whole days: the session's local date counts */
    const char *zone;
    bool is_utc;

    /* the ISO day read last, and the zone's offset on the local day read last
     * (known only where the clocks do not change near it) */
    char day_text[10];
    int64_t day_ts;
    int64_t zone_day;
    int64_t zone_offset_s;
    /* the order of the file, which tells the two hours of a doubled one apart:
     * the last time, and whether times rise (1) or fall (-1) */
    int64_t last_ts;
    int direction;
};

enum rowfile_when {
    ROWFILE_TIME_OK,
    ROWFILE_TIME_ABSENT,
    ROWFILE_TIME_BAD,
    ROWFILE_TIME_SKIPPED, /* local clocks were put forward over it */
};

void rowfile_time_init(struct rowfile_time *t, enum cell_time form,
                       const char *zone, int32_t interval_s);

/* clock        the time of day where it is in a column of its own, else NULL
 * fraction_us  when not NULL: what a second has more */
enum rowfile_when rowfile_time_read(struct rowfile_time *t, const char *text,
                                    size_t len, const char *clock,
                                    size_t clock_len, int64_t *ts,
                                    int32_t *fraction_us);

/* A time of day: 9:30, 09:30:00.5, 9:30 PM, 0930, 93000. */
bool rowfile_clock_read(const char *s, size_t len, int64_t *seconds);

#endif
