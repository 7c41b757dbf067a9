/* quotemill fit: a model on the rows of a CSV file, without a database. */
#include "worker/command.h"

#include "core/fit.h"
#include "lib/csv.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: quotemill fit FILE.csv --target COLUMN --input COLUMN...\n"
    "           [--no-intercept] [--method ols|ridge|huber] [--lambda X]\n"
    "           [--json]\n"
    "\n"
    "Explains the target column as intercept + sum of coefficient * input.\n"
    "The file's first line names its columns. Rows in which one of the "
    "columns\n"
    "is empty are left out and counted.\n"
    "\n"
    "  --target COLUMN   the column to explain\n"
    "  --input COLUMN    a column to explain it by; repeat for more\n"
    "  --no-intercept    the plane goes through zero; r2 is about zero then\n"
    "  --method M        ols: least squares (the default); ridge: with a\n"
    "                    penalty on large coefficients, see --lambda; huber:\n"
    "                    outliers weigh less (reads the file several times)\n"
    "  --lambda X        ridge's penalty, 0 or more; has no unit: of a lone\n"
    "                    input 1 halves the coefficient\n"
    "  --json            print one JSON object\n";

/* The file as rows of numbers. */
struct table {
    struct csv *csv;
    const char *const *columns; /* inputs, then the target */
    size_t n;
    size_t *at;      /* where each of them is in a row */
    size_t n_fields; /* of the header */
    double *row;
    int64_t rows, skipped; /* of the pass under way */
    bool progress;
};

struct options {
    const char *file, *target, *lambda;
    const char **inputs; /* and the target behind them */
    size_t n_inputs;
    struct fit_spec spec;
    bool json;
};

static const char *
header_list(struct arena *a, const struct csv_row *header)
{
    struct buf *b = buf_new(a);
    for (size_t i = 0; i < header->n && b->len < 400; i++)
        buf_addf(b, "%s%.*s", i > 0 ? ", " : "", (int)header->fields[i].len,
                 header->fields[i].text);
    return b->data;
}

/* Reads the header and finds the columns. */
static bool
find_columns(struct arena *a, struct table *t, struct err *err)
{
    struct csv_row header;
    if (!csv_next(t->csv, &header, err))
        return false;
    if (header.n == 0)
        return err_set(err, ERR_INPUT,
                       "the file is empty; a line of column names is expected");
    t->n_fields = header.n;
    for (size_t c = 0; c < t->n; c++) {
        size_t found = 0;
        for (size_t i = 0; i < header.n; i++)
            if (csv_is(header.fields[i], t->columns[c])) {
                t->at[c] = i;
                found++;
            }
        if (found != 1)
            return err_set(err, ERR_INPUT,
                           "line %lld: %s column named %s; the file has: %s",
                           (long long)header.line,
                           found == 0 ? "no" : "more than one", t->columns[c],
                           header_list(a, &header));
    }
    return true;
}

/* Fills t->row; *whole is false when a value is missing. */
static bool
read_row(struct table *t, const struct csv_row *row, bool *whole,
         struct err *err)
{
    *whole = true;
    if (row->n != t->n_fields)
        return err_set(
            err, ERR_INPUT, "line %lld: %zu field%s, but the header has %zu",
            (long long)row->line, row->n, row->n == 1 ? "" : "s", t->n_fields);
    for (size_t c = 0; c < t->n; c++) {
        struct csv_field f = csv_trim(row->fields[t->at[c]]);
        if (f.len == 0) {
            *whole = false;
            continue;
        }
        if (!number_parse_f64(f.text, f.len, &t->row[c]))
            return err_set(err, ERR_INPUT,
                           "line %lld, column %s: \"%.*s\" where a number "
                           "such as -12.5 or 3e4, or nothing, is expected",
                           (long long)row->line, t->columns[c],
                           (int)(f.len < 60 ? f.len : 60), f.text);
    }
    return true;
}

static bool
each_row(void *arg, fit_row_fn *fn, void *fn_arg, struct err *err)
{
    struct table *t = arg;
    struct csv_row row;
    bool whole;
    t->rows = t->skipped = 0;
    if (!csv_rewind(t->csv, err) || !csv_next(t->csv, &row, err))
        return false;
    for (;;) {
        if (!csv_next(t->csv, &row, err))
            return false;
        if (row.n == 0)
            break;
        if (!read_row(t, &row, &whole, err))
            return false;
        if (!whole) {
            t->skipped++;
            continue;
        }
        if (!fn(fn_arg, t->row, err))
            return false;
        if (++t->rows % 100000 == 0 && t->progress)
            fprintf(stderr, "\r%lld rows", (long long)t->rows);
    }
    if (t->rows == 0 && t->skipped > 0)
        return err_set(err, ERR_INPUT,
                       "every row lacks a value in one of the columns");
    return true;
}

static bool
read_options(struct command *c, struct options *o, struct err *err)
{
    const char *method = NULL, **words = command_room(c);
    bool no_intercept = false;
    size_t n_words;
    o->inputs = arena_array(c->a, (size_t)c->argc + 1, sizeof(*o->inputs));
    const struct command_option options[] = {
        {.name = "target", .value = &o->target},
        {.name = "input", .values = o->inputs, .n = &o->n_inputs},
        {.name = "no-intercept", .flag = &no_intercept},
        {.name = "method", .value = &method},
        {.name = "lambda", .value = &o->lambda},
        {.name = "json", .flag = &o->json},
    };
    if (!command_options(c, options, COUNT_OF(options), words, &n_words, err))
        return false;
    if (n_words > 1)
        return command_usage(
            c, err, "one file, please: \"%.60s\" is the second", words[1]);
    o->file = n_words == 1 ? words[0] : NULL;
    o->spec = (struct fit_spec){.intercept = !no_intercept,
                                .max_condition = FIT_MAX_CONDITION};
    if (method != NULL && !fit_method_parse(method, &o->spec.method))
        return command_usage(
            c, err, "--method %.40s: ols, ridge or huber is expected", method);
    return true;
}

