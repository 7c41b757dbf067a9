#include "lib/log.h"

#include "lib/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum log_level max_level = LOG_INFO;
static _Thread_local char context[128];
static _Thread_local log_sink_fn *sink_fn;
static _Thread_local void *sink_arg;

void
log_set_level(enum log_level level)
{
    max_level = level;
}

static void
one_line(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = ' ';
}

void
log_set_context(const char *key, const char *value)
{
    if (key == NULL)
        context[0] = '\0';
    else
        snprintf(context, sizeof context, " %s=%s", key, value);
    context[utf8_whole(context, strlen(context))] = '\0';
    one_line(context);
}

void
log_set_sink(log_sink_fn *sink, void *arg)
{
    sink_fn = sink;
    sink_arg = arg;
}

void
log_event(enum log_level level, const char *event, const char *fmt, ...)
{
    if (level > max_level)
        return;
    char text[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    text[utf8_whole(text, strlen(text))] = '\0';
    one_line(text);

    char line[2400];
    int len = snprintf(line, sizeof line, "<%d>%s%s%s%s\n", (int)level, event,
                       context, text[0] != '\0' ? " " : "", text);
    if (len > 0) {
        ssize_t ignored = write(STDERR_FILENO, line, (size_t)len);
        (void)ignored; /* nowhere left to say it */
    }
    if (sink_fn != NULL)
        sink_fn(sink_arg, level, event, text);
}
