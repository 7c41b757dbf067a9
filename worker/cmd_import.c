#include "core/import.h"
#include "core/instrument.h"
#include "core/interval.h"
#include "core/upload.h"
#include "core/upload_job.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"
#include "worker/command.h"
#include "worker/import_source.h"
#include "worker/import_words.h"
#include "worker/stop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char HELP[] =
    "usage: quotemill import FILE... [OPTION]...\n"
    "       quotemill import --undo LOAD [--json]\n\n"
    "Stores the bars of files, each in one transaction: all of a file or\n"
    "nothing. CSV (also gzip or zstd) and JSON; FILE - is standard input.\n\n"
    "  --instrument S    whose bars they are, where the file does not say\n"
    "  --interval I      " INTERVAL_NAMES "\n"
    "  --format F        the vendor's format, where it is not recognised\n"
    "  --map FIELD=VALUE what a column is (--map close=Price), or the answer "
    "to\n"
    "                    a question that the file leaves open; may be "
    "repeated\n"
    "  --create KIND     makes the instrument, where there is none: crypto,\n"
    "                    stock, energy, index, fx or derived\n"
    "  --dry-run         counts what is new, same, changed and refused; "
    "stores\n"
    "                    nothing\n"
    "  --refused FILE    writes the refused rows there, ready to be mended "
    "and\n"
    "                    imported again\n"
    "  --undo LOAD       takes a load back: what it replaced comes back\n"
    "  --json            one JSON object for each file, one a line\n\n"
    "Exit: 0 done; 1 failed; 2 wrong usage, or the file leaves a question "
    "open\n"
    "(it names the option that answers it); 3 some rows were refused, the "
    "rest\n"
    "is stored.\n";

struct options {
    const char *instrument, *interval, *format, *create, *refused, *undo;
    const char **maps;
    size_t n_maps;
    bool dry_run, json;
    const char **files;
    size_t n_files;
    const char **answers;
    size_t n_answers;
};

/* One file on its way. */
struct call {
    struct command *c;
    const struct options *o;
    struct arena *a; /* of this file */
    struct db *db;
    struct import_source source;
    struct recognised found;
    struct import_result result;
    int64_t upload_id, same_upload, same_load; /* 0: none */
    struct import_refused *refused;            /* NULL: not asked for */
    bool shows;                                /* progress, on a terminal */
    time_t shown;
};

static bool
read_options(struct command *c, struct options *o, struct err *err)
{
    const struct command_option options[] = {
        {.name = "instrument", .value = &o->instrument},
        {.name = "interval", .value = &o->interval},
        {.name = "format", .value = &o->format},
        {.name = "create", .value = &o->create},
        {.name = "refused", .value = &o->refused},
        {.name = "undo", .value = &o->undo},
        {.name = "map", .values = o->maps = command_room(c), .n = &o->n_maps},
        {.name = "dry-run", .flag = &o->dry_run},
        {.name = "json", .flag = &o->json},
    };
    o->files = command_room(c);
    return command_options(c, options, COUNT_OF(options), o->files, &o->n_files,
                           err);
}

static void
add_answer(struct command *c, struct options *o, const char *field,
           const char *value)
{
    if (value != NULL)
        o->answers[o->n_answers++] = arena_printf(c->a, "%s=%s", field, value);
}

static bool
check_options(struct command *c, struct options *o, struct err *err)
{
    int32_t interval_s;
    if (o->interval != NULL && !interval_parse(o->interval, &interval_s))
        return command_usage(c, err,
                             "--interval \"%.40s\": choose " INTERVAL_NAMES,
                             o->interval);
    if (o->create != NULL && (o->dry_run || o->instrument == NULL))
        return command_usage(c, err, "%s",
                             o->dry_run
                                 ? "--dry-run stores nothing: it goes not with "
                                   "--create"
                                 : "--create needs --instrument");
    for (size_t i = 0; i < o->n_maps; i++)
        if (strchr(o->maps[i], '=') == NULL)
            return command_usage(c, err, "--map \"%.60s\": say FIELD=VALUE",
                                 o->maps[i]);
    if (o->n_files == 0)
        return command_usage(c, err, "which file? (see --help)");
    o->answers = arena_array(c->a, o->n_maps + 3, sizeof *o->answers);
    for (size_t i = 0; i < o->n_maps; i++)
        o->answers[o->n_answers++] = o->maps[i];
    add_answer(c, o, "instrument", o->instrument);
    add_answer(c, o, "interval", o->interval);
    add_answer(c, o, "format", o->format);
    return true;
}