static bool
check_options(struct command *c, struct options *o, struct err *err)
{
    if (o->file == NULL || o->target == NULL || o->n_inputs == 0)
        return command_usage(c, err, "%s is missing; see --help",
                             o->file == NULL     ? "the CSV file"
                             : o->target == NULL ? "--target COLUMN"
                                                 : "--input COLUMN");
    o->inputs[o->n_inputs] = o->target;
    for (size_t i = 0; i <= o->n_inputs; i++) {
        if (o->spec.intercept && strcmp(o->inputs[i], "intercept") == 0)
            return command_usage(c, err,
                                 "a column named intercept needs "
                                 "--no-intercept");
        for (size_t k = 0; k < i; k++)
            if (strcmp(o->inputs[i], o->inputs[k]) == 0)
                return command_usage(c, err, "column %s is named twice",
                                     o->inputs[i]);
    }
    bool ridge = o->spec.method == FIT_RIDGE;
    if (ridge != (o->lambda != NULL))
        return command_usage(c, err,
                             "--method ridge and --lambda X need each "
                             "other");
    if (ridge &&
        (!number_parse_f64(o->lambda, strlen(o->lambda), &o->spec.lambda) ||
         o->spec.lambda < 0))
        return command_usage(
            c, err, "--lambda %s: a number, 0 or more, is expected", o->lambda);
    return true;
}

static const char *
coefficient_name(const struct options *o, int i)
{
    if (!o->spec.intercept)
        return o->inputs[i];
    return i == 0 ? "intercept" : o->inputs[i - 1];
}

static void
put_values(struct buf *b, const struct options *o, const char *key,
           const double *v, int n)
{
    json_key(b, key);
    json_open(b, '{');
    for (int i = 0; i < n; i++) {
        json_key(b, coefficient_name(o, i));
        json_put_f64(b, v[i]);
    }
    json_close(b, '}');
}

static void
print_json(struct arena *a, const struct options *o, const struct table *t,
           const struct fit *fit)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    put_values(b, o, "coefficients", fit->coefficients, fit->n);
    put_values(b, o, "std_errors", fit->std_errors, fit->n);
    json_key(b, "r2");
    json_put_f64(b, fit->r2);
    json_key(b, "rmse");
    json_put_f64(b, fit->rmse);
    json_key(b, "condition");
    json_put_f64(b, fit->condition);
    json_key(b, "rows");
    json_put_i64(b, fit->rows);
    json_key(b, "skipped");
    json_put_i64(b, t->skipped);
    json_key(b, "method");
    json_put_str(b, fit_method_name(o->spec.method));
    json_close(b, '}');
    puts(b->data);
}

static void
print_text(struct arena *a, const struct options *o, const struct table *t,
           const struct fit *fit)
{
    int width = 11;
    for (int i = 0; i < fit->n; i++)
        if ((int)strlen(coefficient_name(o, i)) > width)
            width = (int)strlen(coefficient_name(o, i));
    printf("%-*s %24s %14s\n", width, "coefficient", "value", "std error");
    for (int i = 0; i < fit->n; i++) {
        char value[NUMBER_TEXT_MAX];
        number_format_f64(value, fit->coefficients[i]);
        printf("%-*s %24s %14.6g\n", width, coefficient_name(o, i), value,
               fit->std_errors[i]);
    }
    printf("\n%s of %s on %s", fit_method_name(o->spec.method), o->target,
           fmt_plural(a, fit->rows, "row", "rows"));
    if (t->skipped > 0)
        printf(", %s left out for an empty value",
               fmt_plural(a, t->skipped, "row", "rows"));
    printf("\nR2 %.6f%s, RMSE %.6g, condition %.4g\n", fit->r2,
           o->spec.intercept ? "" : " (about zero)", fit->rmse, fit->condition);
}

bool
cmd_fit(struct command *c, struct err *err)
{
    if (command_help(c, usage))
        return true;
    struct options o = {0};
    if (!read_options(c, &o, err))
        return false;
    if (!check_options(c, &o, err))
        return false;
    o.spec.inputs = o.inputs;
    o.spec.n_inputs = (int)o.n_inputs;
    struct table t = {
        .columns = o.inputs,
        .n = o.n_inputs + 1,
        .at = arena_array(c->a, o.n_inputs + 1, sizeof(size_t)),
        .row = arena_array(c->a, o.n_inputs + 1, sizeof(double)),
        .progress = isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 1,
    };
    struct fit_source source = {.each = each_row, .arg = &t};
    struct fit fit;
    if (!csv_open(c->a, o.file, &t.csv, err))
        return false;
    bool ok = find_columns(c->a, &t, err) &&
              fit_rows(c->a, &o.spec, &source, &fit, err);
    if (t.progress && t.rows >= 100000)
        fprintf(stderr, "\r\033[K");
    if (!ok)
        return err_wrap(err, "%s", o.file);
    if (o.json)
        print_json(c->a, &o, &t, &fit);
    else
        print_text(c->a, &o, &t, &fit);
    return true;
}
