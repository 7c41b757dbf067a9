#include "lib/config.h"
#include "worker/command.h"

#include <stdio.h>
#include <string.h>

static const char HELP[] =
    "usage: quotemill check-config\n\n"
    "Prints every setting with its value and where it came from. Wrong\n"
    "settings are reported all together, exit status 2 (every command does\n"
    "so before it begins).\n";

/* A connection text may hold a password. */
static const char *
without_password(struct arena *a, const char *value)
{
    static const char word[] = "password=";
    const char *at = strstr(value, word);
    if (at == NULL)
        return value;
    const char *secret = at + strlen(word);
    return arena_printf(a, "%.*s***%s", (int)(secret - value), value,
                        secret + strcspn(secret, " "));
}

bool
cmd_check_config(struct command *c, struct err *err)
{
    const char **words = command_room(c);
    size_t n, n_words;
    if (command_help(c, HELP))
        return true;
    if (!command_options(c, NULL, 0, words, &n_words, err))
        return false;
    if (n_words > 0)
        return command_usage(c, err, "it takes no arguments (see --help)");
    const struct config_line *lines = config_lines(&n);
    for (size_t i = 0; i < n; i++)
        printf("# %s%s%s%s; from %s\n%s=%s\n", lines[i].help,
               lines[i].unit[0] != '\0' ? " (" : "", lines[i].unit,
               lines[i].unit[0] != '\0' ? ")" : "", lines[i].source,
               lines[i].name, without_password(c->a, lines[i].value));
    return true;
}
