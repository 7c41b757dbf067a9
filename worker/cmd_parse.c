/* quotemill parse: what a provider's parser makes of a saved response, or what
 * a file of prices is taken for. Reads no database and no network, so it also
 * serves to try a generic spec and a mapping. */
#include "worker/command.h"

#include "core/interval.h"
#include "core/providers/provider.h"
#include "lib/csv.h"
#include "lib/date.h"
#include "lib/number.h"
#include "worker/parse_file.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: quotemill parse --provider P [option]... FILE\n"
    "       quotemill parse --file-format F [option]... FILE\n"
    "\n"
    "The first reads a saved response as the provider's parser does and "
    "prints\n"
    "its rows as CSV, or the fault and its words. FILE may be - for standard\n"
    "input.\n"
    "\n"
    "  --provider P   binance, yahoo, fred, eia, mnav or generic\n"
    "  --symbol S     the provider's name for what was asked; checked\n"
    "  --interval I   1m, 5m, 15m, 1h, 4h or 1d; default: as the response "
    "says\n"
    "  --status N     HTTP status that it came with; default 200\n"
    "  --spec FILE    the generic provider's spec (JSON)\n"
    "  --json         print JSON\n"
    "\n"
    "The second reads a file of prices (CSV or JSON, also packed with gzip or\n"
    "zstd) as import does, says what it was taken for and prints its rows.\n"
    "\n"
    "  --file-format F  auto, custom, or the name of a format\n"
    "  --map FIELD=X    a column for time, clock, open, high, low, close,\n"
    "                   volume, symbol, id or flag; or an answer: zone,\n"
    "                   day_order, decimal, delimiter, header, "
    "instrument.NAME\n"
    "  --instrument S   which instrument the file is of\n"
    "  --known S        an instrument that the file may be of\n"
    "  --interval I     as above\n"
    "  --json           print JSON, one object a line: first what was found\n"
    "\n"
    "Exit status: 0 rows were read, 1 the response or the file has a fault,\n"
    "2 wrong usage, or a question about the file is open.\n";

struct options {
    const struct provider *provider;
    const char *symbol, *spec, *file;
    int32_t interval_s;
    int status;
    bool json;
    bool is_file; /* --file-format was given */
    const char **answers, **known;
    size_t n_answers, n_known;
};

/* An answer about a file. */
static bool
add_answer(struct command *c, struct options *o, const char *field)
{
    o->answers[o->n_answers++] =
        field != NULL ? arena_printf(c->a, "%s=%s", field, optarg) : optarg;
    return true;
}

static bool
set_option(struct command *c, int option, struct options *o, struct err *err)
{
    int64_t status;
    switch (option) {
    case 'p':
        o->provider = provider_find(optarg);
        if (o->provider == NULL)
            return command_usage(c, err, "there is no provider \"%s\"", optarg);
        return true;
    case 's':
        o->symbol = optarg;
        return true;
    case 'i':
        (void)add_answer(c, o, "interval");
        return interval_parse(optarg, &o->interval_s) ||
               command_usage(c, err,
                             "--interval \"%s\": expected " INTERVAL_NAMES,
                             optarg);
    case 'n':
        if (!number_parse_i64(optarg, strlen(optarg), &status) ||
            status < 100 || status > 999)
            return command_usage(c, err, "--status \"%s\": expected 100 to 999",
                                 optarg);
        o->status = (int)status;
        return true;
    case 'g':
        o->spec = optarg;
        return true;
    case 'j':
        o->json = true;
        return true;
    case 'f':
        o->is_file = true;
        return add_answer(c, o, "format");
    case 'm':
        return add_answer(c, o, NULL);
    case 't':
        return add_answer(c, o, "instrument");
    case 'k':
        o->known[o->n_known++] = optarg;
        return true;
    default:
        return command_usage(c, err, "unknown option, or a value is missing");
    }
}

static bool
read_options(struct command *c, struct options *o, struct err *err)
{
    static const struct option longs[] = {
        {"provider", required_argument, NULL, 'p'},
        {"symbol", required_argument, NULL, 's'},
        {"interval", required_argument, NULL, 'i'},
        {"status", required_argument, NULL, 'n'},
        {"spec", required_argument, NULL, 'g'},
        {"json", no_argument, NULL, 'j'},
        {"file-format", required_argument, NULL, 'f'},
        {"map", required_argument, NULL, 'm'},
        {"instrument", required_argument, NULL, 't'},
        {"known", required_argument, NULL, 'k'},
        {0}};
    *o = (struct options){.status = 200};
    o->answers = command_room(c);
    o->known = command_room(c);
    optind = 0;
    opterr = 0;
    for (int option;
         (option = getopt_long(c->argc, c->argv, "", longs, NULL)) != -1;)
        if (!set_option(c, option, o, err))
            return false;
    if ((o->provider == NULL) != o->is_file)
        command_usage(c, err,
                      "--provider is missing, or --file-format: one "
                      "of the two is expected");
    else if (optind != c->argc - 1)
        command_usage(c, err, "one FILE is expected");
    else if (!o->is_file && strcmp(o->provider->name, "generic") == 0 &&
             o->spec == NULL)
        command_usage(c, err, "the generic provider needs --spec");
    else
        o->file = c->argv[optind];
    return o->file != NULL;
}

