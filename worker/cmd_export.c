/* quotemill export: stored bars as CSV or JSON, to a file or a pipe. What is
 * due of an instrument is milled first, so nothing written is behind. */
#include "core/export.h"
#include "lib/format.h"
#include "worker/command.h"
#include "worker/mill_due.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char HELP[] =
    "usage: quotemill export S... [OPTION]...\n\n"
    "Writes the stored bars of instruments, oldest first, for other programs\n"
    "and for `quotemill import`.\n\n"
    "  --interval I   1m, 5m, 15m, 1h, 4h or 1d; default: the instrument's "
    "own\n"
    "  --from D       bars that open on this day or at this time, or later\n"
    "  --to D         bars that open on this day or at this time, or earlier;\n"
    "                 a day is meant as a whole. Days are YYYY-MM-DD, times\n"
    "                 ISO 8601; without a zone they are UTC\n"
    "  --format F     csv (default) or json\n"
    "  --with LIST    columns that are computed: indicators, features, or "
    "names\n"
    "                 of single ones, with commas between\n"
    "  --as-of T      bars as they were believed then: an ISO time, or a day "
    "for\n"
    "                 its end\n"
    "  --output FILE  instead of standard output; FILE changes only when all\n"
    "                 is written\n\n"
    "CSV has the columns symbol,ts,open,high,low,close,volume, then those of\n"
    "--with, and all the instruments under one header. JSON is one document "
    "for each instrument:\n"
    "{\"symbol\", \"interval\", \"rows\": [{\"ts\", \"open\", ...}], "
    "\"next\"}.\n"
    "Times are UTC; numbers read back to exactly what is stored; a volume "
    "that\n"
    "is not known is empty, or null.\n";

struct options {
    struct export_words words;
    const char *output;
    const char **symbols;
    size_t n_symbols;
};

/* Where the bytes go. */
struct sink {
    int fd;
    const char *path;      /* NULL: standard output */
    const char *temporary; /* becomes path at the end; NULL: written as it is */
    bool is_closed;        /* the reader has had enough */
    bool shows_progress;
    int64_t n_before; /* rows of the instruments before this one */
    int64_t n_rows;
};

static bool
read_options(struct command *c, struct options *o, struct err *err)
{
    const struct command_option options[] = {
        {.name = "interval", .value = &o->words.interval},
        {.name = "from", .value = &o->words.from},
        {.name = "to", .value = &o->words.to},
        {.name = "format", .value = &o->words.format},
        {.name = "with", .value = &o->words.with},
        {.name = "as-of", .value = &o->words.as_of},
        {.name = "output", .value = &o->output},
    };
    o->symbols = command_room(c);
    if (!command_options(c, options, COUNT_OF(options), o->symbols,
                         &o->n_symbols, err))
        return false;
    if (o->n_symbols == 0)
        return command_usage(c, err, "which instrument? (see --help)");
    return true;
}

static void
progress(const struct sink *s, struct arena *a)
{
    if (s->shows_progress)
        fprintf(stderr, "\r%s rows", fmt_count(a, s->n_before + s->n_rows));
}

static bool
sink_write(void *arg, const char *bytes, size_t len, struct err *err)
{
    struct sink *s = arg;
    while (len > 0) {
        ssize_t n = write(s->fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            s->is_closed = errno == EPIPE;
            return err_set(err, ERR_INTERNAL, "cannot write %s: %s",
                           s->path != NULL ? s->path : "standard output",
                           strerror(errno));
        }
        bytes += n;
        len -= (size_t)n;
    }
    if (s->shows_progress) {
        struct arena *a = arena_new();
        progress(s, a);
        arena_free(a);
    }
    return true;
}

/* A file is written beside its place and moved there when it is whole; what is
 * there and is no plain file (a FIFO, /dev/null, a link) is written to as it
 * is. */
static bool
sink_open(struct command *c, const char *path, struct sink *s, struct err *err)
{
    struct stat st;
    *s = (struct sink){.fd = STDOUT_FILENO};
    if (path != NULL && strcmp(path, "-") != 0) {
        s->path = path;
        if (lstat(path, &st) != 0 || S_ISREG(st.st_mode))
            s->temporary = arena_printf(c->a, "%s.%ld", path, (long)getpid());
        int how = s->temporary != NULL ? O_EXCL : O_TRUNC;
        s->fd = open(s->temporary != NULL ? s->temporary : path,
                     O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666);
        if (s->fd < 0) {
            s->temporary = NULL;
            return err_set(err, ERR_INPUT, "cannot write %s: %s", path,
                           strerror(errno));
        }
    }
    s->shows_progress = isatty(STDERR_FILENO) == 1 && isatty(s->fd) != 1;
    return true;
}

/* Puts the file in its place, or away when something failed. */
static bool
sink_close(struct sink *s, bool ok, struct err *err)
{
    if (s->shows_progress)
        fputs("\n", stderr);
    if (s->path == NULL)
        return ok;
    if (close(s->fd) != 0 && ok)
        ok = err_set(err, ERR_INTERNAL, "cannot write %s: %s", s->path,
                     strerror(errno));
    if (ok && s->temporary != NULL && rename(s->temporary, s->path) != 0)
        ok = err_set(err, ERR_INTERNAL, "cannot write %s: %s", s->path,
                     strerror(errno));
    if (!ok && s->temporary != NULL)
        unlink(s->temporary);
    return ok;
}

/* Finds every instrument before the first byte is written. */
static bool
read_exports(struct command *c, struct db *db, struct options *o,
             struct export *exports, struct err *err)
{
    for (size_t i = 0; i < o->n_symbols; i++) {
        o->words.symbol = o->symbols[i];
        if (export_read(c->a, db, &o->words, &exports[i], err))
            continue;
        if (err->kind == ERR_INPUT)
            c->exit_code = EXIT_USAGE;
        return false;
    }
    return true;
}

/* What is computed from the bars is as new as they are. */
static bool
mill_exports(struct arena *a, struct db *db, const struct export *exports,
             size_t n, struct err *err)
{
    int64_t *ids = arena_array(a, n, sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = exports[i].ask.instrument_id;
    return mill_due_of(db, ids, n, err);
}

static bool
run_exports(struct db *db, const struct export *exports, size_t n,
            struct sink *s, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        s->n_rows = 0;
        if (!export_run(db, &exports[i], i > 0, sink_write, s, &s->n_rows, err))
            return false;
        if (s->n_rows == 0)
            fprintf(stderr, "quotemill export: no bars of %s there\n",
                    exports[i].ask.symbol);
        s->n_before += s->n_rows;
    }
    return true;
}

bool
cmd_export(struct command *c, struct err *err)
{
    struct options o = {0};
    struct db *db = NULL;
    struct sink s;
    if (command_help(c, HELP))
        return true;
    if (!read_options(c, &o, err) || !command_db(c, &db, err))
        return false;
    struct export *exports = arena_array(c->a, o.n_symbols, sizeof *exports);
    if (!read_exports(c, db, &o, exports, err) ||
        !mill_exports(c->a, db, exports, o.n_symbols, err) ||
        !sink_open(c, o.output, &s, err))
        return false;
    bool ok = run_exports(db, exports, o.n_symbols, &s, err);
    return sink_close(&s, ok, err) || s.is_closed;
}
