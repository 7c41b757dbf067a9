/* SIGTERM and SIGINT as a flag that loops look at. */
#ifndef WORKER_STOP_H
#define WORKER_STOP_H

/* From now on these signals only set the flag; a second SIGINT kills. */
void stop_install(void);

/* The signal that came, 0 for none. */
int stop_requested(void);

#endif
