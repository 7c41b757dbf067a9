/* Rules on the pipeline: what is found now against what was found before.
 * Times are the server's clock. */
#include "core/alert_condition.h"
#include "core/alert_run_own.h"
#include "lib/format.h"
#include "lib/log.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 7 };

/* Where a rule stands with a subject. */
struct subject {
    const char *name;
    int32_t phase;
    int64_t since_ts, fired_ts; /* INT64_MIN: never */
    double value;
    bool is_stored, is_changed, is_found;
};

struct condition_rule {
    int64_t id, version, owner_id, cooldown_s;
    const char *name, *severity, *about; /* about NULL: any subject */
    bool shared, once;
    const struct alert_condition *condition;
    double threshold;
    struct subject *subjects; /* those of its version, then new ones */
    size_t n_subjects;
    struct alert_finding *findings;
    size_t n_findings;
    bool looked; /* false: nobody could say */
};

struct pipeline {
    struct arena *a;
    struct db *db;
    const struct alert_run_options *options;
    struct alert_run_report *report;
    int64_t now_ts; /* the server's */
    struct condition_rule *rules;
    size_t n_rules;
    struct incident_event *events;
    size_t n_events;
};

/* --- reading --------------------------------------------------------------
 */

static int64_t
time_of(const struct db_rows *rows, int i, const char *col)
{
    return db_is_null(rows, i, col) ? INT64_MIN : db_i64(rows, i, col);
}

static void
read_rule(const struct db_rows *rows, int i, struct condition_rule *out)
{
    *out = (struct condition_rule){
        .id = db_i64(rows, i, "id"),
        .version = db_i64(rows, i, "version"),
        .owner_id = db_i64(rows, i, "owner_id"),
        .cooldown_s = db_i64(rows, i, "cooldown_s"),
        .name = db_text(rows, i, "name"),
        .severity = db_text(rows, i, "severity"),
        .about = db_text(rows, i, "subject"),
        .shared = db_bool(rows, i, "shared"),
        .once = db_bool(rows, i, "once"),
        .condition = alert_condition_find(db_text(rows, i, "condition")),
        .threshold = db_f64(rows, i, "threshold"),
    };
}

/* A state of another version begins anew. */
static void
read_subject(const struct db_rows *rows, int i, struct condition_rule *rule)
{
    if (db_is_null(rows, i, "about") ||
        db_i64(rows, i, "state_version") != rule->version)
        return;
    int32_t phase = ALERT_OK;
    while (phase < ALERT_FAULT &&
           strcmp(alert_phase_name((enum alert_phase)phase),
                  db_text(rows, i, "phase")) != 0)
        phase++;
    bool is_over = phase == ALERT_FAULT && rule->condition != NULL;
    rule->subjects[rule->n_subjects++] =
        (struct subject){.name = db_text(rows, i, "about"),
                         .phase = is_over ? (int32_t)ALERT_OK : phase,
                         .is_changed = is_over,
                         .since_ts = time_of(rows, i, "since"),
                         .fired_ts = time_of(rows, i, "fired_at"),
                         .value = db_f64(rows, i, "value"),
                         .is_stored = true};
}

static bool
read_rules(struct pipeline *p, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(p->a, p->db, SQL_alert_run_conditions, DB_NONE, &rows, err))
        return false;
    int n = db_count(rows);
    p->rules = arena_array(p->a, (size_t)n, sizeof *p->rules);
    p->n_rules = 0;
    for (int i = 0; i < n; i++) {
        struct condition_rule *rule =
            p->n_rules > 0 ? &p->rules[p->n_rules - 1] : NULL;
        if (rule == NULL || rule->id != db_i64(rows, i, "id")) {
            rule = &p->rules[p->n_rules++];
            read_rule(rows, i, rule);
            rule->subjects =
                arena_array(p->a, (size_t)(n - i), sizeof *rule->subjects);
        }
        read_subject(rows, i, rule);
        p->now_ts = db_i64(rows, i, "now");
    }
    return true;
}

/* --- what is found --------------------------------------------------------
 */

static bool
is_same_text(const char *x, const char *y)
{
    return x == y || (x != NULL && y != NULL && strcmp(x, y) == 0);
}

/* The same question is asked once. */
static const struct condition_rule *
asked_before(const struct pipeline *p, size_t k)
{
    const struct condition_rule *rule = &p->rules[k];
    for (size_t i = 0; i < k; i++) {
        const struct condition_rule *other = &p->rules[i];
        bool same_threshold =
            other->threshold == rule->threshold ||
            (isnan(other->threshold) && isnan(rule->threshold));
        if (other->looked && other->condition == rule->condition &&
            same_threshold && is_same_text(other->about, rule->about))
            return other;
    }
    return NULL;
}

