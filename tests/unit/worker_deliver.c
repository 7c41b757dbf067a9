/* The sender, which is killed at each point, and receivers that fail. */
#include "worker/deliver.h"

#include "core/channel.h"
#include "core/delivery.h"
#include "lib/json.h"
#include "lib/secret.h"
#include "tests/lib/mailserver.h"
#include "tests/lib/owedcase.h"
#include "tests/lib/stub.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY_HEX                                                                \
    "0707070707070707070707070707070707070707070707070707070707070707"

static const struct alert_actor ADMIN = {.user_id = 1,
                                         .name = "ann",
                                         .address = "192.0.2.1",
                                         .is_admin = true,
                                         .may_write = true};
static struct db *console;
static struct stub *stub;
static struct deliver *sender;
static char key_file[64];
static const char *ca_file;
static atomic_int child;       /* killed by "/kill" */
static const char *at_request; /* SQL that runs when a request has come */

/* What each path answers. */
static int
answer(void *arg, const char *path, char *out)
{
    (void)arg;
    out[0] = '\0';
    if (at_request != NULL)
        sql(at_request);
    if (strncmp(path, "/status/", 8) == 0)
        stub_answer(out, atoi(path + 8), "Retry-After: 77\r\n", "as\x01 asked");
    else if (strcmp(path, "/hang") == 0)
        return 1500; /* and then says nothing */
    else if (strncmp(path, "/drop", 5) == 0)
        return -1;
    else if (strcmp(path, "/kill") == 0 && child != 0) {
        kill(child, SIGKILL);
        return -1;
    } else if (strncmp(path, "/echo/", 6) == 0)
        stub_answer(out, 404, "", path);
    else if (strstr(path, "/sendMessage") != NULL && strstr(path, "flood"))
        stub_answer(out, 429, "",
                    "{\"ok\":false,\"error_code\":429,\"description\":\"Too "
                    "Many Requests\",\"parameters\":{\"retry_after\":99}}");
    else if (strstr(path, "/sendMessage") != NULL && strstr(path, "nochat"))
        stub_answer(out, 200, "",
                    "{\"ok\":false,\"error_code\":400,"
                    "\"description\":\"chat not found\"}");
    else if (strcmp(path, "/large") == 0) {
        char *body = arena_alloc(a, 20001);
        memset(body, 'x', 20000);
        stub_answer(out, 200, "", body);
    } else if (strcmp(path, "/moved") == 0)
        stub_answer(out, 302, "Location: /status/200\r\n", "");
    else
        stub_answer(out, 200, "", "ok");
    return 0;
}

static struct deliver_options
options_as(const char *worker)
{
    return (struct deliver_options){.worker = worker,
                                    .key_file = key_file,
                                    .ca_file = ca_file,
                                    .templates_dir = "templates",
                                    .timeout_ms = 20000};
}

static void
write_key(void)
{
    FILE *f = fopen(key_file, "w");
    assert_non_null(f);
    fputs(KEY_HEX, f);
    fclose(f);
}

static int
setup(void **state)
{
    const char *root = getenv("QM_ROOT");
    struct deliver_options options = options_as("one");
    snprintf(key_file, sizeof key_file, "/tmp/quotemill-key-%d", (int)getpid());
    write_key();
    child = 0;
    at_request = ca_file = NULL;
    stub = stub_start(answer, NULL);
    return (root == NULL || chdir(root) == 0) && secret_init(&err) &&
                   db_case_begin(state, "worker") == 0 &&
                   db_open(&console, test_db_conninfo(tdb, "console"), "test",
                           &err) &&
                   deliver_open(&sender, &options, &err)
               ? 0
               : -1;
}

static int
teardown(void **state)
{
    deliver_close(sender, db);
    db_close(console);
    stub_stop(stub);
    unlink(key_file);
    return db_case_end(state);
}

