/* What machines ask: is the process there, is everything ready, may this
 * visitor listen to live updates. */
#include "cgi/page.h"
#include "core/health.h"
#include "lib/config.h"
#include "lib/json.h"

bool
page_healthz(struct page *p, struct err *err)
{
    (void)err;
    buf_adds(p->out, "{\"status\":\"ok\"}");
    return true;
}

bool
page_readyz(struct page *p, struct err *err)
{
    (void)err;
    struct health_part parts[HEALTH_PARTS];
    enum health_state worst = HEALTH_OK;
    health_check(p->a, p->db, config()->archive_dir, p->now_ts, parts);
    for (size_t i = 0; i < HEALTH_PARTS; i++)
        if (parts[i].state > worst)
            worst = parts[i].state;
    if (worst == HEALTH_DOWN) {
        p->status = 503;
        page_header(p, "Retry-After", "5");
    }
    json_open(p->out, '{');
    json_key(p->out, "status");
    json_put_str(p->out, health_name(worst));
    json_key(p->out, "components");
    json_open(p->out, '{');
    for (size_t i = 0; i < HEALTH_PARTS; i++) {
        json_key(p->out, parts[i].name);
        json_open(p->out, '{');
        json_key(p->out, "status");
        json_put_str(p->out, health_name(parts[i].state));
        json_key(p->out, "detail");
        json_put_str(p->out, parts[i].words);
        json_close(p->out, '}');
    }
    json_close(p->out, '}');
    json_close(p->out, '}');
    return true;
}

/* nginx asks before it opens a live channel; the role check has been made. */
bool
page_live_auth(struct page *p, struct err *err)
{
    (void)err;
    p->status = 204;
    return true;
}
