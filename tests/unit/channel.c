#include "core/channel.h"

#include "core/delivery.h"
#include "lib/json.h"
#include "lib/secret.h"
#include "tests/lib/dbcase.h"

#include <stdlib.h>
#include <string.h>

static const unsigned char KEY[SECRET_KEY_BYTES] = {7, 7, 7};
static const struct alert_actor ADMIN = {.user_id = 1,
                                         .name = "ann",
                                         .address = "192.0.2.1",
                                         .is_admin = true,
                                         .may_write = true};
static const struct alert_actor OPERATOR = {
    .user_id = 2, .name = "olga", .address = "192.0.2.2", .may_write = true};

static int
setup(void **state)
{
    return secret_init(&err) ? db_case_begin(state, "console") : -1;
}

static struct channel
webhook(const char *name, const char *url, const char *key)
{
    return (struct channel){.name = name,
                            .kind = "webhook",
                            .enabled = true,
                            .values = {url, key},
                            .severity_critical = true};
}

static struct channel
email(const char *host, const char *tls, const char *user, const char *password,
      const char *to)
{
    return (struct channel){
        .name = "Mail",
        .kind = "email",
        .enabled = true,
        .values = {host, "", tls, user, password, "qm@example.org", to}};
}

static int64_t
saved(const struct channel *c)
{
    int64_t id = 0;
    if (!channel_save(db, &ADMIN, KEY, c, &id, &err))
        fail_msg("%s", err.text);
    return id;
}

static void
refused(struct channel c, const char *words)
{
    int64_t id;
    if (channel_save(db, &ADMIN, KEY, &c, &id, &err))
        fail_msg("saved: %s", words);
    assert_int_equal(err.kind, ERR_INPUT);
    if (strstr(err.text, words) != err.text)
        fail_msg("\"%s\" does not begin with \"%s\"", err.text, words);
}

/* The values as sending would see them. */
static void
opened(int64_t id, const unsigned char *key,
       const char *values[CHANNEL_FIELDS_MAX])
{
    const char *row = arena_strdup(
        a, sql(arena_printf(a,
                            "SELECT kind || '|' || settings || '|' || "
                            "coalesce(secret, '') FROM channel WHERE id = %lld",
                            (long long)id)));
    const char *settings = strchr(row, '|') + 1, *secret = strrchr(row, '|');
    const char *kind = arena_strndup(a, row, (size_t)(settings - 1 - row));
    settings = arena_strndup(a, settings, (size_t)(secret - settings));
    if (!channel_open(a, channel_kind_find(kind), key, settings,
                      secret[1] != '\0' ? secret + 1 : NULL, values, &err))
        fail_msg("%s", err.text);
}

static void
a_secret_is_sealed_and_never_shown(void **state)
{
    (void)state;
    const char *values[CHANNEL_FIELDS_MAX] = {NULL};
    struct channel c =
        webhook("Ops", "https://hooks.example.org/q", "correct horse battery");
    int64_t id = saved(&c);
    struct channel got;
    assert_true(channel_get(a, db, id, &got, &err));
    assert_string_equal(got.values[0], "https://hooks.example.org/q");
    assert_null(got.values[1]);
    assert_true(got.has_secret[1] && !got.has_secret[0]);
    assert_string_equal(got.where, "hooks.example.org");
    assert_true(got.severity_critical && !got.severity_info);
    assert_string_equal(sql("SELECT count(*) FROM channel c, audit_log l "
                            "WHERE c::text || l::text LIKE '%horse%'"),
                        "0");
    opened(id, KEY, values);
    assert_string_equal(values[1], "correct horse battery");
}

static void
a_url_that_is_secret_shows_its_host_only(void **state)
{
    (void)state;
    struct channel c = {.name = "Slack",
                        .kind = "slack",
                        .enabled = true,
                        .values = {"https://hooks.slack.com/services/T1/B2/x"}};
    const char *values[CHANNEL_FIELDS_MAX] = {NULL};
    int64_t id = saved(&c);
    assert_string_equal(sql("SELECT count(*) FROM channel c, audit_log l "
                            "WHERE c::text || l::text LIKE '%/services%'"),
                        "0");
    struct channel got;
    assert_true(channel_get(a, db, id, &got, &err));
    assert_string_equal(got.where, "hooks.slack.com");
    got.values[0] = "";
    got.name = "Team";
    saved(&got);
    assert_true(channel_get(a, db, id, &got, &err));
    assert_string_equal(got.where, "hooks.slack.com");
    opened(id, KEY, values);
    assert_string_equal(values[0], "https://hooks.slack.com/services/T1/B2/x");
}

