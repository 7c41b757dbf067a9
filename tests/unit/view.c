#include "lib/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define HEAD "{{%AUTOESCAPE context=\"HTML\"}}\n"

struct world {
    struct arena *a;
    char dir[32];
};

static void
put(const struct world *w, const char *file, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", w->dir, file);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int
world_make(void **state)
{
    struct world *w = xcalloc(1, sizeof *w);
    char sub[64];
    w->a = arena_new();
    strcpy(w->dir, "/tmp/qm-view-XXXXXX");
    if (mkdtemp(w->dir) == NULL)
        return 1;
    snprintf(sub, sizeof sub, "%s/sub", w->dir);
    *state = w;
    return mkdir(sub, 0700);
}

static int
world_drop(void **state)
{
    struct world *w = *state;
    arena_free(w->a);
    view_close();
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", w->dir);
    int rc = system(command);
    free(w);
    return rc;
}

static void
opened(const struct world *w)
{
    struct err err;
    if (!view_open(w->dir, &err))
        fail_msg("%s", err.text);
}

static const char *
rendered(const struct world *w, const char *file, struct view *v)
{
    struct err err;
    struct buf *out = buf_new(w->a);
    if (!view_render(file, v, out, &err))
        fail_msg("%s", err.text);
    return out->data;
}

static void
values_are_escaped_for_where_they_stand(void **state)
{
    struct world *w = *state;
    put(w, "x.tpl",
        HEAD "<p title=\"{{X}}\">{{X}}</p><a href=\"{{U}}\">"
             "<a href=\"/q?s={{X:u}}\"><a href=\"{{GOOD}}\">");
    opened(w);
    struct view *v = view_new(w->a, "x");
    view_set(v, "X", "<b>\"&'");
    view_set(v, "U", "javascript:alert(1)");
    view_set(v, "GOOD", "/runs?a=1&b=2");
    assert_string_equal(rendered(w, "x.tpl", v),
                        "<p title=\"&lt;b&gt;&quot;&amp;&#39;\">"
                        "&lt;b&gt;&quot;&amp;&#39;</p><a href=\"#\">"
                        "<a href=\"/q?s=%3Cb%3E%22%26%27\">"
                        "<a href=\"/runs?a=1&amp;b=2\">");
}

static void
sections_repeat_and_see_what_is_around_them(void **state)
{
    struct world *w = *state;
    put(w, "sub/list.tpl",
        HEAD "{{#ROW}}{{OUTER}}{{N}}{{#LAST}}!{{/LAST}},{{/ROW}}"
             "{{#NONE}}none{{/NONE}}{{UNSET}}");
    opened(w);
    struct view *v = view_new(w->a, "list");
    view_set(v, "OUTER", "o");
    view_set(v, "UNSET", NULL);
    for (int i = 0; i < 3; i++) {
        struct view *row = view_add(v, "ROW");
        view_setf(row, "N", "%d", i);
        if (i == 2)
            view_show(row, "LAST");
    }
    assert_string_equal(rendered(w, "sub/list.tpl", v), "o0,o1,o2!,");
}

static void
included_files_see_only_what_is_for_all(void **state)
{
    struct world *w = *state;
    put(w, "layout.tpl", HEAD "[{{MINE}}{{ALL}}{{>BODY}}]");
    put(w, "sub/body.tpl",
        HEAD "({{MINE}}{{ALL}}{{OWN}}{{#EVERY}}e{{/EVERY}})");
    opened(w);
    struct view *v = view_new(w->a, "layout");
    struct view *body = view_include(v, "BODY", "sub/body.tpl");
    view_set(v, "MINE", "m");
    view_set_all(v, "ALL", "<a>");
    view_show_all(v, "EVERY");
    view_set_i64(body, "OWN", -5);
    assert_string_equal(rendered(w, "layout.tpl", v),
                        "[m&lt;a&gt;(&lt;a&gt;-5e)]");
}

static void
refused(const struct world *w, const char *text, const char *words)
{
    struct err err = {0};
    put(w, "sub/bad.tpl", text);
    assert_false(view_open(w->dir, &err));
    assert_int_equal(err.kind, ERR_INTERNAL);
    assert_non_null(strstr(err.text, "sub/bad.tpl"));
    assert_non_null(strstr(err.text, words));
}

static void
templates_that_could_print_unescaped_are_refused(void **state)
{
    struct world *w = *state;
    struct err err;
    refused(w, "", "");
    refused(w, "<p>{{X}}</p>", "first line");
    refused(w, " " HEAD "<p>", "first line");
    refused(w, "{{%AUTOESCAPE context=\"XML\"}}\n<p>", "first line");
    refused(w, HEAD "<p>{{X:none}}</p>", ":none");
    refused(w, HEAD "<p>{{X", "syntax");
    refused(w, HEAD "<p>{{#A}}", "syntax");
    assert_false(view_open("/nonexistent", &err));
    assert_int_equal(err.kind, ERR_INPUT);
}

static void
a_missing_file_is_named(void **state)
{
    struct world *w = *state;
    struct err err = {0};
    put(w, "layout.tpl", HEAD "{{>BODY}}");
    opened(w);
    struct buf *out = buf_new(w->a);
    struct view *v = view_new(w->a, "v");
    assert_false(view_render("nothere.tpl", v, out, &err));
    assert_int_equal(err.kind, ERR_INTERNAL);
    assert_non_null(strstr(err.text, "nothere.tpl"));
    view_include(v, "BODY", "gone.tpl");
    assert_false(view_render("layout.tpl", v, out, &err));
    assert_non_null(strstr(err.text, "gone.tpl"));
    assert_false(view_render("../layout.tpl", view_new(w->a, "w"), out, &err));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, world_make, world_drop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(values_are_escaped_for_where_they_stand),
        CASE(sections_repeat_and_see_what_is_around_them),
        CASE(included_files_see_only_what_is_for_all),
        CASE(templates_that_could_print_unescaped_are_refused),
        CASE(a_missing_file_is_named),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
