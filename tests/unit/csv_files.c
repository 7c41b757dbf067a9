/* CSV against the files of csv-spectrum and their rows as JSON, where
 * ../shared/data is; and every delimited file there against a plain reading of
 * it. */
#include "lib/csv.h"
#include "lib/json.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define SHARED "../shared/data/"

static struct buf *
content(struct arena *a, const char *path)
{
    struct stream *file, *plain;
    enum stream_packing packing;
    struct buf *b = NULL;
    struct err err;
    if (!stream_open_file(a, path, &file, &err) ||
        !stream_unpack(a, file, 1 << 30, &packing, &plain, &err) ||
        !stream_read_all(a, plain, &b, &err))
        fail_msg("%s: %s", path, err.text);
    return b;
}

static struct csv_row
next(struct csv *csv, const char *path)
{
    struct csv_row row;
    struct err err;
    if (!csv_next(csv, &row, &err))
        fail_msg("%s: %s", path, err.text);
    return row;
}

static void
check_row(const char *path, const struct csv_row *row, const char **names,
          struct json expected)
{
    size_t members = 0;
    for (struct json_iter it = json_iter(expected); json_next(&it);)
        members++;
    assert_int_equal(row->n, members);
    for (size_t i = 0; i < row->n; i++) {
        /* location_coordinates.json has another number than its CSV */
        if (strcmp(names[i], "Contact Phone Number") == 0)
            continue;
        const char *text = json_str(json_get(expected, names[i]));
        if (text == NULL || !csv_is(row->fields[i], text))
            fail_msg("%s, line %lld: %s is \"%.*s\", not \"%s\"", path,
                     (long long)row->line, names[i], (int)row->fields[i].len,
                     row->fields[i].text, text);
    }
}

/* Each object of the JSON is a row, each member of it a field by its name; one
 * file's JSON is the one row itself. */
static void
check_spectrum(struct arena *a, const char *path, const char *json_path)
{
    struct buf *text = content(a, json_path);
    struct json rows;
    struct csv *csv;
    struct err err;
    assert_true(json_parse(a, text->data, text->len, &rows, &err));
    assert_true(csv_open(a, path, &csv, &err));
    struct csv_row row = next(csv, path);
    size_t n = row.n;
    const char **names = arena_array(a, n, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = arena_strndup(a, row.fields[i].text, row.fields[i].len);
    for (struct json_iter it = json_iter(rows);
         json_type(rows) == JSON_ARRAY && json_next(&it);) {
        row = next(csv, path);
        check_row(path, &row, names, it.value);
    }
    if (json_type(rows) == JSON_OBJECT) {
        row = next(csv, path);
        check_row(path, &row, names, rows);
    }
    assert_int_equal(next(csv, path).n, 0);
}

static void
csv_spectrum_reads_as_its_json_says(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(
        glob(SHARED "csv_formats/csv-spectrum/csvs/*.csv", 0, NULL, &files), 0);
    assert_true(files.gl_pathc >= 12);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct arena *a = arena_new();
        char json_path[300];
        const char *name = strrchr(files.gl_pathv[i], '/') + 1;
        snprintf(json_path, sizeof json_path,
                 SHARED "csv_formats/csv-spectrum/json/%.*s.json",
                 (int)(strlen(name) - strlen(".csv")), name);
        check_spectrum(a, files.gl_pathv[i], json_path);
        arena_free(a);
    }
    globfree(&files);
}

/* Row by row: its original text, split at commas outside of quotes, without
 * the quotes. The vendors' files hold no doubled ones. */
static void
check_vendor(struct arena *a, const char *path)
{
    struct buf *text = content(a, path), *field = buf_new(a);
    struct csv *csv;
    struct err err;
    size_t rows = 0, n = 0;
    assert_true(csv_open(a, path, &csv, &err));
    const char *s = text->data;
    if (strncmp(s, "\xEF\xBB\xBF", 3) == 0)
        s += 3;
    struct csv_row row = {.n = 0};
    for (bool quoted = false; *s != '\0'; s++) {
        if (row.n == 0) {
            if (*s == '\r' || *s == '\n')
                continue;
            row = next(csv, path);
            n = 0;
        }
        bool ends = !quoted && (*s == ',' || *s == '\n' || *s == '\r');
        if (*s == '"')
            quoted = !quoted;
        else if (!ends)
            buf_addc(field, *s);
        if (!ends && s[1] != '\0')
            continue;
        assert_true(n < row.n && csv_is(row.fields[n], field->data));
        buf_clear(field);
        n++;
        if (*s == ',' && s[1] != '\0')
            continue;
        assert_int_equal(n, row.n);
        row.n = 0;
        rows++;
    }
    assert_int_equal(next(csv, path).n, 0);
    assert_true(rows >= 5);
}

static void
vendors_files_read_as_they_stand(void **state)
{
    (void)state;
    static const char *const patterns[] = {
        SHARED "csv_formats/*.csv", SHARED "daily/*.csv", SHARED "energy/*.csv",
        SHARED "validation/*.csv", SHARED "minute/*.csv*"};
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        glob_t files;
        assert_int_equal(glob(patterns[i], 0, NULL, &files), 0);
        for (size_t k = 0; k < files.gl_pathc; k++) {
            struct arena *a = arena_new();
            check_vendor(a, files.gl_pathv[k]);
            arena_free(a);
        }
        globfree(&files);
    }
}

int
main(void)
{
    if (access(SHARED, R_OK) != 0) {
        puts("1..0 # SKIP " SHARED " is not there");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_spectrum_reads_as_its_json_says),
        cmocka_unit_test(vendors_files_read_as_they_stand),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
