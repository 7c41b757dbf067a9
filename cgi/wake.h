/* Wakes the worker that systemd starts when a byte comes through a FIFO
 * (QM_WAKE_FIFO). Workers that run already hear of a queued run from the
 * database, so nothing depends on this succeeding. */
#ifndef CGI_WAKE_H
#define CGI_WAKE_H

/* Call after what is queued was committed. Never blocks. */
void wake_worker(void);

#endif