/* The instrument of --instrument is there, or is made. */
static bool
ready_instrument(struct command *c, struct db *db, const struct options *o,
                 struct err *err)
{
    struct instrument x;
    int64_t id;
    if (o->instrument == NULL ||
        instrument_get(c->a, db, o->instrument, &x, err))
        return true;
    if (err->kind != ERR_MISSING)
        return false;
    if (o->create == NULL)
        return command_usage(c, err, "%s; --create KIND makes it", err->text);
    struct instrument_add what = {.symbol = o->instrument,
                                  .kind = o->create,
                                  .price_min = NAN,
                                  .price_max = NAN,
                                  .jump_frac = NAN};
    if (o->interval != NULL && !interval_parse(o->interval, &what.interval_s))
        return false;
    if (instrument_add(db, &what, command_who(c), "", &id, err))
        return true;
    if (err->kind == ERR_INPUT)
        c->exit_code = EXIT_USAGE;
    return false;
}

/* --- what import_run asks ------------------------------------------------ */

static bool
on_progress(void *arg, int64_t bytes, int64_t rows)
{
    struct call *k = arg;
    time_t now = time(NULL);
    if (k->shows && now != k->shown) {
        k->shown = now;
        double of = (double)k->source.plain_bytes;
        fprintf(stderr, "\r%s: %3.0f %%, %s rows ", k->source.name,
                of > 0 ? 100.0 * (double)bytes / of : 100.0,
                fmt_count(k->a, rows));
    }
    return stop_requested() == 0;
}

static const char *
archive_of(const struct call *k)
{
    return k->o->dry_run ? NULL : config()->archive_dir;
}

static bool
on_again(void *arg, struct arena *a, struct stream **in, struct err *err)
{
    struct call *k = arg;
    return (k->refused == NULL || import_refused_again(k->refused, err)) &&
           import_source_read(a, &k->source, archive_of(k), in, err);
}

static bool
on_refused(void *arg, const struct import_refusal *r, struct err *err)
{
    struct call *k = arg;
    return import_refused_add(k->refused, r, err);
}

static bool
on_file(struct db *db, void *arg, struct import_file *out, struct err *err)
{
    struct call *k = arg;
    struct import_source *s = &k->source;
    struct archive_object object;
    if (!import_source_finish(s, &object, err) ||
        !upload_same(k->a, db, object.hash, 0, &k->same_upload, &k->same_load,
                     err))
        return false;
    const struct upload u = {.name = s->name,
                             .archive_hash = object.hash,
                             .bytes = object.bytes,
                             .plain_bytes = s->plain_bytes,
                             .packing = s->packing,
                             .head = s->head,
                             .head_len = s->head_len,
                             .tail = s->tail,
                             .tail_len = s->tail_len,
                             .source = "cli",
                             .uploaded_by = command_who(k->c)};
    if (!upload_create(db, &u, "", &k->upload_id, err))
        return false;
    *out = (struct import_file){k->upload_id, object.hash, object.bytes};
    return true;
}

static bool
on_committing(struct db *db, void *arg, const struct import_result *r,
              struct err *err)
{
    struct call *k = arg;
    return upload_stored(db, k->upload_id, &k->found.mapping, r,
                         command_who(k->c), err);
}

/* --- one file ------------------------------------------------------------ */

static bool
recognise_file(struct call *k, struct err *err)
{
    const struct import_source *s = &k->source;
    const struct upload u = {.name = s->name,
                             .plain_bytes = s->plain_bytes,
                             .head = s->head,
                             .head_len = s->head_len,
                             .tail = s->tail,
                             .tail_len = s->tail_len};
    if (!upload_recognise(k->a, k->db, &u, k->o->answers, k->o->n_answers,
                          &k->found, err))
        return false;
    if (k->found.n_questions == 0)
        return true;
    return command_usage(k->c, err, "%s",
                         import_question_words(k->a, &k->found));
}

