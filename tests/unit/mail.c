/* The message by itself, and a real mail server of Debian's (aiosmtpd) with
 * STARTTLS and login on loopback: tests/fixtures/smtp_server.py. */
#include "lib/mail.h"

#include "lib/arena.h"
#include "tests/lib/mailserver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *a;
static struct err err;
static struct mailserver server;

static const char *const TO[] = {"ann@example.org", "bob@example.org", NULL};

static struct mail
mail_of(const char *subject, const char *text)
{
    return (struct mail){
        .host = "127.0.0.1",
        .port = server.port,
        .tls = MAIL_STARTTLS,
        .user = "ann",
        .password = "hunter2!",
        .ca_file = server.cert,
        .connect_timeout_ms = 10000,
        .total_timeout_ms = 10000,
        .from = "alerts@example.org",
        .from_name = "quotemill",
        .to = TO,
        .id = "0b9f-77",
        .date_ts = 1700000000,
        .subject = subject,
        .text = text,
    };
}

static bool
has(const char *message, const char *part)
{
    return strstr(message, part) != NULL;
}

static void
a_message_has_what_mail_programs_want(void **state)
{
    (void)state;
    struct mail mail = mail_of("Critical: it is over", "One.\nTwo.\n");
    assert_string_equal(mail_message(a, &mail),
                        "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
                        "From: quotemill <alerts@example.org>\r\n"
                        "To: <ann@example.org>,\r\n <bob@example.org>\r\n"
                        "Subject: Critical: it is over\r\n"
                        "Message-ID: <0b9f-77@example.org>\r\n"
                        "Auto-Submitted: auto-generated\r\n"
                        "MIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: quoted-printable\r\n"
                        "\r\n"
                        "One.\r\nTwo.\r\n");
}

static void
nothing_in_a_subject_becomes_a_header(void **state)
{
    (void)state;
    static const char *const subjects[] = {
        "x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org",
        "x\rBcc: eve@example.org", "x\r\n\r\nBcc: eve@example.org",
        "\xC3\xA4\nBcc: eve@example.org"};
    for (size_t i = 0; i < COUNT_OF(subjects); i++) {
        struct mail mail = mail_of(subjects[i], "x");
        const char *message = mail_message(a, &mail);
        assert_false(has(message, "\nBcc:") || has(message, "\rBcc:"));
        assert_true(strstr(message, "\r\n\r\n") >
                    strstr(message, "Content-Transfer-Encoding"));
    }
}

static void
lines_are_short_and_ascii(void **state)
{
    (void)state;
    char text[4000] = "";
    for (int i = 0; i < 60; i++)
        strcat(text, i % 7 == 0 ? ".dots \n" : "\xE2\x82\xBF \xC4\xB1 = long ");
    struct mail mail = mail_of(text, text);
    const char *message = mail_message(a, &mail);
    for (const char *s = message; *s != '\0';) {
        size_t len = strcspn(s, "\r");
        assert_in_range(len, 0, 76);
        assert_int_equal(s[len + 1], '\n');
        assert_true(s[0] != '.');
        for (size_t i = 0; i < len; i++)
            assert_in_range(s[i], ' ', '~');
        s += len + 2;
    }
    assert_true(has(message, "Subject: =?UTF-8?Q?=2Edots_"));
    assert_true(has(message, "=E2=82=BF =C4=B1 =3D long"));
}

/* --- sending -------------------------------------------------------------- */

static struct seen {
    int calls, status;
    enum http_fault fault;
    char body[4096], text[512];
} seen;

static void
on_done(void *arg, const struct http_response *r)
{
    struct seen *to = arg;
    to->calls++;
    to->status = r->status;
    to->fault = r->fault;
    snprintf(to->body, sizeof to->body, "%s", r->body);
    snprintf(to->text, sizeof to->text, "%s", r->fault_text);
}

static void
send_one(const struct mail *mail)
{
    struct http *http = NULL;
    seen = (struct seen){0};
    assert_true(http_open(&http, 4, 4, &err));
    if (!mail_start(http, mail, on_done, &seen, &err))
        fail_msg("%s", err.text);
    while (http_pending(http) > 0)
        assert_true(http_poll(http, 1000, &err));
    http_close(http);
    assert_int_equal(seen.calls, 1);
}

