/* bin/quotemill: the worker and the command line in one. */
#include "lib/config.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "worker/command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *help;
    command_fn *fn;
} COMMANDS[] = {
#define COMMAND(name, word, help) {word, help, cmd_##name},
#include "worker/commands.def"
#undef COMMAND
};

static void
print_help(FILE *to)
{
    fputs("usage: quotemill COMMAND [OPTION]...\n\n", to);
    for (size_t i = 0; i < COUNT_OF(COMMANDS); i++)
        fprintf(to, "  %-14s%s\n", COMMANDS[i].word, COMMANDS[i].help);
    fputs("\nEach command says more with --help. Exit status: 0 done, 1 "
          "failed, 2 wrong usage\nor settings, 3 done in part.\n",
          to);
}

static command_fn *
command_named(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(COMMANDS); i++)
        if (strcmp(COMMANDS[i].word, word) == 0)
            return COMMANDS[i].fn;
    return NULL;
}

/* Wrong settings come one a line; each gets the program's name. */
static int
settings_are_wrong(const struct err *err)
{
    const char *line = err->text;
    while (*line != '\0') {
        size_t len = strcspn(line, "\n");
        fprintf(stderr, "quotemill: %.*s\n", (int)len, line);
        line += len + (line[len] == '\n');
    }
    return EXIT_USAGE;
}

static bool
asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int
run_command(command_fn *fn, int argc, char **argv)
{
    struct err err;
    struct command c = {.argc = argc,
                        .argv = argv,
                        .now_ts = config_now_ts(),
                        .clock = config_now_ts};
    c.a = arena_new();
    if (!fn(&c, &err)) {
        fflush(stdout);
        fprintf(stderr, "quotemill %s: %s\n", argv[0], err.text);
        if (c.exit_code != EXIT_USAGE)
            c.exit_code = EXIT_FAILED;
    }
    arena_free(c.a);
    if (fflush(stdout) != 0 && c.exit_code == EXIT_DONE)
        c.exit_code = EXIT_FAILED;
    return c.exit_code;
}

int
main(int argc, char **argv)
{
    struct err err;
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    command_fn *fn = command_named(argv[1]);
    if (fn == NULL) {
        fprintf(stderr, "quotemill: there is no command \"%s\"\n\n", argv[1]);
        print_help(stderr);
        return EXIT_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    if (!config_load(&err) && !asks_for_help(argc - 1, argv + 1))
        return settings_are_wrong(&err);
    log_set_level((enum log_level)config()->log_level);
    if (!secret_init(&err)) {
        fprintf(stderr, "quotemill: %s\n", err.text);
        return EXIT_FAILED;
    }
    return run_command(fn, argc - 1, argv + 1);
}
