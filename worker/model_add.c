#include "worker/model_add.h"

#include "core/interval.h"
#include "core/model_define.h"
#include "lib/date.h"
#include "lib/json.h"

#include <stdio.h>
#include <string.h>

static const char HELP[] =
    "usage: quotemill model add NAME --target SPEC --input SPEC... "
    "[OPTION]...\n"
    "\n"
    "A SPEC is SYMBOL[:FIELD][:TRANSFORM]; of an input also [:lagN], and\n"
    "NAME= before it names its coefficient:\n"
    "\n"
    "  quotemill model add eth --target ETH-USD:return \\\n"
    "      --input btc=BTC-USD:return --input BTC-USD:rsi_14:lag1\n"
    "\n"
    "FIELD is open, high, low, close (the default), volume or, of an input, "
    "an\n"
    "indicator or a feature. TRANSFORM is log, diff (to the bar before), "
    "return\n"
    "or, of an input, square. lagN: so many of its own bars back.\n"
    "\n"
    "  --title T           what people call it\n"
    "  --interval I        1d (the default), 4h, 1h, 15m, 5m or 1m\n"
    "  --method M          ols (the default), ridge (with --lambda X) or "
    "huber\n"
    "  --window W          all (the default), 500 (rows) or 365d (days)\n"
    "  --no-intercept      the plane goes through zero\n"
    "  --min-rows N        rows that a version needs (250)\n"
    "  --min-r2 X          R2 that it needs over all rows (0.5)\n"
    "  --holdout X         part of the rows that is kept back to judge on "
    "(0.2)\n"
    "  --margin X          by how much more than the active version's its "
    "RMSE\n"
    "                      there may be (0.1)\n"
    "  --folds N           of the walk-forward validation (5; 0: none)\n"
    "  --rolling           each fold is fitted on as many rows, not all "
    "before\n"
    "  --fold-spread X     how much the folds' errors may differ (none)\n"
    "  --shadow N          live rows for which a version is watched before it\n"
    "                      may answer (0)\n"
    "  --shadow-margin X   by how much it must then be better (0)\n"
    "  --live-rows N       live rows that an active version is judged by (10)\n"
    "  --live-band X       times its error on the hold-out that its live "
    "error\n"
    "                      may be before the former one answers again (3; "
    "none)\n"
    "  --json              print what was added as JSON\n"
    "\n"
    "The next retrain fits it.\n";

static bool
read_interval(struct command *c, const char *text, int64_t *out,
              struct err *err)
{
    int32_t interval_s = DAY_S;
    if (text != NULL && !interval_parse(text, &interval_s))
        return command_usage(
            c, err, "--interval \"%.40s\": choose " INTERVAL_NAMES, text);
    *out = interval_s;
    return true;
}

struct options {
    struct model_define what;
    const char *interval;
    const char **inputs, **words;
    size_t n_words;
    bool json;
};

static bool
read_options(struct command *c, struct options *o, struct err *err)
{
    struct model_define *w = &o->what;
    o->inputs = command_room(c);
    o->words = command_room(c);
    const struct command_option options[] = {
        {.name = "target", .value = &w->target},
        {.name = "input", .values = o->inputs, .n = &w->n_inputs},
        {.name = "title", .value = &w->title},
        {.name = "interval", .value = &o->interval},
        {.name = "method", .value = &w->method},
        {.name = "lambda", .value = &w->lambda},
        {.name = "window", .value = &w->window},
        {.name = "no-intercept", .flag = &w->no_intercept},
        {.name = "rolling", .flag = &w->rolling},
        {.name = "min-rows", .value = &w->numbers[MODEL_MIN_ROWS]},
        {.name = "holdout", .value = &w->numbers[MODEL_HOLDOUT]},
        {.name = "min-r2", .value = &w->numbers[MODEL_MIN_R2]},
        {.name = "margin", .value = &w->numbers[MODEL_MARGIN]},
        {.name = "folds", .value = &w->numbers[MODEL_FOLDS]},
        {.name = "fold-spread", .value = &w->numbers[MODEL_FOLD_SPREAD]},
        {.name = "shadow", .value = &w->numbers[MODEL_SHADOW_ROWS]},
        {.name = "shadow-margin", .value = &w->numbers[MODEL_SHADOW_MARGIN]},
        {.name = "live-rows", .value = &w->numbers[MODEL_LIVE_ROWS]},
        {.name = "live-band", .value = &w->numbers[MODEL_LIVE_BAND]},
        {.name = "json", .flag = &o->json},
    };
    if (!command_options(c, options, COUNT_OF(options), o->words, &o->n_words,
                         err) ||
        !read_interval(c, o->interval, &w->interval_s, err))
        return false;
    if (o->n_words != 2)
        return command_usage(c, err, "add takes one name (see --help)");
    if (w->target == NULL || w->n_inputs == 0)
        return command_usage(c, err, "%s is missing (see --help)",
                             w->target == NULL ? "--target" : "--input");
    w->name = o->words[1];
    w->inputs = o->inputs;
    return true;
}

bool
model_add(struct command *c, struct err *err)
{
    struct db *db;
    struct options o = {0};
    if (command_help(c, HELP))
        return true;
    if (!read_options(c, &o, err) || !command_db(c, &db, err) ||
        !model_define(db, &o.what, command_who(c), err))
        return false;
    if (!o.json) {
        printf("Model %s is there; the next retrain fits it.\n", o.what.name);
        return true;
    }
    struct buf *b = buf_new(c->a);
    json_open(b, '{');
    json_member_str(b, "name", o.what.name);
    json_member_str(b, "target", o.what.target);
    json_key(b, "inputs");
    json_open(b, '[');
    for (size_t i = 0; i < o.what.n_inputs; i++)
        json_put_str(b, o.what.inputs[i]);
    json_close(b, ']');
    json_close(b, '}');
    puts(b->data);
    return true;
}