static void
an_empty_secret_keeps_what_is_there(void **state)
{
    (void)state;
    const char *values[CHANNEL_FIELDS_MAX] = {NULL};
    struct channel c =
        email("mail.example.org", "", "ann", "hunter2!", "a@example.org");
    c.id = saved(&c);
    c.version = 1;
    c.values[4] = "";
    c.values[6] = " a@example.org, b@example.org ";
    saved(&c);
    opened(c.id, KEY, values);
    assert_string_equal(values[4], "hunter2!");
    assert_string_equal(values[1], "587");
    assert_string_equal(values[2], "starttls");
    assert_string_equal(values[6], "a@example.org, b@example.org");
    c.version = 2;
    c.values[3] = c.values[4] = NULL;
    saved(&c);
    opened(c.id, KEY, values);
    assert_null(values[4]);
}

static void
another_key_opens_nothing(void **state)
{
    (void)state;
    static const unsigned char other[SECRET_KEY_BYTES] = {8};
    struct channel c =
        webhook("Ops", "https://example.org/", "correct horse battery");
    int64_t id;
    c.id = saved(&c);
    c.version = 1;
    c.values[1] = "";
    assert_false(channel_save(db, &ADMIN, other, &c, &id, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_non_null(strstr(err.text, "another key"));
    c.values[1] = "a wholly new key of it";
    assert_true(channel_save(db, &ADMIN, other, &c, &id, &err));
}

static void
wrong_values_are_refused_by_field(void **state)
{
    (void)state;
    refused(webhook("", "https://example.org/", NULL), "name: ");
    refused(webhook(" x", "https://example.org/", NULL), "name: ");
    refused(webhook("x\ny", "https://example.org/", NULL), "name: ");
    refused(webhook("x", NULL, NULL), "url: it is needed");
    refused(webhook("x", "http://example.org/", NULL), "url: http is for");
    refused(webhook("x", "http://127.example.org/", NULL), "url: http is for");
    refused(webhook("x", "ftp://example.org/", NULL), "url: ");
    refused(webhook("x", "https://ann:pw@example.org/", NULL), "url: without");
    refused(webhook("x", "https://example.org/\r\nX: y", NULL), "url: ");
    refused(webhook("x", "https://example.org/", "short"), "key: 16");
    refused(email("mail.example.org", "none", NULL, NULL, "a@b.org"), "tls: ");
    refused(email("127.0.0.1", "none", "ann", "pw", "a@b.org"), "user: ");
    refused(email("mail.example.org", "tls", "ann", "", "a@b.org"),
            "password: ");
    refused(email("mail.example.org", "both", NULL, NULL, "a@b.org"), "tls: ");
    refused(email("mail example", "tls", NULL, NULL, "a@b.org"), "host: ");
    refused(email("mail.example.org", "tls", NULL, NULL, "a@b.org, nobody"),
            "to: ");
    refused(email("mail.example.org", "tls", NULL, NULL, "a@b.org,"), "to: ");
    refused(email("mail.example.org", "tls", NULL, NULL, "<a@b.org>"), "to: ");
    refused((struct channel){.name = "x", .kind = "pigeon"}, "kind: ");
    struct channel c = webhook("Local", "http://127.0.0.1:8000/", NULL);
    saved(&c);
    c = email("::1", "none", NULL, NULL, "a@b.org");
    saved(&c);
}

static void
only_the_newest_version_is_changed_and_by_admins(void **state)
{
    (void)state;
    struct channel c = webhook("Ops", "https://example.org/", NULL);
    int64_t id;
    assert_false(channel_save(db, &OPERATOR, KEY, &c, &id, &err));
    assert_int_equal(err.kind, ERR_DENIED);
    c.id = saved(&c);
    c.version = 1;
    saved(&c);
    assert_false(channel_save(db, &ADMIN, KEY, &c, &id, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    c.version = 2;
    c.kind = "slack";
    refused(c, "kind: ");
    struct channel twin = webhook("OPS", "https://example.org/", NULL);
    assert_false(channel_save(db, &ADMIN, KEY, &twin, &id, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_non_null(strstr(err.text, "OPS"));
    c.id = 999;
    assert_false(channel_save(db, &ADMIN, KEY, &c, &id, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_string_equal(
        sql("SELECT string_agg(action || ' ' || object || ' ' || "
            "(before IS NULL), ', ' ORDER BY id) FROM audit_log"),
        "channel.add channel:Ops true, channel.change channel:Ops false");
}

static void
a_channel_that_rules_name_stays(void **state)
{
    (void)state;
    struct channel c = webhook("Ops", "https://example.org/", NULL), got;
    int64_t id = saved(&c), delivery;
    sql(arena_printf(a,
                     "UPDATE alert_rule SET channels = '{%lld}', "
                     "escalate_to = '{%lld}' WHERE condition = 'disk_low'",
                     (long long)id, (long long)id));
    assert_true(channel_get(a, db, id, &got, &err));
    assert_int_equal(got.n_rules, 1);
    assert_false(channel_delete(db, &ADMIN, id, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_non_null(strstr(err.text, "1 rule names"));
    sql("UPDATE alert_rule SET channels = NULL, escalate_to = NULL");
    assert_false(channel_delete(db, &OPERATOR, id, &err));
    assert_int_equal(err.kind, ERR_DENIED);
    assert_true(delivery_test(db, &OPERATOR, id, &delivery, &err));
    assert_true(channel_delete(db, &ADMIN, id, &err));
    assert_false(channel_get(a, db, id, &got, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_false(channel_delete(db, &ADMIN, id, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_string_equal(
        sql("SELECT channel_name, channel_id IS NULL FROM delivery"), "Ops|t");
}

static void
what_waits_goes_with_the_switch(void **state)
{
    (void)state;
    struct channel c = webhook("Ops", "https://example.org/", NULL), got;
    c.id = saved(&c);
    c.version = 1;
    sql(arena_printf(
        a,
        "INSERT INTO delivery (channel_id, channel_name, kind, severity, "
        "not_before) SELECT %lld, 'Ops', k, 'info', now() + '1h' "
        "FROM unnest('{opened,test}'::text[]) k",
        (long long)c.id));
    saved(&c);
    assert_string_equal(
        sql("SELECT count(*) FROM delivery WHERE not_before <= now()"), "2");
    assert_true(channel_get(a, db, c.id, &got, &err));
    assert_int_equal(got.n_waiting, 2);
    c.version = 2;
    c.enabled = false;
    saved(&c);
    assert_string_equal(sql("SELECT kind || ' ' || state FROM delivery "
                            "ORDER BY id"),
                        "opened dropped\ntest waiting");
}

static void
all_channels_are_listed_by_name(void **state)
{
    (void)state;
    struct channel c = webhook("alpha", "https://example.org/", NULL), *list;
    struct channel_name *names;
    size_t n;
    saved(&c);
    assert_true(channel_list(a, db, &list, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(list[0].name, "alpha");
    assert_string_equal(list[1].name, "Console");
    assert_string_equal(list[1].where, "the bell on every page");
    assert_true(channel_names(a, db, &names, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(names[1].kind, "console");
    assert_true(names[0].enabled);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(a_secret_is_sealed_and_never_shown),
        DB_CASE(a_url_that_is_secret_shows_its_host_only),
        DB_CASE(an_empty_secret_keeps_what_is_there),
        DB_CASE(another_key_opens_nothing),
        DB_CASE(wrong_values_are_refused_by_field),
        DB_CASE(only_the_newest_version_is_changed_and_by_admins),
        DB_CASE(a_channel_that_rules_name_stays),
        DB_CASE(what_waits_goes_with_the_switch),
        DB_CASE(all_channels_are_listed_by_name),
    };
    return DB_CASES_RUN(tests);
}
