/* sql/queries/: all of them, against the schema as it is deployed. */
#include "lib/buf.h"
#include "lib/db.h"
#include "tests/lib/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *name, *text;
} all[] = {
#define SQL(name, text) {#name, text},
#include "sql.def"
#undef SQL
};

/* COPY cannot be prepared: of COPY (query) the query is, and a COPY FROM is
 * begun for nothing. */
static void
add_statement(struct buf *script, const char *name, const char *text)
{
    text += strspn(text, " \n");
    if (strncmp(text, "COPY", 4) != 0) {
        buf_addf(script, "PREPARE %s AS %s;\n", name, text);
        return;
    }
    const char *query = text + strcspn(text, "(") + 1;
    const char *end = strstr(text, ") TO STDOUT");
    if (end != NULL)
        buf_addf(script, "PREPARE %s AS %.*s;\n", name, (int)(end - query),
                 query);
    else
        buf_addf(script, "PREPARE %s AS SELECT %.*s FROM %.*s;\n", name,
                 (int)strcspn(query, ")"), query, (int)(query - 1 - (text + 5)),
                 text + 5);
}

/* A query about one part of a table, about one that is there. */
static const char *
with_part(struct arena *a, const char *text)
{
    static const char mark[] = "%part%";
    struct buf *b = buf_new(a);
    for (const char *at; (at = strstr(text, mark)) != NULL;
         text = at + strlen(mark))
        buf_addf(b, "%.*scoarse", (int)(at - text), text);
    buf_adds(b, text);
    return b->data;
}

/* A query made of several alike, with one. */
static const char *
with_words(struct arena *a, const char *text)
{
    static const struct {
        const char *mark, *words;
    } words[] = {{"%each%", ""},   {"%end%", ""},  {"%1%", "0"},
                 {"%2%", "close"}, {"%3%", "bar"}, {"%4%", "1"},
                 {"%5%", "86400"}, {"%6%", "0"},   {"%7%", "0"}};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct buf *b = buf_new(a);
        for (const char *at; (at = strstr(text, words[i].mark)) != NULL;
             text = at + strlen(words[i].mark))
            buf_addf(b, "%.*s%s", (int)(at - text), text, words[i].words);
        buf_adds(b, text);
        text = b->data;
    }
    return text;
}

/* Of one call of psql: the kernel takes arguments of up to 128 KiB. */
enum { SCRIPT_MAX = 64 * 1024 };

static void
every_query_prepares_on_a_fresh_schema(void **state)
{
    (void)state;
    struct test_db *t = test_db_new();
    struct arena *a = arena_new();
    for (size_t i = 0; i < COUNT_OF(all);) {
        struct buf *script = buf_new(a);
        int n = 0;
        for (; i < COUNT_OF(all) && script->len < SCRIPT_MAX; i++, n++)
            add_statement(script, all[i].name,
                          with_words(a, with_part(a, all[i].text)));
        buf_adds(script, "SELECT count(*) FROM pg_prepared_statements");
        assert_int_equal(atoi(test_db_sql(t, script->data)), n);
    }
    arena_free(a);
    test_db_free(t);
}

int
main(void)
{
    if (!test_db_available())
        return test_db_skip();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_query_prepares_on_a_fresh_schema),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
