#include "core/model_gate.h"

#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"

#include <math.h>

/* Rounding is not a reason to refuse: RMSEs this far below the target's size,
 * and unexplained shares below this, are zero. */
#define NOTHING 1e-12

/* What rounding may do to the coefficients, against the largest term. */
#define MAX_ERROR 1e-6

/* New rows for each known one up to which known_rows judges. */
#define KNOWN_NEWS_FRAC 0.1

struct card {
    struct arena *a;
    struct buf *json, *failed;
    int n_failed;
};

/* limit NaN: the rule only reports. */
static void
add_rule(struct card *card, const char *rule, double value, double limit,
         bool passed, const char *words)
{
    json_open(card->json, '{');
    json_key(card->json, "rule");
    json_put_str(card->json, rule);
    json_key(card->json, "value");
    json_put_f64(card->json, value);
    json_key(card->json, "limit");
    json_put_f64(card->json, limit);
    json_key(card->json, "passed");
    json_put_bool(card->json, passed);
    json_key(card->json, "words");
    json_put_str(card->json, words);
    json_close(card->json, '}');
    if (passed)
        return;
    buf_addf(card->failed, "%s%s", card->n_failed++ > 0 ? "; " : "", words);
}

static void
judge_rows(struct card *card, const struct model_candidate *c)
{
    int64_t rows = c->all->rows;
    const char *left =
        c->left_out == 0
            ? ""
            : arena_printf(card->a,
                           " (%s left out, where a transform is not defined)",
                           fmt_plural(card->a, c->left_out, "row", "rows"));
    add_rule(card, "rows", (double)rows, (double)c->spec->min_rows,
             rows >= c->spec->min_rows,
             arena_printf(card->a, "fitted on %s%s; at least %s are needed",
                          fmt_plural(card->a, rows, "row", "rows"), left,
                          fmt_count(card->a, c->spec->min_rows)));
}

/* The target among the inputs, an input twice, or time running backwards. */
static void
judge_leakage(struct card *card, const struct model_candidate *c)
{
    int leaks = c->train_last_ts < c->holdout_first_ts ? 0 : 1;
    for (int i = 0; i < c->spec->n_inputs; i++)
        if (model_input_is_target(c->spec, &c->spec->inputs[i]))
            leaks++;
    const char *words =
        leaks > 0
            ? arena_printf(card->a,
                           "%s explains itself, or the hold-out begins before "
                           "the training rows end",
                           c->spec->target.symbol)
            : arena_printf(card->a,
                           "no leakage: training rows end on %s, the hold-out "
                           "begins on %s; %s is not among its own inputs",
                           date_format_day(card->a, c->train_last_ts),
                           date_format_day(card->a, c->holdout_first_ts),
                           c->spec->target.symbol);
    add_rule(card, "leakage", leaks, 0, leaks == 0, words);
}

static int
count_not_finite(const struct fit *fit)
{
    int n = isfinite(fit->rmse) ? 0 : 1;
    for (int i = 0; i < fit->n; i++)
        if (!isfinite(fit->coefficients[i]) || !isfinite(fit->std_errors[i]))
            n++;
    return n;
}

static void
judge_coefficients(struct card *card, const struct model_candidate *c)
{
    int bad = count_not_finite(c->all);
    add_rule(card, "finite", bad, 0, bad == 0,
             bad == 0 ? "all coefficients and errors are finite"
                      : "a coefficient or its error is not a finite number");
    double largest = 0, limit = c->spec->max_abs_coefficient;
    const char *name = "";
    for (int i = 0; i < c->all->n; i++)
        if (!isnan(largest) && !(fabs(c->all->coefficients[i]) <= largest)) {
            largest = fabs(c->all->coefficients[i]);
            name = model_coefficient_name(c->spec, i);
        }
    add_rule(card, "magnitude", largest, limit, largest <= limit,
             arena_printf(card->a,
                          "the largest coefficient is %s with %.4g; up to %.4g "
                          "is plausible",
                          name, largest, limit));
    limit = c->spec->max_condition;
    add_rule(card, "condition", c->all->condition, limit,
             c->all->condition <= limit,
             arena_printf(card->a,
                          "condition number %.4g; up to %.4g the inputs can be "
                          "told apart",
                          c->all->condition, limit));
    limit = MAX_ERROR;
    add_rule(card, "precision", c->all->error, limit, c->all->error <= limit,
             arena_printf(card->a,
                          "rounding may cost the coefficients %.2g of the "
                          "largest term; up to %.2g is accepted",
                          c->all->error, limit));
}

static void
judge_r2(struct card *card, const struct model_candidate *c)
{
    double r2 = c->all->r2, limit = c->spec->min_r2;
    add_rule(card, "r2", r2, limit, r2 >= limit,
             arena_printf(card->a,
                          "R\u00b2 over all rows is %.4f; at least %.4g is "
                          "needed",
                          r2, limit));
    const struct model_champion *k = &c->champion;
    if (k->version == 0 || !k->same_r2 || isnan(k->r2))
        return;
    double share = fmax(1 - r2, 0), theirs = fmax(1 - k->r2, NOTHING);
    double ratio = share / theirs;
    limit = c->spec->max_unexplained_ratio;
    add_rule(card, "unexplained", ratio, limit,
             ratio <= limit || share <= NOTHING,
             arena_printf(card->a,
                          "leaves %.3g %% of the variance unexplained, %.3g "
                          "times what version %lld did; up to %.4g times is "
                          "accepted",
                          100 * share, ratio, (long long)k->version, limit));
}