/* A condition that cannot be looked at leaves its rules as they are. */
static bool
look(struct pipeline *p, size_t k, struct err *err)
{
    struct condition_rule *rule = &p->rules[k];
    const struct condition_rule *other = asked_before(p, k);
    if (rule->condition == NULL)
        return true;
    if (other != NULL) {
        rule->findings = other->findings;
        rule->n_findings = other->n_findings;
        rule->looked = true;
        return true;
    }
    double threshold =
        isnan(rule->threshold) ? rule->condition->threshold : rule->threshold;
    rule->looked = alert_condition_look(
        p->a, p->db, rule->condition, threshold, rule->about,
        p->options->now_ts, &rule->findings, &rule->n_findings, err);
    if (!rule->looked && err->kind == ERR_RETRY)
        return false;
    if (!rule->looked)
        log_event(LOG_ERROR, "alert.condition", "condition=%s text=\"%s\"",
                  rule->condition->name, err->text);
    return true;
}

/* --- transitions ----------------------------------------------------------
 */

static void
event(struct pipeline *p, const struct condition_rule *rule,
      const struct subject *s, enum alert_event_kind kind,
      const struct alert_finding *found)
{
    const char *text =
        found != NULL ? found->text
        : s->name[0] != '\0'
            ? arena_printf(p->a, "%s: %s: no longer", rule->condition->title,
                           s->name)
            : arena_printf(p->a, "%s: no longer", rule->condition->title);
    p->events[p->n_events++] = (struct incident_event){
        .rule_id = rule->id,
        .rule_version = rule->version,
        .rule_name = rule->name,
        .severity = rule->severity,
        .owner_id = rule->owner_id,
        .shared = rule->shared,
        .kind = alert_event_name(kind),
        .subject = s->name,
        .ts = INT64_MIN,
        .at_ts = p->now_ts,
        .left = found != NULL ? found->value : NAN,
        .right = isnan(rule->threshold) ? rule->condition->threshold
                                        : rule->threshold,
        .text = text,
        .is_pipeline = true,
        .tags = found != NULL ? found->tags : NULL,
        .n_tags = found != NULL ? found->n_tags : 0,
    };
    ++*(kind == ALERT_FIRED ? &p->report->fired : &p->report->resolved);
}

static void
enter(struct subject *s, int32_t phase, int64_t now_ts)
{
    s->phase = phase;
    s->since_ts = now_ts;
    s->is_changed = true;
}

static void
found(struct pipeline *p, struct condition_rule *rule,
      const struct alert_finding *f)
{
    size_t i = 0;
    while (i < rule->n_subjects &&
           strcmp(rule->subjects[i].name, f->subject) != 0)
        i++;
    struct subject *s = &rule->subjects[i];
    if (i == rule->n_subjects) {
        rule->n_subjects++;
        *s = (struct subject){.name = f->subject,
                              .phase = ALERT_OK,
                              .since_ts = INT64_MIN,
                              .fired_ts = INT64_MIN};
    }
    s->is_found = true;
    s->is_changed |=
        s->value != f->value && !(isnan(s->value) && isnan(f->value));
    s->value = f->value;
    if (s->phase == ALERT_ACTIVE || s->phase == ALERT_DONE)
        return;
    if (s->fired_ts != INT64_MIN &&
        p->now_ts - s->fired_ts < rule->cooldown_s) {
        if (s->phase != ALERT_PENDING)
            enter(s, ALERT_PENDING, p->now_ts);
        return;
    }
    enter(s, ALERT_ACTIVE, p->now_ts);
    s->fired_ts = p->now_ts;
    event(p, rule, s, ALERT_FIRED, f);
}

static void
gone(struct pipeline *p, const struct condition_rule *rule, struct subject *s)
{
    if (s->phase == ALERT_PENDING)
        enter(s, ALERT_OK, p->now_ts);
    if (s->phase != ALERT_ACTIVE)
        return;
    enter(s, rule->once ? ALERT_DONE : ALERT_OK, p->now_ts);
    event(p, rule, s, ALERT_RESOLVED, NULL);
}

/* A rule that has never found anything has a state without a subject. */
static void
evaluate(struct pipeline *p, struct condition_rule *rule)
{
    size_t n = rule->n_subjects;
    struct subject *subjects =
        arena_array(p->a, n + rule->n_findings + 1, sizeof *subjects);
    if (n > 0)
        memcpy(subjects, rule->subjects, n * sizeof *subjects);
    rule->subjects = subjects;
    for (size_t i = 0; i < rule->n_findings; i++)
        found(p, rule, &rule->findings[i]);
    for (size_t i = 0; i < n; i++)
        if (!subjects[i].is_found)
            gone(p, rule, &subjects[i]);
    if (rule->n_subjects == 0)
        subjects[rule->n_subjects++] = (struct subject){.name = "",
                                                        .phase = ALERT_OK,
                                                        .since_ts = p->now_ts,
                                                        .fired_ts = INT64_MIN,
                                                        .value = NAN,
                                                        .is_changed = true};
    p->report->rules++;
}

