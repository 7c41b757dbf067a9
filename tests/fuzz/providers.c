/* Any bytes as a response of any driver. The first byte chooses driver, status
 * and spec; whatever comes, the answer is a series or a fault with words. */
#include "core/providers/provider.h"

#include "lib/utf8.h"

#include <stdlib.h>
#include <string.h>

static const char *const specs[] = {
    "{\"url\":\"/x/{symbol}\",\"rows\":\"/Time Series (Daily)\",\"order\":"
    "\"desc\",\"symbol\":\"/m/s\",\"fields\":{\"ts\":\"$key\",\"open\":\"1\","
    "\"high\":\"2\",\"low\":\"3\",\"close\":\"4\",\"volume\":\"5\"}}",
    "{\"url\":\"/x\",\"time\":\"ms\",\"error\":\"/error\",\"max_rows\":2,"
    "\"absent\":[\".\"],\"fields\":{\"ts\":0,\"value\":1}}",
    "{\"url\":\"/x\",\"rows\":\"/r/0/{symbol}\",\"time\":\"iso\",\"fields\":"
    "{\"ts\":\"/t/0\",\"value\":\"/v/usd\"}}",
    "{\"url\":\"/x\",\"format\":\"csv\",\"fields\":{\"ts\":\"Date\",\"value\":"
    "\"Price\"}}",
    "{\"url\":\"/x\",\"format\":\"csv\",\"header\":false,\"time\":\"us\","
    "\"fields\":{\"ts\":0,\"open\":1,\"high\":2,\"low\":3,\"close\":4}}",
};
static const int statuses[] = {200, 200, 200, 400, 403, 429, 503, 204};

/* Text that leaves a driver goes to the database: it must be UTF-8. */
static void
check_text(const char *text)
{
    for (; text != NULL && *text != '\0'; text += utf8_length(text))
        if (utf8_length(text) == 0)
            abort();
}

static void
check_answer(const struct provider_answer *answer)
{
    if (answer->fault >= FAULT_COUNT)
        abort();
    check_text(answer->text);
    if (answer->fault != FAULT_NONE) {
        if (answer->text == NULL || answer->text[0] == '\0')
            abort();
        return;
    }
    for (size_t i = 0; i < answer->series->n; i++) {
        check_text(answer->series->rows[i].bad);
        check_text(answer->series->rows[i].raw);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    size_t n;
    const struct provider *const *drivers = provider_list(&n);
    if (size < 2)
        return 0;
    struct arena *a = arena_new();
    const char *spec = specs[data[1] % COUNT_OF(specs)];
    struct provider_request request = {
        .base_url = "http://h",
        .symbol = (data[1] & 0x40) != 0 ? "a/b:RWTC" : NULL,
        .interval_s = (data[1] & 0x80) != 0 ? 86400 : 0,
        .to_ts = 4102444800,
        .all_history = (data[1] & 0x20) != 0,
        .now_ts = 1800000000,
        .key = "k3y",
    };
    struct provider_answer answer = {0};
    struct err err;
    if (!json_parse(a, spec, strlen(spec), &request.spec, &err))
        abort();
    /* A copy with just the promised NUL behind it. */
    char *body = xmalloc(size - 1);
    memcpy(body, data + 2, size - 2);
    body[size - 2] = '\0';
    drivers[data[0] % n]->parse(a, &request, statuses[data[0] / n % 8], body,
                                size - 2, &answer);
    check_answer(&answer);
    free(body);
    arena_free(a);
    return 0;
}
