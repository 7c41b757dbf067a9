/* Keeps a claimed run ours while it is worked: a thread with a connection of
 * its own that holds the run's advisory lock, renews the lease, hears of
 * cancellation, and stores and publishes the run's log.
 *
 * The thread needs nothing of the working thread, so a long transaction or fit
 * never looks like a dead worker. When the server goes away it connects again,
 * takes the lock again and asks whether the run is still ours.
 */
#ifndef WORKER_LEASE_H
#define WORKER_LEASE_H

#include "core/run_work.h"
#include "worker/runlog.h"

struct lease;

enum lease_state {
    LEASE_HELD,
    LEASE_CANCELLED, /* held, and somebody asked to cancel the run */
    LEASE_LOST,      /* the run is somebody else's by now, or has ended */
};

struct lease_spec {
    const char *conninfo;
    const struct run_work *work; /* must outlive the lease */
    struct runlog *log;
    struct publish *publish;
};

/* Starts the thread. fails ERR_INTERNAL: no thread to be had */
MUST_USE bool lease_start(struct lease **out, const struct lease_spec *spec,
                          struct err *err);

enum lease_state lease_look(const struct lease *lease);

/* Who asked to cancel, once lease_look says LEASE_CANCELLED. */
const char *lease_cancelled_by(const struct lease *lease);

/* Stores and publishes what the log still holds (waiting a moment at most),
 * frees the lock and ends the thread. NULL is fine. */
void lease_stop(struct lease *lease);

#endif