/* Its condition is one of another version of the program. */
static void
set_aside(struct pipeline *p, struct condition_rule *rule)
{
    if (rule->n_subjects > 0 && rule->subjects[0].phase == ALERT_FAULT)
        return;
    if (rule->n_subjects == 0)
        rule->subjects[rule->n_subjects++] =
            (struct subject){.name = "", .fired_ts = INT64_MIN, .value = NAN};
    for (size_t i = 0; i < rule->n_subjects; i++)
        enter(&rule->subjects[i], ALERT_FAULT, p->now_ts);
    log_event(LOG_ERROR, "alert.rule",
              "rule=%lld text=\"there is no such condition\"",
              (long long)rule->id);
}

/* --- keeping --------------------------------------------------------------
 */

static const char *
time_or_null(struct arena *a, int64_t ts)
{
    return ts == INT64_MIN ? NULL : fmt_i64(a, ts);
}

static bool
keep(struct pipeline *p, size_t cap, struct err *err)
{
    struct arena *a = p->a;
    const char **columns[COLUMNS], *args[COLUMNS];
    size_t n = 0;
    for (size_t i = 0; i < COLUMNS; i++)
        columns[i] = arena_array(a, cap, sizeof **columns);
    for (size_t i = 0; i < p->n_rules; i++)
        for (size_t k = 0; k < p->rules[i].n_subjects; k++) {
            const struct subject *s = &p->rules[i].subjects[k];
            if (!s->is_changed)
                continue;
            columns[0][n] = fmt_i64(a, p->rules[i].id);
            columns[1][n] = s->name;
            columns[2][n] = alert_phase_name((enum alert_phase)s->phase);
            columns[3][n] = time_or_null(a, s->since_ts);
            columns[4][n] = time_or_null(a, s->fired_ts);
            columns[5][n] = fmt_f64(a, s->value);
            columns[6][n++] = fmt_i64(a, p->rules[i].version);
        }
    if (n == 0)
        return true;
    for (size_t i = 0; i < COLUMNS; i++)
        args[i] = fmt_array(a, columns[i], n);
    return db_exec(p->db, SQL_alert_run_subjects,
                   (struct db_args){.n = COLUMNS, .v = args}, NULL, err);
}

/* States are read again under the lock: somebody else may have been here since
 * the conditions were looked at. */
static bool
evaluate_in_tx(struct db *db, void *arg, struct err *err)
{
    struct pipeline *p = arg;
    const struct condition_rule *looked = p->rules;
    size_t n_looked = p->n_rules, cap = 0;
    int64_t told, next_s;
    if (!db_exec(db, SQL_alert_run_lock, DB_NONE, NULL, err) ||
        !read_rules(p, err))
        return false;
    for (size_t i = 0, k = 0; i < p->n_rules; i++) {
        struct condition_rule *rule = &p->rules[i];
        while (k < n_looked && looked[k].id < rule->id)
            k++;
        if (k < n_looked && looked[k].id == rule->id &&
            looked[k].version == rule->version && looked[k].looked) {
            rule->looked = true;
            rule->findings = looked[k].findings;
            rule->n_findings = looked[k].n_findings;
        }
        cap += rule->n_subjects + rule->n_findings + 1;
    }
    p->events = arena_array(p->a, cap, sizeof *p->events);
    for (size_t i = 0; i < p->n_rules; i++)
        if (p->rules[i].condition == NULL)
            set_aside(p, &p->rules[i]);
        else if (p->rules[i].looked)
            evaluate(p, &p->rules[i]);
    if (!keep(p, cap, err) || !incident_note(db, p->events, p->n_events, err) ||
        !incident_settle(db, &told, &next_s, err))
        return false;
    p->report->told += told;
    p->report->next_s = next_s;
    return true;
}

bool
run_pipeline(struct db *db, const struct alert_run_options *options,
             struct alert_run_report *report, struct err *err)
{
    struct arena *a = arena_new();
    struct pipeline p = {
        .a = a, .db = db, .options = options, .report = report};
    bool ok = read_rules(&p, err);
    for (size_t i = 0; ok && i < p.n_rules; i++)
        ok = look(&p, i, err);
    ok = ok && db_tx(db, evaluate_in_tx, &p, err);
    arena_free(a);
    return ok;
}
