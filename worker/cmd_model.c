/* quotemill model: versions on the command line. */
#include "core/model.h"
#include "core/model_answer.h"
#include "core/model_define.h"
#include "core/model_list.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/number.h"
#include "worker/command.h"
#include "worker/model_add.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char HELP[] =
    "usage: quotemill model list [--json]\n"
    "       quotemill model show NAME [--version N | --at TIME] [--json]\n"
    "       quotemill model activate NAME VERSION [--why TEXT]\n"
    "                                [--even-refused]\n"
    "       quotemill model add NAME --target SPEC --input SPEC...\n"
    "       quotemill model enable|disable NAME\n"
    "       quotemill model remove NAME [--even-answered]\n\n"
    "list shows each model with the version that answers; show, one version's\n"
    "coefficients and scorecard (the active one, or the newest) and the "
    "latest\n"
    "versions; activate makes any stored version the one that answers, at\n"
    "once; add defines a model (quotemill model add --help); a disabled one "
    "is\n"
    "fitted no more, its active version goes on answering; remove takes a "
    "model\n"
    "away with its versions. All changes stay in the audit log.\n\n"
    "  --version N      show this version\n"
    "  --at TIME        show what answered then, such as 2025-11-20T12:00:00Z\n"
    "  --why TEXT       why this version is to answer\n"
    "  --even-refused   take a version that the quality gate refused; needs\n"
    "                   --why\n"
    "  --even-answered  remove a model whose versions have answered\n"
    "  --json           print JSON\n";

struct options {
    const char *version, *why, *at;
    bool even_refused, even_answered, json;
    const char **words;
    size_t n_words;
};

/* Text, or a dash for none. */
static const char *
or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

static const char *
day(struct arena *a, int64_t ts)
{
    return ts != 0 ? date_format_day(a, ts) : "-";
}

static const char *
number(struct arena *a, double v)
{
    return isnan(v) ? "-" : arena_printf(a, "%.6g", v);
}

static void
list_json(struct arena *a, const struct model_item *models, size_t n)
{
    struct buf *b = buf_new(a);
    json_open(b, '[');
    for (size_t i = 0; i < n; i++) {
        const struct model_item *m = &models[i];
        json_open(b, '{');
        json_member_str(b, "name", m->name);
        json_member_str(b, "title", m->title);
        json_member_str(b, "target", m->target);
        json_member_id(b, "active", m->active);
        json_member_time(a, b, "fitted_at", m->fitted_at);
        json_member_id(b, "rows", m->rows);
        json_member_f64(b, "r2", m->active != 0 ? m->r2 : (double)NAN);
        json_member_f64(b, "rmse", m->active != 0 ? m->rmse : (double)NAN);
        json_member_id(b, "newest", m->newest);
        json_member_str(b, "newest_state", m->newest_state);
        json_close(b, '}');
    }
    json_close(b, ']');
    puts(b->data);
}

static bool
list(struct command *c, const struct options *o, struct err *err)
{
    struct db *db;
    struct model_item *models;
    size_t n;
    if (o->n_words != 1)
        return command_usage(c, err, "list takes no name (see --help)");
    if (!command_db(c, &db, err) || !model_list(c->a, db, &models, &n, err))
        return false;
    if (o->json) {
        list_json(c->a, models, n);
        return true;
    }
    printf("%-16s %-10s %7s %-10s %10s %10s  %s\n", "model", "target", "active",
           "fitted", "R2", "RMSE", "newest");
    for (size_t i = 0; i < n; i++) {
        const struct model_item *m = &models[i];
        bool active = m->active != 0;
        printf("%-16s %-10s %7s %-10s %10s %10s  %s\n", m->name, m->target,
               active ? fmt_i64(c->a, m->active) : "-", day(c->a, m->fitted_at),
               active ? number(c->a, m->r2) : "-",
               active ? number(c->a, m->rmse) : "-",
               m->newest != 0
                   ? arena_printf(c->a, "%lld %s", (long long)m->newest,
                                  m->newest_state)
                   : "none yet");
    }
    return true;
}

