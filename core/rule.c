#include "core/rule.h"

#include "core/audit.h"
#include "core/validate.h"
#include "lib/format.h"
#include "lib/json.h"

#include <math.h>
#include <string.h>

static const struct {
    enum validate_rule rule;
    const char *unit;
} units[] = {
    {VALIDATE_PAST, "year"},
    {VALIDATE_SESSION, "hours"},
    {VALIDATE_JUMP, "fraction (0.5 is 50 %)"},
    {VALIDATE_JUMP_Z, "times the usual move"},
    {VALIDATE_VOLUME_SPIKE, "times the average"},
    {VALIDATE_AGREEMENT, "fraction (0.01 is 1 %)"},
};

static const char *
unit_of(enum validate_rule rule)
{
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (units[i].rule == rule)
            return units[i].unit;
    return NULL;
}

/* --- reading ------------------------------------------------------------- */

static void
read_rule(const struct db_rows *rows, int i, enum validate_rule rule,
          struct rule *out)
{
    *out = (struct rule){
        .name = db_text(rows, i, "name"),
        .description = db_text(rows, i, "description"),
        .unit = unit_of(rule),
        .all = {db_text(rows, i, "severity"), db_f64(rows, i, "threshold")},
        .own = {db_text(rows, i, "own_severity"),
                db_f64(rows, i, "own_threshold")},
    };
}

bool
rule_list(struct arena *a, struct db *db, int64_t instrument_id,
          struct rule **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_rule_list, DB_ARGS(fmt_i64(a, instrument_id)),
                  &rows, err))
        return false;
    *out = arena_array(a, VALIDATE_RULE_COUNT, sizeof **out);
    *n = 0;
    for (enum validate_rule r = 0; r < VALIDATE_RULE_COUNT; r++)
        for (int i = 0; i < db_count(rows); i++)
            if (strcmp(db_text(rows, i, "name"), validate_rule_name(r)) == 0)
                read_rule(rows, i, r, &(*out)[(*n)++]);
    return true;
}

bool
rule_owners(struct arena *a, struct db *db, const char ***out, size_t *n,
            struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_rule_owners, DB_NONE, &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = db_text(rows, (int)i, "symbol");
    return true;
}

/* --- a rule -------------------------------------------------------------- */

struct set_call {
    struct arena *a;
    const struct rule_change *change;
    const char *who, *address;
};

static bool
is_own(const struct rule_value *v)
{
    return v->severity != NULL || !isnan(v->threshold);
}

static const char *
value_json(struct arena *a, const struct rule_value *v)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_member_str(b, "severity", v->severity);
    json_member_f64(b, "threshold", v->threshold);
    json_close(b, '}');
    return b->data;
}

static bool
was_faster(const char *what, struct err *err)
{
    return err_set(err, ERR_CONFLICT,
                   "%s changed since the page was made: look again", what);
}

static bool
set_for_all(struct db *db, struct set_call *c, struct err *err)
{
    const struct rule_change *x = c->change;
    int64_t n;
    return db_exec(db, SQL_rule_set,
                   DB_ARGS(x->rule, x->is.severity,
                           fmt_f64(c->a, x->is.threshold), x->was.severity,
                           fmt_f64(c->a, x->was.threshold)),
                   &n, err) &&
           (n == 1 || was_faster("the rule", err));
}

/* The row that was goes, the row that is to be comes; neither need be. */
static bool
set_own(struct db *db, struct set_call *c, struct err *err)
{
    const struct rule_change *x = c->change;
    const char *id = fmt_i64(c->a, x->instrument_id);
    int64_t n = 1;
    if (is_own(&x->was) && !db_exec(db, SQL_rule_own_delete,
                                    DB_ARGS(id, x->rule, x->was.severity,
                                            fmt_f64(c->a, x->was.threshold)),
                                    &n, err))
        return false;
    if (n != 1)
        return was_faster("the rule", err);
    if (!is_own(&x->is) || db_exec(db, SQL_rule_own_add,
                                   DB_ARGS(id, x->rule, x->is.severity,
                                           fmt_f64(c->a, x->is.threshold)),
                                   NULL, err))
        return true;
    return err->kind == ERR_CONFLICT ? was_faster("the rule", err) : false;
}

