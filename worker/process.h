/* The process step: each archived response of the run is read again, judged
 * and stored, one transaction each. That transaction also says that the load
 * is done, adds to the counts of source and run, and asks whether the run is
 * still this worker's: it is the checkpoint from which another worker goes
 * on. Then everything due is milled (core/mill.h), also when nothing was to be
 * stored. */
#ifndef WORKER_PROCESS_H
#define WORKER_PROCESS_H

#include "worker/pipeline.h"

step_fn step_process;

#endif
