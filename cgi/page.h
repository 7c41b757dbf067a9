/* One request of the console, from route to response.
 *
 * cgi/routes.def holds every route: method, path pattern ({id} matches one
 * segment), least role, handler, template. The dispatcher checks method,
 * session, role and (on POST) the CSRF token before the handler runs; a
 * handler cannot forget. A page handler fills p->view; the dispatcher renders
 * the template inside layout.tpl. A POST handler ends with page_redirect.
 *
 * What the dispatcher sets for templates. Everywhere (layout and page alike):
 *   SIGNED_IN, SIGNED_OUT, IS_OPERATOR, IS_ADMIN  sections; IS_OPERATOR is
 *                    shown to operators and admins, IS_ADMIN to admins
 *   USER_NAME, USER_ROLE, USER_ZONE, CSRF         of who is signed in
 *   SIMULATED        section: data comes from the simulator
 * In layout.tpl only:
 *   TITLE            <h1> and browser title, from page_title
 *   TROUBLE          section with TROUBLE_TEXT: "1 failed", for the tab
 *   AT_RUNS, AT_MODELS, ...  section of the first path segment, upper case;
 *                    AT_OVERVIEW for "/": aria-current in the navigation
 *   BELL_WORDS, BELL_TONE  open alerts, beside the navigation
 *   FLASH            section with FLASH_TEXT, the sentence after a redirect
 *   ERRORS           section with ERRORS_TITLE; in it ERROR, once for each
 *                    bad field, with ERROR_URL ("#f-name") and ERROR_TEXT
 *   REFRESH          section with REFRESH_S: a page that asks again by itself
 *   BODY             {{>BODY}}, the page's own template
 * In the page's template, for a form with errors:
 *   ERROR_NAME       section with ERROR_TEXT, beside the field named "name"
 */
#ifndef CGI_PAGE_H
#define CGI_PAGE_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/db.h"
#include "lib/err.h"
#include "lib/json.h"
#include "lib/view.h"

#include <stdbool.h>
#include <stdint.h>

enum role { ROLE_NONE, ROLE_VIEWER, ROLE_OPERATOR, ROLE_ADMIN };

struct page_user {
    int64_t id;
    const char *name;
    enum role role;
    const char *time_zone;
    const char *csrf;         /* of this session */
    const char *session_hash; /* of this session */
    int64_t alerts;           /* as in core/session.h */
    const char *alerts_severity;
};

struct page {
    struct arena *a;
    struct db *db;
    int64_t now_ts;  /* the clock that data is judged by */
    int64_t real_ts; /* the wall clock, for "12 min ago" of runs */
    const char *method, *path;
    const char *address;          /* the client's */
    const struct page_user *user; /* NULL when signed out */
    struct view *view;            /* the page's own template values */
    struct view *layout;          /* title, flash, tab state */
    struct buf *out;              /* body of API answers */
    int status;                   /* 200 to begin with */
};

typedef bool page_fn(struct page *p, struct err *err);

/* A moment as people read it, in the visitor's time zone as it was then:
 * "22 Nov 2026, 01:26". */
const char *page_time(const struct page *p, int64_t ts);

/* Sets NAME_ISO (for <time datetime>), NAME_FULL (page_time, with the zone)
 * and NAME_AGO ("12 min ago") in v, and shows its section NAME:
 *   {{#DUE}}<time datetime="{{DUE_ISO}}" title="{{DUE_FULL}}">{{DUE_AGO}}
 *   </time>{{/DUE}}
 * clock_ts is p->now_ts for data, p->real_ts for work. */
void page_set_time(const struct page *p, struct view *v, const char *name,
                   int64_t ts, int64_t clock_ts);

/* Path parameter ("id" of /runs/{id}), query value, form value; NULL absent. */
const char *page_param(const struct page *p, const char *name);
const char *page_query(const struct page *p, const char *name);
const char *page_form(const struct page *p, const char *name);
/* All values of a repeated name, in order; NULL-terminated; n may be NULL. */
const char *const *page_query_all(const struct page *p, const char *name,
                                  size_t *n);
const char *const *page_form_all(const struct page *p, const char *name,
                                 size_t *n);

/* The document of a JSON route's body; no value (JSON_NONE) where there was
 * none. */
struct json page_json(const struct page *p);

/* Ends the request with 303 to a path of ours, with one sentence shown there
 * once (text may be NULL). Returns true. */
bool page_redirect(struct page *p, const char *text, const char *path_fmt, ...)
    PRINTF_FMT(3, 4);

/* Marks the page as form-with-errors: status 422, `field` named in the
 * summary with the text; may be called several times. Returns true. */
bool page_field_error(struct page *p, const char *field, const char *text);
/* The same for what belongs to no field. */
bool page_error(struct page *p, const char *text);
bool page_has_errors(const struct page *p);

/* <h1>, browser title and, when not NULL, the trouble shown in the tab. */
void page_title(struct page *p, const char *title, const char *trouble);

/* An extra response header; values are ours, never a visitor's. */
void page_header(struct page *p, const char *name, const char *value);

/* For API answers: content type of p->out; application/json by default. */
void page_type(struct page *p, const char *content_type);

/* routes.def: ROUTE is checked and rendered anew for each request; CACHED is
 * kept per process, visitor and minute for as long as no transaction commits
 * in the database: for GET pages whose body follows from database, path,
 * query, session and clock alone; BARE asks neither for a session nor for the
 * database; STREAM is a ROUTE without a template whose body may be of any size
 * and is read by the handler (cgi/body.h): files of a form whose CSRF token
 * came before them, or the bare bytes of a PUT; JSON is a ROUTE without a
 * template that takes a JSON document (page_json), the CSRF token in the head
 * X-CSRF-Token. */
#define ROUTE(method, path, role, handler, template)  page_fn page_##handler;
#define CACHED(method, path, role, handler, template) page_fn page_##handler;
#define BARE(method, path, role, handler, template)   page_fn page_##handler;
#define STREAM(method, path, role, handler)           page_fn page_##handler;
#define JSON(method, path, role, handler)             page_fn page_##handler;
#include "cgi/routes.def"
#undef ROUTE
#undef CACHED
#undef BARE
#undef STREAM
#undef JSON

#endif
