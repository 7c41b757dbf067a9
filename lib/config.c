#include "lib/config.h"

#include "lib/date.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum {
    FILE_LINES_MAX = 256,
    SETTING_COUNT = 0
#define SETTING(member, name, type, def, min, max, unit, help) +1
#include "lib/config.def"
#undef SETTING
};

static struct config settings;
static struct config_line lines[SETTING_COUNT];
static struct arena *memory; /* of the texts above, for the process's life */
static char *file_names[FILE_LINES_MAX], *file_values[FILE_LINES_MAX];
static size_t file_count;
static bool file_is_too_long;
static const char *file_path;

/* The settings file of this instance, or NULL when there is none. */
static const char *
file_find(void)
{
    const char *var = getenv("QM_VAR");
    if (var != NULL && var[0] != '\0')
        return arena_printf(memory, "%s/quotemill.env", var);
    char exe[4096];
    ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (len > 0) {
        exe[len] = '\0';
        for (int up = 0; up < 2; up++) {
            char *slash = strrchr(exe, '/');
            if (slash == NULL)
                break;
            *slash = '\0';
        }
        const char *path = arena_printf(memory, "%s/var/quotemill.env", exe);
        if (access(path, R_OK) == 0)
            return path;
    }
    return "/etc/quotemill/quotemill.env";
}

static char *
trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    char *end = s + strlen(s);
    while (end > s && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return s;
}

static char *
unquote(char *s)
{
    size_t len = strlen(s);
    if (len >= 2 && (s[0] == '"' || s[0] == '\'') && s[len - 1] == s[0]) {
        s[len - 1] = '\0';
        return s + 1;
    }
    return s;
}

static void
file_read(void)
{
    file_count = 0;
    file_is_too_long = false;
    file_path = file_find();
    FILE *f = fopen(file_path, "re");
    if (f == NULL)
        return;
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, f) >= 0) {
        char *text = trim(line);
        char *equals = strchr(text, '=');
        if (text[0] == '#' || text[0] == ';' || equals == NULL)
            continue;
        if (file_count == FILE_LINES_MAX) {
            file_is_too_long = true;
            break;
        }
        *equals = '\0';
        file_names[file_count] = arena_strdup(memory, trim(text));
        file_values[file_count] =
            arena_strdup(memory, unquote(trim(equals + 1)));
        file_count++;
    }
    free(line);
    fclose(f);
}

static const char *
file_get(const char *name)
{
    for (size_t i = file_count; i-- > 0;)
        if (strcmp(file_names[i], name) == 0)
            return file_values[i];
    return NULL;
}

static void
mistake(struct err *err, const char *name, const char *value,
        const char *expected)
{
    if (err->kind == ERR_NONE)
        err_set(err, ERR_INPUT, "%s is \"%s\": expected %s", name, value,
                expected);
    else
        err_set(err, ERR_INPUT, "%s\n%s is \"%s\": expected %s", err->text,
                name, value, expected);
}

static const char *
parse_TEXT(const char *text, int64_t min, int64_t max, const char **out)
{
    (void)min, (void)max;
    *out = text;
    return NULL;
}

static const char *
parse_INT(const char *text, int64_t min, int64_t max, int64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *out < min || *out > max)
        return arena_printf(memory, "a whole number from %lld to %lld",
                            (long long)min, (long long)max);
    return NULL;
}

static const char *
parse_BOOL(const char *text, int64_t min, int64_t max, bool *out)
{
    (void)min, (void)max;
    *out = strcasecmp(text, "yes") == 0;
    return *out || strcasecmp(text, "no") == 0 ? NULL : "yes or no";
}

static const char *
parse_TIME(const char *text, int64_t min, int64_t max, int64_t *out)
{
    (void)min, (void)max;
    *out = 0;
    if (text[0] == '\0' || date_parse_iso(text, strlen(text), out))
        return NULL;
    return "an ISO 8601 time such as 2026-02-01T00:00:00Z";
}

/* Where a setting's text comes from, and that text. */
static const char *
setting_text(const char *name, const char *def, const char **source)
{
    const char *text = getenv(name);
    if (text != NULL) {
        *source = "environment";
        return text;
    }
    text = file_get(name);
    *source = text != NULL ? file_path : "default";
    return text != NULL ? text : def;
}

/* A misspelt QM_ name, or a line too many, would be ignored in silence. */
static void
check_file(struct err *err)
{
    if (file_is_too_long)
        mistake(err, "the settings file", file_path,
                arena_printf(memory, "at most %d settings", FILE_LINES_MAX));
    for (size_t i = 0; i < file_count; i++) {
        const char *name = file_names[i];
        size_t len = strlen(name);
        bool known = strncmp(name, "QM_", 3) != 0 ||
                     (len > 4 && strcmp(name + len - 4, "_KEY") == 0);
        for (size_t k = 0; k < SETTING_COUNT && !known; k++)
            known = strcmp(lines[k].name, name) == 0;
        if (!known)
            mistake(err, name, file_values[i], "a known setting's name");
    }
}

static void
line_set(struct config_line *line, const char *name, const char *fallback,
         const char *unit, const char *help)
{
    *line = (struct config_line){.name = name, .unit = unit, .help = help};
    line->value = setting_text(name, fallback, &line->source);
}

static void
line_check(const struct config_line *line, const char *bad, struct err *err)
{
    if (bad != NULL)
        mistake(err, line->name, line->value, bad);
}

bool
config_load(struct err *err)
{
    arena_free(memory);
    memory = arena_new();
    file_read();
    err->kind = ERR_NONE;
    size_t i = 0;
#define SETTING(member, env, type, def, min, max, unit_, help_)                \
    line_set(&lines[i], #env, def, unit_, help_);                              \
    line_check(&lines[i],                                                      \
               parse_##type(lines[i].value, min, max, &settings.member), err); \
    i++;
#include "lib/config.def"
#undef SETTING
    check_file(err);
    return err->kind == ERR_NONE;
}

const struct config *
config(void)
{
    return &settings;
}

int64_t
config_now_ts(void)
{
    return settings.now != 0 ? settings.now : (int64_t)time(NULL);
}

const char *
config_secret(const char *name)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    if (dir != NULL) {
        const char *path = arena_printf(memory, "%s/%s", dir, name);
        FILE *f = fopen(path, "re");
        if (f != NULL) {
            char line[4096];
            char *got = fgets(line, sizeof line, f);
            fclose(f);
            if (got != NULL && trim(line)[0] != '\0')
                return arena_strdup(memory, trim(line));
        }
    }
    const char *text = getenv(name);
    if (text == NULL)
        text = file_get(name);
    return text != NULL && text[0] != '\0' ? text : NULL;
}

const struct config_line *
config_lines(size_t *n)
{
    *n = SETTING_COUNT;
    return lines;
}
