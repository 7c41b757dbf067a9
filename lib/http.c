#include "lib/http_own.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REDIRECTS_MAX = 3 };

bool
http_is_loopback(const char *host)
{
    bool is_ipv4 = host[strspn(host, "0123456789.")] == '\0';
    return (is_ipv4 && strncmp(host, "127.", 4) == 0) ||
           strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           strcmp(host, "::1") == 0;
}

/* Also what makes a URL one: it has a host. */
bool
http_url_read(struct arena *a, const char *url, struct http_url *out,
              struct err *err)
{
    CURLU *u = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
    bool ok = u != NULL &&
              curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
              (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    if (ok) {
        bool has_port = curl_url_get(u, CURLUPART_PORT, &port, 0) == CURLUE_OK;
        *out = (struct http_url){
            .host = arena_printf(a, "%s%s%s", host, has_port ? ":" : "",
                                 has_port ? port : ""),
            .is_tls = strcmp(scheme, "https") == 0,
            .is_loopback = http_is_loopback(host),
            .has_login = curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK,
        };
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(user);
    curl_url_cleanup(u);
    return ok ? true
              : err_set(err, ERR_INPUT, "not an http or https URL with a host");
}

static void
set_method(struct transfer *t, const struct http_request *request)
{
    const char *method = request->method != NULL ? request->method : "GET";
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
    if (request->body != NULL || strcmp(method, "POST") == 0) {
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)request->body_len);
        curl_easy_setopt(t->easy, CURLOPT_COPYPOSTFIELDS,
                         request->body != NULL ? request->body : "");
    }
    if (strcmp(method, "GET") != 0 || request->body != NULL)
        curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, method);
}

static void
set_headers(struct transfer *t, const char *const *headers)
{
    /* Without this an upload waits for a 100 that few servers send. */
    t->headers = curl_slist_append(NULL, "Expect:");
    for (; headers != NULL && *headers != NULL; headers++) {
        struct curl_slist *more = curl_slist_append(t->headers, *headers);
        if (more == NULL)
            abort(); /* out of memory */
        t->headers = more;
    }
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static void
set_limits(struct transfer *t, const struct http_request *request)
{
    t->connect_timeout_ms = request->connect_timeout_ms;
    t->first_byte_timeout_ms = request->first_byte_timeout_ms;
    t->stall_timeout_ms = request->stall_timeout_ms;
    t->total_timeout_ms = request->total_timeout_ms;
    t->max_body_bytes = request->max_body_bytes;
    curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)request->connect_timeout_ms);
    t->cut_body = request->cut_body;
    if (!request->cut_body)
        curl_easy_setopt(t->easy, CURLOPT_MAXFILESIZE_LARGE,
                         (curl_off_t)request->max_body_bytes);
}

static void
set_transport(struct transfer *t, const struct http_request *request,
              const struct http_url *url)
{
    CURL *easy = t->easy;
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR,
                     url->is_tls ? "https" : "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION,
                     request->no_redirect ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, url->is_tls ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "quotemill");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (request->ca_file != NULL)
        curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
    if (url->is_loopback)
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (request->unix_socket != NULL)
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket);
}

bool
http_start(struct http *http, const struct http_request *request,
           http_done_fn *done, void *arg, struct err *err)
{
    struct transfer *t = transfer_take(http);
    struct http_url url;
    if (!http_url_read(t->a, request->url, &url, err)) {
        transfer_recycle(t);
        return false;
    }
    set_transport(t, request, &url);
    set_method(t, request);
    set_headers(t, request->headers);
    set_limits(t, request);
    return transfer_start(t, done, arg, err);
}

const char *
http_header(const struct http_response *response, const char *name)
{
    const struct transfer *t = (const struct transfer *)response;
    struct curl_header *found;
    if (curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &found) !=
        CURLHE_OK)
        return NULL;
    return found->value;
}

const char *
http_escape(struct arena *a, const char *text)
{
    struct buf *b = buf_new(a);
    for (const char *s = text; *s != '\0'; s++) {
        bool plain = (*s >= '0' && *s <= '9') || (*s >= 'A' && *s <= 'Z') ||
                     (*s >= 'a' && *s <= 'z') || strchr("-._~", *s) != NULL;
        if (plain)
            buf_addc(b, *s);
        else
            buf_addf(b, "%%%02X", (unsigned char)*s);
    }
    return b->data;
}