static int64_t
saved(const struct channel *c)
{
    unsigned char key[SECRET_KEY_BYTES];
    int64_t id = 0;
    if (!secret_key_read(key_file, key, &err) ||
        !channel_save(console, &ADMIN, key, c, &id, &err))
        fail_msg("%s", err.text);
    return id;
}

/* One whose first value is the stub's address with this path. */
static int64_t
channel(const char *name, const char *kind, const char *path,
        const char *second)
{
    struct channel c = {.name = name,
                        .kind = kind,
                        .enabled = true,
                        .values = {arena_printf(a, "http://127.0.0.1:%d%s",
                                                stub_port(stub), path),
                                   second}};
    if (strcmp(kind, "telegram") == 0) {
        c.values[0] = path;
        c.values[2] = arena_printf(a, "http://127.0.0.1:%d/", stub_port(stub));
    }
    return saved(&c);
}

static bool
never(void *arg)
{
    (void)arg;
    return false;
}

static struct deliver_report
send_all(void)
{
    struct deliver_report r;
    if (!deliver_all(sender, db, never, NULL, &r, &err))
        fail_msg("%s", err.text);
    return r;
}

static const char *
header(size_t i, const char *name)
{
    const char *head = stub_seen(stub, i)->head;
    const char *at = strcasestr(head, arena_printf(a, "\r\n%s: ", name));
    if (at == NULL)
        return NULL;
    at += strlen(name) + 4;
    return arena_strndup(a, at, strcspn(at, "\r"));
}

static void
a_webhook_is_signed_and_has_the_deliverys_key(void **state)
{
    (void)state;
    static const char key[] = "correct horse battery";
    int64_t id = owed(channel("Ops", "webhook", "/ok", key), "opened",
                      incident("Binance does not answer"));
    struct deliver_report r = send_all();
    assert_int_equal(r.sent, 1);
    assert_int_equal(stub_count(stub), 1);
    assert_string_equal(column(id, "state"), "sent");
    assert_string_equal(column(id, "answer"), "HTTP 200\nok");
    assert_string_equal(column(id, "title"),
                        "Critical: Binance does not answer");
    const char *body = stub_seen(stub, 0)->body;
    assert_string_equal(column(id, "body"), body);
    assert_string_equal(column(id, "key"), header(0, "Idempotency-Key"));
    const char *text =
        arena_printf(a, "%s.%s", header(0, "X-Quotemill-Timestamp"), body);
    assert_string_equal(
        header(0, "X-Quotemill-Signature"),
        arena_printf(a, "sha256=%s", secret_hmac_hex(a, key, text)));
    struct json doc, event;
    assert_true(json_parse(a, body, strlen(body), &doc, &err));
    assert_string_equal(json_str(json_get(doc, "id")), column(id, "key"));
    assert_string_equal(json_str(json_get(doc, "kind")), "opened");
    assert_string_equal(json_str(json_get(doc, "title")),
                        "Binance does not answer");
    event =
        json_at(json_get(json_at(json_get(doc, "incidents"), 0), "events"), 0);
    assert_string_equal(json_str(json_get(event, "rule")), "Rule <one>");
    assert_string_equal(json_str(json_get(event, "at")),
                        "2023-11-14T22:13:20Z");
    assert_string_equal(sql("SELECT sent_at IS NOT NULL, fault FROM channel "
                            "WHERE name = 'Ops'"),
                        "t|");
}

