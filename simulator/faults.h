/* Faults on request: a file says which requests shall go wrong, and how.
 *
 *     PROVIDER SUBSTRING|* FAULT [ARGUMENT] [times=N]      # comment
 *
 * A line matches requests to that provider (or *) whose decoded path and query
 * hold the substring. The waits of all matching latency lines add up; of the
 * other faults the first matching line counts. times=N ends a line after its
 * first N matches. The file is read again whenever it changes, and its counts
 * begin anew; a missing file has no faults. docs/simulator.md lists the faults.
 */
#ifndef SIMULATOR_FAULTS_H
#define SIMULATOR_FAULTS_H

#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

enum faults_kind {
    FAULTS_NONE,
    FAULTS_LATENCY,
#define FAULT(id, name, least, words) FAULTS_##id,
#include "simulator/faults.def"
#undef FAULT
};

struct faults_hit {
    int64_t latency_ms;
    enum faults_kind kind; /* never FAULTS_LATENCY */
    double arg;            /* 0 when the line has none */
};

struct faults;

/* path NULL: there are no faults. */
MUST_USE struct faults *faults_new(const char *path);
void faults_free(struct faults *f);

/* What shall happen to a request; counts it. Any thread may call. */
struct faults_hit faults_match(struct faults *f, const char *provider,
                               const char *uri);

#endif
