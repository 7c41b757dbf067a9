/* Form values, cookies and percent-encoding from any bytes. What is read must
 * be UTF-8 without NUL, and what is escaped must read back. */
#include "lib/form.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_form(struct arena *a, const char *text, size_t size)
{
    struct form form;
    struct err err = {0};
    if (!form_parse(a, text, size, &form, &err)) {
        assert(err.kind == ERR_INPUT);
        return;
    }
    assert(form.n <= FORM_PAIRS_MAX);
    for (size_t i = 0; i < form.n; i++) {
        const char *name = form.pairs[i].name, *value = form.pairs[i].value;
        size_t n;
        assert(form_get(&form, name) != NULL);
        const char *const *all = form_all(a, &form, name, &n);
        assert(n >= 1 && all[n] == NULL);
        const char *escaped = form_escape(a, value);
        const char *back = form_unescape(a, escaped, strlen(escaped));
        /* CR LF is read as LF, so only what holds none comes back the same */
        assert(strchr(value, '\r') != NULL || strcmp(back, value) == 0);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    const char *text = (const char *)data;
    check_form(a, text, size);
    (void)form_unescape(a, text, size);
    const char *header = arena_strndup(a, text, size);
    const char *cookie = form_cookie(a, header, "qm_session");
    assert(cookie == NULL || strlen(cookie) <= size);
    arena_free(a);
    return 0;
}