static void
an_answer_decides_whether_it_is_sent_again(void **state)
{
    (void)state;
    static const struct {
        const char *path, *state;
        bool waits; /* as Retry-After says */
    } cases[] = {
        {"/status/200", "sent", false},   {"/status/204", "sent", false},
        {"/status/400", "dead", false},   {"/status/401", "dead", false},
        {"/status/404", "dead", false},   {"/status/410", "dead", false},
        {"/status/408", "waiting", true}, {"/status/425", "waiting", true},
        {"/status/429", "waiting", true}, {"/status/500", "waiting", true},
        {"/status/503", "waiting", true}, {"/drop", "waiting", false},
        {"/moved", "dead", false},        {"/large", "sent", false},
    };
    int64_t ids[COUNT_OF(cases)];
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ids[i] = owed(
            channel(arena_printf(a, "c%zu", i), "webhook", cases[i].path, NULL),
            "opened", incident("x"));
    send_all();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (strcmp(column(ids[i], "state"), cases[i].state) != 0)
            fail_msg("%s: %s", cases[i].path, column(ids[i], "state"));
        const char *wait = column(
            ids[i], "CASE WHEN not_before - tried_at > '77s' THEN 'long' WHEN "
                    "not_before > tried_at + '3s' THEN 'short' ELSE 'none' "
                    "END");
        bool is_waiting = strcmp(cases[i].state, "waiting") == 0;
        assert_string_equal(wait, cases[i].waits ? "long"
                                  : is_waiting   ? "short"
                                                 : "none");
        bool has_error = strcmp(column(ids[i], "error IS NULL"), "f") == 0;
        assert_int_equal(has_error, strcmp(cases[i].state, "sent") != 0);
    }
    assert_string_equal(column(ids[4], "answer"), "HTTP 404\nas  asked");
    assert_string_equal(column(ids[13], "length(answer) <= 2048"), "t");
    assert_int_equal(stub_count(stub), COUNT_OF(cases));
    assert_string_equal(sql("SELECT fault FROM channel WHERE name = 'c4'"),
                        "the server answered 404");
}

static void
what_is_kept_never_has_the_secret(void **state)
{
    (void)state;
    int64_t slack =
        owed(channel("Slack", "slack", "/echo/T01/B02/s3cr3t", NULL), "opened",
             incident("x"));
    int64_t gone = owed(channel("Gone", "slack", "/drop?s3cr3t", NULL),
                        "opened", incident("x"));
    int64_t bot = owed(channel("Bot", "telegram", "123:s3cr3t-nochat", "@ops"),
                       "opened", incident("x"));
    send_all();
    assert_string_equal(column(slack, "state || ' ' || answer"),
                        "dead HTTP 404\n[secret]");
    assert_string_equal(column(gone, "state"), "waiting");
    assert_string_equal(column(bot, "state || ': ' || error"),
                        "dead: the server answered 400: chat not found");
    assert_string_equal(sql("SELECT count(*) FROM delivery d, channel c "
                            "WHERE d::text || c::text LIKE '%s3cr3t%'"),
                        "0");
    assert_string_equal(
        sql("SELECT count(*) FROM audit_log l WHERE l::text LIKE '%s3cr3t%'"),
        "0");
}

static void
chats_get_text_that_nobody_can_make_a_link_of(void **state)
{
    (void)state;
    owed(channel("Slack", "slack", "/ok", NULL), "resolved",
         incident("<x> & y"));
    send_all();
    struct json doc;
    const char *body = stub_seen(stub, 0)->body;
    assert_true(json_parse(a, body, strlen(body), &doc, &err));
    assert_string_equal(
        json_str(json_get(doc, "text")),
        "*Resolved: &lt;x&gt; &amp; y*\n"
        "• binance has not answered &lt;!here&gt; &amp; more (14 Nov 2023, "
        "22:13 UTC)\n");
    stub_forget(stub);
    int64_t flood =
        owed(channel("Bot", "telegram", "123:flood", "-100123"), "test", 0);
    sql("UPDATE delivery SET kind = 'reminder' WHERE kind = 'test'");
    send_all();
    assert_non_null(
        strstr(stub_seen(stub, 0)->head, "POST /bot123:flood/sendMessage "));
    body = stub_seen(stub, 0)->body;
    assert_true(json_parse(a, body, strlen(body), &doc, &err));
    assert_string_equal(json_str(json_get(doc, "chat_id")), "-100123");
    assert_string_equal(column(flood, "state"), "waiting");
    assert_string_equal(column(flood, "not_before > now() + '90s'"), "t");
}

