/* A request as the dispatcher and the handlers of login and account see it;
 * other handlers see only its struct page. */
#ifndef CGI_REQUEST_H
#define CGI_REQUEST_H

#include "cgi/cache.h"
#include "cgi/page.h"
#include "cgi/route.h"
#include "core/alert_store.h"
#include "core/session.h"
#include "core/token.h"
#include "core/user.h"
#include "lib/fcgi.h"
#include "lib/form.h"
#include "lib/multipart.h"
#include "lib/secret.h"

enum {
    REQUEST_BODY_MAX = 64 * 1024,
    REQUEST_JSON_MAX = 8 * 1024 * 1024, /* an export of all one's alert rules */
    REQUEST_URI_MAX = 4096,
    REQUEST_HEADERS_MAX = 16,
};

#define COOKIE_SESSION "qm_session"
#define COOKIE_LOGIN   "qm_login" /* before a session: ties the login form */
#define COOKIE_FLASH   "qm_flash" /* sealed sentence for the next page */

/* What the process keeps from one request to the next. */
struct console {
    struct db *db;
    struct cache *cache;
    unsigned char key[SECRET_KEY_BYTES];
};

struct request {
    struct page page; /* first: a page is its request */
    struct console *console;
    struct fcgi *fcgi;
    const struct route *route;
    struct route_params params;
    const char *uri; /* path and query as sent */
    const char *cookies;
    bool is_head, is_api;
    struct form query, form;
    struct json json; /* the body of a JSON route */
    struct session session;
    struct page_user user;
    const char *login_seed; /* of COOKIE_LOGIN, for signed-out forms */
    const char *flash;      /* to be shown on this page */
    bool is_bearer;         /* cgi/bearer.h */
    struct token_grant token;
    /* the body of a STREAM route, cgi/body.h */
    struct stream *body, *file;
    struct multipart *parts;
    const char *filename; /* of the next file, when has_file */
    bool has_file, is_too_large, is_broken;
    int64_t body_length, body_taken; /* length -1: not told */
    /* response */
    struct view *errors;
    size_t n_errors;
    const char *retry_text;   /* why to try again; NULL: the database */
    const char *errors_title; /* NULL: "Nothing was changed: ..." */
    const char *bad_field;    /* of an API request; NULL: none in particular */
    const char *bad_text;     /* what is wrong with it */
    const char *content_type, *location;
    const char *header_names[REQUEST_HEADERS_MAX];
    const char *header_values[REQUEST_HEADERS_MAX];
    size_t n_headers;
    bool is_begun; /* the head is sent, the body goes out as it is made */
    bool is_gone;  /* nobody waits for the rest */
};

/* The request that a page belongs to. */
struct request *request_of(struct page *p);
const struct request *request_of_const(const struct page *p);

/* A CGI variable; NULL when absent. */
const char *request_param(const struct request *r, const char *name);

/* Sets a cookie for the whole site, HttpOnly, SameSite=Lax; max_age_s 0 takes
 * it away. value is ours and needs no encoding. */
void request_set_cookie(struct request *r, const char *name, const char *value,
                        int64_t max_age_s);

/* Life of sessions, from the settings. */
struct session_limits request_limits(void);

/* Who acts, for the audit log; user must be signed in. */
struct user_actor request_actor(const struct page *p);

/* Who asks for alert rules, incidents, silences and channels. */
struct alert_actor request_alert_actor(const struct page *p);

/* The token that a signed-out form must bring back with COOKIE_LOGIN. */
const char *request_login_csrf(const struct request *r, const char *seed);

/* `next` when it is a path of this site, else "/". Not another host ("//x",
 * "/\x"), no control characters, at most 512 bytes. */
const char *request_next(const char *next);

/* "no such run" as a sentence: "No such run." */
const char *request_sentence(struct arena *a, const char *text);

enum role request_role(const char *name);
const char *request_role_name(enum role role);

#endif
