#include "simulator/faults.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/log.h"
#include "lib/number.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct line {
    const char *provider, *substring; /* "*": any */
    enum faults_kind kind;
    double arg;
    int64_t left; /* matches to come; -1: without end */
};

struct faults {
    pthread_mutex_t lock;
    char *path;
    struct stat seen; /* of the file that lines were read from */
    struct arena *a;
    struct line *lines;
    size_t n;
};

static const struct {
    enum faults_kind kind;
    const char *name;
    double least; /* -1: no argument */
} kinds[] = {
    {FAULTS_LATENCY, "latency", 0},
#define FAULT(id, name, least, words) {FAULTS_##id, name, least},
#include "simulator/faults.def"
#undef FAULT
};

struct faults *
faults_new(const char *path)
{
    struct faults *f = xcalloc(1, sizeof *f);
    pthread_mutex_init(&f->lock, NULL);
    f->path = path != NULL ? xstrdup(path) : NULL;
    f->a = arena_new();
    return f;
}

void
faults_free(struct faults *f)
{
    if (f == NULL)
        return;
    arena_free(f->a);
    free(f->path);
    free(f);
}

static bool
set_kind(struct line *l, const char *name, const char *arg, struct err *err)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].name, name) != 0)
            continue;
        l->kind = kinds[i].kind;
        if (kinds[i].least < 0)
            return arg == NULL ||
                   err_set(err, ERR_INPUT, "%s takes no argument", name);
        if (arg == NULL || !number_parse_f64(arg, strlen(arg), &l->arg) ||
            l->arg < kinds[i].least || l->arg > 1e12)
            return err_set(err, ERR_INPUT, "%s needs a number from %g on", name,
                           kinds[i].least);
        return true;
    }
    return err_set(err, ERR_INPUT, "no fault \"%s\"", name);
}

/* One line of words; *is_empty when there are none. */
static bool
parse_line(char *text, struct line *l, bool *is_empty, struct err *err)
{
    static const char times[] = "times=";
    char *words[6], *save = NULL;
    size_t n = 0;
    text[strcspn(text, "#")] = '\0';
    for (char *w = strtok_r(text, " \t\r", &save); w != NULL && n < 6;
         w = strtok_r(NULL, " \t\r", &save))
        words[n++] = w;
    *is_empty = n == 0;
    *l = (struct line){.left = -1};
    if (n > 3 && strncmp(words[n - 1], times, sizeof times - 1) == 0) {
        const char *count = words[--n] + sizeof times - 1;
        if (!number_parse_i64(count, strlen(count), &l->left) || l->left < 1)
            return err_set(err, ERR_INPUT, "times=%s is no count", count);
    }
    if (*is_empty)
        return true;
    if (n < 3 || n > 4)
        return err_set(err, ERR_INPUT,
                       "not PROVIDER SUBSTRING FAULT [ARGUMENT] [times=N]");
    l->provider = words[0];
    l->substring = words[1];
    return set_kind(l, words[2], n == 4 ? words[3] : NULL, err);
}

static void
parse_lines(struct faults *f, char *text)
{
    int number = 0;
    size_t cap = 1;
    for (const char *p = text; *p != '\0'; p++)
        cap += *p == '\n';
    f->lines = arena_array(f->a, cap, sizeof *f->lines);
    for (char *one; (one = strsep(&text, "\n")) != NULL;) {
        struct err err;
        bool is_empty;
        number++;
        if (!parse_line(one, &f->lines[f->n], &is_empty, &err))
            log_event(LOG_ERROR, "faults.refused", "line=%d error=\"%s\"",
                      number, err.text);
        else if (!is_empty)
            f->n++;
    }
}

static char *
read_all(struct arena *a, int fd)
{
    struct buf *b = buf_new(a);
    ssize_t got;
    while ((got = read(fd, buf_reserve(b, 4096), 4096)) > 0)
        buf_end(b, (size_t)got);
    return b->data;
}

static bool
is_same_file(const struct stat *x, const struct stat *y)
{
    return x->st_ino == y->st_ino && x->st_size == y->st_size &&
           x->st_mtim.tv_sec == y->st_mtim.tv_sec &&
           x->st_mtim.tv_nsec == y->st_mtim.tv_nsec;
}

/* Reads the file again when it is another one than last time. */
static void
refresh(struct faults *f)
{
    struct stat now = {0};
    if (f->path == NULL || stat(f->path, &now) != 0)
        now = (struct stat){0};
    if (is_same_file(&now, &f->seen))
        return;
    f->seen = now;
    f->n = 0;
    arena_reset(f->a);
    int fd = now.st_ino == 0 ? -1 : open(f->path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        parse_lines(f, read_all(f->a, fd));
        close(fd);
    }
    log_event(LOG_INFO, "faults.read", "lines=%zu", f->n);
}

static bool
matches(const struct line *l, const char *provider, const char *uri)
{
    return l->left != 0 &&
           (strcmp(l->provider, "*") == 0 ||
            strcmp(l->provider, provider) == 0) &&
           (strcmp(l->substring, "*") == 0 ||
            strstr(uri, l->substring) != NULL);
}

struct faults_hit
faults_match(struct faults *f, const char *provider, const char *uri)
{
    struct faults_hit hit = {0};
    pthread_mutex_lock(&f->lock);
    refresh(f);
    for (size_t i = 0; i < f->n; i++) {
        struct line *l = &f->lines[i];
        bool is_latency = l->kind == FAULTS_LATENCY;
        if ((!is_latency && hit.kind != FAULTS_NONE) ||
            !matches(l, provider, uri))
            continue;
        if (l->left > 0)
            l->left--;
        if (is_latency) {
            hit.latency_ms += (int64_t)l->arg;
        } else {
            hit.kind = l->kind;
            hit.arg = l->arg;
        }
    }
    pthread_mutex_unlock(&f->lock);
    return hit;
}