static void
a_receiver_that_hangs_holds_up_nobody_else(void **state)
{
    (void)state;
    int64_t hangs = channel("Hangs", "webhook", "/hang", NULL);
    int64_t fine = channel("Fine", "webhook", "/ok", NULL), last = 0;
    struct deliver_report r;
    for (int i = 0; i < 80; i++)
        owed(hangs, "reminder", 0);
    for (int i = 0; i < 5; i++)
        last = owed(fine, "reminder", 0);
    for (int turns = 0; strcmp(column(last, "state"), "sent") != 0; turns++) {
        assert_in_range(turns, 0, 50);
        assert_true(deliver_due(sender, db, 100, &r, &err));
    }
    assert_true(atoi(sql("SELECT count(*) FROM delivery WHERE channel_name = "
                         "'Hangs' AND state = 'sending'")) <= 1);
}

static void
an_incident_is_told_in_order(void **state)
{
    (void)state;
    int64_t ops = channel("Ops", "webhook", "/status/503", NULL);
    int64_t one = incident("one"), two = incident("two");
    int64_t first = owed(ops, "opened", one);
    int64_t last = owed(ops, "resolved", one), other = owed(ops, "opened", two);
    struct deliver_report r = send_all();
    assert_string_equal(column(first, "state || attempts"), "waiting1");
    assert_string_equal(column(last, "state || attempts"), "waiting0");
    assert_string_equal(column(other, "state || attempts"), "waiting1");
    assert_true(r.next_s > 60);
    sql("UPDATE delivery SET state = 'sent' WHERE kind = 'opened'");
    send_all();
    assert_string_equal(column(last, "state || attempts"), "waiting1");
}

/* Another process that sends, and dies of what happens at the request. */
static void
send_and_die(void)
{
    stub_forget(stub);
    pid_t pid = fork();
    if (pid == 0) {
        struct deliver_options options = options_as("child");
        struct deliver *d = NULL;
        struct deliver_report r;
        struct db *own = NULL;
        child = getpid();
        _exit(db_open(&own, test_db_conninfo(tdb, "worker"), "child", &err) &&
                      deliver_open(&d, &options, &err) &&
                      deliver_all(d, own, never, NULL, &r, &err)
                  ? 0
                  : 7);
    }
    int status;
    child = pid;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    child = 0;
    assert_true(WIFSIGNALED(status) ||
                (WIFEXITED(status) && WEXITSTATUS(status) == 7));
    sql("UPDATE delivery SET not_before = now() WHERE state = 'sending'");
}

static void
a_sender_that_is_killed_loses_nothing_and_says_the_same_again(void **state)
{
    (void)state;
    int64_t id =
        owed(channel("Ops", "webhook", "/kill", "correct horse battery"),
             "opened", incident("x"));
    struct delivery_work *work;
    size_t n;
    double next_s;
    assert_true(delivery_claim(a, db, "dead", 60, 9, &work, &n, &next_s, &err));
    assert_int_equal(n, 1);
    sql("UPDATE delivery SET not_before = now()");
    /* while the server has the request, and has not answered */
    send_and_die();
    assert_int_equal(stub_count(stub), 1);
    const char *key = header(0, "Idempotency-Key");
    const char *body = arena_strdup(a, stub_seen(stub, 0)->body);
    assert_string_equal(column(id, "state"), "sending");
    sql("INSERT INTO alert_event (rule_name, shared, severity, kind, subject, "
        "at, text, incident_id) SELECT 'late', true, 'info', 'fired', 's', "
        "now(), 't', id FROM alert_incident");
    /* after the answer, which it cannot note any more */
    at_request = "UPDATE channel SET settings = replace(settings::text, "
                 "'/kill', '/ok')::jsonb; "
                 "REVOKE UPDATE ON channel FROM quotemill_worker";
    sql("UPDATE channel SET settings = replace(settings::text, '/kill', "
        "'/ok')::jsonb");
    send_and_die();
    assert_int_equal(stub_count(stub), 1);
    assert_string_equal(header(0, "Idempotency-Key"), key);
    assert_string_equal(stub_seen(stub, 0)->body, body);
    assert_string_equal(column(id, "state"), "sending");
    at_request = NULL;
    sql("GRANT UPDATE (sent_at, fault_at, fault) ON channel TO "
        "quotemill_worker");
    stub_forget(stub);
    send_all();
    assert_int_equal(stub_count(stub), 1);
    assert_string_equal(header(0, "Idempotency-Key"), key);
    assert_string_equal(stub_seen(stub, 0)->body, body);
    assert_string_equal(column(id, "state || attempts"), "sent4");
}