static bool
read_file(const char *path, struct buf *out, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *f = is_stdin ? stdin : fopen(path, "rbe");
    if (f == NULL) {
        err_set(err, ERR_MISSING, "%s: %s", path, strerror(errno));
        return false;
    }
    size_t n;
    do {
        n = fread(buf_reserve(out, 65536), 1, 65536, f);
        buf_end(out, n);
    } while (n > 0);
    bool failed = ferror(f) != 0;
    if (!is_stdin)
        fclose(f);
    return !failed || err_set(err, ERR_MISSING, "%s: it cannot be read", path);
}

static void
print_csv(struct arena *a, const struct provider_answer *answer,
          struct buf *out)
{
    buf_adds(out, "ts,open,high,low,close,volume,bad\n");
    for (size_t i = 0; i < answer->series->n; i++) {
        const struct series_row *row = &answer->series->rows[i];
        const double values[] = {row->open, row->high, row->low, row->close,
                                 row->volume};
        if (row->ts != SERIES_NO_TS)
            buf_adds(out, date_format_iso(a, row->ts));
        for (size_t k = 0; k < COUNT_OF(values); k++) {
            char text[NUMBER_TEXT_MAX] = "";
            if (!isnan(values[k]))
                (void)number_format_f64(text, values[k]);
            buf_addf(out, ",%s", text);
        }
        buf_addc(out, ',');
        csv_put(out, ',', row->bad);
        buf_addc(out, '\n');
    }
}

static void
print_json(struct arena *a, const struct provider_answer *answer,
           struct buf *out)
{
    json_open(out, '{');
    json_key(out, "rows");
    json_open(out, '[');
    for (size_t i = 0; i < answer->series->n; i++) {
        const struct series_row *row = &answer->series->rows[i];
        const struct {
            const char *name;
            double value;
        } fields[] = {{"open", row->open},
                      {"high", row->high},
                      {"low", row->low},
                      {"close", row->close},
                      {"volume", row->volume}};
        json_open(out, '{');
        json_key(out, "ts");
        json_put_str(out, row->ts != SERIES_NO_TS ? date_format_iso(a, row->ts)
                                                  : NULL);
        for (size_t k = 0; k < COUNT_OF(fields); k++) {
            json_key(out, fields[k].name);
            json_put_f64(out, fields[k].value);
        }
        json_key(out, "bad");
        json_put_str(out, row->bad);
        json_key(out, "raw");
        json_put_str(out, row->raw);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_key(out, "absent");
    json_put_i64(out, (int64_t)answer->n_absent);
    json_key(out, "next_from");
    json_put_str(out, answer->next_from_ts != 0
                          ? date_format_iso(a, answer->next_from_ts)
                          : NULL);
    json_close(out, '}');
    buf_addc(out, '\n');
}

static void
print_fault(const struct provider_answer *answer, bool json, struct buf *out)
{
    if (!json) {
        buf_addf(out, "%s: %s\n", fault_name(answer->fault), answer->text);
        return;
    }
    json_open(out, '{');
    json_key(out, "fault");
    json_put_str(out, fault_name(answer->fault));
    json_key(out, "text");
    json_put_str(out, answer->text);
    json_close(out, '}');
    buf_addc(out, '\n');
}

bool
cmd_parse(struct command *c, struct err *err)
{
    struct options o;
    struct buf *body = buf_new(c->a), *spec = buf_new(c->a);
    struct buf *out = buf_new(c->a);
    if (command_help(c, help))
        return true;
    if (!read_options(c, &o, err))
        return false;
    if (o.is_file)
        return parse_file(c,
                          &(struct parse_file){.path = o.file,
                                               .answers = o.answers,
                                               .n_answers = o.n_answers,
                                               .symbols = o.known,
                                               .n_symbols = o.n_known,
                                               .json = o.json},
                          err);
    if (!read_file(o.file, body, err))
        return false;
    struct provider_request request = {.base_url = "",
                                       .symbol = o.symbol,
                                       .interval_s = o.interval_s,
                                       .to_ts = INT64_MAX,
                                       .all_history = true,
                                       .now_ts = c->now_ts};
    if (o.spec != NULL &&
        (!read_file(o.spec, spec, err) ||
         !json_parse(c->a, spec->data, spec->len, &request.spec, err)))
        return err_wrap(err, "spec");
    struct provider_answer answer = {0};
    o.provider->parse(c->a, &request, o.status, body->data, body->len, &answer);
    if (answer.fault != FAULT_NONE) {
        print_fault(&answer, o.json, out);
        c->exit_code = EXIT_FAILED;
    } else if (o.json) {
        print_json(c->a, &answer, out);
    } else {
        print_csv(c->a, &answer, out);
    }
    fwrite(out->data, 1, out->len, stdout);
    return true;
}