static bool
import_file(struct call *k, const char *path, struct err *err)
{
    struct stream *in;
    if (!import_source_open(k->a, path, config()->archive_dir, &k->source,
                            err) ||
        !recognise_file(k, err) ||
        !import_source_read(k->a, &k->source, archive_of(k), &in, err))
        return false;
    if (k->refused != NULL)
        import_refused_file(k->refused, &k->found.mapping);
    const struct import_options options = {
        .mapping = &k->found.mapping,
        .dry_run = k->o->dry_run,
        .now_ts = k->c->clock(),
        .scratch_dir = config()->archive_dir,
        .again = on_again,
        .request = k->source.name,
        .file = on_file,
        .progress = on_progress,
        .refused = k->refused != NULL ? on_refused : NULL,
        .committing = on_committing,
        .arg = k,
    };
    bool ok = import_run(k->a, k->db, in, &options, &k->result, err);
    if (k->shows && k->shown != 0)
        fputs("\r\033[K", stderr);
    return ok;
}

static void
print_result(struct call *k)
{
    const struct import_report report = {
        .file = k->source.name,
        .found = &k->found,
        .result = &k->result,
        .upload_id = k->upload_id,
        .already = k->same_load,
        .dry_run = k->o->dry_run,
    };
    puts(k->o->json ? import_json(k->a, &report) : import_text(k->a, &report));
}

/* A file's exit code; what failed is told at once, and the next one is tried.
 */
static int
import_one(struct command *c, struct db *db, const struct options *o,
           const char *path, struct import_refused *refused)
{
    struct err err;
    struct call k = {.c = c,
                     .o = o,
                     .a = arena_new(),
                     .db = db,
                     .refused = refused,
                     .shows = isatty(STDERR_FILENO) && !o->json};
    int code = EXIT_DONE;
    c->exit_code = EXIT_DONE;
    if (import_file(&k, path, &err)) {
        print_result(&k);
        fflush(stdout);
        if (k.result.count.n_refused > 0)
            code = EXIT_PARTIAL;
    } else {
        code = c->exit_code == EXIT_USAGE ? EXIT_USAGE : EXIT_FAILED;
        if (o->json)
            puts(import_json_failed(k.a, path, &err));
        fprintf(stderr, "quotemill import: %s: %s\n", path, err.text);
    }
    arena_free(k.a);
    return code;
}

/* Failed before wrong usage before refused before done. */
static int
worse(int x, int y)
{
    static const int rank[] = {[EXIT_DONE] = 0,
                               [EXIT_FAILED] = 3,
                               [EXIT_USAGE] = 2,
                               [EXIT_PARTIAL] = 1};
    return rank[x] >= rank[y] ? x : y;
}

static bool
import_files(struct command *c, struct db *db, const struct options *o,
             struct err *err)
{
    struct import_refused *refused = NULL;
    int code = EXIT_DONE;
    if (o->refused != NULL &&
        !import_refused_open(c->a, o->refused, &refused, err))
        return false;
    stop_install();
    for (size_t i = 0; i < o->n_files && stop_requested() == 0; i++)
        code = worse(code, import_one(c, db, o, o->files[i], refused));
    if (refused != NULL && !import_refused_close(refused, err))
        return false;
    c->exit_code = code;
    return stop_requested() == 0 || err_set(err, ERR_RETRY, "stopped");
}

static bool
undo(struct command *c, struct db *db, const struct options *o, struct err *err)
{
    char *end;
    long long id = strtoll(o->undo, &end, 10);
    struct undo_count n;
    if (end == o->undo || *end != '\0' || id <= 0)
        return command_usage(c, err,
                             "--undo \"%.40s\" is not the number of a "
                             "load",
                             o->undo);
    if (o->n_files > 0)
        return command_usage(c, err, "--undo takes no file");
    if (!upload_undo(db, id, command_who(c), "", &n, err))
        return false;
    if (o->json)
        printf("{\"load\": %lld, \"undone\": true, \"removed\": %lld, "
               "\"restored\": %lld}\n",
               id, (long long)n.n_removed, (long long)n.n_restored);
    else
        printf("Load %lld is undone: %s removed, %s restored\n", id,
               fmt_plural(c->a, n.n_removed, "row", "rows"),
               fmt_count(c->a, n.n_restored));
    return true;
}

bool
cmd_import(struct command *c, struct err *err)
{
    struct options o = {0};
    struct db *db = NULL;
    if (command_help(c, HELP))
        return true;
    if (!read_options(c, &o, err))
        return false;
    if (o.undo != NULL)
        return command_db(c, &db, err) && undo(c, db, &o, err);
    return check_options(c, &o, err) && command_db(c, &db, err) &&
           ready_instrument(c, db, &o, err) && import_files(c, db, &o, err);
}
