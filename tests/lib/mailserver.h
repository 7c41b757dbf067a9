/* tests/fixtures/smtp_server.py as a child of the test: a mail server of
 * Debian's with STARTTLS, for the user ann with the password hunter2!. */
#ifndef TESTS_LIB_MAILSERVER_H
#define TESTS_LIB_MAILSERVER_H

#include "lib/arena.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct mailserver {
    char folder[40], cert[64], port[16];
    pid_t pid;
    int in; /* closed: it ends */
};

static inline void
mailserver_run(const struct mailserver *m, const int in[2], const int out[2])
{
    const char *root = getenv("QM_ROOT");
    char script[512];
    snprintf(script, sizeof script, "%s/tests/fixtures/smtp_server.py",
             root != NULL ? root : ".");
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    /* it tells of every handshake that fails */
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    close(in[1]);
    execl("/usr/bin/python3", "python3", script, m->folder, (char *)NULL);
    _exit(127);
}

static inline bool
mailserver_start(struct mailserver *m)
{
    int in[2], out[2];
    strcpy(m->folder, "/tmp/quotemill-mail-XXXXXX");
    if (mkdtemp(m->folder) == NULL || pipe(in) != 0 || pipe(out) != 0)
        return false;
    snprintf(m->cert, sizeof m->cert, "%s/cert.pem", m->folder);
    m->pid = fork();
    if (m->pid == 0)
        mailserver_run(m, in, out);
    close(in[0]);
    close(out[1]);
    m->in = in[1];
    FILE *f = fdopen(out[0], "r");
    bool ok = f != NULL && fgets(m->port, sizeof m->port, f) != NULL;
    m->port[strcspn(m->port, "\n")] = '\0';
    if (f != NULL)
        fclose(f);
    return ok;
}

/* 0: it and its folder are gone */
static inline int
mailserver_stop(const struct mailserver *m)
{
    char command[128];
    close(m->in);
    waitpid(m->pid, NULL, 0);
    snprintf(command, sizeof command, "rm -rf %s", m->folder);
    return system(command);
}

/* The n-th message it took, after a line with its recipients; NULL: none. */
static inline const char *
mailserver_taken(struct arena *a, const struct mailserver *m, int n)
{
    enum { TAKEN_MAX = 8191 };
    char *out = arena_alloc(a, TAKEN_MAX + 1);
    FILE *f = fopen(arena_printf(a, "%s/%d", m->folder, n), "r");
    if (f == NULL)
        return NULL;
    out[fread(out, 1, TAKEN_MAX, f)] = '\0';
    fclose(f);
    return out;
}

#endif