/* On the hold-out: the candidate's fit on the rows before it against the same
 * fit of the active version, neither having seen these rows. */
static void
judge_holdout(struct card *card, const struct model_candidate *c)
{
    const struct model_champion *k = &c->champion;
    struct arena *a = card->a;
    add_rule(card, "holdout_r2", c->holdout_r2, (double)NAN, true,
             arena_printf(a,
                          "R\u00b2 on the hold-out of %s is %.4f (reported, "
                          "not judged)",
                          fmt_plural(a, c->holdout_rows, "row", "rows"),
                          c->holdout_r2));
    if (k->version == 0 || !k->comparable) {
        add_rule(card, "rmse", c->holdout_rmse, (double)NAN, true,
                 k->version == 0
                     ? "RMSE on the hold-out; the first version has no other "
                       "to be compared with"
                     : arena_printf(a,
                                    "RMSE on the hold-out; version %lld has "
                                    "other inputs, so it is not compared",
                                    (long long)k->version));
        return;
    }
    double limit = k->judged_rmse * (1 + c->spec->rmse_margin_frac) +
                   NOTHING * c->holdout_size;
    const char *seen =
        k->seen == 0 ? ""
                     : arena_printf(a, " (which has seen %s of these)",
                                    fmt_plural(a, k->seen, "row", "rows"));
    add_rule(card, "rmse", c->holdout_rmse, limit, c->holdout_rmse <= limit,
             arena_printf(a,
                          "RMSE on the hold-out is %.4g; version %lld's, "
                          "fitted before its own hold-out%s, is %.4g, and up "
                          "to %.4g is accepted",
                          c->holdout_rmse, (long long)k->version, seen,
                          k->judged_rmse, limit));
    add_rule(card, "active_rmse", k->active_rmse, (double)NAN, true,
             arena_printf(a,
                          "RMSE of version %lld as it answers now, on the same "
                          "rows (reported only: it was fitted on most of them)",
                          (long long)k->version));
}

/* What the candidate makes of the rows that the active version was fitted on.
 * A few new rows cannot rightly change that much; many can. */
static void
judge_known(struct card *card, const struct model_candidate *c)
{
    const struct model_champion *k = &c->champion;
    if (k->version == 0 || !k->comparable || k->known_rows == 0)
        return;
    struct arena *a = card->a;
    int64_t news = c->all->rows - k->known_rows;
    bool judged = (double)news <= KNOWN_NEWS_FRAC * (double)k->known_rows;
    double floor = NOTHING * c->holdout_size;
    double ratio = k->known_rmse / fmax(k->own_known_rmse, floor);
    double limit = c->spec->max_known_ratio;
    ratio *= ratio;
    add_rule(card, "known_rows", ratio, judged ? limit : (double)NAN,
             !judged || ratio <= limit || k->known_rmse <= floor,
             arena_printf(a,
                          "leaves %.4g times the residual squares of version "
                          "%lld on the %s that it knows; up to %.4g times is "
                          "accepted%s",
                          ratio, (long long)k->version,
                          fmt_plural(a, k->known_rows, "row", "rows"), limit,
                          judged ? ""
                                 : " (not judged: over a tenth as many rows "
                                   "are new)"));
}

/* How a fit does on rows that came after it, over and over. */
static void
judge_folds(struct card *card, const struct model_candidate *c)
{
    const struct model_folds *f = c->folds;
    if (f == NULL || f->n_fitted == 0)
        return;
    struct arena *a = card->a;
    add_rule(card, "walk_forward", f->mean, (double)NAN, true,
             arena_printf(a,
                          "mean RMSE of %s, each fitted on rows before it, is "
                          "%.4g; from %.4g to %.4g (reported, not judged)",
                          fmt_plural(a, (int64_t)f->n_fitted, "fold", "folds"),
                          f->mean, f->least, f->most));
    double limit = c->spec->max_fold_spread;
    bool judged = !isnan(limit);
    if (!isnan(f->spread))
        add_rule(card, "fold_spread", f->spread, limit,
                 !judged || f->spread <= limit,
                 arena_printf(
                     a, "the folds' RMSE deviates by %.3g of its mean%s",
                     f->spread,
                     judged ? arena_printf(a, "; up to %.3g is accepted", limit)
                            : " (reported, not judged)"));
}

void
model_gate_judge(struct arena *a, const struct model_candidate *c,
                 struct model_verdict *out)
{
    struct card card = {.a = a, .json = buf_new(a), .failed = buf_new(a)};
    json_open(card.json, '[');
    judge_rows(&card, c);
    judge_leakage(&card, c);
    judge_coefficients(&card, c);
    judge_r2(&card, c);
    judge_holdout(&card, c);
    judge_known(&card, c);
    judge_folds(&card, c);
    json_close(card.json, ']');
    *out = (struct model_verdict){
        .passed = card.n_failed == 0,
        .n_failed = card.n_failed,
        .scorecard = card.json->data,
        .words = card.n_failed > 0 ? card.failed->data : NULL,
    };
}
