/* The days on which a market has no session although it is a weekday, and
 * those on which its session ends early. Pure; the calendars that use these
 * rules are in core/calendar.h.
 *
 * NYSE        closures by its rule 7.2 from 1971 on, with the days on which it
 *             stayed closed for other reasons since 1985. Early closes by its
 *             yearly announcements since 1993; not those without announcement
 *             (storms, halts). Agrees with every session of two stocks from
 *             2000 to 2026 and with the known number of sessions of each year
 *             since 1990; later years are as good as today's rules
 * US_FEDERAL  federal holidays with their observed days, and Good Friday, on
 *             which the energy markets that EIA reports on are closed too.
 *             Those trade on a few of these days (Columbus, Veterans), so a
 *             bar may come where none is due, never the reverse
 * BRENT       days without a Brent spot price: the bank holidays of England and
 *             Wales with those proclaimed for once, and, where EIA's series
 *             followed New York, the US holidays of 2007 to 2016. Prices came
 *             on some of them (on most bank holidays before 2020), so a bar may
 *             come where none is due. Of the 9,868 weekdays from 1987 to 2026
 *             on which one is due by this rule, 19 have none
 * BIST        fixed national holidays, and the feasts of Ramazan (3 days) and
 *             Kurban (4 days) from 1990 to 2040: to 2032 as the Directorate of
 *             Religious Affairs (Diyanet) gives them, which agrees with every
 *             session of a stock from 2020 to 2025 and is never more than a
 *             day from the Umm al-Qura calendar (the same in 77 of 88 feasts,
 *             and in all since 2017); from 2033 by that calendar, so a feast
 *             may be a day off. Days off by decree only where they are listed,
 *             none before 2020; after 2040 every feast is taken for sessions
 *
 * source  nyse.com/markets/hours-calendars; 5 U.S.C. 6103; Banking and
 *         Financial Dealings Act 1971 and gov.uk/bank-holidays; Law 2429
 * (Turkey); vakithesaplama.diyanet.gov.tr; borsaistanbul.com
 */
#ifndef CORE_HOLIDAY_H
#define CORE_HOLIDAY_H

#include <stdbool.h>
#include <stdint.h>

enum holiday_rule {
    HOLIDAY_NONE,
    HOLIDAY_NYSE,
    HOLIDAY_US_FEDERAL,
    HOLIDAY_BIST,
    HOLIDAY_BRENT,
};

/* days since 1970-01-01, of a weekday. */
bool holiday_is_closed(enum holiday_rule rule, int64_t days);
/* Of a day that is not closed. */
bool holiday_is_early(enum holiday_rule rule, int64_t days);

/* A session of the rule's market in minutes after midnight of its local time,
 * as it stands today; early is when one that ends early ends. All 0 for a
 * market without sessions within the day. */
struct holiday_hours {
    int open_min, close_min, early_min;
};
struct holiday_hours holiday_hours(enum holiday_rule rule);

#endif