static void
put_rules(struct buf *b, const struct model_version *v)
{
    json_key(b, "scorecard");
    json_open(b, '[');
    for (size_t i = 0; i < v->n_rules; i++) {
        const struct model_rule *rule = &v->rules[i];
        json_open(b, '{');
        json_member_str(b, "rule", rule->name);
        json_member_f64(b, "value", rule->value);
        json_member_f64(b, "limit", rule->limit);
        json_key(b, "passed");
        json_put_bool(b, rule->passed);
        json_member_str(b, "words", rule->words);
        json_close(b, '}');
    }
    json_close(b, ']');
}

static void
put_version(struct arena *a, struct buf *b, const struct model_version *v)
{
    json_open(b, '{');
    json_member_id(b, "version", v->version);
    json_member_str(b, "state", v->state);
    json_member_id(b, "run", v->run_id);
    json_member_time(a, b, "fitted_at", v->fitted_at);
    json_member_id(b, "rows", v->rows);
    json_member_time(a, b, "first_ts", v->first_ts);
    json_member_time(a, b, "last_ts", v->last_ts);
    json_member_f64(b, "r2", v->r2);
    json_member_f64(b, "rmse", v->rmse);
    json_member_f64(b, "condition", v->condition);
    json_member_id(b, "holdout_rows", v->holdout_rows);
    json_member_f64(b, "holdout_r2", v->holdout_r2);
    json_member_f64(b, "holdout_rmse", v->holdout_rmse);
    json_member_f64(b, "champion_rmse", v->champion_rmse);
    json_member_time(a, b, "activated_at", v->activated_at);
    json_member_str(b, "who", v->who);
    json_member_str(b, "why", v->why);
    put_rules(b, v);
    json_close(b, '}');
}

struct shown {
    struct model_page page;
    const struct model_version *version; /* NULL: there is none yet */
    struct model_coefficient *coefficients;
    size_t n;
};

static void
show_json(struct arena *a, const struct shown *s)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_member_str(b, "name", s->page.name);
    json_member_str(b, "title", s->page.title);
    json_member_str(b, "target", s->page.target);
    json_member_str(b, "inputs", s->page.inputs);
    json_member_id(b, "version", s->version != NULL ? s->version->version : 0);
    json_key(b, "coefficients");
    json_open(b, '{');
    for (size_t i = 0; i < s->n; i++)
        json_member_f64(b, s->coefficients[i].name, s->coefficients[i].value);
    json_close(b, '}');
    json_key(b, "std_errors");
    json_open(b, '{');
    for (size_t i = 0; i < s->n; i++)
        json_member_f64(b, s->coefficients[i].name,
                        s->coefficients[i].std_error);
    json_close(b, '}');
    json_key(b, "versions");
    json_open(b, '[');
    for (size_t i = 0; i < s->page.n_versions; i++)
        put_version(a, b, &s->page.versions[i]);
    json_close(b, ']');
    json_close(b, '}');
    puts(b->data);
}

static void
print_version(struct arena *a, const struct shown *s)
{
    const struct model_version *v = s->version;
    printf("\nVersion %lld (%s), fitted %s on %s from %s to %s\n",
           (long long)v->version, v->state, day(a, v->fitted_at),
           fmt_plural(a, v->rows, "row", "rows"), day(a, v->first_ts),
           day(a, v->last_ts));
    printf("R2 %s, RMSE %s %s, condition %s\n\n", number(a, v->r2),
           number(a, v->rmse), s->page.unit, number(a, v->condition));
    printf("%-16s %24s %14s\n", "coefficient", "value", "std error");
    for (size_t i = 0; i < s->n; i++) {
        char value[NUMBER_TEXT_MAX];
        number_format_f64(value, s->coefficients[i].value);
        printf("%-16s %24s %14s\n", s->coefficients[i].name, value,
               number(a, s->coefficients[i].std_error));
    }
    printf("\nQuality gate\n");
    for (size_t i = 0; i < v->n_rules; i++)
        printf("  %-7s %-12s %s\n", v->rules[i].passed ? "passed" : "FAILED",
               v->rules[i].name, or_dash(v->rules[i].words));
}