static void
a_server_takes_it_over_starttls_with_login(void **state)
{
    (void)state;
    struct mail mail =
        mail_of("Zu viel: \xE2\x82\xBF", ".one\n\xC3\xA4\n.\nend\n");
    send_one(&mail);
    if (seen.fault != HTTP_OK)
        fail_msg("%s", seen.text);
    assert_int_equal(seen.status, 250);
    assert_string_equal(seen.body, "250 2.0.0 queued as 1\r\n");
    const char *message = mailserver_taken(a, &server, 1);
    assert_non_null(message);
    assert_int_equal(strncmp(message, "ann@example.org,bob@example.org\n", 32),
                     0);
    assert_true(has(message, "=2Eone\r\n=C3=A4\r\n=2E\r\nend\r\n"));
    assert_true(has(message, "Message-ID: <0b9f-77@example.org>"));
}

static void
what_a_server_refuses_is_its_answer(void **state)
{
    (void)state;
    struct mail mail = mail_of("x", "reject");
    send_one(&mail);
    assert_int_equal(seen.fault, HTTP_OK);
    assert_int_equal(seen.status, 554);
    assert_true(has(seen.body, "5.7.1 not this one"));
    mail.text = "later";
    send_one(&mail);
    assert_int_equal(seen.fault, HTTP_OK);
    assert_int_equal(seen.status, 452);
    mail = mail_of("x", "x");
    mail.password = "wrong";
    send_one(&mail);
    assert_int_equal(seen.fault, HTTP_OK);
    assert_int_equal(seen.status, 535);
    static const char *const busy[] = {"busy@example.org", NULL};
    mail = mail_of("x", "x");
    mail.to = busy;
    send_one(&mail);
    assert_int_equal(seen.fault, HTTP_OK);
    assert_int_equal(seen.status, 451);
}

static void
one_refused_recipient_keeps_it_from_nobody_else(void **state)
{
    (void)state;
    static const char *const to[] = {"nobody@example.org", "ann@example.org",
                                     NULL};
    struct mail mail = mail_of("x", "x");
    mail.to = to;
    send_one(&mail);
    assert_int_equal(seen.fault, HTTP_OK);
    assert_int_equal(seen.status, 250);
    assert_true(has(seen.body, "550 5.1.1 there is nobody"));
    assert_true(has(seen.body, "250 2.0.0 queued"));
    assert_int_equal(
        strncmp(mailserver_taken(a, &server, 2), "ann@example.org\n", 16), 0);
}

static void
no_login_and_no_message_without_a_certificate_that_is_trusted(void **state)
{
    (void)state;
    struct mail mail = mail_of("x", "x");
    struct http *http = NULL;
    mail.ca_file = NULL;
    send_one(&mail);
    assert_int_equal(seen.fault, HTTP_NETWORK);
    assert_true(has(seen.text, "certificate"));
    assert_null(mailserver_taken(a, &server, 3));
    mail.tls = MAIL_PLAIN;
    assert_true(http_open(&http, 1, 1, &err));
    assert_false(mail_start(http, &mail, on_done, &seen, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    http_close(http);
    mail = mail_of("x", "x");
    mail.port = "1";
    send_one(&mail);
    assert_int_equal(seen.fault, HTTP_NETWORK);
}

static int
server_start(void **state)
{
    (void)state;
    return mailserver_start(&server) ? 0 : -1;
}

static int
server_stop(void **state)
{
    (void)state;
    return mailserver_stop(&server);
}

static int
setup(void **state)
{
    (void)state;
    a = arena_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_message_has_what_mail_programs_want),
        CASE(nothing_in_a_subject_becomes_a_header),
        CASE(lines_are_short_and_ascii),
        CASE(a_server_takes_it_over_starttls_with_login),
        CASE(what_a_server_refuses_is_its_answer),
        CASE(one_refused_recipient_keeps_it_from_nobody_else),
        CASE(no_login_and_no_message_without_a_certificate_that_is_trusted),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, server_start, server_stop);
}