static int64_t
mail_channel(const struct mailserver *m)
{
    const struct channel c = {.name = "Mail",
                              .kind = "email",
                              .enabled = true,
                              .values = {"127.0.0.1", m->port, "starttls",
                                         "ann", "hunter2!", "qm@example.org",
                                         "ann@example.org, bob@example.org"}};
    return saved(&c);
}

static void
a_mail_that_is_sent_twice_is_the_same_mail(void **state)
{
    (void)state;
    struct mailserver m;
    assert_true(mailserver_start(&m));
    int64_t id = owed(mail_channel(&m), "opened", incident("x \xE2\x82\xBF"));
    deliver_close(sender, db);
    ca_file = m.cert;
    struct deliver_options options = options_as("one");
    assert_true(deliver_open(&sender, &options, &err));
    /* the server takes it, and the sender dies before it can note that */
    sql("REVOKE UPDATE ON channel FROM quotemill_worker");
    send_and_die();
    sql("GRANT UPDATE (sent_at, fault_at, fault) ON channel TO "
        "quotemill_worker");
    const char *first = mailserver_taken(a, &m, 1);
    assert_non_null(first);
    assert_string_equal(column(id, "state"), "sending");
    send_all();
    const char *second = mailserver_taken(a, &m, 2);
    assert_non_null(second);
    assert_string_equal(first, second);
    assert_non_null(
        strstr(first, arena_printf(a, "Message-ID: <%s@", column(id, "key"))));
    assert_string_equal(column(id, "state || ' ' || btrim(answer, E'\\r\\n')"),
                        "sent 250 2.0.0 queued as 2");
    assert_int_equal(mailserver_stop(&m), 0);
}

static void
a_key_file_that_is_missing_is_an_error_of_the_delivery(void **state)
{
    (void)state;
    int64_t id =
        owed(channel("Slack", "slack", "/ok", NULL), "opened", incident("x"));
    int64_t open =
        owed(channel("Hook", "webhook", "/ok", NULL), "opened", incident("x"));
    unlink(key_file);
    send_all();
    assert_string_equal(column(open, "state"), "sent");
    assert_string_equal(column(id, "state"), "waiting");
    assert_non_null(strstr(column(id, "error"), "key file"));
    write_key();
    sql("UPDATE delivery SET not_before = now()");
    send_all();
    assert_string_equal(column(id, "state"), "sent");
    /* sealed with another key: nothing helps but the secret itself */
    sql("UPDATE delivery SET state = 'waiting'");
    FILE *f = fopen(key_file, "w");
    fprintf(f, "1%s", &KEY_HEX[1]);
    fclose(f);
    send_all();
    assert_string_equal(column(id, "state"), "dead");
    assert_non_null(strstr(column(id, "error"), "another key"));
}