static void
show_text(struct arena *a, const struct shown *s)
{
    printf("%s: %s\n%s from %s\n", s->page.name, s->page.title, s->page.target,
           or_dash(s->page.inputs));
    if (s->version == NULL) {
        printf("There is no version yet; quotemill retrain makes one.\n");
        return;
    }
    print_version(a, s);
    printf("\n%7s %-8s %-10s %8s %10s %10s  %s\n", "version", "state", "fitted",
           "rows", "R2", "RMSE", "activated by");
    for (size_t i = 0; i < s->page.n_versions; i++) {
        const struct model_version *v = &s->page.versions[i];
        printf("%7lld %-8s %-10s %8lld %10s %10s  %s%s%s\n",
               (long long)v->version, v->state, day(a, v->fitted_at),
               (long long)v->rows, number(a, v->r2), number(a, v->rmse),
               or_dash(v->who), v->why != NULL && v->why[0] != '\0' ? ": " : "",
               v->why != NULL ? v->why : "");
    }
}

static bool
choose_version(struct shown *s, int64_t wanted, struct err *err)
{
    const struct model_page *page = &s->page;
    s->version = page->active != NULL ? page->active : page->newest;
    if (wanted == 0)
        return true;
    for (size_t i = 0; i < page->n_versions; i++)
        if (page->versions[i].version == wanted) {
            s->version = &page->versions[i];
            return true;
        }
    return err_set(err, ERR_MISSING,
                   "version %lld of model %s is not among its latest %zu",
                   (long long)wanted, page->name, page->n_versions);
}

static bool
read_version(struct command *c, const char *text, int64_t *out, struct err *err)
{
    return (number_parse_i64(text, strlen(text), out) && *out >= 1) ||
           command_usage(c, err, "\"%.40s\" is no version number", text);
}

static const char *
or_now(const char *until)
{
    return until != NULL ? until : "now";
}

static bool
show_answer(struct command *c, const struct options *o, struct err *err)
{
    struct db *db;
    struct model_answer x;
    const char *name = o->words[1];
    struct buf *b = buf_new(c->a);
    if (o->version != NULL)
        return command_usage(c, err, "--version or --at, not both");
    if (!command_db(c, &db, err))
        return false;
    if (o->json) {
        if (!model_answer_json(c->a, db, name, o->at, b, err))
            return false;
        puts(b->data);
        return true;
    }
    if (!model_answer_at(c->a, db, name, o->at, &x, err))
        return false;
    if (x.version == 0)
        return err_set(err, ERR_MISSING,
                       "no version of model %s answered at %s", name, o->at);
    printf("At %s version %lld of %s answered, from %s to %s.\n"
           "Activated by %s (%s)%s%s\n\n",
           o->at, (long long)x.version, name, x.since, or_now(x.until), x.who,
           x.how, x.why[0] != '\0' ? ": " : "", x.why);
    for (size_t i = 0; i < x.n_coefficients; i++) {
        char value[NUMBER_TEXT_MAX];
        number_format_f64(value, x.coefficients[i].value);
        printf("%-16s %24s\n", x.coefficients[i].name, value);
    }
    return true;
}

static bool
show(struct command *c, const struct options *o, struct err *err)
{
    struct db *db;
    struct shown s = {0};
    int64_t wanted = 0;
    if (o->n_words != 2)
        return command_usage(c, err, "show takes one model's name");
    if (o->at != NULL)
        return show_answer(c, o, err);
    if (o->version != NULL && !read_version(c, o->version, &wanted, err))
        return false;
    if (!command_db(c, &db, err) ||
        !model_list_get(c->a, db, o->words[1], &s.page, err) ||
        !choose_version(&s, wanted, err))
        return false;
    if (s.version != NULL &&
        !model_list_version(c->a, db, o->words[1], s.version->version,
                            &s.coefficients, &s.n, err))
        return false;
    if (o->json)
        show_json(c->a, &s);
    else
        show_text(c->a, &s);
    return true;
}

