/* /api/v1/models: which there are, one of them with its versions, and which of
 * these is to answer. */
#include "cgi/reply.h"
#include "cgi/show.h"
#include "core/model.h"
#include "core/model_json.h"
#include "core/model_list.h"
#include "lib/number.h"

#include <string.h>

enum { VERSIONS = 50, VERSIONS_MAX = 200, WHY_MAX = 200 };

/* A whole number of the query from `least` to `most`. */
static bool
number_query(const struct page *p, const char *name, int64_t least,
             int64_t most, int64_t *out, struct err *err)
{
    const char *text = page_query(p, name);
    if (text == NULL || (number_parse_i64(text, strlen(text), out) &&
                         *out >= least && *out <= most))
        return true;
    return err_set(err, ERR_INPUT, "%s \"%.40s\": choose %lld to %lld", name,
                   text, (long long)least, (long long)most);
}

static void
answer_tagged(struct page *p)
{
    page_header(p, "Cache-Control", "private, no-cache");
    reply_tag(request_of(p));
}

bool
page_api_models(struct page *p, struct err *err)
{
    const char *after = page_query(p, "after");
    int64_t limit = MODEL_LIST_MAX;
    if (!number_query(p, "limit", 1, MODEL_LIST_MAX, &limit, err) ||
        !model_json_list(p->a, p->db, after != NULL ? after : "", (int)limit,
                         p->out, err))
        return false;
    answer_tagged(p);
    return true;
}

bool
page_api_model(struct page *p, struct err *err)
{
    int64_t limit = VERSIONS, before = 0;
    if (!number_query(p, "limit", 1, VERSIONS_MAX, &limit, err) ||
        !number_query(p, "before", 1, INT32_MAX, &before, err) ||
        !model_json_one(p->a, p->db, page_param(p, "name"), before, (int)limit,
                        p->out, err))
        return false;
    answer_tagged(p);
    return true;
}

bool
page_api_model_activate(struct page *p, struct err *err)
{
    const char *name = page_param(p, "name");
    const char *version = page_form(p, "version"), *why = page_form(p, "why");
    const char *even = page_form(p, "even_refused");
    struct model_choice choice = {
        .name = name,
        .who = p->user->name,
        .why = why != NULL ? why : "",
        .address = p->address,
        .even_refused = even != NULL && strcmp(even, "yes") == 0,
    };
    if (version == NULL ||
        !number_parse_i64(version, strlen(version), &choice.version))
        return err_set(err, ERR_INPUT, "version: which one is to answer?");
    if (show_length(choice.why) > WHY_MAX)
        return err_set(err, ERR_INPUT, "why: at most %d characters", WHY_MAX);
    return model_activate(p->db, &choice, err) &&
           model_json_one(p->a, p->db, name, 0, VERSIONS, p->out, err);
}
