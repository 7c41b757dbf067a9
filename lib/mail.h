/* Mail: a message's text, and its transfer by SMTP beside those of lib/http.h
 * (start it here, move it on with http_poll).
 *
 * The server's certificate is verified; a login is sent over TLS only. */
#ifndef LIB_MAIL_H
#define LIB_MAIL_H

#include "lib/http.h"

EXTERN_C_BEGIN

enum mail_tls {
    MAIL_STARTTLS, /* or nothing is sent */
    MAIL_TLS,      /* from the start */
    MAIL_PLAIN,    /* no encryption, no login */
};

struct mail {
    const char *host, *port;
    enum mail_tls tls;
    const char *user, *password; /* NULL: no login */
    const char *ca_file;         /* as in struct http_request */
    int64_t connect_timeout_ms, total_timeout_ms; /* each 1 or more */
    /* the message; addresses are plain ASCII, "ann@example.org" */
    const char *from, *from_name; /* the name is ASCII */
    const char *const *to;        /* NULL-terminated, one or more */
    const char *id;               /* letters, digits and '-': Message-ID */
    int64_t date_ts;
    const char *subject, *text; /* UTF-8, any length; lines end with \n */
};

/* The whole message, as RFC 5322 and MIME want it: UTF-8 as quoted-printable,
 * lines of 76 characters at most that end with \r\n, nothing but ASCII. What
 * stands in subject cannot become a header. Pure. */
const char *mail_message(struct arena *a, const struct mail *mail);

/* Starts it, as http_start does. Of the response
 *   fault   HTTP_OK: the server took it, or refused it
 *   status  the server's last code: below 400 it took it for at least one
 *           recipient
 *   body    what it refused, and its last reply
 * fails   ERR_INPUT: a login without TLS */
MUST_USE bool mail_start(struct http *http, const struct mail *mail,
                         http_done_fn *done, void *arg, struct err *err);

EXTERN_C_END

#endif