static bool
activate(struct command *c, const struct options *o, struct err *err)
{
    struct db *db;
    int64_t version;
    if (o->n_words != 3)
        return command_usage(c, err,
                             "activate takes a model's name and a version");
    if (!read_version(c, o->words[2], &version, err))
        return false;
    if (o->even_refused && o->why == NULL)
        return command_usage(c, err, "--even-refused needs --why TEXT");
    struct model_choice choice = {
        .name = o->words[1],
        .version = version,
        .who = command_who(c),
        .why = o->why != NULL ? o->why : "",
        .address = "",
        .even_refused = o->even_refused,
    };
    if (!command_db(c, &db, err))
        return false;
    if (!model_activate(db, &choice, err))
        return err->kind == ERR_INPUT && !o->even_refused
                   ? err_set(err, ERR_INPUT,
                             "the quality gate refused version %lld; add "
                             "--even-refused and --why TEXT to take it",
                             (long long)version)
                   : false;
    printf("Version %lld of model %s is active now.\n", (long long)version,
           choice.name);
    return true;
}

static bool
switch_model(struct command *c, const struct options *o, bool enable,
             struct err *err)
{
    struct db *db;
    if (o->n_words != 2)
        return command_usage(c, err, "%s takes one model's name", o->words[0]);
    if (!command_db(c, &db, err) ||
        !model_enable(db, o->words[1], enable, command_who(c), err))
        return false;
    printf("Model %s is %s now.\n", o->words[1],
           enable ? "enabled" : "disabled");
    return true;
}

static bool
enable(struct command *c, const struct options *o, struct err *err)
{
    return switch_model(c, o, true, err);
}

static bool
disable(struct command *c, const struct options *o, struct err *err)
{
    return switch_model(c, o, false, err);
}

static bool
take_away(struct command *c, const struct options *o, struct err *err)
{
    struct db *db;
    if (o->n_words != 2)
        return command_usage(c, err, "remove takes one model's name");
    if (!command_db(c, &db, err))
        return false;
    if (!model_remove(db, o->words[1], o->even_answered, command_who(c), err))
        return err->kind == ERR_CONFLICT
                   ? err_set(err, ERR_CONFLICT,
                             "versions of model %s have answered; disable it, "
                             "or add --even-answered to remove it with its "
                             "record",
                             o->words[1])
                   : false;
    printf("Model %s is gone.\n", o->words[1]);
    return true;
}

bool
cmd_model(struct command *c, struct err *err)
{
    static const struct {
        const char *word;
        bool (*run)(struct command *c, const struct options *o,
                    struct err *err);
    } verbs[] = {{"list", list},         {"show", show},
                 {"activate", activate}, {"enable", enable},
                 {"disable", disable},   {"remove", take_away}};
    if (c->argc > 1 && strcmp(c->argv[1], "add") == 0)
        return model_add(c, err);
    if (command_help(c, HELP))
        return true;
    struct options o = {.words = command_room(c)};
    const struct command_option options[] = {
        {.name = "version", .value = &o.version},
        {.name = "why", .value = &o.why},
        {.name = "at", .value = &o.at},
        {.name = "even-answered", .flag = &o.even_answered},
        {.name = "even-refused", .flag = &o.even_refused},
        {.name = "json", .flag = &o.json},
    };
    if (!command_options(c, options, COUNT_OF(options), o.words, &o.n_words,
                         err))
        return false;
    for (size_t i = 0; o.n_words > 0 && i < COUNT_OF(verbs); i++)
        if (strcmp(o.words[0], verbs[i].word) == 0)
            return verbs[i].run(c, &o, err);
    return command_usage(c, err,
                         "list, show, activate, add, enable, disable or "
                         "remove is expected");
}