static bool
set_in_tx(struct db *db, void *arg, struct err *err)
{
    struct set_call *c = arg;
    const struct rule_change *x = c->change;
    const char *object =
        x->instrument_id == 0
            ? arena_printf(c->a, "rule:%s", x->rule)
            : arena_printf(c->a, "rule:%s of %s", x->rule, x->symbol);
    return (x->instrument_id == 0 ? set_for_all(db, c, err)
                                  : set_own(db, c, err)) &&
           audit_add(db, c->who, "rule.set", object, value_json(c->a, &x->was),
                     value_json(c->a, &x->is), c->address, err);
}

static bool
check_change(const struct rule_change *x, struct err *err)
{
    const char *s = x->is.severity;
    bool has_unit = false, is_known = false;
    for (enum validate_rule r = 0; r < VALIDATE_RULE_COUNT; r++)
        if (strcmp(validate_rule_name(r), x->rule) == 0) {
            is_known = true;
            has_unit = unit_of(r) != NULL;
        }
    if (!is_known)
        return err_set(err, ERR_INPUT, "there is no rule \"%.40s\"", x->rule);
    if (s == NULL ? x->instrument_id == 0
                  : strcmp(s, "refuse") != 0 && strcmp(s, "flag") != 0 &&
                        strcmp(s, "off") != 0)
        return err_set(err, ERR_INPUT, "the severity is refuse, flag or off");
    if (isnan(x->is.threshold))
        return true;
    if (!has_unit)
        return err_set(err, ERR_INPUT, "the rule %s has no threshold", x->rule);
    if (!(x->is.threshold > 0) || isinf(x->is.threshold))
        return err_set(err, ERR_INPUT, "the threshold is a number above 0");
    return true;
}

bool
rule_set(struct db *db, const struct rule_change *change, const char *who,
         const char *address, struct err *err)
{
    if (!check_change(change, err))
        return false;
    struct arena *a = arena_new();
    struct set_call c = {
        .a = a, .change = change, .who = who, .address = address};
    bool ok = db_tx(db, set_in_tx, &c, err);
    arena_free(a);
    return ok;
}

/* --- bounds -------------------------------------------------------------- */

struct bounds_call {
    struct arena *a;
    const struct rule_bounds_change *change;
    const char *who, *address;
};

static const char *
bounds_json(struct arena *a, const struct rule_bounds *b)
{
    struct buf *out = buf_new(a);
    json_open(out, '{');
    json_member_f64(out, "price_min", b->price_min);
    json_member_f64(out, "price_max", b->price_max);
    json_member_f64(out, "jump_frac", b->jump_frac);
    json_close(out, '}');
    return out->data;
}

static bool
bounds_in_tx(struct db *db, void *arg, struct err *err)
{
    struct bounds_call *c = arg;
    const struct rule_bounds_change *x = c->change;
    struct arena *a = c->a;
    int64_t n;
    if (!db_exec(
            db, SQL_rule_bounds_set,
            DB_ARGS(fmt_i64(a, x->instrument_id), fmt_f64(a, x->is.price_min),
                    fmt_f64(a, x->is.price_max), fmt_f64(a, x->is.jump_frac),
                    fmt_f64(a, x->was.price_min), fmt_f64(a, x->was.price_max),
                    fmt_f64(a, x->was.jump_frac)),
            &n, err))
        return false;
    if (n != 1)
        return was_faster("the bounds", err);
    return audit_add(db, c->who, "instrument.bounds",
                     arena_printf(a, "instrument:%s", x->symbol),
                     bounds_json(a, &x->was), bounds_json(a, &x->is),
                     c->address, err);
}

bool
rule_bounds_set(struct db *db, const struct rule_bounds_change *change,
                const char *who, const char *address, struct err *err)
{
    const struct rule_bounds *b = &change->is;
    if (b->price_min >= b->price_max)
        return err_set(err, ERR_INPUT,
                       "the smallest plausible price is not below the largest");
    if (b->jump_frac <= 0)
        return err_set(err, ERR_INPUT,
                       "the largest plausible change is not above 0 (0.5 is "
                       "50 %%)");
    struct arena *a = arena_new();
    struct bounds_call c = {
        .a = a, .change = change, .who = who, .address = address};
    bool ok = db_tx(db, bounds_in_tx, &c, err);
    arena_free(a);
    return ok;
}