static void
tries_end_and_a_person_may_begin_them_anew(void **state)
{
    (void)state;
    int64_t ops = channel("Ops", "webhook", "/status/503", NULL), test;
    int64_t id = owed(ops, "opened", incident("x"));
    struct delivery d;
    sql(arena_printf(a, "UPDATE delivery SET attempts = %d",
                     DELIVERY_TRIES - 1));
    assert_false(delivery_retry(console, &ADMIN, id, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    send_all();
    assert_true(delivery_get(a, console, &ADMIN, id, &d, &err));
    assert_string_equal(d.state, "dead");
    assert_true(delivery_retry(console, &ADMIN, id, &err));
    assert_string_equal(column(id, "state || attempts || asked_by"),
                        "waiting0ann");
    send_all();
    assert_string_equal(column(id, "state || attempts"), "waiting1");
    /* a test is tried once */
    assert_true(delivery_test(console, &ADMIN, ops, &test, &err));
    sql("UPDATE channel SET enabled = false");
    send_all();
    assert_true(delivery_get(a, console, &ADMIN, test, &d, &err));
    assert_string_equal(d.state, "dead");
    assert_string_equal(d.answer, "HTTP 503\nas  asked");
    assert_string_equal(d.title, "Test of channel Ops");
    assert_string_equal(sql("SELECT string_agg(action || ' ' || after, ', ' "
                            "ORDER BY id) FROM audit_log WHERE action LIKE "
                            "'delivery%'"),
                        "delivery.retry {\"channel\": \"Ops\"}, "
                        "delivery.test {\"channel\": \"Ops\"}");
}

static void
the_console_is_told_without_a_server(void **state)
{
    (void)state;
    int64_t id = owed(1, "opened", incident("x"));
    send_all();
    assert_string_equal(column(id, "state"), "sent");
    assert_non_null(strstr(column(id, "body"), "binance has not answered"));
}

static void
what_the_database_did_not_take_is_noted_later(void **state)
{
    (void)state;
    int64_t id =
        owed(channel("Ops", "webhook", "/ok", NULL), "opened", incident("x"));
    struct deliver_report r;
    at_request = "REVOKE UPDATE ON channel FROM quotemill_worker";
    bool ok = true;
    while (ok)
        ok = deliver_due(sender, db, 100, &r, &err);
    at_request = NULL;
    assert_string_equal(column(id, "state"), "sending");
    sql("GRANT UPDATE (sent_at, fault_at, fault) ON channel TO "
        "quotemill_worker");
    send_all();
    assert_string_equal(column(id, "state || attempts"), "sent1");
    assert_int_equal(stub_count(stub), 1);
}

static void
what_is_under_way_at_the_end_is_given_back(void **state)
{
    (void)state;
    int64_t id =
        owed(channel("Ops", "webhook", "/hang", NULL), "opened", incident("x"));
    struct deliver_options options = options_as("two");
    struct deliver_report r;
    struct deliver *d;
    deliver_close(sender, db);
    assert_true(deliver_open(&d, &options, &err));
    assert_true(deliver_due(d, db, 0, &r, &err));
    assert_int_equal(r.pending, 1);
    assert_string_equal(column(id, "state || attempts"), "sending1");
    deliver_close(d, db);
    assert_string_equal(column(id, "state || attempts"), "waiting0");
    options = options_as("one");
    assert_true(deliver_open(&sender, &options, &err));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_webhook_is_signed_and_has_the_deliverys_key),
        CASE(an_answer_decides_whether_it_is_sent_again),
        CASE(what_is_kept_never_has_the_secret),
        CASE(chats_get_text_that_nobody_can_make_a_link_of),
        CASE(a_receiver_that_hangs_holds_up_nobody_else),
        CASE(an_incident_is_told_in_order),
        CASE(a_sender_that_is_killed_loses_nothing_and_says_the_same_again),
        CASE(a_mail_that_is_sent_twice_is_the_same_mail),
        CASE(a_key_file_that_is_missing_is_an_error_of_the_delivery),
        CASE(tries_end_and_a_person_may_begin_them_anew),
        CASE(the_console_is_told_without_a_server),
        CASE(what_the_database_did_not_take_is_noted_later),
        CASE(what_is_under_way_at_the_end_is_given_back),
    };
    return DB_CASES_RUN(tests);
}
