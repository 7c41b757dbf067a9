/* What the files core/mill*.c share. Nobody else includes this.
 *
 * mill.c           what is due, and the transaction
 * mill_build.c     bars of longer intervals from minutes
 * mill_compute.c   states, indicators and features of one interval
 * mill_state.c     saved states
 * mill_sessions.c  sessions
 */
#ifndef CORE_MILL_OWN_H
#define CORE_MILL_OWN_H

#include "core/mill.h"
#include "core/resample.h"

/* The calendar's sessions within hours; NULL where sessions are whole days in
 * UTC. */
const struct resample_session *
mill_sessions_hours(const struct mill_sessions *s, size_t *n);

/* A state as the server prints bytes; false when it may not be used. */
MUST_USE bool mill_state_parse(const char *text, struct feature_state *out);

#endif
