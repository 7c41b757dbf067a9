/* Settings of the process, read once at start.
 *
 * Sources, strongest first: the process's environment; the settings file
 * ($QM_VAR/quotemill.env; else var/quotemill.env beside the bin/ folder of a
 * checkout; else /etc/quotemill/quotemill.env); the default in config.def.
 * A settings file has NAME=value lines as systemd's EnvironmentFile reads them
 * (# comments, optional quotes). What a keeper changes while it runs is in the
 * database, not here.
 */
#ifndef LIB_CONFIG_H
#define LIB_CONFIG_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

EXTERN_C_BEGIN

#define CONFIG_TYPE_TEXT const char *
#define CONFIG_TYPE_INT  int64_t
#define CONFIG_TYPE_BOOL bool
#define CONFIG_TYPE_TIME int64_t /* Unix seconds; 0 when empty */

struct config {
#define SETTING(member, name, type, def, min, max, unit, help)                 \
    CONFIG_TYPE_##type member;
#include "lib/config.def"
#undef SETTING
};

/* A setting as check-config and the console show it. */
struct config_line {
    const char *name, *value, *source, *unit, *help;
};

/* Reads and checks everything. Call once, before anything else.
 *
 * fails   ERR_INPUT; the text names every mistake, one a line
 */
MUST_USE bool config_load(struct err *err);

/* What config_load read. */
const struct config *config(void);

/* The clock that data is judged by: QM_NOW when set, else the real one. Only
 * main functions call it; everything else is given now_ts. */
int64_t config_now_ts(void);

/* A secret such as QM_FRED_KEY, from systemd's credentials folder or the
 * environment or the settings file; NULL when there is none. Never log it. */
const char *config_secret(const char *name);

/* All settings in the order of config.def; n is their number. */
const struct config_line *config_lines(size_t *n);

EXTERN_C_END

#endif
