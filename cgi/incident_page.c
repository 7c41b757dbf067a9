#include "cgi/incident_page.h"

#include "cgi/request.h"
#include "cgi/show.h"
#include "lib/csv.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"

#include <string.h>

bool
incident_page_id(struct page *p, const char *what, int64_t *id, struct err *err)
{
    const char *text = page_param(p, "id");
    if (!number_parse_i64(text, strlen(text), id) || *id <= 0)
        return err_set(err, ERR_MISSING, "there is no %s %.40s", what, text);
    return true;
}

void
incident_page_refused(struct page *p, const struct err *err)
{
    size_t n = strspn(err->text, "abcdefghijklmnopqrstuvwxyz_");
    if (n > 0 && strncmp(err->text + n, ": ", 2) == 0)
        page_field_error(p, arena_strndup(p->a, err->text, n),
                         err->text + n + 2);
    else
        page_error(p, err->text);
    p->status = err_http_status(err->kind);
}

const char *
incident_page_next(const struct page *p)
{
    const char *next = page_form(p, "next");
    return next != NULL && next[0] != '\0' ? request_next(next) : NULL;
}

const char *
incident_page_text(const char *text)
{
    return text != NULL ? text : "";
}

const char *
incident_state(const struct incident *i)
{
    if (i->closed_at != 0)
        return "over";
    return i->acked_by != NULL ? "acked" : "open";
}

const char *
incident_silence_url(struct arena *a, const struct incident *i)
{
    struct buf *url = buf_new(a);
    buf_adds(url, "/silences");
    if (i->provider != NULL)
        show_query(url, "provider", i->provider);
    else if (i->rule_id != 0)
        show_query(url, "rule", fmt_i64(a, i->rule_id));
    buf_adds(url, "#add");
    return url->data;
}

void
incident_csv(struct buf *out, const char *text)
{
    buf_addc(out, ',');
    csv_put(out, ',', text);
}

void
incident_csv_time(struct arena *a, struct buf *out, int64_t ts)
{
    incident_csv(out, ts != 0 ? date_format_iso(a, ts) : NULL);
}

const char *
delivery_kind_words(const char *kind)
{
    static const struct {
        const char *kind, *words;
    } all[] = {{"opened", "it began"},
               {"resolved", "it is over"},
               {"reminder", "it still stands"},
               {"escalated", "nobody acknowledged it"},
               {"test", "a test"}};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (strcmp(kind, all[i].kind) == 0)
            return all[i].words;
    return kind;
}
